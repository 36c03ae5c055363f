/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a plan says of the update service: its settings, as plain data. They need no server, so that
 * a plan can be read where there is none.
 */
#ifndef SERVER_SERVICE_CONFIG_H
#define SERVER_SERVICE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/param.h"

/** What the connectivity check is answered with. */
#define SERVICE_CONNECT_TEXT "Stutter Connect Test"
#define SERVICE_VERSION_MAX 32
#define SERVICE_PATH_MAX 512
#define SERVICE_FEED_RETAIL "retail"
#define SERVICE_FEED_EVAL "retail-eval"

enum tls_version { TLS_ANY, TLS_1_2, TLS_1_3 };

/** The parameters under `server:` of a scenario. */
struct service_config {
	char version[SERVICE_VERSION_MAX];      /**< of the update on offer, in the feed `retail` */
	char eval_version[SERVICE_VERSION_MAX]; /**< in the feed `retail-eval` */
	/**
	 * File of a record (promotion.h) that may put the release of retail-eval into retail;
	 * empty: none
	 */
	char promotion[SERVICE_PATH_MAX];
	char group[32];             /**< of the devices that it is offered to; empty: all */
	uint64_t os_size, app_size; /**< bytes, of generated images */
	uint64_t certificate_ns;    /**< lifetime of a client certificate */
	unsigned tls;               /**< enum tls_version */
	/** index of service_behaviours: what the new OS does at its first boots */
	unsigned behaviour;
	/** Image hosts, and core after the trust bundle was handed out, are certified by root 2 */
	bool rollover;
	uint64_t lease_ns; /**< of the DHCP lease */
	uint64_t ttl_ns;   /**< of DNS answers */
	/**
	 * TCP is sent with DF set, and what ICMP says to it is not heard, as behind many a filter
	 */
	bool path_mtu_discovery;
};

extern const struct param service_params[];

/** What a system can be like; "good" is the first. Ends with NULL. */
extern const char *const service_behaviours[];

#endif
