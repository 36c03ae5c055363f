/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/request.h"

#include <string.h>
#include <strings.h>

#define TEXT_OF(x) #x
#define LIMIT(x) TEXT_OF(x)

/* @return whether all of it had room. */
static bool append(char *to, size_t size, const char *at, size_t length)
{
	size_t used = strlen(to);
	bool fits = used + length < size;

	if (!fits)
		length = size - 1 - used;
	memcpy(to + used, at, length);
	to[used + length] = '\0';
	return fits;
}

static struct request_reader *of(llhttp_t *parser)
{
	return parser->data;
}

static int on_begin(llhttp_t *parser)
{
	struct request_reader *reader = of(parser);

	memset(&reader->request, 0, sizeof reader->request);
	reader->complete = false;
	reader->too_large = NULL;
	reader->value = NULL;
	reader->field[0] = '\0';
	return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
	struct request_reader *reader = of(parser);

	if (!append(reader->request.target, sizeof reader->request.target, at, length))
		reader->too_large = "a target of more than " LIMIT(HTTP_TARGET_MAX) " bytes";
	return 0;
}

static int on_field(llhttp_t *parser, const char *at, size_t length)
{
	struct request_reader *reader = of(parser);

	if (reader->value != NULL)
		reader->field[0] = '\0';
	reader->value = NULL;
	(void)append(reader->field, sizeof reader->field, at, length);
	return 0;
}

static char *place_of(struct http_request *request, const char *field)
{
	const struct {
		const char *name;
		char *place;
	} fields[] = {
		{"Host", request->host}, {"Range", request->range}, {"If-Range", request->if_range}, {"User-Agent", request->user_agent}};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strcasecmp(fields[i].name, field) == 0)
			return fields[i].place;
	return NULL;
}

static int on_value(llhttp_t *parser, const char *at, size_t length)
{
	static char nowhere[1];
	struct request_reader *reader = of(parser);

	if (reader->value == NULL)
		reader->value = place_of(&reader->request, reader->field);
	if (reader->value == NULL)
		reader->value = nowhere;
	/* The name of the client is for people; the others say what is wanted. */
	if (reader->value != nowhere && !append(reader->value, HTTP_FIELD_MAX, at, length) && reader->value != reader->request.user_agent)
		reader->too_large = "a header field of more than " LIMIT(HTTP_FIELD_MAX) " bytes";
	return 0;
}

static int on_value_complete(llhttp_t *parser)
{
	struct request_reader *reader = of(parser);

	reader->field[0] = '\0';
	reader->value = NULL;
	return 0;
}

/*
 * A server that does not speak what it is to upgrade to ignores the field (RFC 9110 7.8): what
 * follows is the next request, as it would be without.
 */
static int on_headers_complete(llhttp_t *parser)
{
	parser->upgrade = 0;
	return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
	struct request_reader *reader = of(parser);
	size_t room = sizeof reader->request.body - reader->request.body_length;

	if (length > room) {
		reader->too_large = "a body of more than " LIMIT(HTTP_BODY_MAX) " bytes";
		length = room;
	}
	memcpy(reader->request.body + reader->request.body_length, at, length);
	reader->request.body_length += length;
	return 0;
}

static int on_complete(llhttp_t *parser)
{
	of(parser)->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_message_begin = on_begin,
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

void request_init(struct request_reader *reader)
{
	memset(reader, 0, sizeof *reader);
	llhttp_init(&reader->parser, HTTP_REQUEST, &settings);
	reader->parser.data = reader;
}

enum request_result request_read(struct request_reader *reader, struct bytes data, size_t *ret_read)
{
	llhttp_errno_t result = llhttp_execute(&reader->parser, (const char *)data.data, data.length);

	*ret_read = data.length;
	if (result == HPE_OK)
		return REQUEST_PART;
	if (result != HPE_PAUSED || !reader->complete)
		return REQUEST_WRONG;
	*ret_read = (size_t)(llhttp_get_error_pos(&reader->parser) - (const char *)data.data);
	llhttp_resume(&reader->parser);
	reader->request.method = llhttp_method_name((llhttp_method_t)reader->parser.method);
	return REQUEST_COMPLETE;
}

bool request_keeps_alive(const struct request_reader *reader)
{
	return llhttp_should_keep_alive(&reader->parser) != 0;
}

const char *request_fault(const struct request_reader *reader)
{
	return llhttp_get_error_reason(&reader->parser);
}
