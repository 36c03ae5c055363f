/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer ends in mid-body. */
#include "harness/server/fault.h"

#define BODY_MAX UINT64_C(0x40000000)
enum { TRUNCATE_CLOSE, TRUNCATE_STALL };
static const char *const truncate_ends[] = {"close", "stall", NULL};

struct http_truncate_params {
	uint64_t at;  /**< bytes of the body */
	unsigned end; /**< TRUNCATE_CLOSE, TRUNCATE_STALL */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(http_truncate_params, at, "at_byte", UNIT_SIZE, "0B", 0, BODY_MAX, "number of bytes of the body that are sent"),
	PARAM_ROW_CHOICE(http_truncate_params, end, "end", truncate_ends, "close",
                         "end of the answer: the connection is closed then, or stalls"),
	{0},
};

static void http(const void *params, struct http_effect *effect)
{
	const struct http_truncate_params *fault = params;

	effect->impairment.cuts = true;
	effect->impairment.cut_at = fault->at;
	effect->impairment.stalls = fault->end == TRUNCATE_STALL;
}

static const struct service_fault act = {.http = http};

const struct action fault_http_truncate = {
	.name = "http_truncate",
	.summary = "an answer ends in mid-body",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct http_truncate_params),
	.act = &act,
};
