/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the proxy: a fault at work. One file an action group; proxy.c owns the chain and the queue.
 */
#ifndef PROXY_RULE_H
#define PROXY_RULE_H

#include <pcap/pcap.h>

#include "link/packet.h"
#include "base/map.h"
#include "proxy/proxy.h"
#include "sim/random.h"

/** A frame on its way through the chain. */
struct passage {
	const struct frame *frame;
	struct packet packet;
	enum direction direction;
	uint64_t flow;    /**< packet_flow() */
	uint64_t ordinal; /**< within its flow and direction, from 1 */
	sim_ns now;
};

/** What an action decides about one frame. */
struct act {
	bool applied; /**< it did something, so it is a cause */
	bool drop;
	sim_ns release; /**< in: when the frame would leave; out: when it leaves */
};

struct rule {
	struct fault fault;
	bool has_filter;
	struct bpf_program filter;
	struct random_stream stream;
	struct proxy_counters counters;
	struct map states;      /**< of a loss model, by flow and direction */
	sim_ns last_release[2]; /**< of a delay that keeps order, by direction */
	sim_ns outage_until;    /**< 0: none was yet */
};

/** What an action of the proxy's layer does. */
struct behaviour {
	/** Acts on a frame that matched. */
	void (*apply)(struct rule *rule, const struct passage *passage, struct act *act);
	/** Sees every frame, matched or not, before the match; NULL for most. @return whether it acted. */
	bool (*watch)(struct rule *rule, const struct passage *passage, struct act *act);
};

/** @return what a rule does. */
const struct behaviour *rule_behaviour(const struct rule *rule);

/** What a draw is about; added to the ordinal so that one frame has independent draws for each. */
enum purpose { PURPOSE_PROBABILITY, PURPOSE_DELAY, PURPOSE_STATE, PURPOSE_LOSS, PURPOSE_START, PURPOSE_COUNT };

/** Whether the frame is of the rule's direction, window and filter. */
bool rule_matches(const struct rule *rule, const struct passage *passage);

/** Whether the @p ordinal-th match is one that the rule picks, its probability included. */
bool rule_picks(const struct rule *rule, const struct passage *passage, uint64_t ordinal);

/** The two halves of a draw's key for this frame and purpose. */
uint64_t passage_what(const struct passage *passage);
uint64_t passage_which(const struct passage *passage, enum purpose purpose);

#endif
