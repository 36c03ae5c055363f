/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a run in wall time came to.
 *
 * It passes if the plan was carried out: what went on at either end nobody here knows. It is
 * inconclusive if something happened to frames that no fault asked for, an end was gone, or
 * something of ours failed. Of what a scenario expects only `acted` is asked.
 */
#ifndef LIVE_OUTCOME_H
#define LIVE_OUTCOME_H

#include "harness/live/bridge.h"

struct outcome_facts {
	const struct bridge_status *status;
	const char *ended;  /**< why it ended as it should: "it was asked to"; NULL: it did not */
	const char *broken; /**< why it ended otherwise */
	uint64_t odd;       /**< frames that came and were too short or too long for any Ethernet */
};

/**
 * Tells how late frames were and how many were lost.
 * @param facts Of status just skew and ends are looked at.
 * @return false, with the reason, if something has happened to frames that no fault asked for.
 */
bool outcome_vouch(const struct outcome_facts *facts, struct verdict_live *ret_live, char *ret_reason, size_t size);

/** Fills in kind, reason, virtual_ns, wall_ns, frames and live. */
void outcome_decide(const struct outcome_facts *facts, struct verdict *ret_verdict);

/**
 * Fills in the rules, and of `acted:` and of a replay whether they are met. @param found Of each of
 * a replay's decisions, whether it was; NULL if it is none.
 */
void outcome_count(const struct plan *plan, const struct bridge_rule *rules, size_t count, const bool *found, struct verdict *verdict);

#endif
