/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/service_config.h"

#define SIZE_MAX_32 UINT64_C(0x40000000)
/* Both are 32 bits of seconds on the wire. */
#define TIME_32_MAX (UINT64_C(0xffffffff) * 1000000000)

/* As enum tls_version has them. */
static const char *const tls_versions[] = {"any", "1.2", "1.3", NULL};
const char *const service_behaviours[] = {"good", "deaf", "crash", NULL};

const struct param service_params[] = {
	PARAM_ROW_TEXT(service_config, version, "version", "22.02", "version of the update on offer"),
	PARAM_ROW_TEXT(service_config, eval_version, "eval_version", "22.02", "version of the update on offer in the feed retail-eval"),
	PARAM_ROW_TEXT(service_config, promotion, "promotion", "",
                       "the record of a gate (promotion.json), by which the feed retail offers what retail-eval does; empty: none"),
	PARAM_ROW_TEXT(service_config, group, "group", "", "group of devices that the update is offered to; empty: all"),
	PARAM_ROW_QUANTITY(service_config, os_size, "os_size", UNIT_SIZE, "512KiB", 1, SIZE_MAX_32, "size of a generated OS image"),
	PARAM_ROW_QUANTITY(service_config, app_size, "app_size", UNIT_SIZE, "64KiB", 1, SIZE_MAX_32,
                           "size of the generated application image"),
	PARAM_ROW_QUANTITY(service_config, certificate_ns, "certificate", UNIT_DURATION, "1d", 1000000000, TIME_32_MAX,
                           "lifetime of a client certificate"),
	PARAM_ROW_CHOICE(service_config, tls, "tls", tls_versions, "any", "TLS version of the servers"),
	PARAM_ROW_CHOICE(
		service_config, behaviour, "os_behaviour", service_behaviours, "good",
		"behaviour of the OS on offer while it is on trial; deaf: its network does not come up; crash: it resets the device"),
	PARAM_ROW_BOOL(service_config, rollover, "rollover", "false",
                       "image hosts, and core once the trust bundle is out, have certificates of the second root"),
	PARAM_ROW_QUANTITY(service_config, lease_ns, "lease", UNIT_DURATION, "1d", 1000000000, TIME_32_MAX, "lifetime of the DHCP lease"),
	PARAM_ROW_QUANTITY(service_config, ttl_ns, "ttl", UNIT_DURATION, "1min", 0, TIME_32_MAX, "time to live of DNS answers"),
	PARAM_ROW_BOOL(service_config, path_mtu_discovery, "df", "false",
                       "TCP is sent with DF set, and no ICMP about it is heard (RFC 2923)"),
	{0},
};
