/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Content-Length is missing or wrong. */
#include "harness/server/fault.h"

#define BODY_MAX UINT64_C(0x40000000)
enum { LENGTH_MISSING, LENGTH_WRONG };
static const char *const lengths[] = {"missing", "wrong", NULL};

struct http_length_params {
	unsigned kind;  /**< LENGTH_MISSING, LENGTH_WRONG */
	uint64_t value; /**< of LENGTH_WRONG */
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(http_length_params, kind, "kind", lengths, "missing", "defect of Content-Length"),
	PARAM_ROW_QUANTITY(http_length_params, value, "value", UNIT_SIZE, "0B", 0, BODY_MAX, "the wrong length"),
	{0},
};

static void http(const void *params, struct http_effect *effect)
{
	const struct http_length_params *fault = params;

	effect->impairment.length = fault->kind == LENGTH_WRONG ? HTTP_LENGTH_WRONG : HTTP_LENGTH_MISSING;
	effect->impairment.length_value = fault->value;
}

static const struct service_fault act = {.http = http};

const struct action fault_http_length = {
	.name = "http_length",
	.summary = "an answer's Content-Length is missing or wrong",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct http_length_params),
	.act = &act,
};
