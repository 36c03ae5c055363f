/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is said in a conversation: where a message of HTTP ends (RFC 9112 6), and bytes as people
 * read them. Needs nothing but the C library, for the device and for the harness.
 *
 * How it works: a turn that is one whole message, its head and as many bytes as `Content-Length`
 * says, ends where the message does that comes in its place, be that longer or shorter. All else
 * ends by the number of its bytes: bodies in chunks, those that end with the connection, answers to
 * HEAD, and what is no HTTP.
 */
#ifndef PLAYER_WORDS_H
#define PLAYER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A head that is longer is none. */
#define WORDS_HEAD_MAX 8192U

/** A message as it comes in. All zero is a new one. */
struct words {
	uint8_t head[WORDS_HEAD_MAX];
	size_t head_length; /* of what has come of it */
	bool has_head;      /* all of it has */
	bool open;          /* its end cannot be told */
	uint64_t taken, total;
};

/**
 * Whether @p known, the first bytes of a turn of @p length bytes, begins a message that is the
 * whole turn. @return how long its head is; 0: it does not.
 */
size_t words_are_message(const uint8_t *known, size_t known_length, uint64_t length);

/**
 * Takes what comes next of a message.
 * @param ret_over It has come to its end.
 * @return how many of the bytes are of it.
 */
size_t words_take(struct words *words, const uint8_t *bytes, size_t length, bool *ret_over);

/**
 * The value of the Date field of a message's head: @p ret_from to @p ret_to. @return false: there
 * is none.
 */
bool words_find_date(const uint8_t *known, size_t known_length, size_t *ret_from, size_t *ret_to);

/** So many bytes are shown; each takes four characters at most. */
#define WORDS_SHOWN 24U
#define WORDS_TEXT_MAX (4 * WORDS_SHOWN + 8)

/**
 * The first bytes as a text in quotation marks, "GET /a HTTP/1.1\r\n"...; "nothing". @return
 * ret_text.
 */
const char *words_show(const uint8_t *bytes, size_t length, char ret_text[WORDS_TEXT_MAX]);

#endif
