/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer has this status and no body worth reading. */
#include <stdio.h>

#include "harness/server/fault.h"

struct http_status_params {
	uint64_t code;
	uint64_t retry_after_ns; /**< in a Retry-After header, whole seconds; 0: none */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(http_status_params, code, "code", UNIT_NONE, NULL, 400, 599, "the status"),
	PARAM_ROW_QUANTITY(http_status_params, retry_after_ns, "retry_after", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "time in a Retry-After header, in whole seconds; 0ns: there is none"),
	{0},
};

static void http(const void *params, struct http_effect *effect)
{
	const struct http_status_params *fault = params;

	http_effect_replace(effect, (unsigned)fault->code);
	if (fault->retry_after_ns > 0)
		(void)snprintf(effect->answer.extra, sizeof effect->answer.extra, "Retry-After: %llu\r\n",
		               (unsigned long long)((fault->retry_after_ns + SIM_S - 1) / SIM_S));
}

static const struct service_fault act = {.http = http};

const struct action fault_http_status = {
	.name = "http_status",
	.summary = "a request is answered with an error",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct http_status_params),
	.act = &act,
};
