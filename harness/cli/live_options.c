/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/live_options.h"

#include <stdio.h>
#include <string.h>

#include "harness/cli/web_ports.h"
#include "lib/sim/sim.h"

#define LIVE_SKEW_NS SIM_S
#define TAP_MARK "tap:"

static bool is_tap(const char *server_side)
{
	return strncmp(server_side, TAP_MARK, sizeof TAP_MARK - 1) == 0;
}

static bool read_far_end(struct campaign_live_wish *live, struct error *err)
{
	struct wall_wish *wall = &live->wall;
	const char *name = live->server_side;

	if (live->server != NULL && live->server_side != NULL)
		return error_set(err, "--server is a server in a network of its own, --server-side the way to another: use one of them");
	if (live->server != NULL && strspn(live->server, " \t\n") == strlen(live->server))
		return error_set(err, "--server: the command is empty; leave the option out for the emulator's update service");
	if (live->server != NULL) {
		wall->far_end = WALL_TAP;
		name = "server";
	} else if (live->server_side != NULL) {
		wall->far_end = is_tap(live->server_side) ? WALL_TAP : WALL_INTERFACE;
		name += is_tap(live->server_side) ? sizeof TAP_MARK - 1 : 0;
	} else {
		return true;
	}
	if (name[0] == '\0' || (size_t)snprintf(wall->name, sizeof wall->name, "%s", name) >= sizeof wall->name)
		return error_set(err, "--server-side: '%s' is neither an interface nor tap:NAME", live->server_side);
	return true;
}

/* The first of the options that go with --live and were given; NULL: none was. */
static const char *live_option(const struct cli_values *values)
{
	static const char *const names[] = {"server", "server-side", "web-ports", "skew-limit"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (cli_is_given(values, names[i]))
			return names[i];
	return NULL;
}

bool cli_read_live(const struct cli_values *values, struct campaign_live_wish *ret_live, struct error *err)
{
	const char *other = live_option(values);

	*ret_live = (struct campaign_live_wish){.is_on = cli_is_given(values, "live"),
	                                        .wall.skew_limit_ns = LIVE_SKEW_NS,
	                                        .server = cli_value(values, "server"),
	                                        .server_side = cli_value(values, "server-side")};
	if (!ret_live->is_on)
		return other == NULL || error_set(err, "--%s needs --live: it is about sessions in wall time", other);
	if (!cli_read_quantity(values, "skew-limit", UNIT_DURATION, &ret_live->wall.skew_limit_ns, err))
		return false;
	if (cli_is_given(values, "web-ports") && ret_live->server == NULL && ret_live->server_side == NULL)
		return error_set(err, "--web-ports needs a server of your own: add --server or --server-side");
	return cli_web_ports(cli_value(values, "web-ports"), &ret_live->wall.web_ports, err) && read_far_end(ret_live, err);
}
