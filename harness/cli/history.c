/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/param.h"
#include "lib/base/unit.h"
#include "harness/cli/history_show.h"
#include "harness/campaign/record.h"
#include "reports/text.h"

static const struct cli_option options[] = {
	{"history", "FILE", "history file (default: " RECORD_PLACE ")"},
	{"scenario", "NAME", "show: only this scenario"},
	{"device", "NAME", "show: only this device"},
	{"runs", "N", "show: the last N runs (default: 20)"},
	{"from", "RUN", "show: number of the earlier run to compare (default: the last before that has half of its scenarios)"},
	{"to", "RUN", "show: number of the later run to compare (default: the last)"},
	{NULL, NULL, NULL},
};

/* -- writing -- */

static bool import_folder(struct history *history, const char *dir, struct error *err)
{
	struct history_recorded recorded;

	if (!record_run(history, dir, &recorded, err))
		return false;
	if (recorded.is_new)
		printf("%s: %zu session%s\n", dir, recorded.sessions, recorded.sessions == 1 ? "" : "s");
	else if (recorded.updated > 0)
		printf("%s: %zu session%s updated\n", dir, recorded.updated, recorded.updated == 1 ? "" : "s");
	else
		printf("%s: its sessions are recorded already\n", dir);
	return true;
}

static bool merge_file(struct history *history, const char *path, struct error *err)
{
	size_t count;

	if (!history_merge(history, path, &count, err))
		return false;
	printf("%s: %zu new run%s\n", path, count, count == 1 ? "" : "s");
	return true;
}

/* What is wrong with one folder or file is told, and the others are taken all the same. */
static int write_all(const struct cli_values *values, bool (*one)(struct history *, const char *, struct error *), const char *what)
{
	struct error err;
	int status = EXIT_PASSED;

	if (values->operand_count < 2) {
		error_set(&err, "no %s", what);
		return cli_fail(&err);
	}
	struct history *history = record_open(cli_value(values, "history"), HISTORY_WRITE, &err);
	if (history == NULL)
		return cli_fail(&err);
	for (int i = 1; i < values->operand_count; i++)
		if (!one(history, values->operands[i], &err))
			status = cli_fail(&err);
	history_close(history);
	return status;
}

static int run(const struct cli_values *values)
{
	static const char *const verbs[] = {"import", "merge", "show", NULL};
	const char *verb = values->operands[0];
	struct error err;

	if (verb == NULL) {
		error_set(&err, "history needs an action: import DIR..., merge FILE... or show");
		return cli_fail(&err);
	}
	if (strcmp(verb, "import") == 0)
		return write_all(values, import_folder, "folders given; name those of runs, such as stutter-runs/001");
	if (strcmp(verb, "merge") == 0)
		return write_all(values, merge_file, "files given; name other histories");
	if (strcmp(verb, "show") == 0 && values->operand_count == 1)
		return cli_history_show(values);
	if (strcmp(verb, "show") == 0) {
		error_set(&err, "history show takes no '%s'; --scenario, --device and --runs choose what is shown", values->operands[1]);
		return cli_fail(&err);
	}
	char *advice = cli_suggest(param_nearest(NULL, verbs, verb), "", "history");
	error_set(&err, "history: unknown action '%s'%s", verb, advice);
	free(advice);
	return cli_fail(&err);
}

const struct cli_command cli_history = {
	"history", "import|merge|show [PATH]...", "keep the results of runs: import DIR..., merge FILE..., show", run, {options}};
