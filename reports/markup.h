/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Text of unknown origin as it may stand in XML and HTML, between tags and in attributes with
 * double quotes.
 */
#ifndef REPORTS_MARKUP_H
#define REPORTS_MARKUP_H

#include <stddef.h>
#include <stdio.h>

/**
 * Writes the text: what means something to a parser as an entity, what XML does not know (1.0
 * section 2.2) as U+FFFD.
 */
void markup_text(FILE *stream, const char *text);

/** The same for its first @p length bytes. */
void markup_part(FILE *stream, const char *text, size_t length);

/**
 * Writes a path as it may stand in a link (RFC 3986): what is not plain by its bytes, so that no
 * name can be taken for a scheme, a query or an end.
 */
void markup_path(FILE *stream, const char *path);

/** Writes a template, in which every {{name}} is what @p put writes for it. */
void markup_fill(FILE *stream, const char *template, void (*put)(FILE *stream, const char *name, const void *ctx), const void *ctx);

/**
 * Writes a part of a policy for a page's content: @p what (`style-src`, say) may be just the text
 * @p content, by its SHA-256 (CSP Level 3, section 2.3.1).
 */
void markup_policy(FILE *stream, const char *what, const char *content);

/** Writes ` name="text"`. */
void markup_attribute(FILE *stream, const char *name, const char *text);

#endif
