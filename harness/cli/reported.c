/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/reported.h"

#include <stdlib.h>
#include <string.h>

#include "reports/run/reports.h"

bool reported_on_github(void)
{
	const char *said = getenv("GITHUB_ACTIONS");

	return said != NULL && strcmp(said, "true") == 0;
}

void reported_print(void *ctx, const struct causes *causes)
{
	const struct reported *reported = ctx;

	if (reported->terminal)
		report_terminal(stdout, causes);
	if (reported->github)
		report_github(stdout, causes);
	fflush(stdout);
}
