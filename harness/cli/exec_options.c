/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/exec_options.h"

#include <string.h>

#include "harness/cli/web_ports.h"
#include "harness/judge/judge.h"
#include "lib/sim/sim.h"

#define TIMES_MAX 1000U
#define SKEW_STANDARD_NS (10 * SIM_MS)

const struct cli_option cli_exec_options[] = {
	{"server", "COMMAND",
         "run COMMAND by sh at the far end; the client starts once it listens (default: the emulator's update service)"},
	{"session", "FILE", "play the servers of this recorded session at the far end (default: the scenario's, if it has one)"},
	{"expect", NULL, "exit with whether all was as the scenario expects, instead of with the command's own status"},
	{"seed", "N", "seed of all random draws (default: the scenario's, else 1)"},
	{"seeds", "A..B", "run the command once for each seed from A to B"},
	{"repeat", "N", "run it N times with each seed"},
	{"out", "DIR", "keep plan, trace, captures and the server's output in this new folder (default: nothing is kept)"},
	{"device", "D", "use this device's hardware address instead of the scenario's"},
	{"skew-limit", "TIME", "treat a session as inconclusive if a frame left this much too late (default: 10ms; 0s: no limit)"},
	{"web-ports", "PORTS", CLI_WEB_PORTS},
	{"quiet", NULL, "print only the totals and what could not be run"},
	{NULL, NULL, NULL},
};

/* -- reading the command line -- */

/* What belongs to the command stands behind "--", and in front of it just the scenario. */
static bool read_operands(const struct cli_values *values, struct exec_wish *wish, struct error *err)
{
	static const char form[] = "[OPTION]... -- COMMAND [ARGUMENT]...";
	const int before = values->operand_count - values->behind;

	if (values->operand_count == 0)
		return error_set(err, "exec needs a scenario and a command: stutter exec SCENARIO %s", form);
	if (values->behind < 0)
		return error_set(err, "the command goes after '--': stutter exec %s %s", values->operands[0], form);
	if (before > 1)
		return error_set(err, "exec takes one scenario, not %d ('%s'): stutter exec %s %s", before, values->operands[1],
		                 values->operands[0], form);
	if (before < 1 || values->behind == 0)
		return error_set(err, "exec needs a scenario before '--' and a command after it; there is only '%s'", values->operands[0]);
	wish->scenario = values->operands[0];
	wish->execution.command = values->operands + 1;
	return true;
}

static bool read_options(const struct cli_values *values, struct exec_wish *wish, struct error *err)
{
	wish->execution.server = cli_value(values, "server");
	wish->execution.skew_limit_ns = SKEW_STANDARD_NS;
	wish->device = cli_value(values, "device");
	wish->session = cli_value(values, "session");
	wish->out = cli_value(values, "out");
	wish->expects = cli_is_given(values, "expect");
	wish->quiet = cli_is_given(values, "quiet");
	wish->times = 1;
	if (wish->execution.server != NULL && strspn(wish->execution.server, " \t\n") == strlen(wish->execution.server))
		return error_set(err, "--server: the command is empty; leave the option out for the emulator's update service");
	if (wish->execution.server != NULL && wish->session != NULL)
		return error_set(
			err,
			"--server and --session cannot be used together: with --session, its servers are played; to play its device's side against "
			"the server, the command is `stutter play %s`",
			wish->session);
	if (cli_is_given(values, "web-ports") && wish->execution.server == NULL)
		return error_set(err, "--web-ports needs a server of your own: add --server");
	if (!cli_read_number(values, "repeat", 1, TIMES_MAX, &wish->times, err))
		return false;
	if (!cli_read_quantity(values, "skew-limit", UNIT_DURATION, &wish->execution.skew_limit_ns, err))
		return false;
	if (!cli_web_ports(cli_value(values, "web-ports"), &wish->execution.ports, err))
		return false;
	return cli_read_seeds(values, &wish->seeds, err) && read_operands(values, wish, err);
}

/* -- what is expected -- */

/*
 * Keys of `expect:` that need a device's reports, or a far end that is asked; a command has just an
 * end.
 */
static bool can_expect(const struct plan *plan, struct error *err)
{
	const struct expectation *expect = &plan->expect;
	const struct judge *judge = judge_asked_for(&expect->judges, false);
	const char *key = expect->phase[0] != '\0'        ? "phase"
	                  : expect->judge[0] != '\0'      ? "judge"
	                  : expect->failure_of[0] != '\0' ? "failure_of"
	                  : judge != NULL                 ? judge->name
	                                                  : NULL;

	return key == NULL ||
	       error_set(err,
	                 "%s: --expect: '%s' under 'expect:' is asked of a device, and a command only ends; leave --expect out, or take a "
	                 "scenario that expects no more than verdict, reason, acted, at_least and at_most",
	                 plan->path, key);
}

/* -- the scenario -- */

bool cli_exec_open(const struct exec_wish *wish, struct plan *ret_plan, struct error *err)
{
	if (!plan_open(ret_plan, wish->scenario, wish->device, &wish->paths, err))
		return false;
	if (wish->session == NULL || plan_take_session(ret_plan, wish->session, err))
		return true;
	plan_close(ret_plan);
	return false;
}

/* Takes its seeds if no others are given. */
static bool read_scenario(struct exec_wish *wish, struct error *err)
{
	struct plan plan;

	if (!paths_find(&wish->paths, err) || !cli_exec_open(wish, &plan, err))
		return false;
	if (!wish->seeds.given) {
		wish->seeds.first = plan.seeds.first != 0 ? plan.seeds.first : plan.seed;
		wish->seeds.last = plan.seeds.first != 0 ? plan.seeds.last : plan.seed;
	}
	for (size_t i = 0; i < plan.warnings.count; i++)
		cli_warn(&plan.warnings.list[i]);
	wish->execution.plan = &plan;
	bool good = execution_can(&wish->execution, err) && (!wish->expects || can_expect(&plan, err));
	wish->execution.plan = NULL;
	plan_close(&plan);
	return good;
}

bool cli_exec_read(const struct cli_values *values, struct exec_wish *wish, struct error *err)
{
	return read_options(values, wish, err) && read_scenario(wish, err);
}
