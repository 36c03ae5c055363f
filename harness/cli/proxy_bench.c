/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/proxy_bench.h"

#include "harness/campaign/run_folder.h"
#include "harness/live/confine.h"
#include "harness/live/priority.h"

static bool take_side(struct proxy_bench *bench, enum direction direction, const char *name, struct error *err)
{
	bench->interfaces[direction] = interface_take(name, err);
	return bench->interfaces[direction] != NULL;
}

static bool open_side(struct proxy_bench *bench, enum direction direction, const char *name, struct error *err)
{
	return bench->has_port[direction] = port_open_interface(&bench->ports[direction], name, err);
}

/* Where a fault is about services, the relay stands between the chain and the server's port. */
static bool open_relay(struct proxy_bench *bench, struct error *err)
{
	if (!relayed_is_needed(&bench->plan))
		return true;
	bench->relayed = relayed_open(&bench->plan, &bench->ports[TO_DEVICE], &bench->web_ports, err);
	if (bench->relayed != NULL)
		bench->ports[TO_DEVICE] = relayed_port(bench->relayed);
	return bench->relayed != NULL;
}

/* Of the user whose files they are: whether a folder can be theirs shows only now. */
static bool open_control(struct proxy_bench *bench, struct error *err)
{
	if (!bench->has_control)
		return true;
	if (bench->control_path[0] == '\0' && !control_standard_path(bench->control_path, err))
		return error_context(err, "--control SOCKET, or '" NO_CONTROL "'");
	bench->control = control_open(bench->control_path, err);
	return bench->control != NULL || error_context(err, "--control");
}

static bool make_folder(struct proxy_bench *bench, const char *wanted, struct error *err)
{
	if (wanted == NULL)
		return true;
	if (!run_folder_make(wanted, bench->folder, err))
		return false;
	bench->dir = bench->folder;
	return true;
}

/* What needs privileges comes first; files and the socket belong to the user whose they are. */
bool proxy_bench_open(struct proxy_bench *bench, const struct cli_values *values, struct error *err)
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

bool proxy_bench_confine(void *ctx, struct error *err)
{
	const struct proxy_bench *bench = ctx;
	const char *const folders[] = {bench->dir, NULL};

	return confine_process(&(struct confinement){.folders = bench->dir != NULL ? folders : folders + 1}, err);
}

bool proxy_bench_close(struct proxy_bench *bench, void (*wrong)(const struct error *err))
{
	struct error err;
	bool good = true;

	control_close(bench->control);
	for (unsigned i = 0; i < 2; i++) {
		if (bench->has_port[i])
			bench->ports[i].ops->close(bench->ports[i].state);
		if (!interface_give_back(bench->interfaces[i], &err)) {
			wrong(&err);
			good = false;
		}
	}
	relayed_close(bench->relayed);
	far_end_close(bench->far_end);
	if (bench->has_plan)
		plan_close(&bench->plan);
	return good;
}
