/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An HTTP/1.1 server (RFC 9110, RFC 9112) on the host's TCP: reads requests with llhttp, streams answers, keeps connections alive.
 *
 * What to answer is decided by a handler, which gets a whole request and fills in an answer. Range requests (RFC 9110 14) are served here for
 * every answer that allows them, so a handler always gives the whole body.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define HTTP_PORT 80
#define HTTP_TARGET_MAX 512
#define HTTP_FIELD_MAX 256
/** A request's body that is kept; more is a finding and answered with 413. */
#define HTTP_BODY_MAX 4096

struct http_request {
	const char *method;           /**< "GET" */
	char target[HTTP_TARGET_MAX]; /**< as sent: path and query */
	char host[HTTP_FIELD_MAX];
	char range[HTTP_FIELD_MAX]; /**< empty if not sent, as are the following */
	char if_range[HTTP_FIELD_MAX];
	char user_agent[HTTP_FIELD_MAX];
	uint8_t body[HTTP_BODY_MAX];
	size_t body_length;
};

struct http_answer {
	unsigned status;
	const char *type;  /**< Content-Type; NULL for an answer without a body */
	const char *etag;  /**< with the quotes; NULL for none */
	bool ranges;       /**< Range is honoured */
	struct bytes body; /**< must outlive the answer's sending */
};

struct http_handler {
	void (*answer)(void *ctx, const struct http_request *request, struct http_answer *ret_answer);
	/** A part of an answer's body was handed to TCP. */
	void (*sent)(void *ctx, struct bytes part);
	void *ctx;
};

/** Starts the server on the host of this process. @param unix_base_ns The true time at virtual time 0, for the Date header. */
void http_open(struct http_handler handler, uint64_t unix_base_ns);

/** What a Range header asks of a body (RFC 9110 14.1.2). */
enum http_range { HTTP_RANGE_NONE, HTTP_RANGE_PART, HTTP_RANGE_UNSATISFIABLE };

/**
 * Reads a Range header. Several ranges, other units and malformed headers count as none, as RFC 9110 14.2 allows.
 * @param size Of the whole body.
 * @param ret_first Of HTTP_RANGE_PART: the first byte.
 * @param ret_last Of HTTP_RANGE_PART: the last byte.
 */
enum http_range http_range_parse(const char *header, uint64_t size, uint64_t *ret_first, uint64_t *ret_last);

#endif
