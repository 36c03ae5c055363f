/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `replay`: sessions again, from their frozen plans. */
#include "harness/cli/run_options.h"

static const struct cli_option options[] = {
	{"least", "P", "share of decisions that must find their address for a verdict (default: 100%)"},
	{NULL, NULL, NULL},
};

static int replay(const struct cli_values *values)
{
	struct campaign_wish wish = {.frozen = true, .history = RECORD_NONE};
	struct campaign_sessions sessions = {.jobs.least = UNIT_PROBABILITY_ONE};
	struct error err = {.text = ""};

	if (!cli_run_read(values, &wish, &sessions, &err) ||
	    !cli_read_quantity(values, "least", UNIT_PROBABILITY, &sessions.jobs.least, &err))
		return cli_fail(&err);
	return cli_run_campaign(values, &wish, &sessions);
}

const struct cli_command cli_replay = {
	"replay", "PLAN...", "repeat exactly what took effect in a session, from its plan.yaml", replay, {cli_run_options, options}};
