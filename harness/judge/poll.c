/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After a failure the device goes back to its poll loop. */
#include <string.h>

#include "harness/judge/judge.h"

static const struct param rows[] = {
	JUDGE_ROW_SWITCH("poll", "false", "after a failure the device goes back to its poll loop"),
	{0},
};

struct poll_notes {
	bool failed;      /* a phase has failed */
	sim_ns failed_at; /* and when that was first */
	bool polled;      /* the device went back to its poll loop after the last time */
};

static void hear(void *ctx, const struct report *report, const struct evidence *evidence)
{
	struct poll_notes *notes = ctx;

	if (report->kind != REPORT_PHASE)
		return;
	if (report->step == REPORT_STEP_BEGIN && strcmp(report->phase, "poll") == 0)
		notes->polled = true;
	if (report->step != REPORT_STEP_FAILED)
		return;
	notes->failed_at = notes->failed ? notes->failed_at : evidence->now;
	notes->failed = true;
	notes->polled = false;
}

static bool ask(const void *params, const void *ctx, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct poll_notes *notes = ctx;

	(void)params;
	return !notes->failed || notes->polled || evidence->passed ||
	       judge_complain(
		       ret_complaint,
		       "a phase failed at %.6f s, and the device never went back to its poll loop",
		       judge_seconds(notes->failed_at));
}

const struct judge judge_poll = {
	.name = "poll",
	.params = rows,
	.params_size = sizeof(struct judge_switch),
	.notes_size = sizeof(struct poll_notes),
	.concern = JUDGE_OF_CONDUCT,
	.hear = hear,
	.ask = ask,
};
