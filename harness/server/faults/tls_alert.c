/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server answers the handshake with a fatal alert. */
#include "harness/server/fault.h"

struct tls_alert_params {
	uint64_t code; /**< AlertDescription (RFC 8446 6) */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(tls_alert_params, code, "code", UNIT_NONE, "40", 0, 255, "the alert's description; 40 is handshake_failure"),
	{0},
};

static void tls(const void *params, struct tls_visit *visit)
{
	const struct tls_alert_params *fault = params;

	visit->alerts = true;
	visit->alert = (uint8_t)fault->code;
}

static const struct service_fault act = {.tls = tls};

const struct action fault_tls_alert = {
	.name = "tls_alert",
	.summary = "the server answers the handshake with a fatal alert",
	.site = SITE_TLS,
	.params = rows,
	.params_size = sizeof(struct tls_alert_params),
	.act = &act,
};
