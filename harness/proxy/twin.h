/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the proxy: a copy that is not just sent once more, but goes through the rules behind
 * the one that made it, with draws of its own, as in sch_netem.
 *
 * How it works: a rule announces the copy (act->twinned). The chain takes a twin along with each
 * frame and tells it of every rule that has acted; when the frame is through, or another rule
 * announces a copy, the twin goes through those of the rules behind its own that are netem_exact
 * and match. What has become of it then is written into the decision of the rule that announced it,
 * so that a frozen plan repeats it without the rules behind. A copy that is lost has never been
 * there: the rule that announced it has done nothing, and a frozen plan makes none. Only the rules
 * that it went through have counted it.
 */
#ifndef PROXY_TWIN_H
#define PROXY_TWIN_H

#include "lib/fault/flips.h"
#include "harness/proxy/filters.h"
#include "harness/proxy/rule.h"

/** The frame comes several times. */
struct duplicate_params {
	uint64_t copies;     /**< more than the frame itself */
	uint64_t between_ns; /**< from the frame to its first copy and so on */
	struct flips flips;  /**< in the copies; what lies behind their end stays as it is */
};

/** All but the last part is set when the frame comes, and borrowed. */
struct twin {
	struct rule *rules;
	size_t rule_count;
	const struct filters *filters;
	struct proxy_fate *fate;    /**< of the frame */
	struct proxy_cause *causes; /**< the same as in there */
	const struct passage *passage;

	/* Of the copy, all zero to begin with. */
	bool awaits; /* its fate is still to be decided */
	size_t rule, cause;
	sim_ns from;        /* when it would leave if no rule behind did anything */
	struct frame *base; /* what was copied, as it was then */
	struct act act;
};

/** Rule @p index has done something, or nothing, to the frame. May take back that it was lost. */
void twin_follows(struct twin *twin, size_t index, struct act *act);

/** The frame is through. */
void twin_ends(struct twin *twin);

#endif
