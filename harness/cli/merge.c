/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/run_folder.h"
#include "reports/run/merge.h"

enum { OPTION_OUT };

static const struct cli_option options[] = {
	[OPTION_OUT] = {"out", "DIR", "the folder for the whole, which must not be there yet (default: " RUN_FOLDERS "/NUMBER)"},
	{NULL, NULL, NULL},
};

static bool open_runs(const struct cli_values *values, struct run *runs, size_t *count, struct error *err)
{
	for (*count = 0; values->operands[*count] != NULL; ++*count) {
		if (!run_open(&runs[*count], values->operands[*count], err))
			return false;
		if (runs[*count].goes_on) {
			++*count;
			return error_set(err, "the run in %s goes on; wait until it ends", values->operands[*count - 1]);
		}
	}
	return *count > 0 || error_set(err, "which runs? Give their folders, such as stutter-runs/001 stutter-runs/002");
}

static int run(const struct cli_values *values)
{
	struct run *runs = memory_new(((size_t)values->operand_count + 1) * sizeof *runs);
	struct error err = {.text = ""};
	char dir[DEVICE_PATH_MAX] = "";
	size_t count;
	int code = EXIT_USAGE;

	bool good = open_runs(values, runs, &count, &err) && run_folder_make(values->of[OPTION_OUT], dir, &err) &&
	            run_merge(dir, runs, count, &err) && report_end(dir, true, report_on_github(), &code, &err);
	for (size_t i = 0; i < count; i++)
		run_close(&runs[i]);
	free(runs);
	/* Of a merge that was refused nothing is left. */
	if (!good)
		(void)rmdir(dir);
	return good ? code : cli_fail(&err);
}

const struct cli_command cli_merge = {"merge", "DIR...", "brings runs together as one: the shards of a run, from one machine or several",
                                      options, run};
