/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file When something was on the machine that Stutter runs on, as files say it:
 * `2026-11-26T19:02:03Z`, in UTC as in RFC 3339.
 */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

/** Room for any timestamp. */
#define TIMESTAMP_TEXT_MAX 32

/** @param s Seconds since 1970. @return ret_text; empty if that has no date. */
const char *timestamp_write(int64_t s, char ret_text[TIMESTAMP_TEXT_MAX]);

/**
 * Reads what timestamp_write() writes, and no other of the forms that the RFC allows. @return false
 * with ret_s untouched if it is something else.
 */
bool timestamp_read(const char *text, int64_t *ret_s);

#endif
