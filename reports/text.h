/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Text of unknown origin (a guest's console, an error) made fit for formats that want clean UTF-8.
 */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include <stdint.h>
#include <stdio.h>

#define TEXT_REPLACEMENT 0xfffdU

/**
 * @return the next character of UTF-8 text and moves @p at behind it; TEXT_REPLACEMENT for a byte
 * that is none; 0 at the end.
 */
uint32_t text_next(const char **at);

/** Writes a character as UTF-8. */
void text_put(FILE *stream, uint32_t character);

/**
 * Writes text for a terminal: what moves a cursor, changes colours or turns the direction of what
 * follows comes out as U+FFFD.
 */
void text_put_plain(FILE *stream, const char *text);

/** Writes the first line of it, in the same way. */
void text_put_first_line(FILE *stream, const char *text);

/** Writes a word as a shell reads it back: as it is if it holds nothing special, else in quotes. */
void text_put_word(FILE *stream, const char *word);

#endif
