/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `stutter sweep`: one fault at every address. */
#include <string.h>

#include "harness/cli/search.h"
#include "harness/scenario/sense.h"
#include "harness/search/sweep_told.h"

static const struct cli_option options[] = {
	{"only", "WORDS",
         "try only these faults and addresses, such as drop,tcp.syn: an action, a kind of fault, a group of "
         "addresses (control, data, spi.msg, srv.http, ...) or what frames carry; separated by commas"},
	{"during", "PHASES", "try only addresses in these phases of the session, such as download,verify"},
	{"most", "N", "try N faults (default: all that steer the update, and a sample of the others)"},
	{"pairs", NULL, "try pairs of survived faults, too; half of --most N are pairs"},
	{"keep-faults", NULL, "keep the scenario's own faults (default: they are left out)"},
	{"seed", "N", "seed of all sessions (default: the scenario's)"},
	{NULL, NULL, NULL},
};

/*
 * Whether the search was begun with a budget; when it goes on, that budget is used up, and it goes
 * on all the same as it was begun.
 */
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
	uint64_t most = 0;

	filter_init(&sweep->filter);
	if (cli_is_given(values, "only") && !filter_read(&sweep->filter, cli_value(values, "only"), err))
		return error_context(err, "--only");
	if (!cli_read_number(values, "most", 1, 1000000, &most, err))
		return false;
	sweep->most = (size_t)most;
	sweep->phases = cli_value(values, "during");
	sweep->pairs = cli_is_given(values, "pairs");
	sweep->keeps_faults = cli_is_given(values, "keep-faults");
	sweep->is_open_ended = is_begun_with_budget(values) && !sweep->pairs;
	if (values->operand_count == 1)
		return true;
	return error_set(err, values->operand_count == 0 ? "sweep needs a scenario; see `stutter sweep --help`"
	                                                 : "sweep takes one scenario at a time");
}

/* What phases a foreign client has, only its session shows. */
static bool check_phases(const struct cli_search *cli, const struct plan *plan, struct error *err)
{
	const char *phases = cli_value(&cli->values, "during");

	return phases == NULL || filter_check_phases(phases, &plan->device, err) || error_context(err, "--during");
}

static bool read_plan(struct cli_search *cli, const struct sweep *sweep, struct plan *ret_plan, struct error *err)
{
	const bool has_seed = cli_is_given(&cli->values, "seed");
	uint64_t seed = 0;

	if (!cli_read_number(&cli->values, "seed", 0, INT64_MAX, &seed, err))
		return false;
	if (!campaign_read(cli->campaign, cli->values.operands[0], NULL, false, ret_plan, err))
		return false;
	if (!check_phases(cli, ret_plan, err) || (has_seed && !sense_seed(ret_plan, seed, err))) {
		plan_close(ret_plan);
		return false;
	}
	if (has_seed)
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
	sweep->paths = campaign_paths(cli->campaign);
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

const struct cli_command cli_sweep = {
	"sweep", "SCENARIO", "try one fault at every address: which of them breaks the update?", run, {cli_search_options, options}};
