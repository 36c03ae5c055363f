/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No system runs that is not one that was signed. */
#include <string.h>

#include "harness/judge/judge.h"

static const struct param rows[] = {
	JUDGE_ROW_SWITCH("verified", "true", "no system runs that is not one that was signed"),
	{0},
};

struct verified_notes {
	/* of the first boot of a system that was not; empty if there was none */
	struct complaint wrong;
};

/* The flash is looked into at once: what lies in the slot later says nothing of what was booted. */
static void hear(void *ctx, const struct report *report, const struct evidence *evidence)
{
	struct verified_notes *notes = ctx;
	char what[EVIDENCE_TEXT_MAX];

	if (report->kind != REPORT_BOOT || strcmp(report->state, "recovery") == 0 ||
	    notes->wrong.why[0] != '\0')
		return;
	if (evidence->flash != NULL &&
	    !flash_view_is_genuine(evidence->flash, report->slot, what, sizeof what))
		(void)judge_complain(&notes->wrong, "at %.6f s the device runs slot %s, %.300s",
		                     judge_seconds(evidence->now), report->slot, what);
}

static bool ask(const void *params, const void *ctx, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct verified_notes *notes = ctx;

	(void)params;
	(void)evidence;
	if (notes->wrong.why[0] == '\0')
		return true;
	*ret_complaint = notes->wrong;
	return false;
}

const struct judge judge_verified = {
	.name = "verified",
	.params = rows,
	.params_size = sizeof(struct judge_switch),
	.notes_size = sizeof(struct verified_notes),
	.concern = JUDGE_OF_SYSTEM,
	.final = true,
	.hear = hear,
	.ask = ask,
};
