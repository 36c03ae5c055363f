/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Whether a frozen plan repeats a run: the same frames go through a chain of faults and then through the decisions that it took.
 */
#ifndef TESTS_UNIT_PROXY_REPLAY_H
#define TESTS_UNIT_PROXY_REPLAY_H

#include "proxy/proxy.h"

/** What both runs had in common. */
struct replayed {
	size_t decisions, dropped, delivered;
};

/**
 * Sends @p frames frames of several flows, lengths and both directions, in bursts, through the chain and through what it decided. Fails the test unless the same
 * bytes leave at the same times in the same order, and each decision was found once.
 */
struct replayed replay_check(const struct fault *faults, size_t count, unsigned frames);

#endif
