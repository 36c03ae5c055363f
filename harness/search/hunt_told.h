/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a hunt has found, told: the different failures, what sessions reached, and what the control
 * device did; for people and as JSON.
 */
#ifndef SEARCH_HUNT_TOLD_H
#define SEARCH_HUNT_TOLD_H

#include <jansson.h>

#include "harness/search/hunt.h"

/** Adds the blocks to @p told (reports/search/told.h). @param wish What the hunt was asked for. */
void hunt_tell(const struct hunt *hunt, const struct plan *plan, const struct hunt_options *wish, json_t *told);

/** @return the member `hunt` of search.json. */
json_t *hunt_json(const struct hunt *hunt, const struct plan *plan, const struct hunt_options *wish);

#endif
