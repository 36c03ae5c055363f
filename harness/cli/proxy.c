/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan's faults in wall time, between two interfaces of this machine. */
#include <limits.h>
#include <stdio.h>

#include "harness/cli/exec_told.h"
#include "harness/cli/proxy_options.h"

/* Those that wait for a phase do nothing until somebody tells it. */
static void warn_of_phases(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++)
		if (plan->faults[i].match.during[0] != '\0')
			fprintf(stderr,
			        "stutter: warning: the fault '%s' waits until `stutter ctl phase %s` tells that the device is there\n",
			        plan->faults[i].name, plan->faults[i].match.during);
}

static void look(void *ctx, struct bridge *bridge)
{
	live_table_show(&((struct proxy_bench *)ctx)->table, bridge);
}

static int tell(const struct proxy_bench *bench, const struct bridge_result *result)
{
	static const char *const words[] = {"", "FAIL  ", "INCONCLUSIVE  "};
	struct servers_told told;
	const struct verdict *verdict = &result->verdict;
	const struct live_table_form form = {.columns = 120, .rows = UINT_MAX, .now = SIM_NEVER};

	printf("%s%s seed %llu: %s%s%s%s\n", words[verdict->kind], bench->plan.name, (unsigned long long)bench->plan.seed, verdict->reason,
	       verdict->met_expectation ? "" : " [", verdict->met_expectation ? "" : verdict->expectation,
	       verdict->met_expectation ? "" : "]");
	(void)live_table_draw(stdout, &result->status, result->rules, result->rule_count, &form);
	if (bench->far_end != NULL && far_end_played(bench->far_end, &told))
		exec_tell_played(stdout, "", &told);
	if (bench->dir != NULL)
		printf("folder  %s\n", bench->dir);
	return verdict->kind == VERDICT_INCONCLUSIVE ? EXIT_INCONCLUSIVE : verdict->met_expectation ? EXIT_PASSED : EXIT_FAILED;
}

static int carry_out(struct proxy_bench *bench, struct error *err)
{
	struct bridge_result result;
	const struct bridge_side side = bench->control != NULL ? control_side(bench->control) : (struct bridge_side){.fd = -1};
	const struct bridge_options wanted = {.plan = &bench->plan,
	                                      .dir = bench->dir,
	                                      .ends = {&bench->ports[TO_SERVER], &bench->ports[TO_DEVICE]},
	                                      .relayed = bench->relayed,
	                                      .far_end = bench->far_end,
	                                      .skew_limit_ns = bench->skew_limit_ns,
	                                      .for_ns = bench->for_ns,
	                                      .stop = cli_stop_when_asked(),
	                                      .sides = &side,
	                                      .side_count = bench->control != NULL ? 1 : 0,
	                                      .ready = proxy_bench_confine,
	                                      .look = look,
	                                      .ctx = bench};

	bench->table = (struct live_table){.terminal = cli_is_terminal(), .colours = cli_takes_colours()};
	if (!bridge_run(&wanted, &result, err))
		return cli_fail(err);
	live_table_close(&bench->table);
	int status = tell(bench, &result);
	bridge_result_close(&result);
	return status;
}

static void tell_wrong(const struct error *err)
{
	(void)cli_fail(err);
}

static int run(const struct cli_values *values)
{
	static struct proxy_bench bench;
	struct error err;
	int status;

	if (!cli_proxy_read(values, &bench, &err) || !proxy_bench_open(&bench, values, &err)) {
		status = cli_fail(&err);
	} else {
		warn_of_phases(&bench.plan);
		status = carry_out(&bench, &err);
	}
	return proxy_bench_close(&bench, tell_wrong) || status == EXIT_USAGE ? status : EXIT_INCONCLUSIVE;
}

const struct cli_command cli_proxy = {
	"proxy", "SCENARIO", "apply a scenario's faults in wall time, between two interfaces of this machine", run, {cli_proxy_options}};
