/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end comes soon after the last fault has acted. */
#include "harness/judge/judge.h"

static const struct param rows[] = {
	JUDGE_ROW_LIMIT("heal", UNIT_DURATION, "0ns", 0,
                        "at most so long from the last fault that acted to the end; 0ns: off"),
	{0},
};

static bool ask(const void *params, const void *notes, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct judge_limit *limit = params;
	const struct decisions *decisions = evidence->decisions;
	sim_ns last = 0;

	(void)notes;
	for (size_t i = 0; i < decisions->count; i++)
		last = decisions->list[i].time > last ? decisions->list[i].time : last;
	return last == 0 || evidence->now - last <= limit->most ||
	       judge_complain(ret_complaint,
	                      "the last fault acted at %.6f s, and the end came %.3f s later",
	                      judge_seconds(last), judge_seconds(evidence->now - last));
}

const struct judge judge_heal = {
	.name = "heal",
	.params = rows,
	.params_size = sizeof(struct judge_limit),
	.concern = JUDGE_OF_CONDUCT,
	.ask = ask,
};
