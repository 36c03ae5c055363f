/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/run_live.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/unit.h"
#include "cli/web_ports.h"
#include "live/fit.h"

#define TAP_MARK "tap:"

/* -- what was asked for -- */

static bool is_tap(const char *server_side)
{
	return strncmp(server_side, TAP_MARK, sizeof TAP_MARK - 1) == 0;
}

static bool read_far_end(struct run_live *live, struct error *err)
{
	struct wall_wish *wall = &live->pool.wall;
	const char *name = live->server_side;

	if (live->server != NULL && live->server_side != NULL)
		return error_set(err, "--server is a server in a network of its own, --server-side the way to another: give one of them");
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

bool run_live_read(struct run_live *ret_live, const struct run_live_words *words, struct error *err)
{
	const char *other = words->server != NULL        ? "server"
	                    : words->server_side != NULL ? "server-side"
	                    : words->web_ports != NULL   ? "web-ports"
	                    : words->skew_limit != NULL  ? "skew-limit"
	                                                 : NULL;
	const char *limit = words->skew_limit != NULL ? words->skew_limit : RUN_LIVE_SKEW;

	*ret_live = (struct run_live){.is_on = words->live != NULL, .server = words->server, .server_side = words->server_side, .tap = -1};
	if (!ret_live->is_on)
		return other == NULL || error_set(err, "--%s is of sessions in wall time: give --live, too", other);
	if (!unit_parse(UNIT_DURATION, limit, &ret_live->pool.wall.skew_limit_ns, err))
		return error_context(err, "--skew-limit");
	if (words->web_ports != NULL && words->server == NULL && words->server_side == NULL)
		return error_set(err, "--web-ports are those of a server of yours: give --server or --server-side, too");
	return cli_web_ports(words->web_ports, &ret_live->pool.wall.web_ports, err) && read_far_end(ret_live, err);
}

bool run_live_fits(const struct run_live *live, const struct plan *plan, struct error *err)
{
	return !live->is_on || live->pool.wall.far_end == WALL_OWN || fit_plan_with_device(plan, err);
}

/* -- what a session has -- */

static bool enter(void *ctx, const struct job *job, int *ret_port_fd, struct error *err)
{
	struct run_live *live = ctx;

	*ret_port_fd = live->tap;
	if (live->server == NULL)
		return true;
	const struct server_side_wish wish = {.command = live->server, .dir = job->dir, .stop = live->stop};
	live->side = server_side_open(&wish, ret_port_fd, err);
	return live->side != NULL;
}

static void leave(void *ctx, struct job *job)
{
	struct run_live *live = ctx;
	char text[sizeof job->name + 128];
	int status;

	if (live->side == NULL)
		return;
	server_side_close(live->side, &status);
	live->side = NULL;
	if (status == 0)
		return;
	(void)snprintf(text, sizeof text, "%s: the server ended before the device, with status %d (server.log)", job->name, status);
	screen_warn(live->screen, text);
}

/* -- what all of them have -- */

bool run_live_open(struct run_live *live, struct screen *screen, struct error *err)
{
	const struct wall_wish *wall = &live->pool.wall;

	if (!live->is_on)
		return true;
	live->screen = screen;
	live->stop = cli_stop_when_asked();
	if (wall->far_end == WALL_INTERFACE && (live->interface = interface_take(wall->name, err)) == NULL)
		return error_context(err, "--server-side");
	if (wall->far_end == WALL_TAP && live->server == NULL && !port_join_tap(wall->name, &live->tap, err))
		return error_context(err, "--server-side");
	if (wall->far_end == WALL_TAP) {
		live->pool.enter = enter;
		live->pool.leave = leave;
		live->pool.ctx = live;
	}
	return true;
}

int run_live_close(struct run_live *live, int code)
{
	struct error err;

	if (!live->is_on)
		return code;
	if (!interface_give_back(live->interface, &err)) {
		(void)cli_fail(&err);
		code = code != EXIT_USAGE ? EXIT_INCONCLUSIVE : code;
	}
	live->interface = NULL;
	if (live->tap >= 0)
		(void)close(live->tap);
	live->tap = -1;
	return code;
}
