/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A gate: runs the plans of suites on two devices, asks after every round whether that is enough
 * (statistics/gate_rules.h), and tells whether the release may go out.
 *
 * How it works. A scenario with a range of seeds is drawn anew for each of them: a plan for each
 * seed, on both devices. One without is a fixed plan, of which the candidate must come out as
 * expected. Rounds have a fixed size, whatever the machine, so that the same suite stops at the
 * same plan everywhere. The sessions of each device are a run of their own in the gate's folder.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "harness/campaign/campaign.h"
#include "reports/gate/told.h"

enum { GATE_BASELINE, GATE_CANDIDATE, GATE_SIDES };

/** What is asked for. Texts are borrowed; NULL and 0: nothing is said. */
struct gate_wish {
	const char *devices[GATE_SIDES]; /**< must be there */
	char *const *operands;           /**< suites; ends with NULL */
	struct ordinals seeds;           /**< in place of the suites'; first 0: theirs */
	char day[EXCEPTION_DAY_MAX];     /**< by which quarantines and waivers hold */
	bool has_budget;
	/** no round is begun after; else what the suites say together */
	uint64_t budget_ns;
	/** of promotion.json; from NULL: none is written */
	const char *from_feed, *to_feed, *release;
	int64_t now_s;                 /**< its date */
	struct campaign_wish campaign; /**< but for the devices */
};

/** As campaign_ops, and: */
struct gate_ops {
	struct campaign_ops campaign;
	/** It is decided. @param is_written The report lies in @p dir. */
	void (*decided)(void *ctx, const struct told_gate *told, const char *dir, bool is_written);
	/** promotion.json was written. */
	void (*promoted)(void *ctx, const char *version, const char *dir);
	void *ctx;
};

struct gate;

/**
 * Reads all scenarios for both devices. Nothing is made yet.
 * @return NULL, with ops->campaign.wrong() told of all that is wrong.
 */
struct gate *gate_open(const struct gate_wish *wish, const struct gate_ops *ops);

/** Makes its folder. @return false, with ops->campaign.wrong() told. */
bool gate_begin(struct gate *gate);

/** Runs it to its decision. @return CAMPAIGN_PASSED: promoted. CAMPAIGN_FAILED: blocked. */
enum campaign_outcome gate_run(struct gate *gate);

/** @param gate May be NULL. */
void gate_close(struct gate *gate);

#endif
