/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: what comes on one side of an exchange is offered to what its kind makes of it,
 * which puts bytes into the pool of the other side. A pool is written as its connection takes it;
 * while there is something left in it, the side that it came from is held, and TCP's window closes
 * there.
 *
 * An end of one side (FIN) is passed on when everything before it has been written. A reset is
 * passed on at once.
 *
 * An exchange that ends within a callback of its connections is released when the last of them has
 * returned.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/proxy/forged.h"
#include "harness/relay/inside.h"
#include "harness/server/host.h"

/* A side that was held is read again when its other side takes so much at once. */
#define ROOM_MIN 16384U
#define TLS_HANDSHAKE 22U

void exchange_say(const struct exchange *exchange, const char *topic, const char *format, ...)
{
	char text[TRACE_LINE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	trace_line(exchange->relay->config.trace, relay_now(exchange->relay), topic, "#%u %s", exchange->number, text);
}

/* -- life -- */

static void release(struct exchange *exchange)
{
	exchange->flow->exchange = NULL;
	exchange->relay->active--;
	web_close(exchange->web);
	secure_close(exchange->secure);
	frame_free(exchange->syn);
	free(exchange->down.out.data);
	free(exchange->up.out.data);
	free(exchange);
}

void exchange_enter(struct exchange *exchange)
{
	exchange->depth++;
}

void exchange_leave(struct exchange *exchange)
{
	bool is_last = --exchange->depth == 0 && exchange->over;

#ifdef __clang_analyzer__
	/* It does not see that calls nest, and takes any of them for the last. */
	is_last = false;
#endif
	if (is_last)
		release(exchange);
}

static void end_side(struct side *side, bool resets)
{
	struct channel *channel = side->channel;

	side->channel = NULL;
	if (channel == NULL)
		return;
	if (resets)
		channel_abort(channel);
	else
		channel_close(channel);
}

void exchange_end(struct exchange *exchange, bool resets)
{
	const bool up_is_done = exchange->up.ended && exchange->up.shut;

	if (exchange->over)
		return;
	exchange_enter(exchange);
	exchange->over = true;
	end_side(&exchange->down, resets);
	end_side(&exchange->up, !up_is_done);
	exchange_leave(exchange);
}

void exchange_drop(struct exchange *exchange, bool silent)
{
	const struct flow_ends *ends = &exchange->flow->ends;
	const struct channel_ends down = {ends->server, ends->device, ends->server_port, ends->device_port};
	struct channel *channel = exchange->down.channel;

	if (silent && channel != NULL) {
		exchange->down.channel = NULL;
		channel_forget_one(channel);
	}
	if (silent)
		channel_forget_old(&down);
	exchange_end(exchange, true);
}

/* -- pools -- */

uint8_t *exchange_put(struct side *side, const void *data, size_t length)
{
	struct pool *pool = &side->out;

	if (length == 0)
		return NULL;
	if (pool->begin > 0 && pool->begin + pool->length + length > pool->room) {
		memmove(pool->data, pool->data + pool->begin, pool->length);
		pool->begin = 0;
	}
	if (pool->length + length > pool->room) {
		pool->room = (pool->length + length) * 2;
		pool->data = memory_resize(pool->data, pool->room, 1);
	}
	uint8_t *at = pool->data + pool->begin + pool->length;
	memcpy(at, data, length);
	pool->length += length;
	return at;
}

static struct side *other_side(struct exchange *exchange, const struct side *side)
{
	return side == &exchange->down ? &exchange->up : &exchange->down;
}

void exchange_flush(struct exchange *exchange, struct side *side)
{
	struct pool *pool = &side->out;

	if (side->channel == NULL || (side == &exchange->up && !exchange->up_opened))
		return;
	while (pool->length > 0) {
		size_t taken = channel_write(side->channel, bytes_of(pool->data + pool->begin, pool->length), false, true);
		if (taken == 0)
			break;
		pool->begin += taken;
		pool->length -= taken;
	}
	if (pool->length == 0)
		pool->begin = 0;
	channel_flush(side->channel);
}

/* -- reading -- */

static bool is_held(const struct side *side)
{
	return side->stopped || side->full;
}

void exchange_stop(struct side *side)
{
	side->stopped = true;
	if (side->channel != NULL && !side->inside)
		channel_hold(side->channel);
}

static void read_again(struct exchange *exchange, struct side *side)
{
	if (is_held(side) || side->channel == NULL || side->inside)
		return;
	exchange_enter(exchange);
	channel_resume(side->channel);
	exchange_leave(exchange);
}

void exchange_resume(struct exchange *exchange, struct side *side)
{
	side->stopped = false;
	read_again(exchange, side);
}

void exchange_pass(struct exchange *exchange)
{
	exchange->kind = EXCHANGE_OTHER;
}

/* By the device's first byte. */
static void find_kind(struct exchange *exchange, uint8_t first)
{
	if (first == TLS_HANDSHAKE) {
		exchange->kind = EXCHANGE_SECURE;
		exchange->secure = secure_open(exchange);
	} else if (first >= 'A' && first <= 'Z') {
		exchange->kind = EXCHANGE_WEB;
		exchange->web = web_open(exchange);
	} else {
		exchange_say(exchange, "relay", "is neither HTTP nor TLS: it passes");
		exchange_pass(exchange);
	}
}

static size_t pass_on(struct exchange *exchange, const struct side *from, struct bytes data)
{
	(void)exchange_put(other_side(exchange, from), data.data, data.length);
	return data.length;
}

static size_t look_at(struct exchange *exchange, const struct side *side, struct bytes data)
{
	const bool asks = side == &exchange->down;

	if (asks && exchange->kind == EXCHANGE_NEW)
		find_kind(exchange, data.data[0]);
	if (!asks && exchange->kind == EXCHANGE_NEW) {
		exchange_say(exchange, "relay", "the server speaks first: it passes");
		exchange_pass(exchange);
	}
	if (exchange->kind == EXCHANGE_WEB)
		return asks ? web_ask(exchange->web, data) : web_answer(exchange->web, data);
	if (exchange->kind == EXCHANGE_SECURE)
		return asks ? secure_ask(exchange->secure, data) : secure_answer(exchange->secure, data);
	return pass_on(exchange, side, data);
}

static bool is_stalled(const struct exchange *exchange)
{
	return (exchange->web != NULL && web_stalls(exchange->web)) || (exchange->secure != NULL && secure_stalls(exchange->secure));
}

/* All that a side has sent was used, and nothing more comes. */
static bool is_through(const struct side *side)
{
	return side->ended && side->left == 0 && (side->channel == NULL || !is_held(side) || channel_waiting(side->channel) == 0);
}

/*
 * The other side has ended, and all that it had sent is written: the end of this one is passed on.
 */
static void pass_end(struct exchange *exchange, struct side *side)
{
	if (side->channel == NULL || side->shut || side->out.length > 0 || !is_through(other_side(exchange, side)) ||
	    (side == &exchange->up && !exchange->up_opened))
		return;
	side->shut = true;
	channel_shut(side->channel);
}

void exchange_close(struct exchange *exchange)
{
	exchange->closing = true;
	exchange_stop(&exchange->down);
	exchange_stop(&exchange->up);
}

/* Whoever reads a side hears of its end once there is nothing more to read. */
static void tell_end(struct exchange *exchange, struct side *side)
{
	const bool asks = side == &exchange->down;

	if (!side->ended || side->told || side->left > 0 || is_held(side))
		return;
	side->told = true;
	if (exchange->kind == EXCHANGE_WEB)
		(asks ? web_ask_ended : web_answer_ended)(exchange->web);
	else if (exchange->kind == EXCHANGE_SECURE)
		(asks ? secure_ask_ended : secure_answer_ended)(exchange->secure);
}

void exchange_settle(struct exchange *exchange)
{
	if (exchange->over)
		return;
	exchange_enter(exchange);
	tell_end(exchange, &exchange->down);
	tell_end(exchange, &exchange->up);
	exchange_flush(exchange, &exchange->up);
	exchange_flush(exchange, &exchange->down);
	if (!exchange->closing) {
		pass_end(exchange, &exchange->up);
		/* What is stopped on its way to the device is not through. */
		if (!exchange->up.stopped)
			pass_end(exchange, &exchange->down);
	}
	if ((is_stalled(exchange) && exchange->down.ended) || (exchange->closing && exchange->down.out.length == 0) ||
	    (exchange->up.shut && exchange->down.shut))
		exchange_end(exchange, false);
	exchange_leave(exchange);
}

static size_t take(struct exchange *exchange, struct side *side, struct bytes data)
{
	struct side *other = other_side(exchange, side);
	size_t used = 0;

	exchange_enter(exchange);
	side->inside = true;
	side->left = data.length;
	while (used < data.length && !is_held(side) && !exchange->over) {
		size_t piece = look_at(exchange, side, bytes_part(data, used, data.length - used));
		used += piece;
		side->left = data.length - used;
		if (exchange->over)
			break;
		exchange_flush(exchange, other);
		/* More is read when this is gone. */
		if (other->out.length > 0)
			side->full = true;
		CHECK(piece > 0 || is_held(side));
	}
	side->inside = false;
	if (!exchange->over) {
		channel_took(side->channel, used);
		if (side == &exchange->down && exchange->web != NULL)
			web_taken(exchange->web);
		if (is_held(side))
			channel_hold(side->channel);
		exchange_settle(exchange);
	}
	exchange_leave(exchange);
	return used;
}

static size_t on_asked(void *ctx, struct bytes data)
{
	struct exchange *exchange = ctx;

	return take(exchange, &exchange->down, data);
}

static size_t on_answered(void *ctx, struct bytes data)
{
	struct exchange *exchange = ctx;

	return take(exchange, &exchange->up, data);
}

/* Something that was written has been acknowledged. */
static void go_on(struct exchange *exchange, struct side *side)
{
	struct side *other = other_side(exchange, side);

	exchange_enter(exchange);
	exchange_flush(exchange, side);
	if (other->full && side->out.length == 0 && channel_room(side->channel) >= ROOM_MIN) {
		other->full = false;
		read_again(exchange, other);
	}
	exchange_settle(exchange);
	exchange_leave(exchange);
}

static void on_down_sent(void *ctx, size_t length)
{
	struct exchange *exchange = ctx;

	(void)length;
	go_on(exchange, &exchange->down);
}

static void on_up_sent(void *ctx, size_t length)
{
	struct exchange *exchange = ctx;

	(void)length;
	go_on(exchange, &exchange->up);
}

static void on_down_ended(void *ctx)
{
	struct exchange *exchange = ctx;

	exchange->down.ended = true;
	exchange_settle(exchange);
}

static void on_up_ended(void *ctx)
{
	struct exchange *exchange = ctx;

	exchange->up.ended = true;
	exchange_settle(exchange);
}

/*
 * A connection is no more: so is the other one. What it had sent in an orderly way before goes out.
 */
static void on_down_failed(void *ctx, enum channel_failure kind, const char *why)
{
	struct exchange *exchange = ctx;

	if (kind != CHANNEL_FORGOTTEN && !exchange->down.shut)
		exchange_say(exchange, "relay", "%s; the one to the server is reset", why);
	exchange->down.channel = NULL;
	exchange_end(exchange, true);
}

static void on_up_failed(void *ctx, enum channel_failure kind, const char *why)
{
	struct exchange *exchange = ctx;
	struct frame *syn = exchange->syn;

	exchange->up.channel = NULL;
	if (!exchange->up_opened) {
		/* What came to our SYN comes to the device's: a reset, or nothing. */
		struct relay *relay = exchange->relay;
		struct frame *answer = kind == CHANNEL_RESET ? forged_answer(frame_bytes(syn), FORGED_RST, 0) : NULL;
		if (answer != NULL)
			relay->config.output(relay->config.ctx, answer, TO_DEVICE);
		exchange_end(exchange, false);
		return;
	}
	if (exchange->up.shut && exchange->up.ended && exchange->down.channel != NULL) {
		/* It was through: what is left for the device goes out. */
		exchange_close(exchange);
		exchange_settle(exchange);
		return;
	}
	exchange_say(exchange, "relay", "the one to the server %s; this one is reset", why != NULL ? why : "has ended");
	exchange_end(exchange, true);
}

/* -- beginning -- */

static const struct channel_ops down_ops = {on_asked, on_down_sent, on_down_ended, on_down_failed};
static const struct channel_ops up_ops = {on_answered, on_up_sent, on_up_ended, on_up_failed};

/* The real server has answered: the device's SYN comes to our stack, which answers it. */
static void on_opened(void *ctx)
{
	struct exchange *exchange = ctx;

	exchange_enter(exchange);
	exchange->up_opened = true;
	/* Its first bytes may come before the device's connection is there. */
	exchange_stop(&exchange->up);
	host_relay_input(packet_parse(frame_bytes(exchange->syn)).body, TO_SERVER);
	exchange_leave(exchange);
}

static void *on_accepted(void *ctx, struct channel *channel, struct channel_ops *ret_ops)
{
	struct relay *relay = ctx;
	const struct flow_ends ends = {channel_remote_address(channel), channel_address(channel), channel_remote_port(channel),
	                               channel_port(channel)};
	struct flow *flow = flow_find(&relay->flows, &ends);
	struct exchange *exchange = flow != NULL ? flow->exchange : NULL;

	*ret_ops = down_ops;
	if (exchange == NULL || exchange->down.channel != NULL) {
		/* The real server has ended it meanwhile. */
		channel_abort(channel);
		return NULL;
	}
	exchange->down.channel = channel;
	channel_hurry(channel);
	exchange_enter(exchange);
	exchange_say(exchange, "relay", "connection from port %u to %s:%u", ends.device_port, names_of_address(&relay->names, ends.server),
	             ends.server_port);
	exchange_resume(exchange, &exchange->up);
	exchange_settle(exchange);
	exchange_leave(exchange);
	return exchange;
}

static void begin(struct relay *relay, struct flow *flow, struct frame *frame)
{
	const struct flow_ends *ends = &flow->ends;
	const struct channel_ends up = {ends->device, ends->server, ends->device_port, ends->server_port},
				  down = {ends->server, ends->device, ends->server_port, ends->device_port};
	struct exchange *exchange = memory_new(sizeof *exchange);

	channel_forget_old(&up);
	channel_forget_old(&down);
	exchange->relay = relay;
	exchange->flow = flow;
	exchange->number = ++relay->exchanges;
	relay->active++;
	exchange->syn = frame;
	flow->exchange = exchange;
	exchange->up.channel = channel_connect(&up, &up_ops, on_opened, exchange);
	host_poke();
}

void exchange_syn(struct relay *relay, struct flow *flow, struct frame *frame, const struct packet *packet)
{
	struct exchange *exchange = flow->exchange;

	if (exchange == NULL) {
		begin(relay, flow, frame);
		return;
	}
	const uint32_t first = packet_parse(frame_bytes(exchange->syn)).tcp_seq;
	if (exchange->down.channel == NULL && first != packet->tcp_seq) {
		/* The device has given up the one before. */
		exchange_end(exchange, true);
		begin(relay, flow, frame);
		return;
	}
	if (exchange->up_opened)
		host_relay_input(packet->body, TO_SERVER);
	frame_free(frame);
}

void exchanges_listen(struct relay *relay)
{
	/* Outlives the relay, as the stack does, which is one a process. */
	static struct channel_listener listener;

	listener = (struct channel_listener){.accepted = on_accepted, .ctx = relay};
	for (size_t i = 0; i < relay->config.ports.count; i++)
		channel_listen(relay->config.ports.of[i], &listener);
}
