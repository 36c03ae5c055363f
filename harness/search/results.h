/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is known of plans: results.jsonl, a line of JSON a result, in the order in which they came.
 * A line that is cut off, as by a kill, is passed over.
 */
#ifndef SEARCH_RESULTS_H
#define SEARCH_RESULTS_H

#include <stdio.h>

#include "lib/base/error.h"
#include "lib/base/hash.h"
#include "lib/base/map.h"
#include "harness/search/ending.h"

struct result {
	char key[HASH_TEXT_MAX];
	struct ending ending;
};

struct results {
	struct result *list;
	size_t count, room;
	struct map places; /* by the hash of the key: index + 1 */
	FILE *stream;      /* new ones are added here */
};

/** Reads what there is and opens the file for more. */
bool results_open(struct results *results, const char *path, struct error *err);
void results_close(struct results *results);

/**
 * @return what a plan came to, NULL if that is not known; valid until the next call of
 * results_add().
 */
const struct ending *results_find(const struct results *results, const char *key);

/** Keeps a result, written out at once. @param name Of the trial, for people. */
bool results_add(struct results *results, const char *key, const char *name, const struct ending *ending, struct error *err);

#endif
