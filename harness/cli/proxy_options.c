/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/proxy_options.h"

#include <stdio.h>
#include <string.h>

#include "harness/campaign/run_folder.h"
#include "harness/cli/web_ports.h"
#include "harness/live/fit.h"
#include "harness/recorded/fit.h"
#include "harness/scenario/sense.h"

/*
 * A frame that is later than this is noticed by nobody but those who count in milliseconds, and a
 * loaded machine is seldom later.
 */
#define SKEW_LIMIT "10ms"
#define SKEW_LIMIT_NS (10 * SIM_MS)

const struct cli_option cli_proxy_options[] = {
	{"device-side", "IF", "interface behind which the device is"},
	{"server-side", "IF", "interface behind which the server is"},
	{"session", "FILE", "play the servers of this recorded session behind the faults, in place of --server-side"},
	{"seed", "N", "seed of all random draws (default: the scenario's)"},
	{"out", "DIR", "write plan, trace, captures and verdict to this folder (default: nothing is kept)"},
	{"for", "TIME", "end after TIME (default: when it is asked to)"},
	{"skew-limit", "TIME", "treat the run as inconclusive if a frame left this much too late (default: " SKEW_LIMIT "; 0s: no limit)"},
	{"control", "SOCKET",
         "listen for `stutter ctl` on this socket (default: stutter.sock in $XDG_RUNTIME_DIR, /run/user/UID or, for root, /run; "
         "'" NO_CONTROL "': on none)"},
	{"replay", NULL, "apply only the decisions of a frozen plan, as `stutter replay` does"},
	{"least", "P", "with --replay: share of decisions that must find their address (default: 100%)"},
	{"web-ports", "PORTS", CLI_WEB_PORTS},
	{NULL, NULL, NULL},
};

static bool read_times(struct proxy_bench *bench, const struct cli_values *values, struct error *err)
{
	bench->skew_limit_ns = SKEW_LIMIT_NS;
	return cli_web_ports(cli_value(values, "web-ports"), &bench->web_ports, err) &&
	       cli_read_quantity(values, "for", UNIT_DURATION, &bench->for_ns, err) &&
	       cli_read_quantity(values, "skew-limit", UNIT_DURATION, &bench->skew_limit_ns, err);
}

static bool read_control(struct proxy_bench *bench, const struct cli_values *values, struct error *err)
{
	const char *wanted = cli_value(values, "control");

	bench->has_control = wanted == NULL || strcmp(wanted, NO_CONTROL) != 0;
	if (wanted == NULL || !bench->has_control)
		return true;
	return (size_t)snprintf(bench->control_path, sizeof bench->control_path, "%s", wanted) < sizeof bench->control_path ||
	       error_set(err, "--control: the path of a socket is at most %d bytes long", CONTROL_PATH_MAX - 1);
}

static bool read_seed(struct proxy_bench *bench, const struct cli_values *values, struct error *err)
{
	uint64_t seed = bench->plan.seeds.first != 0 ? bench->plan.seeds.first : bench->plan.seed;

	if (!cli_read_number(values, "seed", 0, UINT64_MAX, &seed, err))
		return false;
	if (!sense_seed(&bench->plan, seed, err))
		return false;
	plan_set_seed(&bench->plan, seed);
	return true;
}

/* Of the plan's own: it would be played in place of the server, and there is one. */
static bool check_no_session(const struct plan *plan, struct error *err)
{
	if (plan->session[0] == '\0')
		return true;
	if (plan->replay)
		return error_set(err,
		                 "%s: it was a run with a recorded session at its far end, "
		                 "which no replay in wall time can play; use `stutter replay`",
		                 plan->path);
	return error_set(err, "%s: 'session:' is played in place of a server: give --session and no --server-side, or leave 'session:' out",
	                 plan->path);
}

static bool read_plan(struct proxy_bench *bench, const struct cli_values *values, struct error *err)
{
	const char *path = values->operands[0];
	const bool replay = cli_is_given(values, "replay");
	const enum fit_phases phases = bench->has_control ? FIT_PHASES : FIT_PHASES_OFF;

	if (values->operand_count != 1)
		return error_set(err, "proxy takes one scenario, not %d", values->operand_count);
	if (!paths_find(&bench->paths, err))
		return false;
	bench->has_plan = replay ? plan_open_frozen(&bench->plan, path, NULL, &bench->paths, err)
	                         : plan_open(&bench->plan, path, NULL, &bench->paths, err);
	if (!bench->has_plan)
		return false;
	bench->plan.least_found = UNIT_PROBABILITY_ONE;
	if (!cli_read_quantity(values, "least", UNIT_PROBABILITY, &bench->plan.least_found, err))
		return false;
	if (!cli_is_given(values, "session"))
		return check_no_session(&bench->plan, err) && read_seed(bench, values, err) &&
		       fit_plan_with_relay(&bench->plan, phases, err);
	return plan_take_session(&bench->plan, cli_value(values, "session"), err) && read_seed(bench, values, err) &&
	       fit_plan_with_services(&bench->plan, phases, err) && recording_check_plan(&bench->plan, err);
}

static bool check_sides(const struct cli_values *values, struct error *err)
{
	const char *device = cli_value(values, "device-side"), *server = cli_value(values, "server-side");

	if (cli_is_given(values, "session") && cli_is_given(values, "replay"))
		return error_set(err, "--session and --replay cannot be used together: no replay "
		                      "in wall time can play a session; use `stutter replay`");
	if (cli_is_given(values, "session") && cli_is_given(values, "web-ports"))
		return error_set(err, "--session and --web-ports cannot be used together: a session names its own ports");
	if (cli_is_given(values, "least") && !cli_is_given(values, "replay"))
		return error_set(err, "--least needs --replay");
	if (server != NULL && cli_is_given(values, "session"))
		return error_set(
			err, "--server-side and --session cannot be used together: with --session, its servers are played in this program");
	if (device != NULL && cli_is_given(values, "session"))
		return true;
	if (device == NULL || server == NULL)
		return error_set(
			err,
			"proxy needs two interfaces: give --device-side and --server-side (`ip link` lists them), or --session in place of "
			"the second");
	return strcmp(device, server) != 0 ||
	       error_set(err, "--device-side and --server-side are both %s: a bridge is between two interfaces", device);
}

bool cli_proxy_read(const struct cli_values *values, struct proxy_bench *bench, struct error *err)
{
	return check_sides(values, err) && run_folder_is_new(cli_value(values, "out"), err) && read_times(bench, values, err) &&
	       read_control(bench, values, err) && read_plan(bench, values, err);
}
