/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The faults of the services, in the order of the reference. A new one is one line more. A status
 * of its own, a redirection and a portal's page exclude each other by their order in the plan: the
 * last one stands.
 */
#include "harness/server/fault.h"

#define FAULTS(F) \
	F(http_status) \
	F(http_delay) \
	F(http_truncate) \
	F(http_length) \
	F(http_range) \
	F(http_redirect) \
	F(http_body) \
	F(http_reset) \
	F(zero_window) \
	F(tls_stall) \
	F(tls_certificate) \
	F(tls_alert) \
	F(dns) \
	F(dhcp) \
	F(ntp) \
	F(server_down)

#define DECLARE(name) extern const struct action fault_##name;
FAULTS(DECLARE)

#define ROW(name) &fault_##name,
static const struct action *const actions[] = {FAULTS(ROW) NULL};

static bool is_whole(const struct action *action)
{
	const struct service_fault *act = action->act;
	const bool has[SITES_ALL] = {
		[SITE_DHCP] = act->dhcp != NULL, [SITE_DNS] = act->dns != NULL, [SITE_NTP] = act->ntp != NULL,
		[SITE_TCP] = act->tcp != NULL,   [SITE_TLS] = act->tls != NULL, [SITE_HTTP] = act->http != NULL,
	};

	return has[action->site];
}

const struct fault_catalogue catalogue_server = {.actions = actions, .is_whole = is_whole};
