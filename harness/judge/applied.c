/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passes has applied the update. A client that installs nothing in the flash is believed. */
#include "harness/judge/judge.h"

static const struct param rows[] = {
	JUDGE_ROW_SWITCH("applied", "true",
                         "what passes has applied the update, and the new system is confirmed"),
	{0},
};

static bool ask(const void *params, const void *notes, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	(void)params;
	(void)notes;
	return !evidence->passed || evidence->flash == NULL ||
	       flash_view_is_applied(evidence->flash, ret_complaint->why,
	                             sizeof ret_complaint->why);
}

const struct judge judge_applied = {
	.name = "applied",
	.params = rows,
	.params_size = sizeof(struct judge_switch),
	.concern = JUDGE_OF_OUTCOME,
	.asks_services = true,
	.ask = ask,
};
