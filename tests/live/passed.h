/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What has passed in a session, of the emulator or live: the frames that its ends have sent, in the
 * order in which they came to the proxy, and what it decided about them.
 */
#ifndef TESTS_LIVE_PASSED_H
#define TESTS_LIVE_PASSED_H

#include <stddef.h>
#include <stdint.h>

#include "lib/link/frame.h"
#include "harness/scenario/plan.h"
#include "lib/sim/sim.h"

struct passed {
	size_t count, room;
	struct passed_frame {
		uint64_t id; /**< the proxy's number */
		enum direction direction;
		sim_ns time; /**< when it came to the proxy, since the session began */
		struct frame *frame;
	} * frames;
	char *decisions; /**< the lines of plan.yaml */
};

/** Reads a session's folder; fails the test if there is nothing in it. */
void passed_read(struct passed *passed, const char *folder);
void passed_close(struct passed *passed);

/**
 * Lets a plan's chain decide about these frames in virtual time, each at its time.
 * @return the decisions, as lines of plan.yaml; to be released with free().
 */
char *passed_decide(const struct passed *passed, const struct plan *plan);

/** Takes the time out of decisions. @return lines. */
char *passed_without_times(char *lines);

#endif
