/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What `exec` is asked for: a command, a scenario, and what is at the far end. */
#ifndef CLI_EXEC_OPTIONS_H
#define CLI_EXEC_OPTIONS_H

#include "harness/cli/values.h"
#include "harness/live/execution.h"

extern const struct cli_option cli_exec_options[];

/** What the command line asks for. */
struct exec_wish {
	const char *scenario, *device, *out, *session;
	struct execution_wish execution;
	bool expects, quiet;
	struct cli_seeds seeds;
	uint64_t times;
	struct paths paths;
	char dir[DEVICE_PATH_MAX];
};

/**
 * Reads options and scenario as all sessions will, so that all that is wrong is told before
 * anything starts.
 */
bool cli_exec_read(const struct cli_values *values, struct exec_wish *wish, struct error *err);

/**
 * Opens the scenario, with the session that is to be played.
 * @param ret_plan To be released with plan_close().
 */
bool cli_exec_open(const struct exec_wish *wish, struct plan *ret_plan, struct error *err);

#endif
