/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/cli/search.h"
#include "harness/scenario/sense.h"
#include "harness/search/explain_told.h"
#include "harness/search/failing.h"

static const struct cli_option options[] = {
	{"seed", "N", "explain a scenario's session with this seed (default: the first of its seeds that fails)"},
	{"redraws", "N", "redraw what comes after a cut N times (default: 16; twice as often where all fail)"},
	{"cuts", "N", "cuts, evenly over the session, before more are made where the failure rate rises (default: 6)"},
	{"steps", "N", "steps of the search, between two cuts, for the instant from which all fail (default: 6)"},
	{"removals", "N", "run at most N sessions with decisions taken out (default: 48)"},
	{"other-seeds", "N", "run N other seeds with each fault taken out; 0: none (default: 8)"},
	{NULL, NULL, NULL},
};

/* -- what was asked -- */

struct wish {
	struct explain_options explain;
	bool has_seed;
	uint64_t seed;
};

static bool read_wish(const struct cli_values *values, struct wish *wish, struct error *err)
{
	uint64_t redraws = 16, cuts = 6, steps = 6, removals = 48, seeds = 8;
	const struct {
		const char *option;
		uint64_t min, max, *value;
	} numbers[] = {
		{"seed", 0, UINT64_MAX, &wish->seed}, {"redraws", 1, 1000, &redraws},  {"cuts", 1, 1000, &cuts}, {"steps", 0, 64, &steps},
		{"removals", 0, 100000, &removals},   {"other-seeds", 0, 1000, &seeds}};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (!cli_read_number(values, numbers[i].option, numbers[i].min, numbers[i].max, numbers[i].value, err))
			return false;
	wish->has_seed = cli_is_given(values, "seed");
	wish->explain =
		(struct explain_options){.cut = {.redraws = redraws, .cuts = cuts, .steps = steps}, .removals = removals, .seeds = seeds};
	if (values->operand_count == 1)
		return true;
	return error_set(err,
	                 "explain takes one frozen plan (plan.yaml of a session that fails) or one scenario; see `stutter explain --help`");
}

static bool is_frozen(const struct plan *plan)
{
	return plan->made.tool[0] != '\0';
}

static bool read_plan(struct cli_search *cli, const struct wish *wish, struct plan *ret_plan, struct error *err)
{
	if (!campaign_read(cli->campaign, cli->values.operands[0], NULL, false, ret_plan, err))
		return false;
	if (wish->has_seed && is_frozen(ret_plan))
		error_set(err, "--seed: %s is the frozen plan of the session with seed %" PRIu64 "; a seed goes with a scenario",
		          ret_plan->path, ret_plan->seed);
	else if (!wish->has_seed || sense_seed(ret_plan, wish->seed, err))
		return true;
	plan_close(ret_plan);
	return false;
}

/* Takes the frozen plan of a session that fails instead. @return CLI_GO_ON, or an exit status. */
static int freeze(struct cli_search *cli, const uint64_t *seed, struct plan *plan)
{
	char dir[DEVICE_PATH_MAX];
	struct error err = {.text = ""};
	const enum failing found = failing_find(cli->search, plan, seed, dir, &err);

	if (found != FAILING_FOUND)
		return cli_search_fail(cli, &err, found == FAILING_NONE ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	char *path = memory_format("%s/plan.yaml", dir);
	plan_close(plan);
	memset(plan, 0, sizeof *plan);
	bool good = campaign_read(cli->campaign, path, NULL, false, plan, &err);
	free(path);
	return good ? CLI_GO_ON : cli_search_fail(cli, &err, EXIT_INCONCLUSIVE);
}

static void tell(struct cli_search *cli, const struct plan *plan, const struct explanation *explanation)
{
	(void)json_object_set_new(cli->json, "title",
	                          json_sprintf("explain: %s, seed %" PRIu64 " on %s", plan->name, plan->seed, plan->device.name));
	explain_tell(explanation, plan, cli->dir, cli->told);
	(void)json_object_set_new(cli->json, "explain", explain_json(explanation, plan));
}

static int explain(struct cli_search *cli, const struct wish *wish, struct plan *plan)
{
	struct explanation explanation;
	struct error err = {.text = ""};

	int code = is_frozen(plan) ? CLI_GO_ON : freeze(cli, wish->has_seed ? &wish->seed : NULL, plan);
	if (code != CLI_GO_ON)
		return code;
	enum explain_outcome outcome = explain_plan(cli->search, plan, &wish->explain, &explanation, &err);
	if (outcome == EXPLAIN_PASSES && plan->decisions.count == 0 && plan->fault_count > 0) {
		/*
		 * Faults that a shrink has left have no decisions yet: they are those of the
		 * session with its seed.
		 */
		const uint64_t seed = plan->seed;
		explanation_close(&explanation);
		code = freeze(cli, &seed, plan);
		if (code != CLI_GO_ON)
			return code;
		outcome = explain_plan(cli->search, plan, &wish->explain, &explanation, &err);
	}
	if (outcome == EXPLAIN_DONE) {
		tell(cli, plan, &explanation);
		/* What the budget has cut short is true as far as it goes, but not all of it. */
		code = cli_search_end(cli, search_was_cut(cli->search) ? EXIT_INCONCLUSIVE : EXIT_PASSED);
	} else {
		code = cli_search_fail(cli, &err, outcome == EXPLAIN_PASSES ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	}
	explanation_close(&explanation);
	return code;
}

static int run(const struct cli_values *values)
{
	struct wish wish = {.has_seed = false};
	struct error err = {.text = ""};
	struct cli_search cli;
	struct plan plan;

	int code = cli_search_open(&cli, &cli_explain, values);
	if (code == CLI_GO_ON && (!read_wish(&cli.values, &wish, &err) || !read_plan(&cli, &wish, &plan, &err)))
		code = cli_fail(&err);
	else if (code == CLI_GO_ON) {
		code = cli_search_begin(&cli);
		if (code == CLI_GO_ON)
			code = explain(&cli, &wish, &plan);
		plan_close(&plan);
	}
	cli_search_close(&cli);
	return code;
}

const struct cli_command cli_explain = {
	"explain", "PLAN|SCENARIO", "show when a failure became certain, and which decisions matter", run, {cli_search_options, options}};
