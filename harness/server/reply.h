/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Answers in JSON, and what of a request's target they depend on.
 */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/server/http.h"

/** Room for @p text of so many bytes as the inside of a JSON string (RFC 8259 7). */
#define REPLY_ESCAPED_MAX(size) (6 * (size))

/**
 * Writes @p text as the inside of a JSON string; bytes from 128 on are left as they are. @return
 * ret_text.
 */
const char *reply_escape(const char *text, char *ret_text);

/** Answers with a formatted JSON text. */
void reply_json(struct http_answer *ret_answer, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Answers with `{"error": "..."}`. */
void reply_error(struct http_answer *ret_answer, unsigned status, const char *why);

/** Whether the target is @p path, whatever its query. */
bool reply_is_path(const char *target, const char *path);

/**
 * The value of @p key in the target's query (RFC 3986 3.4, application/x-www-form-urlencoded).
 * @return false if it is not there, malformed or too long; ret_value is empty then.
 */
bool reply_query(const char *target, const char *key, char *ret_value, size_t size);

#endif
