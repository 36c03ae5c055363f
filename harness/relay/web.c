/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a request is read up to the end of its head, and then it is an event of srv.http.
 * Unless a fault answers in place of the server it goes on, its body as it comes. Then the device's
 * side is stopped until the answer is through, so pipelined requests go on one by one, as the
 * emulator's server takes them.
 *
 *     answer:   HEAD     bytes are kept until the head is whole; an interim one (1xx) passes and
 *                        is followed by another
 *               BODY     bytes pass as far as the answer's impairment allows
 *               DONE     the rest is nobody's, or the next answer's
 *
 * An answer of our own is written as a server would write it and read like one, so all faults act
 * on it alike.
 *
 * What an answer's framing is, llhttp says; what passes are the bytes of the server, chunks and
 * all, unless the impairment is about them.
 */
#include "harness/relay/web.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/server/host.h"

static void fire_timer(void *ctx, sim_ns now)
{
	(void)now;
	web_go_on(ctx);
	host_poke();
}

static void fire_deaf_timer(void *ctx, sim_ns now)
{
	struct web *web = ctx;
	struct exchange *exchange = web->exchange;

	(void)now;
	web->deaf = false;
	channel_open_window(exchange->down.channel);
	if (web->asks != ASK_DONE || exchange->kind != EXCHANGE_WEB)
		exchange_resume(exchange, &exchange->down);
	host_poke();
}

struct web *web_open(struct exchange *exchange)
{
	struct web *web = memory_new(sizeof *web);

	web->exchange = exchange;
	web->timer = (struct sim_event){.fire = fire_timer, .ctx = web};
	web->deaf_timer = (struct sim_event){.fire = fire_deaf_timer, .ctx = web};
	return web;
}

void web_close(struct web *web)
{
	if (web == NULL)
		return;
	sim_cancel(web->exchange->relay->config.sim, &web->timer);
	sim_cancel(web->exchange->relay->config.sim, &web->deaf_timer);
	free(web->own);
	free(web);
}

bool web_stalls(const struct web *web)
{
	return web->stalled;
}

void web_wait(struct web *web, sim_ns time)
{
	struct relay *relay = web->exchange->relay;

	exchange_stop(&web->exchange->up);
	sim_schedule(relay->config.sim, &web->timer, relay_now(relay) + time);
}

/* With what was kept of a head on either side. */
static void pass_all(struct web *web)
{
	struct exchange *exchange = web->exchange;

	if (web->asks == ASK_HEAD)
		(void)exchange_put(&exchange->up, web->asked.text, web->asked.length);
	if (web->answers == ANSWER_HEAD)
		(void)exchange_put(&exchange->down, web->answer.text, web->answer.length);
	web->asked.length = web->answer.length = 0;
	exchange_pass(exchange);
	if (!web->deaf)
		exchange_resume(exchange, &exchange->down);
	exchange_resume(exchange, &exchange->up);
}

void web_give_up(struct web *web, const char *why)
{
	struct exchange *exchange = web->exchange;

	if (web->discards && web->asks == ASK_BODY) {
		/*
		 * The server has never heard of this request, so its rest is nothing that it could
		 * understand.
		 */
		exchange_say(exchange, "relay", "%s: the connection is reset", why);
		exchange_end(exchange, true);
		return;
	}
	exchange_say(exchange, "relay", "%s: what follows passes", why);
	pass_all(web);
}

/* The answer of our own, as far as it may be read now. */
static void read_own(struct web *web)
{
	struct exchange *exchange = web->exchange;

	const uint8_t *own = web->own;

	/* At its end it is released, and there may be the next one. */
	while (web->own == own && !exchange->over && !exchange->closing) {
		size_t used = web_answer(web, bytes_of(own + web->own_read, web->own_length - web->own_read));
		if (used == 0)
			return;
		if (web->own == own)
			web->own_read += used;
	}
}

void web_go_on(struct web *web)
{
	struct exchange *exchange = web->exchange;

	/* It waits, and is called again. */
	if (web->timer.place != 0)
		return;
	exchange_enter(exchange);
	if (web->answers == ANSWER_BODY)
		web_set_limit(web);
	if (web->own != NULL)
		read_own(web);
	else if (web->answers == ANSWER_DONE && web->asks == ASK_DONE)
		web_next_request(web);
	if (!exchange->over && !exchange->closing && !web->stalled)
		exchange_resume(exchange, &exchange->up);
	exchange_settle(exchange);
	exchange_leave(exchange);
}

void web_ask_ended(struct web *web)
{
	if (web->asks == ASK_HEAD && web->asked.length > 0) {
		web_give_up(web, "the request's head has no end");
	} else if (web->asks == ASK_BODY && (web->discards || web->answers == ANSWER_DONE)) {
		/*
		 * No answer of ours comes, and no next request: what the server still says is the
		 * device's.
		 */
		pass_all(web);
	}
}

void web_answer_ended(struct web *web)
{
	struct exchange *exchange = web->exchange;

	if (web->answers == ANSWER_BODY && !web->completes) {
		(void)llhttp_finish(&web->parser);
		if (web->completes)
			(void)exchange_put(&exchange->down, web->tail, strlen(web->tail));
	} else if (web->answers == ANSWER_HEAD && web->answer.length > 0) {
		exchange_say(exchange, "relay", "the answer's head has no end: it passes");
	}
	/* Nobody answers any more, so nothing waits for an answer. */
	if (!exchange->closing)
		pass_all(web);
}
