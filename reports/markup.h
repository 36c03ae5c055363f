/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Text of unknown origin as it may stand in XML and HTML, between tags and in attributes with double quotes.
 */
#ifndef REPORTS_MARKUP_H
#define REPORTS_MARKUP_H

#include <stddef.h>
#include <stdio.h>

/** Writes the text: what means something to a parser as an entity, what XML does not know (1.0 section 2.2) as U+FFFD. */
void markup_text(FILE *stream, const char *text);

/** The same for its first @p length bytes. */
void markup_part(FILE *stream, const char *text, size_t length);

/** Writes ` name="text"`. */
void markup_attribute(FILE *stream, const char *name, const char *text);

#endif
