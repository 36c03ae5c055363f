/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stutter hunt: random search for failures. */
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/search.h"
#include "harness/judge/judge.h"
#include "harness/search/hunt_told.h"

/*
 * Sessions of drawn plans, and different failures after which a hunt ends, if nobody says how many.
 */
#define MOST 1000
#define FIRST 5

static const struct cli_option options[] = {
	{"seed", "N", "seed of the hunt: another one draws other plans (default: 1)"},
	{"first", "N", "end the hunt after N different failures; 0: never (default: 5)"},
	{"most", "N", "run at most N sessions of drawn plans, not counting those on the control device (default: 1000)"},
	{"judge", "NAME", "look only for failures found by this judge, such as hang (default: any failure)"},
	{"control", "D", "good device: a failure counts only if the same plan does not fail there"},
	{"keep-faults", NULL, "keep the scenario's own faults (default: only those that are drawn)"},
	{"shrink", NULL, "shrink each different failure at the end, as `stutter shrink` does"},
	{NULL, NULL, NULL},
};

/* What a hunt is made from. */
struct order {
	struct plan plan, control;
	struct hunt_options options;
};

static void close_order(struct order *order)
{
	plan_close(&order->plan);
	if (order->options.control != NULL)
		plan_close(&order->control);
}

/* Whether the scenario asks this judge: one that is switched off finds nothing. */
static bool check_judge(const struct plan *plan, const char *name, struct error *err)
{
	const struct judge *judge = judge_find(name);
	const char *names[JUDGES_COUNT + 1] = {NULL};

	if (judge != NULL)
		return judge_is_on(&plan->expect.judges, judge) ||
		       error_set(err, "--judge %s: the scenario does not ask this judge; switch it on under `expect:`", name);
	for (size_t i = 0; i < JUDGES_COUNT; i++)
		names[i] = judge_catalogue[i]->name;
	(void)cli_unknown("judge", name, names, err);
	return error_context(err, "--judge");
}

static bool read_options(const struct cli_values *values, struct order *order, struct error *err)
{
	uint64_t seed = 1, first = FIRST, most = MOST;

	if (!cli_read_number(values, "seed", 0, UINT32_MAX, &seed, err) || !cli_read_number(values, "first", 0, UINT32_MAX, &first, err) ||
	    !cli_read_number(values, "most", 1, UINT32_MAX, &most, err))
		return false;
	if (values->operand_count != 1)
		return error_set(err, values->operand_count == 0 ? "hunt needs a scenario, such as scenarios/first/clean.yaml"
		                                                 : "hunt takes one scenario at a time");
	order->options = (struct hunt_options){.seed = seed,
	                                       .first = (size_t)first,
	                                       .most = most,
	                                       .judge = cli_value(values, "judge"),
	                                       .shrink = cli_is_given(values, "shrink"),
	                                       .keep_faults = cli_is_given(values, "keep-faults")};
	return true;
}

static bool read_control(struct cli_search *cli, struct order *order, struct error *err)
{
	const char *control = cli_value(&cli->values, "control");

	if (control == NULL)
		return true;
	if (!campaign_read(cli->campaign, cli->values.operands[0], control, false, &order->control, err))
		return error_context(err, "--control");
	order->options.control = &order->control;
	return strcmp(order->plan.device.name, order->control.device.name) != 0 ||
	       error_set(err, "--control %s: the control device is the device itself; name another, or leave --control out", control);
}

/* @return whether all is well; order->plan is to be closed then. */
static bool read_all(struct cli_search *cli, struct order *order, struct error *err)
{
	if (!read_options(&cli->values, order, err) ||
	    !campaign_read(cli->campaign, cli->values.operands[0], NULL, false, &order->plan, err))
		return false;
	bool good = read_control(cli, order, err) && (order->options.judge == NULL || check_judge(&order->plan, order->options.judge, err));
	good = good && hunt_can(&order->plan, &order->options, err);
	if (!good)
		close_order(order);
	return good;
}

static int status_of(const struct hunt *hunt)
{
	if (hunt->find_count > 0)
		return EXIT_FAILED;
	return hunt_shows(hunt) ? EXIT_PASSED : EXIT_INCONCLUSIVE;
}

static int hunt_and_tell(struct cli_search *cli, const struct order *order)
{
	struct error err = {.text = ""};
	struct hunt hunt;

	(void)json_object_set_new(cli->json, "title",
	                          json_sprintf("Hunt for failures of %s in %s", order->plan.device.name, order->plan.name));
	const bool good = hunt_run(cli->search, cli->dir, campaign_paths(cli->campaign), &order->plan, &order->options, &hunt, &err);
	(void)json_object_set_new(cli->json, "hunt", hunt_json(&hunt, &order->plan, &order->options));
	hunt_tell(&hunt, &order->plan, &order->options, cli->told);
	const int code = good ? cli_search_end(cli, status_of(&hunt)) : cli_search_fail(cli, &err, EXIT_INCONCLUSIVE);
	hunt_close(&hunt);
	return code;
}

static int run_hunt(const struct cli_values *values)
{
	struct error err = {.text = ""};
	struct cli_search cli;
	struct order order = {.options.control = NULL};
	int code = cli_search_open(&cli, &cli_hunt, values);

	if (code == CLI_GO_ON && !read_all(&cli, &order, &err))
		code = cli_fail(&err);
	else if (code == CLI_GO_ON) {
		code = cli_search_begin(&cli);
		if (code == CLI_GO_ON)
			code = hunt_and_tell(&cli, &order);
		close_order(&order);
	}
	cli_search_close(&cli);
	return code;
}

const struct cli_command cli_hunt = {
	"hunt", "SCENARIO", "search for failures at random, guided by what sessions reach", run_hunt, {cli_search_options, options}};
