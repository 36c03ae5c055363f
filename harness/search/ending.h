/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How a session ended, as far as it matters for whether two ended in the same way: verdict, judge,
 * phase, and the reason without its amounts (reports/run/cause.h). A failure of another kind is not
 * the same failure.
 */
#ifndef SEARCH_ENDING_H
#define SEARCH_ENDING_H

#include "harness/scenario/plan.h"
#include "lib/verdict/verdict.h"

/** So many faults of a plan are told apart by whether they acted. */
#define ENDING_FAULTS 64

/** What a session came to. Plain data, without what only the session's own page tells. */
struct ending {
	enum verdict_kind kind;
	bool ours;                     /**< inconclusive because of a bug in stutter */
	char judge[16];                /**< empty if none found it */
	char phase[32];                /**< in which it ended */
	char reason[VERDICT_TEXT_MAX]; /**< as the verdict has it */
	char digest[TRACE_DIGEST_MAX];
	char image_hash[TRACE_DIGEST_MAX];
	uint64_t virtual_ns, wall_ns;
	/**
	 * of a frozen plan: all; those that did not find their address though the session came so
	 * far
	 */
	uint64_t decisions, unfound_before;
	uint64_t retries;
	/**
	 * bits: which of the first ENDING_FAULTS faults of the plan did something; of a replay 0
	 */
	uint64_t acted;
};

/** What a search has to know of a verdict; a copy. */
void ending_of(const struct verdict *verdict, struct ending *ret_ending);

/**
 * Whether both ended in the same way. Two that are inconclusive are not: nothing is known of them.
 */
bool ending_same(const struct ending *a, const struct ending *b);

/** A number that two of the same way have in common, on any machine. */
uint64_t ending_signature(const struct ending *ending);

/**
 * Reads what the session came to that left a frozen plan: its verdict lies beside the plan, if that
 * was not moved.
 * @param path Of the plan.
 * @param ret_missed What it did not meet of what was expected; empty: it met all.
 * @return false: it is not there, or is another session's.
 */
bool ending_read(const char *path, const struct plan *plan, struct ending *ret_ending, char ret_missed[VERDICT_TEXT_MAX]);

/** "fail in download, judge hang: no progress for 2 min". @return ret_text. */
const char *ending_say(const struct ending *ending, char *ret_text, size_t size);

#endif
