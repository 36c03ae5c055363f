/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Reads the scenarios of a campaign one after the other, so that what one command refuses another
 * refuses in the same words.
 */
#ifndef CAMPAIGN_READING_H
#define CAMPAIGN_READING_H

#include "harness/campaign/ops.h"
#include "harness/campaign/selection.h"
#include "harness/scenario/plan.h"

struct reading {
	bool frozen; /**< they must be plans of sessions */
	struct paths paths;
	const struct campaign_ops *ops; /**< borrowed */
	/** of those that were read, with their devices if there are several; ends with NULL */
	char **names;
	size_t count;
};

/**
 * @return false with @p err: the program does not find what belongs to it. reading_close() is fine
 *        then.
 */
bool reading_open(struct reading *reading, bool frozen, const struct campaign_ops *ops, struct error *err);

/**
 * Reads one, as its suite wants it, and tells what there is to be warned of.
 * @param ret_plan To be released with plan_close().
 */
bool reading_next(struct reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err);

/** Reads one that reading_next() has found good once more: another session of it. */
bool reading_again(const struct reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err);

void reading_close(struct reading *reading);

#endif
