/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The UDP services of the far end on its stack: DHCP, DNS and NTP. Binds the pure answers of
 * dhcp.h, dns.h and ntp.h to sockets of lwIP.
 */
#ifndef SERVER_UDP_H
#define SERVER_UDP_H

#include "harness/server/dhcp.h"
#include "harness/server/dns.h"

struct service_faults;

struct udp_services {
	struct dhcp_config dhcp;
	struct dns_config dns;
	struct service_faults *service_faults; /**< NULL: nothing goes wrong */
	/** the true time at virtual time 0, nanoseconds since 1970 */
	uint64_t unix_base_ns;
};

/** Starts the services on the host of this process. @p services must outlive it. */
void udp_services_open(struct udp_services *services);

#endif
