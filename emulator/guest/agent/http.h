/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * One HTTP request over a connection of its own, with the policy's time limits.
 */
#ifndef AGENT_HTTP_H
#define AGENT_HTTP_H

#include "policy.h"
#include "report.h"

#define HTTP_FIELD_MAX 256

/** What of the answer's head matters here. */
struct http_head {
	long status;
	char etag[HTTP_FIELD_MAX];          /**< with its quotes; empty: none */
	char content_range[HTTP_FIELD_MAX]; /**< empty: none */
};

/** Who the agent says it is to a server that asks (credentials.h). */
enum http_identity { HTTP_NOBODY, HTTP_BOOTSTRAP, HTTP_CLIENT };

struct http_request {
	const char *url;
	enum http_identity identity;
	const char *body;      /**< NULL: GET; otherwise POST of this JSON text */
	const char *fields[3]; /**< further header fields, "Name: value"; NULL: none */
	/**
	 * Takes a piece of the body. The head is complete by then.
	 * @return false to give up; the sink then remembers why.
	 */
	bool (*sink)(void *context, const struct http_head *head, const void *data, size_t size);
	void *context;
};

/**
 * Makes the request and waits for its end.
 * @param ret_head What was received of the head, also when the request failed later.
 * @return false if the transfer failed; a status of any value is no failure here.
 */
bool http_perform(const struct policy *policy, const struct http_request *request, struct http_head *ret_head, struct failure *ret_why);

/**
 * Judges a status that should be @p wanted: fills @p ret_why if it is another; 4xx is permanent,
 * save 408 and 429.
 */
bool http_expect(long wanted, const struct http_head *head, struct failure *ret_why);

/** A body of limited size, kept in memory. */
struct http_text {
	char bytes[16384];
	size_t length;
};

/** A sink into a struct http_text. */
bool http_sink_text(void *context, const struct http_head *head, const void *data, size_t size);

#endif
