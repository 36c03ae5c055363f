/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS query is answered wrong. */
#include "harness/server/fault.h"

enum { DNS_SILENCE, DNS_NXDOMAIN, DNS_SERVFAIL, DNS_WRONG_ADDRESS, DNS_TRUNCATED, DNS_TTL_0 };
static const char *const dns_answers[] = {"silence", "nxdomain", "servfail", "wrong_address", "truncated", "ttl_0", NULL};

struct dns_params {
	unsigned word;
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(dns_params, word, "answer", dns_answers, "silence",
                         "answer that comes instead; the wrong address is one where nobody is"),
	{0},
};

/* There is one response code. */
static void dns(const void *params, struct dns_effects *effects)
{
	static const enum dns_effect kinds[] = {
		[DNS_SILENCE] = DNS_EFFECT_SILENCE,       [DNS_NXDOMAIN] = DNS_EFFECT_NXDOMAIN,   [DNS_SERVFAIL] = DNS_EFFECT_SERVFAIL,
		[DNS_WRONG_ADDRESS] = DNS_EFFECT_ADDRESS, [DNS_TRUNCATED] = DNS_EFFECT_TRUNCATED, [DNS_TTL_0] = DNS_EFFECT_TTL};
	const struct dns_params *fault = params;
	const enum dns_effect kind = kinds[fault->word];

	if (kind == DNS_EFFECT_NXDOMAIN || kind == DNS_EFFECT_SERVFAIL)
		effects->of[DNS_EFFECT_NXDOMAIN] = effects->of[DNS_EFFECT_SERVFAIL] = false;
	effects->of[kind] = true;
}

static const struct service_fault act = {.dns = dns};

const struct action fault_dns = {
	.name = "dns",
	.summary = "a DNS query is answered wrong",
	.site = SITE_DNS,
	.params = rows,
	.params_size = sizeof(struct dns_params),
	.act = &act,
};
