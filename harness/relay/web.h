/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of the relay: HTTP on one exchange. web.c holds its halves together, web_request.c
 * has the device's, web_answer.c the server's.
 */
#ifndef RELAY_WEB_H
#define RELAY_WEB_H

#include <llhttp.h>

#include "harness/relay/head.h"
#include "harness/relay/inside.h"
#include "harness/server/request.h"

/** A field of a head that is of use here. */
#define WEB_FIELD_MAX 512U

enum ask_state { ASK_HEAD, ASK_BODY, ASK_DONE };
enum answer_state { ANSWER_NONE, ANSWER_HEAD, ANSWER_BODY, ANSWER_DONE };

struct web {
	struct exchange *exchange;
	struct http_effect effect;

	/* the request */
	enum ask_state asks;
	struct head asked;
	struct request_reader reader;
	bool discards, expects, is_head, is_get;
	bool keeps_alive;
	/* of HTTP_RANGE_WRONG_START: the range "N-" was asked for, and this is N; else 0 */
	uint64_t cut_from;

	/* the answer */
	enum answer_state answers;
	struct head answer;
	llhttp_t parser;
	bool waited, paused, stalled, closes, completes;
	/* bytes of the body: turned over, others, left out, without their chunks */
	bool inverts, garbles, drops, unframes;
	uint64_t body, limit; /* bytes of it that have passed, and may */
	uint64_t most;        /* more than so many are left out */
	size_t piece_at;      /* where the piece under way begins in the pool */
	const uint8_t *piece; /* NULL: it is a head that is read */
	char tail[64];        /* behind the body */

	/* an answer of our own, as far as it was not read */
	uint8_t *own;
	size_t own_read, own_length;

	bool deaf, closes_window;
	struct sim_event timer, deaf_timer;
};

/** A pause is over, or a request is whole: what was waiting is read. */
void web_go_on(struct web *web);
/** The server's side is stopped, and goes on after so long. */
void web_wait(struct web *web, sim_ns time);
/** What is no HTTP after all passes, with what has come of a head, and so does all that follows. */
void web_give_up(struct web *web, const char *why);
/** An answer is through, and the device is heard again. */
void web_next_request(struct web *web);
/** How far the answer's impairment lets its body pass so far. */
void web_set_limit(struct web *web);

#endif
