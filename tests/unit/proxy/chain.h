/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * For the tests of the proxy: frames of numbered flows, and what was decided about the last frame.
 */
#ifndef TESTS_UNIT_PROXY_CHAIN_H
#define TESTS_UNIT_PROXY_CHAIN_H

#include "harness/proxy/proxy.h"
#include "tests/unit/fault/made.h"

#define CHAIN_TEXT_MAX 256

struct chain {
	struct namer *namer;
	struct proxy *proxy;
	struct proxy_fate fate; /**< of the last frame */
	uint64_t id;
	char text[CHAIN_TEXT_MAX]; /**< the fate as it is rendered */
};

void chain_open(struct chain *chain, const struct fault *faults, size_t count, uint64_t seed);
void chain_close(struct chain *chain);

/**
 * @return a UDP frame of the conversation @p flow (a port of the device), @p length bytes long (at
 * least 42).
 */
struct frame *chain_frame(unsigned flow, enum direction direction, size_t length);

/** A frame comes to the proxy, which takes it over. */
void chain_submit(struct chain *chain, struct frame *frame, enum direction direction, sim_ns now);

/** Sends such a frame through. @return whether it was dropped. */
bool chain_send(struct chain *chain, unsigned flow, enum direction direction, sim_ns now);

#endif
