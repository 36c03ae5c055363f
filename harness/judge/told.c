/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fails has told the service so. */
#include <inttypes.h>
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/server/service_log.h"

static const struct param rows[] = {
	JUDGE_ROW_SWITCH("told", "false", "what fails has told the service so"),
	{0},
};

static bool was_told(const struct service_log *services)
{
	for (size_t i = 0; i < services->status_count; i++)
		if (strcmp(services->statuses[i].status, "failed") == 0)
			return true;
	return strstr(services->last_report, "\"fail\"") != NULL;
}

static bool ask(const void *params, const void *notes, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	(void)params;
	(void)notes;
	return evidence->passed || was_told(evidence->services) ||
	       judge_complain(ret_complaint,
	                      "the service was never told of a failure; %" PRIu64 " reports came",
	                      evidence->services->reports);
}

const struct judge judge_told = {
	.name = "told",
	.params = rows,
	.params_size = sizeof(struct judge_switch),
	.concern = JUDGE_OF_CONDUCT,
	.asks_services = true,
	.ask = ask,
};
