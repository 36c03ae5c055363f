/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What an explanation has found, told: sentences, the curve, tables, and both sessions side by
 * side; for people and as JSON.
 */
#ifndef SEARCH_EXPLAIN_TOLD_H
#define SEARCH_EXPLAIN_TOLD_H

#include <jansson.h>

#include "harness/search/explain.h"

/**
 * Adds the blocks to @p told (reports/search/told.h), and makes the pages of the failing session
 * and of the nearest one that passes.
 * @param plan That was explained. @param dir The search's folder.
 */
void explain_tell(const struct explanation *explanation, const struct plan *plan, const char *dir, json_t *told);

/** @return the member `explain` of search.json. */
json_t *explain_json(const struct explanation *explanation, const struct plan *plan);

/** One sentence about which decisions matter. @return to be released with free(). */
char *explain_say_weights(const struct plan *plan, const struct weights *weights);

#endif
