/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A text that is put together piece by piece, in a buffer of its user's. What does not fit is cut
 * off, between two characters of UTF-8. Plain data.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *start;
	size_t size;
	/** in bytes, without the end; of one that was cut: that of the whole text */
	size_t length;
};

/** An empty text. @param buffer Borrowed; may be NULL if @p size is 0. */
struct text text_in(char *buffer, size_t size);

/** Adds a piece. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** What goes before an item of a list: nothing before the first. */
static inline const char *text_separator(const struct text *text, const char *separator)
{
	return text->length > 0 ? separator : "";
}

/** Adds the items of a list, with ", " between them. @param names Ends with NULL. */
void text_add_names(struct text *text, const char *const *names);

static inline bool text_is_cut(const struct text *text)
{
	return text->length >= text->size;
}

#endif
