/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a search has found, told: a list of blocks, from which the terminal's text and the page are
 * made. It stands in search.json as `told`, so that pages can be made anew.
 *
 * Everything put in is text of unknown origin and is made fit for where it goes when it is written.
 */
#ifndef REPORTS_SEARCH_TOLD_H
#define REPORTS_SEARCH_TOLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/error.h"

#define SEARCH_FILE "search.json"
/**
 * Of search.json, whose form is search.schema.json: raised when a reader of the old one would go
 * wrong.
 */
#define SEARCH_VERSION 1

/**
 * How a cell or a line is meant; colours on page and terminal, never without a word that says the
 * same.
 */
enum told_sense { TOLD_PLAIN, TOLD_GOOD, TOLD_BAD, TOLD_UNKNOWN };

/** @return an empty list, to be put into search.json as `told`. */
json_t *told_new(void);

void told_heading(json_t *told, const char *text);

/** A paragraph. */
void told_text(json_t *told, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The result, in one sentence: large on the page. */
void told_result(json_t *told, enum told_sense sense, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** A link to a file or folder below the search's own. @param path Relative. */
void told_link(json_t *told, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Text as it stands, in lines: a plan, a log, frames. */
void told_lines(json_t *told, const char *caption, const char *text);

/** Begins a table. @param columns Ends with NULL. @return the table, which belongs to @p told. */
json_t *told_table(json_t *told, const char *caption, const char *const *columns);
/** Begins a row. @return the row, which belongs to the table. */
json_t *told_row(json_t *table);
/** Adds a cell. @param path A link, relative; NULL: none. */
void told_cell(json_t *row, enum told_sense sense, const char *path, const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * Begins a curve: a share (0 to 1) against something, with intervals. @return the curve, which
 * belongs to @p told.
 */
json_t *told_curve(json_t *told, const char *caption, const char *x_name, const char *y_name);
/**
 * Adds a point. Billionths for @p y and its interval. @param x In the unit that @p x_name says.
 * @param label What there is at @p x; NULL: nothing.
 */
void told_point(json_t *curve, double x, uint64_t y, uint64_t low, uint64_t high, const char *label);
/** Marks a place on the x axis with a line and words. */
void told_mark(json_t *curve, double x, const char *text);

/** Writes what was told as text. */
void told_print(const json_t *told, FILE *stream, bool colours);

/** Whether @p dir is the folder of a search. */
bool search_is_one(const char *dir);

/**
 * Reads search.json of a search that has come to its end. @return to be released with
 * json_decref(); NULL with @p err: there is none, it is damaged, or not at its end.
 */
json_t *search_read(const char *dir, struct error *err);

/**
 * Writes index.html of a search's folder from its search.json's content. @param search Has
 * `command`, `title`, `told`.
 */
bool search_page_write(const json_t *search, const char *dir, struct error *err);

#endif
