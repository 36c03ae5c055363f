/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Whether a frozen plan repeats a run: the same frames go through a chain of faults and then
 * through the decisions that it took.
 */
#ifndef TESTS_UNIT_PROXY_REPLAY_H
#define TESTS_UNIT_PROXY_REPLAY_H

#include "harness/proxy/proxy.h"

/** What both runs had in common. */
struct replayed {
	size_t decisions, dropped, delivered;
};

/**
 * Sends @p frames frames of several flows, lengths and both directions, in bursts, through the
 * chain and through what it decided. Fails the test unless the same bytes leave at the same times
 * in the same order, and each decision was found once.
 */
struct replayed replay_check(const struct fault *faults, size_t count, unsigned frames);

/** The chain is another from a frame on. */
struct replay_change {
	unsigned at; /**< counted from 0; a multiple of 3 */
	const struct fault *faults;
	size_t count;
};

/** The same with a chain that is changed meanwhile. @param changes In their order. */
struct replayed replay_check_changed(const struct fault *faults, size_t count, unsigned frames, const struct replay_change *changes,
                                     size_t change_count);

#endif
