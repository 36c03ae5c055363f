/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An event: something happens at a site, and faults may act. Whoever lets it happen fills in what
 * the site offers.
 */
#ifndef FAULT_EVENT_H
#define FAULT_EVENT_H

#include <stdint.h>

#include "lib/address/address.h"
#include "lib/base/bytes.h"
#include "lib/fault/site.h"
#include "lib/link/frame.h"
#include "lib/sim/sim.h"

struct fault_event {
	enum site site;
	uint64_t number; /**< of its site, from 1; of a frame: in its flow and direction */
	sim_ns now;

	/* Of SITE_FRAME. */
	enum direction direction;
	const struct naming *naming;
	uint64_t flow; /**< packet_flow() */
	bool twin;     /**< it is a copy on its own way, whose draws are its own (proxy/twin.h) */

	/*
	 * Of other sites, as far as they offer it; empty or NULL: there is none, and then no
	 * pattern fits.
	 */
	struct bytes message;
	const char *host, *path, *kind;
};

#endif
