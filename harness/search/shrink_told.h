/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a plan was shrunk to, told: the sentence, what is left of it, the borders of its amounts,
 * and how it became smaller; for people and as JSON.
 */
#ifndef SEARCH_SHRINK_TOLD_H
#define SEARCH_SHRINK_TOLD_H

#include <jansson.h>

#include "harness/search/shrink.h"

/** Adds the blocks to @p told (reports/search/told.h). */
void shrink_tell(const struct shrunk *shrunk, json_t *told);

/** @return the member `shrink` of search.json, of a result that has a plan. */
json_t *shrink_json(const struct shrunk *shrunk);

#endif
