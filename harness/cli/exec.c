/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `exec`: a command in a network of its own, with a scenario's faults between it and a server. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/exec_told.h"
#include "cli/run_folder.h"
#include "cli/web_ports.h"
#include "judge/judge.h"
#include "live/execution.h"
#include "live/watch.h"
#include "scenario/sense.h"
#include "session/folder.h"

#define TIMES_MAX 1000U
#define SKEW_STANDARD_NS (10 * SIM_MS)

enum {
	OPTION_SERVER,
	OPTION_SESSION,
	OPTION_EXPECT,
	OPTION_SEED,
	OPTION_SEEDS,
	OPTION_REPEAT,
	OPTION_OUT,
	OPTION_DEVICE,
	OPTION_SKEW,
	OPTION_WEB,
	OPTION_QUIET,
};

static const struct cli_option options[] = {
	[OPTION_SERVER] = {"server", "COMMAND",
                           "run by sh at the far end; the command begins when it listens (default: the emulator's update service)"},
	[OPTION_SESSION] = {"session", "FILE",
                            "the far end plays the servers of this recorded session (default: of the scenario's, if it has one)"},
	[OPTION_EXPECT] = {"expect", NULL, "the exit status tells whether all was as the scenario expects, in place of the command's"},
	[OPTION_SEED] = {"seed", "N", "the seed of all random draws (default: what the scenario says, else 1)"},
	[OPTION_SEEDS] = {"seeds", "A..B", "runs the command once for each seed from A to B"},
	[OPTION_REPEAT] = {"repeat", "N", "runs it so often with each seed"},
	[OPTION_OUT] = {"out", "DIR", "a new folder for plan, trace, captures and the server's output (default: none is kept)"},
	[OPTION_DEVICE] = {"device", "D", "takes this device's hardware address, in place of the scenario's"},
	[OPTION_SKEW] = {"skew-limit", "TIME",
                         "a session in which a frame left so much later than asked proves nothing (default: 10ms; 0s: no limit)"},
	[OPTION_WEB] = {"web-ports", "PORTS", CLI_WEB_PORTS},
	[OPTION_QUIET] = {"quiet", NULL, "tells nothing of sessions that came to an end, just what they come to together"},
	{NULL, NULL, NULL},
};

/* What the command line asks for. */
struct wish {
	const char *scenario, *device, *out, *session;
	struct execution_wish execution;
	bool expects, quiet;
	bool has_seeds;
	uint64_t first, last;
	unsigned long long times;
	struct places places;
	char dir[DEVICE_PATH_MAX];
};

/* -- reading the command line -- */

/* What belongs to the command stands behind "--", and in front of it just the scenario. */
static bool read_operands(const struct cli_values *values, struct wish *wish, struct error *err)
{
	static const char form[] = "[OPTION]... -- COMMAND [ARGUMENT]...";
	const int before = values->operand_count - values->behind;

	if (values->operand_count == 0)
		return error_set(err, "give a scenario and a command: stutter exec SCENARIO %s", form);
	if (values->behind < 0)
		return error_set(err, "the command stands behind '--': stutter exec %s %s", values->operands[0], form);
	if (before > 1)
		return error_set(err, "exec takes one scenario, not %d ('%s'): stutter exec %s %s", before, values->operands[1],
		                 values->operands[0], form);
	if (before < 1 || values->behind == 0)
		return error_set(err, "there must be a scenario before '--' and a command behind it; there is just '%s'",
		                 values->operands[0]);
	wish->scenario = values->operands[0];
	wish->execution.command = values->operands + 1;
	return true;
}

static bool read_seeds(const struct cli_values *values, struct wish *wish, struct error *err)
{
	const char *one = values->of[OPTION_SEED], *range = values->of[OPTION_SEEDS];
	unsigned long long seed;

	wish->has_seeds = one != NULL || range != NULL;
	if (one != NULL && range != NULL)
		return error_set(err, "--seed and --seeds exclude each other");
	if (range != NULL)
		return cli_seeds(range, &wish->first, &wish->last, err);
	if (one == NULL)
		return true;
	if (!cli_number("seed", one, 0, UINT64_MAX, &seed, err))
		return false;
	wish->first = wish->last = seed;
	return true;
}

static bool read_options(const struct cli_values *values, struct wish *wish, struct error *err)
{
	wish->execution.server = values->of[OPTION_SERVER];
	wish->execution.skew_limit_ns = SKEW_STANDARD_NS;
	wish->device = values->of[OPTION_DEVICE];
	wish->session = values->of[OPTION_SESSION];
	wish->out = values->of[OPTION_OUT];
	wish->expects = values->of[OPTION_EXPECT] != NULL;
	wish->quiet = values->of[OPTION_QUIET] != NULL;
	wish->times = 1;
	if (wish->execution.server != NULL && strspn(wish->execution.server, " \t\n") == strlen(wish->execution.server))
		return error_set(err, "--server: the command is empty; leave the option out for the emulator's update service");
	if (wish->execution.server != NULL && wish->session != NULL)
		return error_set(
			err,
			"--server and --session exclude each other: with --session, its servers are played; to play its device's side against "
			"the server, the command is `stutter play %s`",
			wish->session);
	if (values->of[OPTION_WEB] != NULL && wish->execution.server == NULL)
		return error_set(err, "--web-ports are those of a server of yours: give --server, too");
	if (values->of[OPTION_REPEAT] != NULL && !cli_number("repeat", values->of[OPTION_REPEAT], 1, TIMES_MAX, &wish->times, err))
		return false;
	if (values->of[OPTION_SKEW] != NULL && !unit_parse(UNIT_DURATION, values->of[OPTION_SKEW], &wish->execution.skew_limit_ns, err))
		return error_context(err, "--skew-limit");
	if (!cli_web_ports(values->of[OPTION_WEB], &wish->execution.ports, err))
		return false;
	return read_seeds(values, wish, err) && read_operands(values, wish, err);
}

