/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's TCP takes nothing for some time. */
#include "harness/server/fault.h"

struct zero_window_params {
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(zero_window_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "time for which the window is closed"),
	{0},
};

static void http(const void *params, struct http_effect *effect)
{
	const struct zero_window_params *fault = params;

	effect->impairment.deaf_ns = fault->for_ns;
}

static const struct service_fault act = {.http = http};

const struct action fault_zero_window = {
	.name = "zero_window",
	.summary = "from a request on, the server's TCP takes nothing on that connection for some time",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct zero_window_params),
	.amount = "for",
	.act = &act,
};
