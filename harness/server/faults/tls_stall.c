/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server stops sending in mid-handshake. */
#include "harness/server/fault.h"

enum { STALL_SERVER_HELLO, STALL_CERTIFICATE, STALL_FINISHED };
static const char *const stalls[] = {"server_hello", "certificate", "finished", NULL};

struct tls_stall_params {
	unsigned word;
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(tls_stall_params, word, "at", stalls, "server_hello", "first message that is not sent any more"),
	{0},
};

static void tls(const void *params, struct tls_visit *visit)
{
	static const enum tls_message messages[] = {
		[STALL_SERVER_HELLO] = TLS_SERVER_HELLO, [STALL_CERTIFICATE] = TLS_CERTIFICATE, [STALL_FINISHED] = TLS_FINISHED};
	const struct tls_stall_params *fault = params;

	visit->config->stall_at = messages[fault->word];
}

static const struct service_fault act = {.tls = tls};

const struct action fault_tls_stall = {
	.name = "tls_stall",
	.summary = "the server stops sending in mid-handshake",
	.site = SITE_TLS,
	.params = rows,
	.params_size = sizeof(struct tls_stall_params),
	.act = &act,
};
