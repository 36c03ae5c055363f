/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file For tests: a frame comes to a proxy by its name, as a namer in front of the proxy calls it. */
#ifndef TESTS_UNIT_PROXY_SUBMIT_H
#define TESTS_UNIT_PROXY_SUBMIT_H

#include "harness/proxy/proxy.h"

static inline void submit(struct namer *namer, struct proxy *proxy, struct frame *frame, enum direction direction, sim_ns now)
{
	struct named named;

	namer_name(namer, direction, frame_bytes(frame), &named);
	proxy_submit(proxy, frame, direction, &named, now);
}

#endif
