/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer has another body. */
#include "harness/server/fault.h"

enum { BODY_PORTAL, BODY_GARBAGE, BODY_EMPTY };
static const char *const bodies[] = {"portal", "garbage", "empty", NULL};

struct http_body_params {
	unsigned word;
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(http_body_params, word, "kind", bodies, "portal",
                         "a captive portal's page; bytes of the right length that are not the right ones; none"),
	{0},
};

static const char portal[] = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Welcome to our network</h1>"
			     "<p>Please <a href=\"http://portal.example/login\">log in</a> to go on.</p></body></html>\n";

static void http(const void *params, struct http_effect *effect)
{
	const struct http_body_params *fault = params;

	effect->garbage = fault->word == BODY_GARBAGE;
	effect->empty = fault->word == BODY_EMPTY;
	if (fault->word != BODY_PORTAL)
		return;
	http_effect_replace(effect, 200);
	effect->answer.type = "text/html";
	effect->answer.body = bytes_of(portal, sizeof portal - 1);
}

static bool draws(const struct action_params *params)
{
	return ((const struct http_body_params *)(const void *)params->bytes)->word == BODY_GARBAGE;
}

static const struct service_fault act = {.http = http};

const struct action fault_http_body = {
	.name = "http_body",
	.summary = "an answer has status 200 and another body",
	.site = SITE_HTTP,
	.params = rows,
	.params_size = sizeof(struct http_body_params),
	.draws = draws,
	.act = &act,
};
