/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of the relay: the head of a request or an answer of HTTP/1.1 as text that can be
 * changed (RFC 9112 2.1).
 */
#ifndef RELAY_HEAD_H
#define RELAY_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/bytes.h"
#include "harness/relay/relay.h"

/** Room for what is put into a head: a few lines, none of them with what others have sent. */
#define HEAD_MORE 1024U

struct head {
	size_t length;
	char text[RELAY_HEAD_MAX + HEAD_MORE];
};

/**
 * Takes bytes up to the empty line that ends a head.
 * @param ret_whole Whether it is there.
 * @return how many were taken; all, unless it is whole or there is no room for more
 * (RELAY_HEAD_MAX).
 */
size_t head_read(struct head *head, struct bytes data, bool *ret_whole);

/** Whether its first line, as far as it has come, can be that of a request (RFC 9112 3). */
bool head_can_ask(const struct head *head);

/** The value of the first field of this name. @return false if there is none, or it is too long. */
bool head_field(const struct head *head, const char *name, char *ret_value, size_t size);

/** Takes out all fields of this name. */
void head_drop(struct head *head, const char *name);

/**
 * Adds a field at the end; all that is added to one head has to fit into HEAD_MORE. @param format
 * Of its line, without the line end.
 */
void head_add(struct head *head, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The status of an answer; 0: it is none. */
unsigned head_status(const struct head *head);

#endif
