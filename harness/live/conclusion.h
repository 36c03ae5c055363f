/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What it says of a session that its command has ended as it has: status 0 is a pass, all else a
 * failure. What the bridge cannot vouch for stays inconclusive, whatever the command says of it.
 */
#ifndef LIVE_CONCLUSION_H
#define LIVE_CONCLUSION_H

#include "harness/scenario/plan.h"
#include "lib/verdict/verdict.h"

struct conclusion_facts {
	bool ended; /**< the command has ended; else it had not at the deadline */
	int status; /**< as a shell tells it: 128 + a signal's number */
	bool asked; /**< somebody has asked for an end */
};

/**
 * @param verdict The bridge's, with its rules; gets another kind and reason, and whether it is what
 * the plan expects.
 */
void conclusion_reach(const struct plan *plan, const struct conclusion_facts *facts, struct verdict *verdict);

#endif