/* -- what is expected -- */

/* Keys of `expect:` that need a device's reports, or a far end that is asked; a command has just an end. */
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

/* -- sessions -- */

static bool open_scenario(const struct wish *wish, struct plan *ret_plan, struct error *err)
{
	if (!plan_open(ret_plan, wish->scenario, wish->device, &wish->places, err))
		return false;
	if (wish->session == NULL || plan_take_session(ret_plan, wish->session, err))
		return true;
	plan_close(ret_plan);
	return false;
}

static bool open_plan(const struct wish *wish, uint64_t seed, struct plan *ret_plan, struct error *err)
{
	if (!open_scenario(wish, ret_plan, err))
		return false;
	if (sense_seed(ret_plan, seed, err)) {
		plan_set_seed(ret_plan, seed);
		return true;
	}
	error_context(err, "%s", ret_plan->path);
	plan_close(ret_plan);
	return false;
}

/* Reads the scenario as all sessions will, so that all that is wrong is told before anything starts; takes its seeds if no others are given. */
static bool read_scenario(struct wish *wish, struct error *err)
{
	struct plan plan;

	if (!places_find(&wish->places, err) || !open_scenario(wish, &plan, err))
		return false;
	if (!wish->has_seeds) {
		wish->first = plan.seeds.first != 0 ? plan.seeds.first : plan.seed;
		wish->last = plan.seeds.first != 0 ? plan.seeds.last : plan.seed;
	}
	for (size_t i = 0; i < plan.warnings.count; i++)
		cli_warn(&plan.warnings.list[i]);
	wish->execution.plan = &plan;
	bool good = execution_can(&wish->execution, err) && (!wish->expects || can_expect(&plan, err));
	wish->execution.plan = NULL;
	plan_close(&plan);
	return good;
}

/* The folder of a session: the run's own if there is no other. @return false with @p err. */
static bool make_folder(const struct wish *wish, uint64_t seed, unsigned long long time, char ret_dir[DEVICE_PATH_MAX], struct error *err)
{
	char again[32] = "";
	int length;

	if (wish->times > 1)
		(void)snprintf(again, sizeof again, "/run-%llu", time);
	if (wish->first == wish->last)
		length = snprintf(ret_dir, DEVICE_PATH_MAX, "%s%s", wish->dir, again);
	else
		length = snprintf(ret_dir, DEVICE_PATH_MAX, "%s/seed-%" PRIu64 "%s", wish->dir, seed, again);
	return length < (int)DEVICE_PATH_MAX ? folder_make(ret_dir, err) : error_set(err, "--out: the path is too long");
}

/* @return false with @p err if the session could not be begun at all. */
static bool run_one(const struct wish *wish, uint64_t seed, unsigned long long time, struct exec_session *ret_session, struct error *err)
{
	struct execution_wish one = wish->execution;
	char dir[DEVICE_PATH_MAX];
	struct plan plan;

	if (wish->out != NULL && !make_folder(wish, seed, time, dir, err))
		return false;
	if (!open_plan(wish, seed, &plan, err))
		return false;
	one.plan = &plan;
	one.dir = wish->out != NULL ? dir : NULL;
	*ret_session = (struct exec_session){.seed = seed, .time = time};
	execution_run(&one, &ret_session->execution);
	exec_judge(&plan, ret_session);
	exec_tell_session(stderr, &plan, ret_session, wish->expects, wish->quiet, wish->first != wish->last || wish->times > 1);
	execution_close(&ret_session->execution);
	plan_close(&plan);
	return true;
}

static int run_all(const struct wish *wish)
{
	struct exec_tally tally = {0};
	struct exec_session session;
	struct error err;
	bool over = false;

	for (uint64_t seed = wish->first; !over; seed++) {
		for (unsigned long long time = 1; !over && time <= wish->times; time++) {
			if (!run_one(wish, seed, time, &session, &err))
				return cli_fail(&err);
			exec_tally_add(&tally, &session);
			/* An end that was asked for between two sessions is no session's. */
			exec_tally_asked(&tally, watch_state()->asked);
			over = exec_is_last(&session) || tally.asked;
		}
		over |= seed == wish->last;
	}
	exec_tell_tally(stderr, &tally, wish->expects);
	int status = exec_status(&tally, wish->expects);
	exec_tally_close(&tally);
	return status;
}

static int run(const struct cli_values *values)
{
	struct wish wish = {0};
	struct error err;

	if (!read_options(values, &wish, &err) || !read_scenario(&wish, &err) ||
	    (wish.out != NULL && !run_folder_make(wish.out, wish.dir, &err)))
		return cli_fail(&err);
	return run_all(&wish);
}

const struct cli_command cli_exec = {"exec", "SCENARIO -- COMMAND...",
                                     "runs a command in a network of its own, with a scenario's faults in wall time", options, run};
