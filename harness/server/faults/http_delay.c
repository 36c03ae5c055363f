/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer comes late, or pauses in mid-body. */
#include "harness/server/fault.h"

#define BODY_MAX UINT64_C(0x40000000)

struct http_delay_params {
	uint64_t before_ns;
	uint64_t pause_ns, at; /**< bytes of the body */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(http_delay_params, before_ns, "before", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "delay before the first byte"),
	PARAM_ROW_QUANTITY(http_delay_params, pause_ns, "pause", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "pause in the middle of the body"),
	PARAM_ROW_QUANTITY(http_delay_params, at, "at_byte", UNIT_SIZE, "0B", 0, BODY_MAX, "number of bytes of the body before the pause"),
	{0},
};

static void http(const void *params, struct http_effect *effect)
{
	const struct http_delay_params *fault = params;

	effect->impairment.before_ns += fault->before_ns;
	if (fault->pause_ns == 0)
		return;
	effect->impairment.pause_ns = fault->pause_ns;
	effect->impairment.pause_at = fault->at;
}

static const struct service_fault act = {.http = http};

const struct action fault_http_delay = {
	.name = "http_delay",
	.summary = "an answer comes late, or pauses in mid-body",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct http_delay_params),
	.act = &act,
};
