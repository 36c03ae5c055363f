/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/base/text.h"

#define BOUNDARY "stutter-part"

static const char *reason_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} reasons[] = {{200, "OK"},
	               {204, "No Content"},
	               {206, "Partial Content"},
	               {301, "Moved Permanently"},
	               {302, "Found"},
	               {303, "See Other"},
	               {304, "Not Modified"},
	               {307, "Temporary Redirect"},
	               {308, "Permanent Redirect"},
	               {400, "Bad Request"},
	               {401, "Unauthorized"},
	               {403, "Forbidden"},
	               {404, "Not Found"},
	               {405, "Method Not Allowed"},
	               {408, "Request Timeout"},
	               {413, "Content Too Large"},
	               {416, "Range Not Satisfiable"},
	               {429, "Too Many Requests"},
	               {500, "Internal Server Error"},
	               {502, "Bad Gateway"},
	               {503, "Service Unavailable"},
	               {504, "Gateway Timeout"}};

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

/* -- ranges -- */

/* RFC 9110 13.1.5: If-Range takes a strong comparison of the validator. */
static bool range_applies(const struct http_request *request, const struct http_answer *answer)
{
	if (!answer->ranges || answer->status != 200 || request->range[0] == '\0' || strcmp(request->method, "GET") != 0)
		return false;
	return request->if_range[0] == '\0' || (answer->etag != NULL && strcmp(request->if_range, answer->etag) == 0);
}

static void take_memory(struct http_answer *answer, char *memory, size_t length)
{
	free(answer->owned);
	answer->owned = memory;
	answer->body = bytes_of(memory, length);
}

/* The file is another one than before: of the same size, with an ETag of its own. */
static void change_file(struct http_answer *answer)
{
	char *copy = memory_new(answer->body.length + 1);

	for (size_t i = 0; i < answer->body.length; i++)
		copy[i] = (char)~answer->body.data[i];
	take_memory(answer, copy, answer->body.length);
	answer->etag = "\"changed\"";
}

/* RFC 9110 14.6: the part as the only one of several. */
static void wrap_part(struct http_answer *answer, uint64_t first, uint64_t last, uint64_t size)
{
	char *text = memory_format("--" BOUNDARY "\r\nContent-Type: %s\r\nContent-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n\r\n",
	                           answer->type, first, last, size);
	static const char end[] = "\r\n--" BOUNDARY "--\r\n";
	size_t begin = strlen(text), length = begin + answer->body.length + sizeof end - 1;

	text = memory_resize(text, length + 1, 1);
	memcpy(text + begin, answer->body.data, answer->body.length);
	memcpy(text + begin + answer->body.length, end, sizeof end);
	take_memory(answer, text, length);
	answer->type = "multipart/byteranges; boundary=" BOUNDARY;
}

static void give_part(struct http_answer *answer, uint64_t first, uint64_t last, char ret_header[ANSWER_RANGE_MAX])
{
	uint64_t size = answer->body.length;

	if (answer->impairment.range == HTTP_RANGE_WRONG_START) {
		last -= first;
		first = 0;
	}
	answer->status = 206;
	answer->body = bytes_part(answer->body, first, last - first + 1);
	if (answer->impairment.range == HTTP_RANGE_MULTIPART)
		wrap_part(answer, first, last, size);
	else
		(void)snprintf(ret_header, ANSWER_RANGE_MAX, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", first, last,
		               size);
}

void answer_apply_range(const struct http_request *request, struct http_answer *answer, char ret_header[ANSWER_RANGE_MAX])
{
	uint64_t first, last;

	ret_header[0] = '\0';
	if (answer->impairment.range == HTTP_RANGE_CHANGED && answer->ranges)
		change_file(answer);
	if (answer->impairment.range == HTTP_RANGE_IGNORED)
		answer->ranges = false;
	if (!range_applies(request, answer))
		return;
	switch (http_range_parse(request->range, answer->body.length, &first, &last)) {
	case HTTP_RANGE_NONE:
		break;
	case HTTP_RANGE_PART:
		give_part(answer, first, last, ret_header);
		break;
	case HTTP_RANGE_UNSATISFIABLE:
		answer->status = 416;
		(void)snprintf(ret_header, ANSWER_RANGE_MAX, "Content-Range: bytes */%zu\r\n", answer->body.length);
		answer->body.length = 0;
		break;
	}
}

/* -- the head -- */

/* RFC 9110 5.6.7. */
static void format_date(uint64_t unix_s, char ret_text[40])
{
	time_t seconds = (time_t)unix_s;
	struct tm parts;

	(void)gmtime_r(&seconds, &parts);
	(void)strftime(ret_text, 40, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

size_t answer_write_head(const struct http_answer *answer, const char *range_header, bool keep_alive, uint64_t unix_s,
                         char ret_head[ANSWER_HEAD_MAX])
{
	const struct http_impairment *impairment = &answer->impairment;
	struct text head = text_in(ret_head, ANSWER_HEAD_MAX);
	char date[40];

	format_date(unix_s, date);
	text_add(&head, "HTTP/1.1 %u %s\r\nServer: stutter\r\nDate: %s\r\n", answer->status, reason_of(answer->status), date);
	if (answer->type != NULL)
		text_add(&head, "Content-Type: %s\r\n", answer->type);
	if (answer->status != 204 && impairment->length != HTTP_LENGTH_MISSING)
		text_add(&head, "Content-Length: %" PRIu64 "\r\n",
		         impairment->length == HTTP_LENGTH_WRONG ? impairment->length_value : answer->body.length);
	if (answer->etag != NULL)
		text_add(&head, "ETag: %s\r\n", answer->etag);
	if (answer->ranges)
		text_add(&head, "Accept-Ranges: bytes\r\n");
	if (answer->status == 405)
		text_add(&head, "Allow: GET, HEAD\r\n");
	text_add(&head, "%s%s%s\r\n", answer->extra, range_header, keep_alive ? "" : "Connection: close\r\n");
	CHECK(!text_is_cut(&head));
	return head.length;
}

void answer_release(struct http_answer *answer)
{
	free(answer->owned);
	answer->owned = NULL;
	answer->body = bytes_of(NULL, 0);
}
