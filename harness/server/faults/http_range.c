/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server does something else with Range. */
#include "harness/server/fault.h"

enum { RANGE_IGNORED, RANGE_WRONG_START, RANGE_MULTIPART, RANGE_CHANGED };
static const char *const ranges[] = {"ignored", "wrong_start", "multipart", "changed", NULL};

struct http_range_params {
	unsigned word;
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(
		http_range_params, word, "kind", ranges, "ignored",
		"no range is known; the part begins at byte 0; it is the only one of several; it is of another file with another ETag"),
	{0},
};

static void http(const void *params, struct http_effect *effect)
{
	static const enum http_range_fault faults[] = {[RANGE_IGNORED] = HTTP_RANGE_IGNORED,
	                                               [RANGE_WRONG_START] = HTTP_RANGE_WRONG_START,
	                                               [RANGE_MULTIPART] = HTTP_RANGE_MULTIPART,
	                                               [RANGE_CHANGED] = HTTP_RANGE_CHANGED};
	const struct http_range_params *fault = params;

	effect->impairment.range = faults[fault->word];
}

static const struct service_fault act = {.http = http};

const struct action fault_http_range = {
	.name = "http_range",
	.summary = "the server does something else with Range",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct http_range_params),
	.act = &act,
};
