/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Members of JSON that others may have written: what is missing, or of another type, is as
 * good as empty.
 */
#ifndef REPORTS_MEMBER_H
#define REPORTS_MEMBER_H

#include <jansson.h>
#include <stdint.h>

/** @return the text, which belongs to @p json; empty if there is none. */
const char *member_text(const json_t *json, const char *key);

/** @return the whole number; 0 if there is none, it is negative, or too large to be exact. */
uint64_t member_number(const json_t *json, const char *key);

#endif
