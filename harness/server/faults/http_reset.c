/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request is answered with a reset. */
#include "harness/server/fault.h"

static void http(const void *params, struct http_effect *effect)
{
	(void)params;
	effect->impairment.resets = true;
}

static const struct service_fault act = {.http = http};

const struct action fault_http_reset = {
	.name = "http_reset",
	.summary = "a request is answered with a reset",
	.site = SITE_HTTP,
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
