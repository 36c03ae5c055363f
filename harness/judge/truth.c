/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the device told the service last is so: its version must be the one that ran then, and
 * "complete" must be so in the flash.
 */
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/server/service_log.h"

static const struct param rows[] = {
	JUDGE_ROW_SWITCH("truth", "true", "what the device told the service last is so"),
	{0},
};

struct truth_notes {
	/* what the boot program chose last */
	char slot[REPORT_SLOT_MAX], version[REPORT_VERSION_MAX];
};

static void hear(void *ctx, const struct report *report, const struct evidence *evidence)
{
	struct truth_notes *notes = ctx;

	(void)evidence;
	if (report->kind != REPORT_BOOT)
		return;
	memcpy(notes->slot, report->slot, sizeof notes->slot);
	memcpy(notes->version, report->version, sizeof notes->version);
}

static bool ask(const void *params, const void *ctx, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct truth_notes *notes = ctx;
	const struct service_status *last;

	(void)params;
	if (evidence->flash == NULL || evidence->services->status_count == 0)
		return true;
	last = &evidence->services->statuses[evidence->services->status_count - 1];
	if (strcmp(last->version, notes->version) != 0 || strcmp(last->slot, notes->slot) != 0)
		return judge_complain(
			ret_complaint,
			"the device said that version '%s' runs in slot %s; what it booted is "
			"version '%s' in slot %s",
			last->version, last->slot, notes->version, notes->slot);
	return strcmp(last->status, "complete") != 0 ||
	       flash_view_is_applied(evidence->flash, ret_complaint->why,
	                             sizeof ret_complaint->why);
}

const struct judge judge_truth = {
	.name = "truth",
	.params = rows,
	.params_size = sizeof(struct judge_switch),
	.notes_size = sizeof(struct truth_notes),
	.concern = JUDGE_OF_OUTCOME,
	.asks_services = true,
	.hear = hear,
	.ask = ask,
};
