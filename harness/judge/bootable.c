/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After every reset a system comes up, and one could at the end. */
#include <string.h>

#include "harness/judge/judge.h"

static const struct param rows[] = {
	JUDGE_ROW_SWITCH("bootable", "true",
                         "after every reset a system comes up, and one could at the end"),
	{0},
};

struct bootable_notes {
	unsigned resets;        /* of the device */
	bool booted;            /* a system has come up since the last of them */
	struct complaint wrong; /* of the first boot that found none; empty if there was none */
};

static void hear(void *ctx, const struct report *report, const struct evidence *evidence)
{
	struct bootable_notes *notes = ctx;

	if (report->kind != REPORT_BOOT)
		return;
	notes->booted = true;
	if (strcmp(report->state, "recovery") == 0 && notes->wrong.why[0] == '\0')
		(void)judge_complain(&notes->wrong, "at %.6f s no system could be booted: %.200s",
		                     judge_seconds(evidence->now), report->text);
}

static void reset(void *ctx)
{
	struct bootable_notes *notes = ctx;

	notes->resets++;
	notes->booted = false;
}

/* A boot that the next power cut interrupts shows nothing. */
static bool ask(const void *params, const void *ctx, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct bootable_notes *notes = ctx;

	(void)params;
	if (evidence->flash == NULL)
		return true;
	if (notes->wrong.why[0] != '\0') {
		*ret_complaint = notes->wrong;
		return false;
	}
	if (!notes->booted)
		return judge_complain(ret_complaint,
		                      "no system came up after the last of %u resets",
		                      notes->resets);
	return flash_view_is_bootable(evidence->flash, ret_complaint->why,
	                              sizeof ret_complaint->why);
}

const struct judge judge_bootable = {
	.name = "bootable",
	.params = rows,
	.params_size = sizeof(struct judge_switch),
	.notes_size = sizeof(struct bootable_notes),
	.concern = JUDGE_OF_SYSTEM,
	.hear = hear,
	.reset = reset,
	.ask = ask,
};
