/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan's faults in wall time, between two interfaces of this machine. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "cli/values.h"
#include "cli/exec_told.h"
#include "cli/live_table.h"
#include "cli/run_folder.h"
#include "cli/web_ports.h"
#include "live/bridge.h"
#include "live/confine.h"
#include "live/control.h"
#include "live/far_end.h"
#include "live/fit.h"
#include "live/interface.h"
#include "live/priority.h"
#include "live/relayed.h"
#include "recorded/fit.h"
#include "scenario/sense.h"
#include "session/folder.h"

/* A frame that is later than this is noticed by nobody but those who count in milliseconds, and a loaded machine is seldom later. */
#define SKEW_LIMIT "10ms"
#define SKEW_LIMIT_NS (10 * SIM_MS)
#define NO_CONTROL "none"

static const struct cli_option options[] = {
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

/* A run, as far as it has been set up. */
struct bench {
	struct places places;
	struct plan plan;
	bool has_plan;
	uint64_t for_ns, skew_limit_ns;
	struct interface *interfaces[2]; /* by the direction in which what is behind them sends */
	struct port ports[2];
	bool has_port[2];
	struct relay_ports web_ports;
	struct relayed *relayed; /* in front of the server's port; NULL: no fault is about services */
	struct far_end *far_end; /* that plays a session; NULL: there is another interface */
	struct control *control;
	bool has_control;
	char control_path[CONTROL_PATH_MAX]; /* empty: the standard one */
	const char *dir;                     /* NULL: nothing is kept */
	char folder[DEVICE_PATH_MAX];
	struct live_table table;
};

/* -- what is asked for -- */

static bool read_times(struct bench *bench, const struct cli_values *values, struct error *err)
{
	bench->skew_limit_ns = SKEW_LIMIT_NS;
	return cli_web_ports(cli_value(values, "web-ports"), &bench->web_ports, err) &&
	       cli_read_quantity(values, "for", UNIT_DURATION, &bench->for_ns, err) &&
	       cli_read_quantity(values, "skew-limit", UNIT_DURATION, &bench->skew_limit_ns, err);
}

static bool read_control(struct bench *bench, const struct cli_values *values, struct error *err)
{
	const char *wanted = cli_value(values, "control");

	bench->has_control = wanted == NULL || strcmp(wanted, NO_CONTROL) != 0;
	if (wanted == NULL || !bench->has_control)
		return true;
	return (size_t)snprintf(bench->control_path, sizeof bench->control_path, "%s", wanted) < sizeof bench->control_path ||
	       error_set(err, "--control: the path of a socket is at most %d bytes long", CONTROL_PATH_MAX - 1);
}

static bool read_seed(struct bench *bench, const struct cli_values *values, struct error *err)
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
		return error_set(
			err,
			"%s: it was a run with a recorded session at its far end, which no replay in wall time plays; take `stutter "
			"replay`",
			plan->path);
	return error_set(err, "%s: 'session:' is played in place of a server: give --session and no --server-side, or leave 'session:' out",
	                 plan->path);
}

static bool read_plan(struct bench *bench, const struct cli_values *values, struct error *err)
{
	const char *path = values->operands[0];
	const bool replay = cli_is_given(values, "replay");
	const enum fit_phases phases = bench->has_control ? FIT_PHASES : FIT_PHASES_OFF;

	if (values->operand_count != 1)
		return error_set(err, "proxy takes one scenario, not %d", values->operand_count);
	if (!places_find(&bench->places, err))
		return false;
	bench->has_plan = replay ? plan_open_frozen(&bench->plan, path, NULL, &bench->places, err)
	                         : plan_open(&bench->plan, path, NULL, &bench->places, err);
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
		return error_set(
			err, "--session and --replay exclude each other: no replay in wall time plays a session; take `stutter replay`");
	if (cli_is_given(values, "session") && cli_is_given(values, "web-ports"))
		return error_set(err, "--session and --web-ports exclude each other: a session names its own ports");
	if (cli_is_given(values, "least") && !cli_is_given(values, "replay"))
		return error_set(err, "--least is of a replay: give --replay, too");
	if (server != NULL && cli_is_given(values, "session"))
		return error_set(err,
		                 "--server-side and --session exclude each other: with --session, its servers are played in this program");
	if (device != NULL && cli_is_given(values, "session"))
		return true;
	if (device == NULL || server == NULL)
		return error_set(
			err,
			"between which interfaces? Give --device-side and --server-side (`ip link` lists them), or --session in place of "
			"the second");
	return strcmp(device, server) != 0 ||
	       error_set(err, "--device-side and --server-side are both %s: a bridge is between two interfaces", device);
}

