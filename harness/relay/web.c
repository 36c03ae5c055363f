/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a request is read up to the end of its head, and then it is an occasion of srv.http. Unless a fault answers in place of the server it goes on, its body as it
 * comes. Then the device's side is stopped until the answer is through, so pipelined requests go on one by one, as the emulator's server takes them.
 *
 *     answer:   HEAD     bytes are kept until the head is whole; an interim one (1xx) passes and is followed by another
 *               BODY     bytes pass as far as the answer's trouble allows
 *               DONE     the rest is nobody's, or the next answer's
 *
 * An answer of our own is written as a server would write it and read like one, so all troubles act on it alike.
 *
 * What an answer's framing is, llhttp says; what passes are the bytes of the server, chunks and all, unless the trouble is about them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llhttp.h>

#include "base/check.h"
#include "base/memory.h"
#include "relay/head.h"
#include "relay/inside.h"
#include "server/answer.h"
#include "server/host.h"
#include "server/request.h"

#define FIELD_MAX 512U
#define BOUNDARY "stutter-part"

enum ask_state { ASK_HEAD, ASK_BODY, ASK_DONE };
enum answer_state { ANSWER_NONE, ANSWER_HEAD, ANSWER_BODY, ANSWER_DONE };

struct web {
	struct exchange *exchange;
	struct upset upset;

	/* the request */
	enum ask_state asks;
	struct head asked;
	struct request_reader reader;
	bool discards, expects, is_head, is_get;
	bool keeps_alive;
	uint64_t cut_from; /* of HTTP_RANGE_WRONG_START: the range "N-" was asked for, and this is N; else 0 */

	/* the answer */
	enum answer_state answers;
	struct head answer;
	llhttp_t parser;
	bool waited, paused, stalled, closes, completes;
	bool inverts, garbles, drops, unframes; /* bytes of the body: turned over, others, left out, without their chunks */
	uint64_t body, limit;                   /* bytes of it that have passed, and may */
	uint64_t most;                          /* more than so many are left out */
	size_t piece_at;                        /* where the piece under way begins in the pool */
	const uint8_t *piece;
	char tail[64]; /* behind the body */

	/* an answer of our own, as far as it was not read */
	uint8_t *own;
	size_t own_read, own_length;

	bool deaf, closes_window;
	struct sim_event timer, deaf_timer;
};

static void go_on(struct web *web);

/* -- life -- */

static void fire_timer(void *ctx, sim_ns now)
{
	(void)now;
	go_on(ctx);
	host_poke();
}

