/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One libcurl easy handle a request: nothing is kept between two requests, neither connection nor
 * resolved name, so that a retry starts from the same state as the first attempt.
 */
#include "http.h"

#include "credentials.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct exchange {
	const struct http_request *request;
	struct http_head *head;
	bool refused; /* the sink gave up */
};

/* Copies the value of "Name: value\r\n" if the name matches. */
static void take_field(const char *line, size_t length, const char *name, char *ret_value)
{
	const size_t skip = strlen(name);

	if (length < skip || strncasecmp(line, name, skip) != 0)
		return;
	line += skip;
	length -= skip;
	while (length > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	while (length > 0 && strchr("\r\n \t", line[length - 1]))
		length--;
	if (length < HTTP_FIELD_MAX) {
		memcpy(ret_value, line, length);
		ret_value[length] = 0;
	}
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	const size_t length = size * count;
	long status;

	/* A new status line begins a new head: an interim answer came before. */
	if (length >= 12 && memcmp(line, "HTTP/", 5) == 0 && sscanf(line, "HTTP/%*9[0-9.] %3ld", &status) == 1)
		*exchange->head = (struct http_head){.status = status};
	take_field(line, length, "etag:", exchange->head->etag);
	take_field(line, length, "content-range:", exchange->head->content_range);
	return length;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;

	if (exchange->request->sink(exchange->request->context, exchange->head, data, size * count))
		return size * count;
	exchange->refused = true;
	return 0;
}

static void set_limits(CURL *curl, const struct policy *policy)
{
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)policy->connect_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)policy->request_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)policy->low_speed_bps);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)policy->low_speed_s);
}

static void set_identity(CURL *curl, enum http_identity identity)
{
	if (identity == HTTP_NOBODY)
		return;
	curl_easy_setopt(curl, CURLOPT_SSLCERT, identity == HTTP_CLIENT ? CREDENTIALS_CLIENT : CREDENTIALS_BOOTSTRAP);
	curl_easy_setopt(curl, CURLOPT_SSLKEY, identity == HTTP_CLIENT ? CREDENTIALS_CLIENT_KEY : CREDENTIALS_BOOTSTRAP_KEY);
}

static void set_options(CURL *curl, const struct policy *policy)
{
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "stutter-agent/1");
	if (policy->ca_file[0])
		curl_easy_setopt(curl, CURLOPT_CAINFO, policy->ca_file);
	set_limits(curl, policy);
}

static void explain(CURLcode code, const char *detail, const struct exchange *exchange, struct failure *ret_why)
{
	if (exchange->refused)
		return; /* the sink's owner knows better */
	failure_set(ret_why, "curl %d: %s", (int)code, detail[0] ? detail : curl_easy_strerror(code));
}

static struct curl_slist *make_fields(const struct http_request *request)
{
	struct curl_slist *fields = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; i < sizeof(request->fields) / sizeof(request->fields[0]) && request->fields[i]; i++)
		fields = curl_slist_append(fields, request->fields[i]);
	return request->body ? curl_slist_append(fields, "Content-Type: application/json") : fields;
}

bool http_perform(const struct policy *policy, const struct http_request *request, struct http_head *ret_head, struct failure *ret_why)
{
	struct exchange exchange = {.request = request, .head = ret_head};
	char detail[CURL_ERROR_SIZE] = "";
	struct curl_slist *fields = make_fields(request);
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;

	*ret_head = (struct http_head){0};
	*ret_why = (struct failure){0};
	if (curl && fields) {
		set_options(curl, policy);
		set_identity(curl, request->identity);
		curl_easy_setopt(curl, CURLOPT_URL, request->url);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
		curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
		curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
		if (request->body)
			curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
		code = curl_easy_perform(curl);
	}
	curl_easy_cleanup(curl);
	curl_slist_free_all(fields);
	if (code != CURLE_OK)
		explain(code, detail, &exchange, ret_why);
	return code == CURLE_OK;
}

bool http_expect(long wanted, const struct http_head *head, struct failure *ret_why)
{
	if (head->status == wanted)
		return true;
	failure_set(ret_why, "HTTP status %ld", head->status);
	ret_why->permanent = head->status >= 400 && head->status < 500 && head->status != 408 && head->status != 429;
	return false;
}

bool http_sink_text(void *context, const struct http_head *head, const void *data, size_t size)
{
	struct http_text *text = context;

	(void)head;
	if (size >= sizeof(text->bytes) - text->length)
		return false;
	memcpy(text->bytes + text->length, data, size);
	text->length += size;
	text->bytes[text->length] = 0;
	return true;
}
