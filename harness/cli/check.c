/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/cli.h"
#include "fault/netem_note.h"
#include "scenario/plan.h"

enum { OPTION_DEVICE };

static const struct cli_option options[] = {
	[OPTION_DEVICE] = {"device", "D", "the device, by name or as a file, instead of the scenario's own"},
	{NULL, NULL, NULL},
};

/* Where words of tc mean something else here than to Linux. */
static void print_notes(const struct plan *plan)
{
	char note[NETEM_NOTE_MAX];

	for (size_t i = 0; i < plan->fault_count; i++)
		if (netem_note(&plan->faults[i], note))
			printf("# note: fault '%s' %s; `netem_exact: true` means Linux' arithmetic\n", plan->faults[i].name, note);
}

static int run(const struct cli_values *values)
{
	struct cli_reading reading;
	struct error err;
	struct plan plan;
	char **paths;
	int status = EXIT_PASSED;

	if (!cli_find_files(values->operands, CLI_SCENARIOS, &paths, &err))
		return cli_fail(&err);
	if (!cli_reading_open(&reading, values->of[OPTION_DEVICE], false, &err)) {
		cli_free_paths(paths);
		return cli_fail(&err);
	}
	for (size_t i = 0; paths[i] != NULL; i++) {
		if (!cli_reading_next(&reading, paths[i], &plan, &err)) {
			status = cli_fail(&err);
			continue;
		}
		printf("%s# %s\n", i > 0 ? "---\n" : "", paths[i]);
		print_notes(&plan);
		plan_write(&plan, stdout);
		plan_close(&plan);
	}
	cli_reading_close(&reading);
	cli_free_paths(paths);
	return status;
}

const struct cli_command cli_check = {"check", "SCENARIO...", "reads scenarios, prints the resolved plans, runs nothing", options, run};
