/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's half of HTTP: an answer passes, or one of our own, as its impairment has it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/relay/web.h"

#define BOUNDARY "stutter-part"

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
	if (web->piece == NULL) {
		web->body += length;
		return 0;
	}
	size_t kept = web->body >= web->most ? 0 : web->most - web->body < length ? (size_t)(web->most - web->body) : length;
	if (web->unframes)
		bytes = exchange_put(down, at, kept);
	else
		bytes = down->out.data + web->piece_at + ((const uint8_t *)at - web->piece);
	for (size_t i = 0; i < kept; i++) {
		if (web->garbles)
			bytes[i] = http_effect_garbage(&web->effect, web->body + i);
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
	char field[WEB_FIELD_MAX];

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
static void wrap_part(struct web *web, char ret_begin[WEB_FIELD_MAX])
{
	char type[WEB_FIELD_MAX / 2] = "application/octet-stream";
	struct content_range range;

	if (!read_content_range(web, &range))
		return;
	(void)head_field(&web->answer, "Content-Type", type, sizeof type);
	(void)snprintf(ret_begin, WEB_FIELD_MAX, "--" BOUNDARY "\r\nContent-Type: %s\r\nContent-Range: bytes %llu-%llu/%llu\r\n\r\n", type,
	               range.first, range.last, range.size);
	(void)snprintf(web->tail, sizeof web->tail, "\r\n--" BOUNDARY "--\r\n");
	unframe(web);
	head_drop(&web->answer, "Content-Range");
	head_drop(&web->answer, "Content-Type");
	head_add(&web->answer, "Content-Type: multipart/byteranges; boundary=" BOUNDARY);
	head_add(&web->answer, "Content-Length: %llu", range.last - range.first + 1 + strlen(ret_begin) + strlen(web->tail));
}

static void change_range(struct web *web, unsigned status, char ret_begin[WEB_FIELD_MAX])
{
	char field[WEB_FIELD_MAX];

	switch (web->effect.impairment.range) {
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
	const struct http_impairment *impairment = &web->effect.impairment;

	if (web->effect.empty) {
		unframe(web);
		head_add(&web->answer, "Content-Length: 0");
		web->drops = true;
	}
	if (impairment->length == HTTP_LENGTH_RIGHT)
		return;
	unframe(web);
	if (impairment->length == HTTP_LENGTH_WRONG)
		head_add(&web->answer, "Content-Length: %" PRIu64, impairment->length_value);
}

void web_set_limit(struct web *web)
{
	const struct http_impairment *impairment = &web->effect.impairment;

	web->limit = UINT64_MAX;
	if (impairment->cuts)
		web->limit = impairment->cut_at;
	if (impairment->pause_ns > 0 && !web->paused && impairment->pause_at < web->limit)
		web->limit = impairment->pause_at;
}

/* @return false if the answer cannot be read as one. */
static bool begin_body(struct web *web)
{
	const struct http_impairment *impairment = &web->effect.impairment;
	struct exchange *exchange = web->exchange;
	const unsigned status = head_status(&web->answer);
	char begin[WEB_FIELD_MAX] = "";

	init_parser(web);
	web->piece = NULL;
	llhttp_errno_t result = llhttp_execute(&web->parser, web->answer.text, web->answer.length);
	/*
	 * A body in it: its end is not where anybody else sees it, such as behind a carriage return
	 * alone.
	 */
	if ((result != HPE_OK && !(result == HPE_PAUSED && web->completes)) || web->body > 0)
		return false;
	exchange_say(exchange, "http", "%s %s%s%s -> %u", web->reader.request.method, web->reader.request.target,
	             web->reader.request.range[0] != '\0' ? " range " : "", web->reader.request.range, status);
	if (!web->is_head && status != 204 && status != 304) {
		change_range(web, status, begin);
		change_length(web);
		web->garbles = web->effect.garbage;
	}
	if (impairment->length != HTTP_LENGTH_RIGHT || (impairment->cuts && !impairment->stalls))
		close_behind(web);
	(void)exchange_put(&exchange->down, web->answer.text, web->answer.length);
	(void)exchange_put(&exchange->down, begin, strlen(begin));
	web_set_limit(web);
	web->answers = ANSWER_BODY;
	return true;
}

/* -- the answer's body -- */

void web_next_request(struct web *web)
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
		web_next_request(web);
	}
}

/* @return whether so many bytes have passed as may, for now or for good. */
static bool is_at_limit(struct web *web)
{
	const struct http_impairment *impairment = &web->effect.impairment;
	struct exchange *exchange = web->exchange;

	if (web->body < web->limit)
		return false;
	if (!web->paused && impairment->pause_ns > 0 && web->limit == impairment->pause_at) {
		web->paused = true;
		web_wait(web, impairment->pause_ns);
		return true;
	}
	if (!impairment->cuts || web->limit != impairment->cut_at)
		return false;
	exchange_say(exchange, "http", "%s ends after %" PRIu64 " B", web->reader.request.target, web->body);
	if (impairment->stalls) {
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

	if (is_at_limit(web) || data.length == 0)
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
		web_give_up(web, "the answer's body cannot be read");
	}
	return used;
}

/* An answer from its first byte on. */
static size_t read_head(struct web *web, struct bytes data)
{
	struct exchange *exchange = web->exchange;
	bool whole;

	if (web->effect.impairment.before_ns > 0 && !web->waited) {
		web->waited = true;
		web_wait(web, web->effect.impairment.before_ns);
		return 0;
	}
	size_t used = head_read(&web->answer, data, &whole);
	const unsigned status = whole ? head_status(&web->answer) : 0;
	if (whole && status >= 100 && status < 200) {
		(void)exchange_put(&exchange->down, web->answer.text, web->answer.length);
		web->answer.length = 0;
		if (status == 101)
			web_give_up(web, "another protocol is spoken from here on");
		return used;
	}
	if (whole && status != 0 && begin_body(web)) {
		if (web->completes)
			end_answer(web);
	} else if (whole || web->answer.length == RELAY_HEAD_MAX) {
		web_give_up(web, "this is no HTTP answer");
	}
	return used;
}

size_t web_answer(struct web *web, struct bytes data)
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
