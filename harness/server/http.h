/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An HTTP/1.1 server (RFC 9110, RFC 9112) on the host's channels: reads requests, streams answers,
 * keeps connections alive.
 *
 * What to answer is decided by a handler, which gets a whole request and fills in an answer. Range
 * requests (RFC 9110 14) are served here for every answer that allows them, so a handler always
 * gives the whole body.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"
#include "harness/server/tls.h"

#define HTTP_PORT 80
#define HTTPS_PORT 443
#define HTTP_TARGET_MAX 2048
#define HTTP_FIELD_MAX 256
/**
 * A request's body that is kept. A longer one, or a longer target or field, is not modelled, since
 * a real server would take it; it is answered with 413.
 */
#define HTTP_BODY_MAX 16384
/** A header field and its value that an answer can have beside the usual ones. */
#define HTTP_EXTRA_MAX 320

struct http_request {
	const char *method;           /**< "GET" */
	char target[HTTP_TARGET_MAX]; /**< as sent: path and query */
	char host[HTTP_FIELD_MAX];
	char range[HTTP_FIELD_MAX]; /**< empty if not sent, as are the following */
	char if_range[HTTP_FIELD_MAX];
	char user_agent[HTTP_FIELD_MAX];
	uint8_t body[HTTP_BODY_MAX];
	size_t body_length;
	uint32_t address;             /**< of the server that was asked, host order; 0: not known */
	bool tls;                     /**< it came over TLS */
	struct pki_identity identity; /**< of the client's certificate */
};

/** How an answer goes wrong on its way out; all zero: it does not. */
struct http_impairment {
	uint64_t before_ns; /**< nothing is sent for so long */
	/** after so many bytes of the body nothing is sent for so long */
	uint64_t pause_at, pause_ns;
	bool cuts; /**< nothing is sent after cut_at bytes of the body: */
	uint64_t cut_at;
	bool stalls; /**< the connection stays open then; else it is closed */
	bool resets; /**< the connection is reset instead of an answer */
	/** from the request on the server reads nothing for so long, and its window closes */
	uint64_t deaf_ns;
	enum http_length { HTTP_LENGTH_RIGHT, HTTP_LENGTH_MISSING, HTTP_LENGTH_WRONG } length;
	uint64_t length_value; /**< of HTTP_LENGTH_WRONG */
	/**
	 * Of an answer that honours Range: it does not; it begins with the first byte; it is
	 * multipart; it is of another file.
	 */
	enum http_range_fault {
		HTTP_RANGE_RIGHT,
		HTTP_RANGE_IGNORED,
		HTTP_RANGE_WRONG_START,
		HTTP_RANGE_MULTIPART,
		HTTP_RANGE_CHANGED
	} range;
};

struct http_answer {
	unsigned status;
	const char *type;  /**< Content-Type; NULL for an answer without a body */
	const char *etag;  /**< with the quotes; NULL for none */
	bool ranges;       /**< Range is honoured */
	struct bytes body; /**< must outlive the answer's sending */
	/** the body's memory if it is to be released with free() then; else NULL */
	char *owned;
	char extra[HTTP_EXTRA_MAX]; /**< more header lines, each with its line end */
	struct http_impairment impairment;
};

/** A part of a body on its way, and where it is in its connection's stream. */
struct http_part {
	struct bytes bytes;
	uint16_t port, remote_port; /**< of the server, of the client */
	/** TCP's, of the first byte; with TLS of the record that it is in */
	uint32_t sequence;
};

struct http_handler {
	void (*answer)(void *ctx, const struct http_request *request, struct http_answer *ret_answer);
	/** A part of the body of the answer to @p request was handed to TCP. */
	void (*sent)(void *ctx, const struct http_request *request, const struct http_part *part);
	/**
	 * A TLS connection begins: what it is to be like. Host, time, random numbers and secrets
	 * are the handler's to fill in.
	 * @param number Of the connection, from 1.
	 * @return false: it is reset.
	 */
	bool (*handshake)(void *ctx, uint32_t address, unsigned number, struct tls_config *ret_config);
	void *ctx;
};

/**
 * Starts the server on the host of this process, for HTTP and HTTPS. @param unix_base_ns The true
 * time at virtual time 0, for the Date header.
 */
void http_open(struct http_handler handler, uint64_t unix_base_ns);
/** That time is another. */
void http_date(uint64_t unix_base_ns);

/** What a Range header asks of a body (RFC 9110 14.1.2). */
enum http_range { HTTP_RANGE_NONE, HTTP_RANGE_PART, HTTP_RANGE_UNSATISFIABLE };

/**
 * Reads a Range header. Several ranges, other units and malformed headers count as none, as RFC
 * 9110 14.2 allows.
 * @param size Of the whole body.
 * @param ret_first Of HTTP_RANGE_PART: the first byte.
 * @param ret_last Of HTTP_RANGE_PART: the last byte.
 */
enum http_range http_range_parse(const char *header, uint64_t size, uint64_t *ret_first, uint64_t *ret_last);

#endif
