/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `stutter sweep`: one fault at every place. */
#include <stdio.h>
#include <string.h>

#include "cli/search.h"
#include "scenario/sense.h"
#include "search/sweep_told.h"

enum {
	OPTION_ONLY = CLI_SEARCH_OWN,
	OPTION_DURING,
	OPTION_MOST,
	OPTION_PAIRS,
	OPTION_KEEP_FAULTS,
	OPTION_SEED,
};

static const struct cli_option options[] = {
	CLI_SEARCH_OPTIONS,
	[OPTION_ONLY] = {"only", "WORDS",
                         "only these faults and places, such as drop,tcp.syn: an action, a kind of fault, a sort of places (control, data, "
                         "spi.msg, srv.http, ...) or what frames carry; commas between them"},
	[OPTION_DURING] = {"during", "PHASES", "only places in these phases of the session, such as download,verify"},
	[OPTION_MOST] = {"most", "N", "tries so many faults at places (default: all that steer the update, and a sample of the others)"},
	[OPTION_PAIRS] = {"pairs", NULL, "tries pairs of those that were survived, too; of --most N half are pairs"},
	[OPTION_KEEP_FAULTS] = {"keep-faults", NULL, "the scenario's own faults act, too (default: it runs without them)"},
	[OPTION_SEED] = {"seed", "N", "the seed of all sessions (default: the scenario's)"},
	{.name = NULL},
};

/* Whether the search was begun with a budget; when it goes on, that budget is used up, and it goes on all the same as it was begun. */
static bool is_begun_with_budget(const struct cli_values *values)
{
	for (int i = 0; i < values->argc; i++)
		if (strncmp(values->argv[i], "--budget", strlen("--budget")) == 0)
			return true;
	return false;
}

/* All that can be wrong in the words is told before anything starts. */
static bool read_own(const struct cli_values *values, struct sweep *sweep, struct error *err)
{
	unsigned long long most = 0;

	filter_init(&sweep->filter);
	if (values->of[OPTION_ONLY] != NULL && !filter_read(&sweep->filter, values->of[OPTION_ONLY], err))
		return error_context(err, "--only");
	if (values->of[OPTION_MOST] != NULL && !cli_number("most", values->of[OPTION_MOST], 1, 1000000, &most, err))
		return false;
	sweep->most = most;
	sweep->phases = values->of[OPTION_DURING];
	sweep->pairs = values->of[OPTION_PAIRS] != NULL;
	sweep->keeps_faults = values->of[OPTION_KEEP_FAULTS] != NULL;
	sweep->is_open_ended = is_begun_with_budget(values) && !sweep->pairs;
	if (values->operand_count == 1)
		return true;
	return error_set(err, values->operand_count == 0 ? "sweep wants a scenario; see `stutter sweep --help`"
	                                                 : "sweep takes one scenario at a time");
}

/* What phases a foreign client has, only its session shows. */
static bool check_phases(const struct cli_search *cli, const struct plan *plan, struct error *err)
{
	const char *phases = cli->values.of[OPTION_DURING];

	return phases == NULL || filter_check_phases(phases, &plan->device, err) || error_context(err, "--during");
}

static bool read_plan(struct cli_search *cli, const struct sweep *sweep, struct plan *ret_plan, struct error *err)
{
	unsigned long long seed;
	const char *word = cli->values.of[OPTION_SEED];

	if (word != NULL && !cli_number("seed", word, 0, INT64_MAX, &seed, err))
		return false;
	if (!cli_search_read(cli, cli->values.operands[0], false, ret_plan, err))
		return false;
	if (!check_phases(cli, ret_plan, err) || (word != NULL && !sense_seed(ret_plan, seed, err))) {
		plan_close(ret_plan);
		return false;
	}
	if (word != NULL)
		plan_set_seed(ret_plan, seed);
	if (!sweep->keeps_faults || ret_plan->fault_count <= SWEEP_KEPT_MAX)
		return true;
	error_set(err, "--keep-faults: %s has %zu faults; a sweep can keep %d", cli->values.operands[0], ret_plan->fault_count,
	          SWEEP_KEPT_MAX);
	plan_close(ret_plan);
	return false;
}

static int tell(struct cli_search *cli, struct sweep *sweep)
{
	bool kills = false;

	for (size_t i = 0; i < sweep->count; i++)
		kills = kills || sweep_is_kill(&sweep->attempts[i]);
	sweep_tell(sweep, cli->told);
	(void)json_object_set_new(cli->json, "sweep", sweep_json(sweep));
	return cli_search_end(cli, kills ? EXIT_FAILED : sweep_shows(sweep) ? EXIT_PASSED : EXIT_INCONCLUSIVE);
}

static int run_sweep(struct cli_search *cli, struct sweep *sweep)
{
	struct error err = {.text = ""};
	int code = cli_search_begin(cli);

	if (code != CLI_GO_ON)
		return code;
	sweep->dir = cli->dir;
	sweep->places = &cli->reading.places;
	if (sweep_run(sweep, cli->search, &err))
		return tell(cli, sweep);
	return cli_search_fail(cli, &err, sweep->is_usage ? EXIT_USAGE : EXIT_INCONCLUSIVE);
}

static int run(const struct cli_values *values)
{
	struct error err = {.text = ""};
	struct cli_search cli;
	struct sweep sweep = {.dir = NULL};
	struct plan plan;

	int code = cli_search_open(&cli, &cli_sweep, values);
	if (code == CLI_GO_ON && (!read_own(&cli.values, &sweep, &err) || !read_plan(&cli, &sweep, &plan, &err)))
		code = cli_fail(&err);
	if (code == CLI_GO_ON) {
		sweep.plan = &plan;
		code = run_sweep(&cli, &sweep);
		sweep_close(&sweep);
		plan_close(&plan);
	}
	cli_search_close(&cli);
	return code;
}

const struct cli_command cli_sweep = {"sweep", "SCENARIO", "tries one fault at every place: which of them kills the update?", options, run};
