/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A file of a search to which a line of JSON is added for each thing that is known, so that a
 * search that was left can be gone on with.
 */
#ifndef SEARCH_JOURNAL_H
#define SEARCH_JOURNAL_H

#include <jansson.h>
#include <stdio.h>

/**
 * Gives each line that is there to @p take, and opens the file for more. A line that is cut off, as
 * by a kill, or is no JSON is passed over; what is added stands on a line of its own.
 * @return the stream to add to; NULL with errno if the file cannot be written.
 */
FILE *journal_open(const char *path, void (*take)(void *ctx, const json_t *line), void *ctx);

#endif
