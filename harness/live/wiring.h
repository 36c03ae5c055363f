/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file The interfaces of a new network namespace: addresses and routes, through libnl
 * (rtnetlink(7)).
 */
#ifndef LIVE_WIRING_H
#define LIVE_WIRING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"

/** What one Ethernet interface is to have. Addresses in host order. */
struct wiring {
	const char *interface;
	const uint8_t *mac; /**< 6 bytes */
	uint32_t address;
	unsigned prefix;
	uint32_t gateway; /**< of the default route; 0: there is none */
	bool takes_all;   /**< packets for addresses that no route is for are taken as its own */
};

/** Sets loopback and the interface up in the network namespace of this process. */
bool wiring_set_up(const struct wiring *wiring, struct error *err);

#endif
