/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device's half of HTTP: a request is read, is an event for faults, and goes to the server, or
 * is answered here.
 */
#include "harness/relay/web.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/server/answer.h"

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
	char range[WEB_FIELD_MAX];
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
	char field[WEB_FIELD_MAX];

	if (web->effect.impairment.range == HTTP_RANGE_WRONG_START)
		ask_for_beginning(web);
	/*
	 * Another file has another ETag, so a condition on the one before does not hold (RFC 9110
	 * 13.1.5).
	 */
	if (web->effect.impairment.range == HTTP_RANGE_IGNORED ||
	    (web->effect.impairment.range == HTTP_RANGE_CHANGED && head_field(&web->asked, "If-Range", field, sizeof field))) {
		head_drop(&web->asked, "Range");
		head_drop(&web->asked, "If-Range");
	}
}

/* Writes what a fault answers in place of the server, and reads it as if it came from there. */
static void answer_ourselves(struct web *web)
{
	struct http_answer answer = web->effect.answer;
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
	web_go_on(web);
}

static void be_deaf(struct web *web)
{
	struct relay *relay = web->exchange->relay;

	web->deaf = web->closes_window = true;
	exchange_stop(&web->exchange->down);
	sim_schedule(relay->config.sim, &web->deaf_timer, relay_now(relay) + web->effect.impairment.deaf_ns);
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
	char host[HTTP_FIELD_MAX], field[WEB_FIELD_MAX];
	size_t read;

	request_init(reader);
	enum request_result result = request_read(reader, bytes_of(web->asked.text, web->asked.length), &read);
	if (result == REQUEST_WRONG) {
		web_give_up(web, "this is no HTTP request");
		return;
	}
	const char *method = llhttp_method_name((llhttp_method_t)reader->parser.method);
	web->is_head = strcmp(method, "HEAD") == 0;
	web->is_get = strcmp(method, "GET") == 0;
	web->expects = head_field(&web->asked, "Expect", field, sizeof field);
	web->keeps_alive = true;
	web->cut_from = 0;
	web->effect = service_faults_http(exchange->relay->config.service_faults, host_asked(web, host), reader->request.target,
	                                  relay_now(exchange->relay));
	reader->request.method = method;
	if (web->effect.impairment.resets) {
		exchange_say(exchange, "http", "%s %s is reset", method, reader->request.target);
		exchange_end(exchange, true);
		return;
	}
	if (web->effect.impairment.deaf_ns > 0)
		be_deaf(web);
	web->discards = web->effect.replaces;
	web->asks = ASK_BODY;
	if (!web->discards) {
		change_request(web);
		(void)exchange_put(&exchange->up, web->asked.text, web->asked.length);
	}
	if (result == REQUEST_COMPLETE)
		end_request(web);
	begin_answer(web);
	/* Whatever it does meanwhile, the answer is ours. */
	if (web->discards)
		exchange_stop(&exchange->up);
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
		web_give_up(web, "the request's body cannot be read");
	} else if (result == REQUEST_COMPLETE) {
		end_request(web);
		if (web->discards && web->own == NULL && web->answers == ANSWER_HEAD)
			answer_ourselves(web);
		else
			web_go_on(web);
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
		web_give_up(web,
		            web->asked.length == RELAY_HEAD_MAX ? "the request's head is longer than 64 KiB" : "this is no HTTP request");
	}
	return used;
}
