/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DHCP message is answered in another way. */
#include "harness/server/fault.h"

enum answer { DHCP_SILENCE, DHCP_NAK, DHCP_SHORT_LEASE, DHCP_OTHER_ADDRESS };
static const char *const dhcp_answers[] = {"silence", "nak", "short_lease", "other_address", NULL};

struct dhcp_params {
	unsigned answer;
	uint64_t lease_ns; /**< of DHCP_SHORT_LEASE */
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(dhcp_params, answer, "answer", dhcp_answers, "silence",
                         "answer that comes instead; with other_address the server has another one for the device from then on"),
	PARAM_ROW_QUANTITY(dhcp_params, lease_ns, "lease", UNIT_DURATION, "1min", 1000000000, FAULT_TIME_MAX,
                           "lifetime of the lease that short_lease gives"),
	{0},
};

static void dhcp(const void *params, struct dhcp_visit *visit)
{
	const struct dhcp_params *fault = params;

	switch ((enum answer)fault->answer) {
	case DHCP_SILENCE:
		visit->answers = false;
		return;
	case DHCP_NAK:
		visit->config->refuses = true;
		return;
	case DHCP_SHORT_LEASE:
		visit->config->lease_ns = fault->lease_ns;
		return;
	case DHCP_OTHER_ADDRESS:
		visit->config->device = ++*visit->device;
		return;
	}
}

static const char *not_in_front(const void *params)
{
	const struct dhcp_params *fault = params;

	return fault->answer == DHCP_OTHER_ADDRESS
	               ? "the real server would have to hand out and know the other address; give it another range, or use 'answer: nak'"
	               : NULL;
}

static const struct service_fault act = {.dhcp = dhcp, .not_in_front = not_in_front};

const struct action fault_dhcp = {
	.name = "dhcp",
	.summary = "a DHCP message is answered in another way",
	.site = SITE_DHCP,
	.params = rows,
	.params_size = sizeof(struct dhcp_params),
	.act = &act,
};
