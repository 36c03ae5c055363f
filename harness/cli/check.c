/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "harness/cli/values.h"
#include "harness/campaign/reading.h"
#include "lib/fault/netem_note.h"
#include "harness/scenario/plan.h"

static const struct cli_option options[] = {
	{"device", "D", "use this device, by name or as a file, instead of the scenario's own"},
	{"tag", "WORD", "read only scenarios with this tag, or in a folder of this name"},
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

static void on_warning(void *ctx, const struct error *warning)
{
	(void)ctx;
	cli_warn(warning);
}

static int check(const struct selection *selection)
{
	static const struct campaign_ops ops = {.warning = on_warning};
	struct reading reading;
	struct error err;
	struct plan plan;
	int status = EXIT_PASSED;

	if (!reading_open(&reading, false, &ops, &err))
		return cli_fail(&err);
	for (size_t i = 0; i < selection->count; i++) {
		if (!reading_next(&reading, &selection->list[i], &plan, &err)) {
			status = cli_fail(&err);
			continue;
		}
		printf("%s# %s\n", i > 0 ? "---\n" : "", selection->list[i].path);
		print_notes(&plan);
		plan_write(&plan, stdout);
		plan_close(&plan);
	}
	reading_close(&reading);
	return status;
}

static int run(const struct cli_values *values)
{
	const struct selection_wish wish = {.tag = cli_value(values, "tag"), .device = cli_value(values, "device")};
	struct selection selection;
	struct error err;

	if (!selection_open(&selection, values->operands, &wish, &err))
		return cli_fail(&err);
	int status = check(&selection);
	selection_close(&selection);
	return status;
}

const struct cli_command cli_check = {
	"check", "SCENARIO|SUITE...", "validate scenarios and print the resolved plans, without running anything", run, {options}};
