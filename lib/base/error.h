/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is wrong with the user's input or with the world around us: place, cause, cure.
 *
 * A function that can fail for such a reason takes a struct error * as its last parameter and
 * returns false or NULL after filling it. A caller may add context and hands it up; only
 * harness/cli prints. Our own mistakes are no errors: they are CHECKs (check.h).
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define ERROR_TEXT_MAX 1024
#define ERROR_FILE_MAX 256

struct error {
	char file[ERROR_FILE_MAX]; /**< the input it is about; empty if none */
	int line;                  /**< from 1; 0 if none */
	int column;                /**< from 1; 0 if none */
	char text[ERROR_TEXT_MAX]; /**< cause and cure, one line or more, no line feed at the end */
};

/**
 * Fills @p err with a formatted text and no place.
 * @return false, so that a function can end with `return error_set(err, ...)`.
 */
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** As error_set(), from a va_list. */
bool error_vset(struct error *err, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/**
 * Gives @p err the place it is about.
 * @param file Path as the user wrote it.
 * @param line From 1; 0 for none.
 * @param column From 1; 0 for none.
 * @return false.
 */
bool error_at(struct error *err, const char *file, int line, int column);

/** Puts a formatted text and ": " before the text that @p err has. @return false. */
bool error_context(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * Writes `file:line:column: text` (what there is of it) to @p ret_text.
 * @return the length, as snprintf().
 */
int error_format(const struct error *err, char *ret_text, size_t size);

#endif
