/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/explain_told.h"
#include "cli/search.h"
#include "scenario/sense.h"

static const struct cli_option options[] = {
	{"seed", "N", "explain a scenario's session with this seed (default: the first of its seeds that fails)"},
	{"redraws", "N", "redraw what comes after a cut N times (default: 16; twice as often where all fail)"},
	{"cuts", "N", "cuts, evenly over the session, before more are made where the failure rate rises (default: 6)"},
	{"steps", "N", "steps of the search, between two cuts, for the instant from which all fail (default: 6)"},
	{"removals", "N", "run at most N sessions with decisions taken out (default: 48)"},
	{"other-seeds", "N", "run N other seeds with each fault taken out; 0: none (default: 8)"},
	{NULL, NULL, NULL},
};

/* Seeds of a scenario that says none itself, and how many are tried at once. */
#define SEEDS_TRIED 8U

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
	if (!cli_search_read(cli, cli->values.operands[0], false, ret_plan, err))
		return false;
	if (wish->has_seed && is_frozen(ret_plan))
		error_set(err, "--seed: %s is the frozen plan of the session with seed %" PRIu64 "; a seed goes with a scenario",
		          ret_plan->path, ret_plan->seed);
	else if (!wish->has_seed || sense_seed(ret_plan, wish->seed, err))
		return true;
	plan_close(ret_plan);
	return false;
}

/* -- a scenario: the session that fails -- */

static bool draws(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		if (fault_draws(&plan->faults[i]))
			return true;
	return false;
}

static void seeds_of(const struct plan *plan, const struct wish *wish, uint64_t *ret_first, uint64_t *ret_last)
{
	*ret_first = *ret_last = wish->has_seed ? wish->seed : plan->seed;
	if (wish->has_seed)
		return;
	if (plan->seeds.first != 0) {
		*ret_first = plan->seeds.first;
		*ret_last = plan->seeds.last;
	} else if (draws(plan)) {
		*ret_last = *ret_first <= UINT64_MAX - SEEDS_TRIED ? *ret_first + SEEDS_TRIED - 1 : UINT64_MAX;
	}
}

/* Runs some seeds. @param ret_dir The folder of the first that fails; empty: none does. @return false with @p err. */
static bool try_seeds(struct cli_search *cli, const struct plan *plan, uint64_t first, size_t count, char ret_dir[DEVICE_PATH_MAX],
                      size_t *passed, struct error *err)
{
	struct trial *trials = memory_new(count * sizeof *trials);

	for (size_t i = 0; i < count; i++) {
		trial_with_seed(&trials[i], plan, first + i);
		trials[i].keep_if_fails = true;
		(void)snprintf(trials[i].name, sizeof trials[i].name, "seed %" PRIu64, first + i);
	}
	bool good = search_run(cli->search, trials, count, NULL, NULL, err);
	for (size_t i = 0; i < count; i++) {
		const bool done = good && trials[i].state == TRIAL_DONE;
		*passed += done && trials[i].ending.kind == VERDICT_PASS;
		if (done && trials[i].ending.kind == VERDICT_FAIL && ret_dir[0] == '\0')
			memcpy(ret_dir, trials[i].dir, DEVICE_PATH_MAX);
		trial_close(&trials[i]);
	}
	free(trials);
	return good;
}

static int no_failure(struct cli_search *cli, const struct plan *plan, uint64_t first, uint64_t last, size_t passed)
{
	const uint64_t count = last - first + 1;
	struct error err;

	if (passed < count)
		error_set(&err,
		          "%s: %zu of %" PRIu64
		          " sessions passed and none failed; the others were inconclusive or not run: nothing to explain",
		          plan->path, passed, count);
	else if (count > 1)
		error_set(&err,
		          "%s passes with each seed from %" PRIu64 " to %" PRIu64
		          ": there is nothing to explain; --seed names one that fails",
		          plan->path, first, last);
	else
		error_set(&err, "%s passes with seed %" PRIu64 ": there is nothing to explain%s", plan->path, first,
		          is_frozen(plan) ? "" : "; --seed names one that fails");
	return cli_search_fail(cli, &err, passed < count ? EXIT_INCONCLUSIVE : EXIT_USAGE);
}

/* Puts the frozen plan of a session that fails in the place of the scenario. @return CLI_GO_ON, or an exit status. */
static int freeze(struct cli_search *cli, const struct wish *wish, struct plan *plan)
{
	char dir[DEVICE_PATH_MAX] = "";
	uint64_t first, last;
	size_t passed = 0;
	struct error err;

	seeds_of(plan, wish, &first, &last);
	search_stage(cli->search, 0, "looks for a session that fails");
	/* The last seed may be the largest that there is, and a search that is over tries no more of them. */
	for (uint64_t seed = first, count; dir[0] == '\0' && !search_is_over(cli->search); seed += count) {
		count = last - seed < SEEDS_TRIED ? last - seed + 1 : SEEDS_TRIED;
		if (!try_seeds(cli, plan, seed, (size_t)count, dir, &passed, &err))
			return cli_search_fail(cli, &err, EXIT_INCONCLUSIVE);
		if (last - seed < SEEDS_TRIED)
			break;
	}
	if (dir[0] == '\0')
		return no_failure(cli, plan, first, last, passed);
	char *path = memory_format("%s/plan.yaml", dir);
	plan_close(plan);
	memset(plan, 0, sizeof *plan);
	bool good = cli_search_read(cli, path, false, plan, &err);
	free(path);
	return good ? CLI_GO_ON : cli_search_fail(cli, &err, EXIT_INCONCLUSIVE);
}

/* -- the command -- */

static int explain(struct cli_search *cli, const struct wish *wish, struct plan *plan)
{
	struct explanation explanation;
	struct error err = {.text = ""};

	int code = is_frozen(plan) ? CLI_GO_ON : freeze(cli, wish, plan);
	if (code != CLI_GO_ON)
		return code;
	enum explain_outcome outcome = explain_plan(cli->search, plan, &wish->explain, &explanation, &err);
	if (outcome == EXPLAIN_PASSES && plan->decisions.count == 0 && plan->fault_count > 0) {
		/* Faults that a shrink has left have no decisions yet: they are those of the session with its seed. */
		const struct wish of_faults = {.has_seed = true, .seed = plan->seed};
		explanation_close(&explanation);
		code = freeze(cli, &of_faults, plan);
		if (code != CLI_GO_ON)
			return code;
		outcome = explain_plan(cli->search, plan, &wish->explain, &explanation, &err);
	}
	switch (outcome) {
	case EXPLAIN_DONE:
		explain_tell(cli, plan, &explanation);
		/* What the budget has cut short is true as far as it goes, but not all of it. */
		code = cli_search_end(cli, search_was_cut(cli->search) ? EXIT_INCONCLUSIVE : EXIT_PASSED);
		break;
	case EXPLAIN_PASSES:
		code = cli_search_fail(cli, &err, EXIT_USAGE);
		break;
	default:
		code = cli_search_fail(cli, &err, EXIT_INCONCLUSIVE);
		break;
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

const struct cli_command cli_explain = {"explain",
                                        "PLAN|SCENARIO",
                                        "show when a failure became certain, which decisions matter, and where a passing session differs",
                                        run,
                                        {cli_search_options, options}};
