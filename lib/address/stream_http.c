/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP in a stream, by llhttp: where messages begin. */
#include <strings.h>

#include "lib/address/stream_inside.h"
#include "lib/base/memory.h"

static int on_field(llhttp_t *parser, const char *at, size_t length)
{
	struct http *http = parser->data;

	for (size_t i = 0; i < length; i++)
		if (http->field_length < FIELD_MAX)
			http->field[http->field_length++] = at[i];
	return 0;
}

static int on_field_end(llhttp_t *parser)
{
	struct http *http = parser->data;

	http->has_range |= http->field_length == 5 && strncasecmp(http->field, "range", 5) == 0;
	http->field_length = 0;
	return 0;
}

static int on_headers(llhttp_t *parser)
{
	((struct http *)parser->data)->headers_done = true;
	return HPE_PAUSED;
}

static int on_message(llhttp_t *parser)
{
	(void)parser;
	return HPE_PAUSED;
}

void stream_open_http(struct stream *stream)
{
	struct http *http = stream->http = memory_new(sizeof *http);

	llhttp_settings_init(&http->settings);
	http->settings.on_header_field = on_field;
	http->settings.on_header_field_complete = on_field_end;
	http->settings.on_headers_complete = on_headers;
	http->settings.on_message_complete = on_message;
	llhttp_init(&http->parser, HTTP_BOTH, &http->settings);
	http->parser.data = http;
}

/* The head of a message is complete. */
static void note_http(struct stream *stream)
{
	struct http *http = stream->http;
	uint64_t begun = http->begun_at;

	http->headers_done = false;
	if (llhttp_get_type(&http->parser) == HTTP_RESPONSE)
		stream_note(stream, begun, ADDRESS_HTTP_RESPONSE);
	else if (!stream->tls.request_told)
		stream_note(stream, begun, ADDRESS_HTTP_REQUEST);
	stream->tls.request_told = false;
	if (llhttp_get_type(&http->parser) == HTTP_REQUEST && http->has_range)
		stream_note(stream, begun, ADDRESS_HTTP_RANGE);
	http->has_range = false;
}

void stream_parse_http(struct stream *stream, const uint8_t *data, size_t length, uint64_t at)
{
	struct http *http = stream->http;

	for (size_t i = 0; i < length;) {
		const char *from = (const char *)data + i;
		if (!http->begun)
			http->begun_at = at + i;
		http->begun = true;
		llhttp_errno_t result = llhttp_execute(&http->parser, from, length - i);
		if (result == HPE_OK)
			return;
		if (result != HPE_PAUSED) {
			stream->tls.is_other = stream->kind == TLS;
			stream->kind = stream->kind == TLS ? TLS : OPAQUE;
			return;
		}
		i += (size_t)(llhttp_get_error_pos(&http->parser) - from);
		llhttp_resume(&http->parser);
		if (http->headers_done)
			note_http(stream);
		else
			http->begun = false;
	}
}