static void fire_deaf_timer(void *ctx, sim_ns now)
{
	struct web *web = ctx;
	struct exchange *exchange = web->exchange;

	(void)now;
	web->deaf = false;
	channel_open_window(exchange->down.channel);
	if (web->asks != ASK_DONE)
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

static void wait_for(struct web *web, sim_ns time)
{
	struct relay *relay = web->exchange->relay;

	exchange_stop(&web->exchange->up);
	sim_schedule(relay->config.sim, &web->timer, relay_now(relay) + time);
}

/* What is no HTTP after all passes, and so does all that follows. */
static void give_up(struct web *web, const char *why)
{
	struct exchange *exchange = web->exchange;

	exchange_say(exchange, "relay", "%s: what follows passes", why);
	exchange_pass(exchange);
	exchange_resume(exchange, &exchange->down);
	exchange_resume(exchange, &exchange->up);
}

/* -- the request -- */

static const char *host_asked(const struct web *web, char ret_name[HTTP_FIELD_MAX])
{
	const char *host = web->reader.request.host;
	size_t length = host[0] == '[' ? strlen(host) : strcspn(host, ":");

	if (length == 0)
		return names_of_address(&web->exchange->relay->names, web->exchange->flow->ends.server);
	(void)snprintf(ret_name, HTTP_FIELD_MAX, "%.*s", (int)length, host);
	for (char *at = ret_name; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return ret_name;
}

/* A part from the first byte on in place of the one that was asked for (RFC 9110 14.1.2). */
static void ask_for_beginning(struct web *web)
{
	char range[FIELD_MAX];
	unsigned long long first, last;
	char rest;

	if (!web->is_get || !head_field(&web->asked, "Range", range, sizeof range))
		return;
	int read = sscanf(range, "bytes=%llu-%llu%c", &first, &last, &rest);
	if (read == 2 && last >= first) {
		head_drop(&web->asked, "Range");
		head_add(&web->asked, "Range: bytes=0-%llu", last - first);
	} else if (read == 1 && range[strlen(range) - 1] == '-') {
		head_drop(&web->asked, "Range");
		head_add(&web->asked, "Range: bytes=0-");
		web->cut_from = first;
	} else if (sscanf(range, "bytes=-%llu%c", &last, &rest) == 1 && last > 0) {
		head_drop(&web->asked, "Range");
		head_add(&web->asked, "Range: bytes=0-%llu", last - 1);
	}
}

/* What the server is to hear of ranges. */
static void change_request(struct web *web)
{
	char field[FIELD_MAX];

	if (web->upset.trouble.range == HTTP_RANGE_WRONG_START)
		ask_for_beginning(web);
	/* Another file has another ETag, so a condition on the one before does not hold (RFC 9110 13.1.5). */
	if (web->upset.trouble.range == HTTP_RANGE_IGNORED ||
	    (web->upset.trouble.range == HTTP_RANGE_CHANGED && head_field(&web->asked, "If-Range", field, sizeof field))) {
		head_drop(&web->asked, "Range");
		head_drop(&web->asked, "If-Range");
	}
}

/* Writes what a fault answers in place of the server, and reads it as if it came from there. */
static void answer_ourselves(struct web *web)
{
	struct http_answer answer = web->upset.answer;
	char head[ANSWER_HEAD_MAX];
	const struct relay *relay = web->exchange->relay;
	const uint64_t unix_s = (relay->config.unix_base_ns + relay_now(relay)) / SIM_S;

	size_t length = answer_write_head(&answer, "", web->keeps_alive && !web->expects, unix_s, head);
	size_t body = web->is_head ? 0 : answer.body.length;
	web->own = memory_new(length + body);
	memcpy(web->own, head, length);
	if (body > 0)
		memcpy(web->own + length, answer.body.data, body);
	web->own_length = length + body;
	web->own_read = 0;
	web->closes |= !web->keeps_alive || web->expects;
	go_on(web);
}

static void be_deaf(struct web *web)
{
	struct relay *relay = web->exchange->relay;

	web->deaf = web->closes_window = true;
	exchange_stop(&web->exchange->down);
	sim_schedule(relay->config.sim, &web->deaf_timer, relay_now(relay) + web->upset.trouble.deaf_ns);
}

static void begin_answer(struct web *web)
{
	web->answers = ANSWER_HEAD;
	web->answer.length = 0;
	web->waited = web->paused = web->completes = false;
	web->inverts = web->garbles = web->drops = web->unframes = false;
	web->body = 0;
	web->limit = web->most = UINT64_MAX;
	web->tail[0] = '\0';
	web->closes = false;
	exchange_resume(web->exchange, &web->exchange->up);
}

static void end_request(struct web *web)
{
	web->asks = ASK_DONE;
	web->keeps_alive = request_keeps_alive(&web->reader);
	exchange_stop(&web->exchange->down);
}

static void begin_request(struct web *web)
{
	struct exchange *exchange = web->exchange;
	struct request_reader *reader = &web->reader;
	char host[HTTP_FIELD_MAX], field[FIELD_MAX];
	size_t read;

	request_init(reader);
	enum request_result result = request_read(reader, bytes_of(web->asked.text, web->asked.length), &read);
	if (result == REQUEST_WRONG) {
		(void)exchange_put(&exchange->up, web->asked.text, web->asked.length);
		give_up(web, "this is no HTTP request");
		return;
	}
	const char *method = llhttp_method_name((llhttp_method_t)reader->parser.method);
	web->is_head = strcmp(method, "HEAD") == 0;
	web->is_get = strcmp(method, "GET") == 0;
	web->expects = head_field(&web->asked, "Expect", field, sizeof field);
	web->keeps_alive = true;
	web->cut_from = 0;
	web->upset = disruptor_http(exchange->relay->config.disruptor, host_asked(web, host), reader->request.target,
	                            relay_now(exchange->relay));
	reader->request.method = method;
	if (web->upset.trouble.resets) {
		exchange_say(exchange, "http", "%s %s is reset", method, reader->request.target);
		exchange_end(exchange, true);
		return;
	}
	if (web->upset.trouble.deaf_ns > 0)
		be_deaf(web);
	web->discards = web->upset.replaces;
	web->asks = ASK_BODY;
	if (!web->discards) {
		change_request(web);
		(void)exchange_put(&exchange->up, web->asked.text, web->asked.length);
	}
	if (result == REQUEST_COMPLETE)
		end_request(web);
	begin_answer(web);
	if (web->discards && (result == REQUEST_COMPLETE || web->expects))
		answer_ourselves(web);
}

static size_t read_body(struct web *web, struct bytes data)
{
	struct exchange *exchange = web->exchange;
	size_t read;

	enum request_result result = request_read(&web->reader, data, &read);
	if (result == REQUEST_WRONG)
		read = data.length;
	if (!web->discards)
		(void)exchange_put(&exchange->up, data.data, read);
	if (result == REQUEST_WRONG) {
		give_up(web, "the request's body cannot be read");
	} else if (result == REQUEST_COMPLETE) {
		end_request(web);
		if (web->discards && web->own == NULL && web->answers == ANSWER_HEAD)
			answer_ourselves(web);
		else
			go_on(web);
	}
	return read;
}

void web_taken(struct web *web)
{
	if (web->closes_window)
		channel_shut_window(web->exchange->down.channel);
	web->closes_window = false;
}

size_t web_ask(struct web *web, struct bytes data)
{
	struct exchange *exchange = web->exchange;
	bool whole;

	if (web->asks == ASK_DONE) {
		exchange_stop(&exchange->down);
		return 0;
	}
	if (web->asks == ASK_BODY)
		return read_body(web, data);
	size_t used = head_read(&web->asked, data, &whole);
	if (whole) {
		begin_request(web);
	} else if (web->asked.length == RELAY_HEAD_MAX || !head_can_ask(&web->asked)) {
		(void)exchange_put(&exchange->up, web->asked.text, web->asked.length);
		give_up(web, web->asked.length == RELAY_HEAD_MAX ? "the request's head is longer than 64 KiB" : "this is no HTTP request");
	}
	return used;
}

/* -- the answer's head -- */

static int on_headers(llhttp_t *parser)
{
	const struct web *web = parser->data;
	const int status = llhttp_get_status_code(parser);

	parser->upgrade = 0;
	/* RFC 9112 6.3: these have no body, whatever their fields say. */
	return web->is_head || status == 204 || status == 304 ? 1 : 0;
}

/* The bytes of the body in a piece, which is in the pool already, or goes there by its parts. */
static int on_body(llhttp_t *parser, const char *at, size_t length)
{
	struct web *web = parser->data;
	struct side *down = &web->exchange->down;
	uint8_t *bytes = NULL;

	if (web->drops)
		return 0;
	size_t kept = web->body >= web->most ? 0 : web->most - web->body < length ? (size_t)(web->most - web->body) : length;
	if (web->unframes)
		bytes = exchange_put(down, at, kept);
	else
		bytes = down->out.data + web->piece_at + ((const uint8_t *)at - web->piece);
	for (size_t i = 0; i < kept; i++) {
		if (web->garbles)
			bytes[i] = upset_garbage(&web->upset, web->body + i);
		else if (web->inverts)
			bytes[i] = (uint8_t)~bytes[i];
	}
	web->body += length;
	return 0;
}

static int on_complete(llhttp_t *parser)
{
	((struct web *)parser->data)->completes = true;
	return HPE_PAUSED;
}

static void init_parser(struct web *web)
{
	static const llhttp_settings_t settings = {
		.on_headers_complete = on_headers, .on_body = on_body, .on_message_complete = on_complete};

	llhttp_init(&web->parser, HTTP_RESPONSE, &settings);
	web->parser.data = web;
}

/* The framing of the body is gone: only its bytes pass, and the end of the connection is theirs. */
static void unframe(struct web *web)
{
	head_drop(&web->answer, "Content-Length");
	head_drop(&web->answer, "Transfer-Encoding");
	head_drop(&web->answer, "Trailer");
	web->unframes = true;
}

static void close_behind(struct web *web)
{
	head_drop(&web->answer, "Connection");
	head_drop(&web->answer, "Keep-Alive");
	head_add(&web->answer, "Connection: close");
	web->closes = true;
}

struct content_range {
	unsigned long long first, last, size;
};

static bool read_content_range(const struct web *web, struct content_range *ret_range)
{
	char field[FIELD_MAX];

	return head_field(&web->answer, "Content-Range", field, sizeof field) &&
	       sscanf(field, "bytes %llu-%llu/%llu", &ret_range->first, &ret_range->last, &ret_range->size) == 3 &&
	       ret_range->last >= ret_range->first && ret_range->last < ret_range->size;
}

/* "N-" was asked for and the whole came: as many bytes as from N on, from the first one on. */
static void cut_to_range(struct web *web)
{
	struct content_range range;

	if (web->cut_from == 0 || !read_content_range(web, &range) || range.first != 0 || web->cut_from >= range.size)
		return;
	web->most = range.size - web->cut_from;
	unframe(web);
	head_drop(&web->answer, "Content-Range");
	head_add(&web->answer, "Content-Range: bytes 0-%" PRIu64 "/%llu", web->most - 1, range.size);
	head_add(&web->answer, "Content-Length: %" PRIu64, web->most);
}

/* RFC 9110 14.6: the part as the only one of several. */
static void wrap_part(struct web *web, char ret_begin[FIELD_MAX])
{
	char type[FIELD_MAX / 2] = "application/octet-stream";
	struct content_range range;

	if (!read_content_range(web, &range))
		return;
	(void)head_field(&web->answer, "Content-Type", type, sizeof type);
	(void)snprintf(ret_begin, FIELD_MAX, "--" BOUNDARY "\r\nContent-Type: %s\r\nContent-Range: bytes %llu-%llu/%llu\r\n\r\n", type,
	               range.first, range.last, range.size);
	(void)snprintf(web->tail, sizeof web->tail, "\r\n--" BOUNDARY "--\r\n");
	unframe(web);
	head_drop(&web->answer, "Content-Range");
	head_drop(&web->answer, "Content-Type");
	head_add(&web->answer, "Content-Type: multipart/byteranges; boundary=" BOUNDARY);
	head_add(&web->answer, "Content-Length: %llu", range.last - range.first + 1 + strlen(ret_begin) + strlen(web->tail));
}

static void change_range(struct web *web, unsigned status, char ret_begin[FIELD_MAX])
{
	char field[FIELD_MAX];

	switch (web->upset.trouble.range) {
	case HTTP_RANGE_IGNORED:
		head_drop(&web->answer, "Accept-Ranges");
		break;
	case HTTP_RANGE_WRONG_START:
		if (status == 206)
			cut_to_range(web);
		break;
	case HTTP_RANGE_MULTIPART:
		if (status == 206)
			wrap_part(web, ret_begin);
		break;
	case HTTP_RANGE_CHANGED:
		if (status != 206 && (status != 200 || !head_field(&web->answer, "Accept-Ranges", field, sizeof field)))
			break;
		head_drop(&web->answer, "ETag");
		head_drop(&web->answer, "Last-Modified");
		head_add(&web->answer, "ETag: \"changed\"");
		web->inverts = true;
		break;
	case HTTP_RANGE_RIGHT:
		break;
	}
}

static void change_length(struct web *web)
{
	const struct http_trouble *trouble = &web->upset.trouble;

	if (web->upset.empty) {
		unframe(web);
		head_add(&web->answer, "Content-Length: 0");
		web->drops = true;
	}
	if (trouble->length == HTTP_LENGTH_RIGHT)
		return;
	unframe(web);
	if (trouble->length == HTTP_LENGTH_WRONG)
		head_add(&web->answer, "Content-Length: %" PRIu64, trouble->length_value);
}

static void set_limit(struct web *web)
{
	const struct http_trouble *trouble = &web->upset.trouble;

	web->limit = UINT64_MAX;
	if (trouble->cuts)
		web->limit = trouble->cut_at;
	if (trouble->pause_ns > 0 && !web->paused && trouble->pause_at < web->limit)
		web->limit = trouble->pause_at;
}

/* @return false if the answer cannot be read as one. */
static bool begin_body(struct web *web)
{
	const struct http_trouble *trouble = &web->upset.trouble;
	struct exchange *exchange = web->exchange;
	const unsigned status = head_status(&web->answer);
	char begin[FIELD_MAX] = "";

	init_parser(web);
	llhttp_errno_t result = llhttp_execute(&web->parser, web->answer.text, web->answer.length);
	if (result != HPE_OK && !(result == HPE_PAUSED && web->completes))
		return false;
	exchange_say(exchange, "http", "%s %s%s%s -> %u", web->reader.request.method, web->reader.request.target,
	             web->reader.request.range[0] != '\0' ? " range " : "", web->reader.request.range, status);
	if (!web->is_head && status != 204 && status != 304) {
		change_range(web, status, begin);
		change_length(web);
		web->garbles = web->upset.garbage;
	}
	if (trouble->length != HTTP_LENGTH_RIGHT || (trouble->cuts && !trouble->stalls))
		close_behind(web);
	(void)exchange_put(&exchange->down, web->answer.text, web->answer.length);
	(void)exchange_put(&exchange->down, begin, strlen(begin));
	set_limit(web);
	web->answers = ANSWER_BODY;
	return true;
}

/* -- the answer's body -- */

static void next_request(struct web *web)
{
	struct exchange *exchange = web->exchange;

	web->asks = ASK_HEAD;
	web->asked.length = 0;
	web->answers = ANSWER_NONE;
	if (!web->deaf)
		exchange_resume(exchange, &exchange->down);
}

static void end_answer(struct web *web)
{
	struct exchange *exchange = web->exchange;

	(void)exchange_put(&exchange->down, web->tail, strlen(web->tail));
	free(web->own);
	web->own = NULL;
	web->answers = ANSWER_DONE;
	if (web->closes) {
		exchange_close(exchange);
	} else if (web->asks == ASK_DONE) {
		next_request(web);
	}
}

/* So many bytes have passed as may, for now or for good. @return whether more may. */
static bool is_at_limit(struct web *web)
{
	const struct http_trouble *trouble = &web->upset.trouble;
	struct exchange *exchange = web->exchange;

	if (web->body < web->limit)
		return false;
	if (!web->paused && trouble->pause_ns > 0 && web->limit == trouble->pause_at) {
		web->paused = true;
		wait_for(web, trouble->pause_ns);
		return true;
	}
	if (!trouble->cuts || web->limit != trouble->cut_at)
		return false;
	exchange_say(exchange, "http", "%s ends after %" PRIu64 " B", web->reader.request.target, web->body);
	if (trouble->stalls) {
		web->stalled = true;
		exchange_stop(&exchange->up);
	} else {
		exchange_close(exchange);
	}
	return true;
}

static size_t pass_body(struct web *web, struct bytes data)
{
	struct side *down = &web->exchange->down;
	const bool raw = !web->drops && !web->unframes;
	const uint64_t room = web->limit - web->body;

	if (is_at_limit(web))
		return 0;
	data = bytes_part(data, 0, data.length < room ? data.length : (size_t)room);
	web->piece = data.data;
	if (raw)
		web->piece_at = (size_t)(exchange_put(down, data.data, data.length) - down->out.data);
	llhttp_errno_t result = llhttp_execute(&web->parser, (const char *)data.data, data.length);
	size_t used = data.length;
	if (web->completes) {
		used = (size_t)(llhttp_get_error_pos(&web->parser) - (const char *)data.data);
		if (raw)
			down->out.length -= data.length - used;
		/* A body that ends where it would be cut is whole. */
		end_answer(web);
	} else if (result != HPE_OK) {
		give_up(web, "the answer's body cannot be read");
	}
	return used;
}

/* An answer from its first byte on. */
static size_t read_head(struct web *web, struct bytes data)
{
	struct exchange *exchange = web->exchange;
	bool whole;

	if (web->upset.trouble.before_ns > 0 && !web->waited) {
		web->waited = true;
		wait_for(web, web->upset.trouble.before_ns);
		return 0;
	}
	size_t used = head_read(&web->answer, data, &whole);
	const unsigned status = whole ? head_status(&web->answer) : 0;
	if (whole && status >= 100 && status < 200) {
		(void)exchange_put(&exchange->down, web->answer.text, web->answer.length);
		web->answer.length = 0;
		if (status == 101)
			give_up(web, "another protocol is spoken from here on");
		return used;
	}
	if (whole && status != 0 && begin_body(web)) {
		if (web->completes)
			end_answer(web);
	} else if (whole || web->answer.length == RELAY_HEAD_MAX) {
		(void)exchange_put(&exchange->down, web->answer.text, web->answer.length);
		give_up(web, "this is no HTTP answer");
	}
	return used;
}

static size_t read_answer(struct web *web, struct bytes data)
{
	switch (web->answers) {
	case ANSWER_HEAD:
		return read_head(web, data);
	case ANSWER_BODY:
		return pass_body(web, data);
	case ANSWER_DONE:
		/* The next one's, or nobody's: the request before it is not through. */
		exchange_stop(&web->exchange->up);
		return 0;
	case ANSWER_NONE:
		break;
	}
	/* Nobody has asked; such as a 408 behind a silence. */
	(void)exchange_put(&web->exchange->down, data.data, data.length);
	return data.length;
}

size_t web_answer(struct web *web, struct bytes data)
{
	return read_answer(web, data);
}

/* The answer of our own, as far as it may be read now. */
static void read_own(struct web *web)
{
	struct exchange *exchange = web->exchange;

	const uint8_t *own = web->own;

	/* At its end it is released, and there may be the next one. */
	while (web->own == own && !exchange->over && !exchange->closing) {
		size_t used = read_answer(web, bytes_of(own + web->own_read, web->own_length - web->own_read));
		if (used == 0)
			return;
		if (web->own == own)
			web->own_read += used;
	}
}

/* A pause is over, or a request is whole: what was waiting is read. */
static void go_on(struct web *web)
{
	struct exchange *exchange = web->exchange;

	/* It waits, and is called again. */
	if (web->timer.place != 0)
		return;
	exchange_enter(exchange);
	if (web->answers == ANSWER_BODY)
		set_limit(web);
	if (web->own != NULL)
		read_own(web);
	else if (web->answers == ANSWER_DONE && web->asks == ASK_DONE)
		next_request(web);
	if (!exchange->over && !exchange->closing && !web->stalled)
		exchange_resume(exchange, &exchange->up);
	exchange_settle(exchange);
	exchange_leave(exchange);
}

void web_ended(struct web *web)
{
	if (web->answers != ANSWER_BODY || web->completes)
		return;
	(void)llhttp_finish(&web->parser);
	if (web->completes)
		(void)exchange_put(&web->exchange->down, web->tail, strlen(web->tail));
}
