/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Reads the JSON objects that devices send: flat, with texts.
 */
#ifndef SERVER_FIELDS_H
#define SERVER_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/bytes.h"

struct fields;

/** @return to be released with fields_close(); NULL if @p body is no JSON object. */
struct fields *fields_open(struct bytes body);
void fields_close(struct fields *fields);

/** @return the text of @p key, as long as the fields live; NULL if it is not there or no text. */
const char *fields_text(const struct fields *fields, const char *key);

/** Copies the text of @p key, cut if it is long; empty if it is not there. */
void fields_copy(const struct fields *fields, const char *key, char *ret_text, size_t size);

#endif
