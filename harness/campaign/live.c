/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/live.h"

#include <stdio.h>
#include <unistd.h>

#include "harness/live/fit.h"

bool campaign_live_fits(const struct campaign_live_wish *live, const struct plan *plan, struct error *err)
{
	return !live->is_on || live->wall.far_end == WALL_OWN || fit_plan_with_device(plan, err);
}

/* -- what a session has -- */

static bool enter(void *ctx, const struct job *job, int *ret_port_fd, struct error *err)
{
	struct campaign_live *live = ctx;

	*ret_port_fd = live->tap;
	if (live->wish.server == NULL)
		return true;
	const struct server_side_wish wish = {.command = live->wish.server, .dir = job->dir, .stop = live->stop};
	live->side = server_side_open(&wish, ret_port_fd, err);
	return live->side != NULL;
}

static void leave(void *ctx, struct job *job)
{
	struct campaign_live *live = ctx;
	char text[sizeof job->name + 128];
	int status;

	if (live->side == NULL)
		return;
	server_side_close(live->side, &status);
	live->side = NULL;
	if (status == 0)
		return;
	(void)snprintf(text, sizeof text, "%s: the server ended before the device, with status %d (server.log)", job->name, status);
	if (live->ops->warn != NULL)
		live->ops->warn(live->ops->ctx, text);
}

/* -- what all of them have -- */

bool campaign_live_open(struct campaign_live *ret_live, const struct campaign_live_wish *wish, const struct campaign_ops *ops,
                        struct error *err)
{
	const struct wall_wish *wall = &wish->wall;

	*ret_live = (struct campaign_live){.wish = *wish, .pool.wall = *wall, .ops = ops, .tap = -1};
	if (!wish->is_on)
		return true;
	ret_live->stop = ops->stop(ops->ctx);
	if (wall->far_end == WALL_INTERFACE && (ret_live->interface = interface_take(wall->name, err)) == NULL)
		return error_context(err, "--server-side");
	if (wall->far_end == WALL_TAP && wish->server == NULL && !port_join_tap(wall->name, &ret_live->tap, err))
		return error_context(err, "--server-side");
	if (wall->far_end == WALL_TAP) {
		ret_live->pool.enter = enter;
		ret_live->pool.leave = leave;
		ret_live->pool.ctx = ret_live;
	}
	return true;
}

bool campaign_live_close(struct campaign_live *live, struct error *err)
{
	const bool good = interface_give_back(live->interface, err);

	live->interface = NULL;
	if (live->wish.is_on && live->tap >= 0)
		(void)close(live->tap);
	live->tap = -1;
	return good;
}
