/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Reads HTTP/1.1 requests (RFC 9112) with llhttp, one after the other. Sans I/O.
 */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <llhttp.h>

#include "lib/base/bytes.h"
#include "harness/server/http.h"

#define REQUEST_FIELD_NAME_MAX 32

struct request_reader {
	llhttp_t parser;
	struct http_request request;
	char field[REQUEST_FIELD_NAME_MAX]; /* the name of the header that is being read */
	char *value;                        /* where its value goes, or NULL */
	bool complete;
	/** what is larger than is read, "a body of more than 16384 bytes"; NULL: nothing */
	const char *too_large;
};

enum request_result { REQUEST_PART, REQUEST_COMPLETE, REQUEST_WRONG };

/** Before the first request. */
void request_init(struct request_reader *reader);

/**
 * Reads on, up to the end of a request. The address, TLS and identity of the request are the
 * caller's to fill in.
 * @param ret_read How many bytes were read; all of them unless the request is complete.
 */
enum request_result request_read(struct request_reader *reader, struct bytes data, size_t *ret_read);

/** Of a complete request: whether the connection goes on after it. */
bool request_keeps_alive(const struct request_reader *reader);

/** Of REQUEST_WRONG: what is wrong. */
const char *request_fault(const struct request_reader *reader);

#endif
