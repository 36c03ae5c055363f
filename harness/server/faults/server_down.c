/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host takes nothing for some time, and has forgotten its connections. */
#include "harness/server/fault.h"

enum { DOWN_SILENCE, DOWN_RESET };
static const char *const downs[] = {"silence", "reset", NULL};

struct server_down_params {
	uint64_t for_ns;
	unsigned how; /**< DOWN_SILENCE, DOWN_RESET */
	bool all;     /**< every host of the far end */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(server_down_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "duration"),
	PARAM_ROW_CHOICE(server_down_params, how, "how", downs, "silence", "answer to TCP segments; everything else is lost"),
	PARAM_ROW_BOOL(server_down_params, all, "all", "false", "true takes down all hosts of the far end, not only this one"),
	{0},
};

static void tcp(const void *params, struct host_fall *ret_fall)
{
	const struct server_down_params *fault = params;

	*ret_fall = (struct host_fall){.for_ns = fault->for_ns, .resets = fault->how == DOWN_RESET, .all = fault->all};
}

static const struct service_fault act = {.tcp = tcp};

const struct action fault_server_down = {
	.name = "server_down",
	.summary = "a host goes down at a TCP segment and comes back with no memory of its connections",
	.site = SITE_TCP,
	.params = rows,
	.params_size = sizeof(struct server_down_params),
	.amount = "for",
	.act = &act,
};
