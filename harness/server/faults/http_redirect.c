/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request is sent elsewhere. */
#include <stdio.h>

#include "harness/server/fault.h"

struct http_redirect_params {
	char to[FAULT_PATH_MAX];
	uint64_t code;
};

static const struct param rows[] = {
	PARAM_ROW_TEXT(http_redirect_params, to, "to", NULL, "the URL"),
	PARAM_ROW_QUANTITY(http_redirect_params, code, "code", UNIT_NONE, "302", 300, 399, "the status"),
	{0},
};

static void http(const void *params, struct http_effect *effect)
{
	const struct http_redirect_params *fault = params;

	http_effect_replace(effect, (unsigned)fault->code);
	(void)snprintf(effect->answer.extra, sizeof effect->answer.extra, "Location: %s\r\n", fault->to);
}

static const struct service_fault act = {.http = http};

const struct action fault_http_redirect = {
	.name = "http_redirect",
	.summary = "a request is sent elsewhere",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct http_redirect_params),
	.act = &act,
};
