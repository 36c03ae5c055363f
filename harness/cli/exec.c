/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `exec`: a command in a network of its own, with a scenario's faults between it and a server. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/campaign/run_folder.h"
#include "harness/cli/exec_options.h"
#include "harness/cli/exec_told.h"
#include "harness/live/watch.h"
#include "harness/scenario/sense.h"
#include "harness/session/folder.h"

static bool open_plan(const struct exec_wish *wish, uint64_t seed, struct plan *ret_plan, struct error *err)
{
	if (!cli_exec_open(wish, ret_plan, err))
		return false;
	if (sense_seed(ret_plan, seed, err)) {
		plan_set_seed(ret_plan, seed);
		return true;
	}
	error_context(err, "%s", ret_plan->path);
	plan_close(ret_plan);
	return false;
}

/* The folder of a session: the run's own if there is no other. @return false with @p err. */
static bool make_folder(const struct exec_wish *wish, uint64_t seed, unsigned long long time, char ret_dir[DEVICE_PATH_MAX],
                        struct error *err)
{
	char again[32] = "";
	int length;

	if (wish->times > 1)
		(void)snprintf(again, sizeof again, "/run-%llu", time);
	if (wish->seeds.first == wish->seeds.last)
		length = snprintf(ret_dir, DEVICE_PATH_MAX, "%s%s", wish->dir, again);
	else
		length = snprintf(ret_dir, DEVICE_PATH_MAX, "%s/seed-%" PRIu64 "%s", wish->dir, seed, again);
	return length < (int)DEVICE_PATH_MAX ? folder_make(ret_dir, err) : error_set(err, "--out: the path is too long");
}

/* @return false with @p err if the session could not be begun at all. */
static bool run_one(const struct exec_wish *wish, uint64_t seed, unsigned long long time, struct exec_session *ret_session,
                    struct error *err)
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
	exec_tell_session(stderr, &plan, ret_session, wish->expects, wish->quiet, wish->seeds.first != wish->seeds.last || wish->times > 1);
	execution_close(&ret_session->execution);
	plan_close(&plan);
	return true;
}

static int run_all(const struct exec_wish *wish)
{
	struct exec_tally tally = {0};
	struct exec_session session;
	struct error err;
	bool over = false;

	for (uint64_t seed = wish->seeds.first; !over; seed++) {
		for (unsigned long long time = 1; !over && time <= wish->times; time++) {
			if (!run_one(wish, seed, time, &session, &err))
				return cli_fail(&err);
			exec_tally_add(&tally, &session);
			/* An end that was asked for between two sessions is no session's. */
			exec_tally_asked(&tally, watch_state()->asked);
			over = exec_is_last(&session) || tally.asked;
		}
		over |= seed == wish->seeds.last;
	}
	exec_tell_tally(stderr, &tally, wish->expects);
	int status = exec_status(&tally, wish->expects);
	exec_tally_close(&tally);
	return status;
}

static int run(const struct cli_values *values)
{
	struct exec_wish wish = {0};
	struct error err;

	if (!cli_exec_read(values, &wish, &err) || (wish.out != NULL && !run_folder_make(wish.out, wish.dir, &err)))
		return cli_fail(&err);
	return run_all(&wish);
}

const struct cli_command cli_exec = {"exec",
                                     "SCENARIO -- COMMAND...",
                                     "run a command in a network of its own, with a scenario's faults in wall time",
                                     run,
                                     {cli_exec_options}};
