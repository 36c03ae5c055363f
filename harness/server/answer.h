/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the HTTP server: what an answer looks like on the wire, its ranges included, and how
 * that goes wrong when it shall.
 */
#ifndef SERVER_ANSWER_H
#define SERVER_ANSWER_H

#include "harness/server/http.h"

#define ANSWER_HEAD_MAX 1536
#define ANSWER_RANGE_MAX 160

/**
 * Cuts the answer down to what Range asks for (RFC 9110 14.2, 13.1.5), as the answer's impairment
 * has it.
 * @param ret_header The Content-Range header, with its line end; empty for none.
 */
void answer_apply_range(const struct http_request *request, struct http_answer *answer, char ret_header[ANSWER_RANGE_MAX]);

/** The status line and the headers. @param unix_s Now. @return their length. */
size_t answer_write_head(const struct http_answer *answer, const char *range_header, bool keep_alive, uint64_t unix_s,
                         char ret_head[ANSWER_HEAD_MAX]);

/** Releases what the answer owns. */
void answer_release(struct http_answer *answer);

#endif
