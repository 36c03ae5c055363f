/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Memory that is there or the process ends: a session is a process of its own, so one that runs out
 * of memory dies alone and is told of as inconclusive.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/** @return @p size zeroed bytes, to be released with free(); never NULL. */
void *memory_new(size_t size);

/** @return @p old with room for @p count elements of @p size bytes; never NULL. */
void *memory_resize(void *old, size_t count, size_t size);

/** @return a copy of @p text, to be released with free(); never NULL. */
char *memory_text(const char *text);

/** @return a formatted text, to be released with free(); never NULL. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * @return the text of a file, up to its first NUL if it has one, to be released with free(); NULL
 * if it cannot be opened, empty if it cannot be read.
 */
char *memory_file(const char *path);

#endif
