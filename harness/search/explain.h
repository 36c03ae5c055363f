/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Why and when a session fails: the moment after which it was bound to (cut.h), the decisions that
 * matter (weight.h), and the nearest session that passes (neighbour.h).
 */
#ifndef SEARCH_EXPLAIN_H
#define SEARCH_EXPLAIN_H

#include "reports/session/events.h"
#include "harness/search/neighbour.h"

struct explain_options {
	struct cut_options cut;
	uint64_t removals; /**< the most sessions with decisions taken out */
	uint64_t seeds;    /**< so many other seeds with each fault taken out; 0: none */
};

struct explanation {
	struct trial failing; /**< the replay of the plan; its folder stays */
	struct events events; /**< of its trace: phases and retries */
	struct cut_curve curve;
	struct weights weights;
	struct neighbour neighbour;
};

/** What may be wrong with a plan that is to be explained. */
enum explain_outcome {
	EXPLAIN_DONE,    /**< as far as the search had time */
	EXPLAIN_PASSES,  /**< it does not fail: there is nothing to explain */
	EXPLAIN_UNCLEAR, /**< its replay is inconclusive */
	EXPLAIN_BROKEN,  /**< as search_run() fails */
};

/**
 * Explains a plan.
 * @param plan A frozen plan of a session, with its faults and decisions; it must outlive what is
 * returned.
 * @param ret_explanation To be released with explanation_close(), in any case.
 * @param err Unless all is well: what is wrong, and what helps.
 */
enum explain_outcome explain_plan(struct search *search, const struct plan *plan, const struct explain_options *options,
                                  struct explanation *ret_explanation, struct error *err);
void explanation_close(struct explanation *explanation);

/** The section of the failing session that an instant lies in. @return NULL: before its first. */
const struct section *explain_section(const struct explanation *explanation, uint64_t at_ns);

#endif
