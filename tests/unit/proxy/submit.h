/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What a session does around its proxy, for tests of the proxy alone: it names frames, and
 * keeps decisions.
 */
#ifndef TESTS_UNIT_PROXY_SUBMIT_H
#define TESTS_UNIT_PROXY_SUBMIT_H

#include <stdio.h>

#include "harness/proxy/proxy.h"

/** Names a frame and submits it. */
static inline void submit(struct namer *namer, struct proxy *proxy, struct frame *frame, enum direction direction, sim_ns now)
{
	struct named named;

	namer_name(namer, direction, frame_bytes(frame), &named);
	proxy_submit(proxy, frame, direction, &named, now);
}

/** Adds what the proxy decided about a frame, as harness/session/passing.c does. */
static inline void keep_decisions(struct decisions *decisions, const struct proxy *proxy, const struct fault_event *event,
                                  const struct proxy_fate *fate)
{
	struct decision decision = {.direction = event->direction == TO_SERVER ? MATCH_TO_SERVER : MATCH_TO_DEVICE, .time = event->now};

	(void)naming_render(event->naming, decision.at);
	for (size_t i = 0; i < fate->cause_count; i++) {
		if (fate->causes[i].consequence)
			continue;
		decision.action = fate->causes[i].action;
		decision.params = fate->causes[i].params;
		decision.place = proxy_place(proxy, fate->causes[i].fault);
		(void)snprintf(decision.name, sizeof decision.name, "%s", proxy_fault(proxy, fate->causes[i].fault)->name);
		decisions_add(decisions, &decision);
	}
}

#endif