/* Those that wait for a phase do nothing until somebody tells it. */
static void warn_of_phases(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++)
		if (plan->faults[i].match.during[0] != '\0')
			fprintf(stderr,
			        "stutter: warning: the fault '%s' waits until `stutter ctl phase %s` tells that the device is there\n",
			        plan->faults[i].name, plan->faults[i].match.during);
}

/* -- setting up -- */

static bool take_side(struct bench *bench, enum direction direction, const char *name, struct error *err)
{
	bench->interfaces[direction] = interface_take(name, err);
	return bench->interfaces[direction] != NULL;
}

static bool open_side(struct bench *bench, enum direction direction, const char *name, struct error *err)
{
	return bench->has_port[direction] = port_open_interface(&bench->ports[direction], name, err);
}

/* Where a fault is about services, the relay stands between the chain and the server's port. */
static bool open_relay(struct bench *bench, struct error *err)
{
	if (!relayed_is_needed(&bench->plan))
		return true;
	bench->relayed = relayed_open(&bench->plan, &bench->ports[TO_DEVICE], &bench->web_ports, err);
	if (bench->relayed != NULL)
		bench->ports[TO_DEVICE] = relayed_port(bench->relayed);
	return bench->relayed != NULL;
}

/* Of the user whose files they are: whether a folder can be theirs shows only now. */
static bool open_control(struct bench *bench, struct error *err)
{
	if (!bench->has_control)
		return true;
	if (bench->control_path[0] == '\0' && !control_standard_path(bench->control_path, err))
		return error_context(err, "--control SOCKET, or '" NO_CONTROL "'");
	bench->control = control_open(bench->control_path, err);
	return bench->control != NULL || error_context(err, "--control");
}

static bool make_folder(struct bench *bench, const char *wanted, struct error *err)
{
	if (wanted == NULL)
		return true;
	if (!run_folder_make(wanted, bench->folder, err))
		return false;
	bench->dir = bench->folder;
	return true;
}

/* What needs privileges comes first; files and the socket belong to the user whose they are. */
static bool set_up(struct bench *bench, const struct cli_values *values, struct error *err)
{
	const char *device = cli_value(values, "device-side"), *server = cli_value(values, "server-side");

	if (server == NULL && (bench->far_end = far_end_open(&bench->plan, err)) == NULL)
		return false;
	if (!take_side(bench, TO_SERVER, device, err) || (server != NULL && !take_side(bench, TO_DEVICE, server, err)) ||
	    !open_side(bench, TO_SERVER, device, err) ||
	    (server != NULL && (!open_side(bench, TO_DEVICE, server, err) || !open_relay(bench, err))))
		return false;
	priority_take();
	if (!confine_user(err))
		return false;
	if (bench->far_end != NULL)
		bench->ports[TO_DEVICE] = far_end_port(bench->far_end);
	return open_control(bench, err) && make_folder(bench, cli_value(values, "out"), err);
}

static bool confine(void *ctx, struct error *err)
{
	const struct bench *bench = ctx;
	const char *const folders[] = {bench->dir, NULL};

	return confine_process(&(struct confinement){.folders = bench->dir != NULL ? folders : folders + 1}, err);
}

/* @return false if an interface is not as it was; that is told. */
static bool take_down(struct bench *bench)
{
	struct error err;
	bool good = true;

	control_close(bench->control);
	for (unsigned i = 0; i < 2; i++) {
		if (bench->has_port[i])
			bench->ports[i].ops->close(bench->ports[i].state);
		if (!interface_give_back(bench->interfaces[i], &err)) {
			(void)cli_fail(&err);
			good = false;
		}
	}
	relayed_close(bench->relayed);
	far_end_close(bench->far_end);
	if (bench->has_plan)
		plan_close(&bench->plan);
	return good;
}

/* -- running -- */

static void look(void *ctx, struct bridge *bridge)
{
	live_table_show(&((struct bench *)ctx)->table, bridge);
}

static int tell(const struct bench *bench, const struct bridge_result *result)
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

static int carry_out(struct bench *bench, struct error *err)
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
	                                      .ready = confine,
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

static int run(const struct cli_values *values)
{
	static struct bench bench;
	struct error err;
	int status;

	if (!check_sides(values, &err) || !run_folder_is_new(cli_value(values, "out"), &err) || !read_times(&bench, values, &err) ||
	    !read_control(&bench, values, &err) || !read_plan(&bench, values, &err) || !set_up(&bench, values, &err)) {
		status = cli_fail(&err);
	} else {
		warn_of_phases(&bench.plan);
		status = carry_out(&bench, &err);
	}
	return take_down(&bench) || status == EXIT_USAGE ? status : EXIT_INCONCLUSIVE;
}

const struct cli_command cli_proxy = {
	"proxy", "SCENARIO", "apply a scenario's faults in wall time, between two interfaces of this machine", run, {options}};
