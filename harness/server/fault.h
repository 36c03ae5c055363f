/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the services: what their faults do, each a file in faults/.
 *
 * A fault acts at the site that its action names. There its function is called with what it may
 * change of the answer: all faults that act on one request change the same, in the order of the
 * plan.
 */
#ifndef SERVER_FAULT_H
#define SERVER_FAULT_H

#include "lib/fault/fault.h"
#include "harness/server/service_faults.h"

/** A handshake that begins. */
struct tls_visit {
	struct tls_config *config;
	bool alerts;
	uint8_t alert; /**< the fatal alert that is sent instead */
};

/** A DHCP message. */
struct dhcp_visit {
	struct dhcp_config *config;
	uint32_t *device; /**< the address that the device gets; one more is taken for good */
	bool answers;
};

/** A host goes down. */
struct host_fall {
	uint64_t for_ns;
	bool resets; /**< it answers segments with RST */
	bool all;    /**< all hosts do */
};

/** An action's `act`. The function of its site is set, the others are NULL. */
struct service_fault {
	void (*http)(const void *params, struct http_effect *effect);
	void (*tls)(const void *params, struct tls_visit *visit);
	void (*dns)(const void *params, struct dns_effects *effects);
	void (*dhcp)(const void *params, struct dhcp_visit *visit);
	void (*ntp)(const void *params, struct ntp_clock *clock, struct ntp_effect *effect);
	void (*tcp)(const void *params, struct host_fall *ret_fall);
	/**
	 * Why it cannot be carried out in front of a real server; NULL: it can. The function NULL:
	 * it always can.
	 */
	const char *(*not_in_front)(const void *params);
};

/** The service is not asked: the answer has this status, and no body. */
static inline void http_effect_replace(struct http_effect *effect, unsigned status)
{
	effect->replaces = true;
	effect->answer = (struct http_answer){.status = status};
}

#endif
