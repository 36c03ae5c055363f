/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file The session of a scenario that fails: the first of its seeds, in order, whose session does.
 */
#ifndef SEARCH_FAILING_H
#define SEARCH_FAILING_H

#include "lib/base/error.h"
#include "harness/scenario/plan.h"

struct search;

enum failing {
	FAILING_FOUND,
	FAILING_NONE, /**< with an error: all of them pass */
	/** with an error: none failed, but not all have passed; or as search_run() */
	FAILING_UNCLEAR,
};

/**
 * Runs the sessions of a scenario until one fails, whose folder stays.
 * @param seed The only seed; NULL: the scenario's, or the first few if its faults draw and it names
 *        none.
 * @param ret_dir The folder, with plan.yaml, of the session that fails.
 */
enum failing failing_find(struct search *search, const struct plan *plan, const uint64_t *seed, char ret_dir[DEVICE_PATH_MAX],
                          struct error *err);

#endif
