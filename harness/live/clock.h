/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The clocks of this host, and how long ago the kernel saw a frame.
 *
 * Frames are stamped by CLOCK_REALTIME, which somebody may set meanwhile, and everything else here
 * is timed by CLOCK_MONOTONIC, which nobody can. A frame that was stamped before the former was set
 * says nothing about how long it has waited.
 */
#ifndef LIVE_CLOCK_H
#define LIVE_CLOCK_H

#include <stdint.h>
#include <time.h>

/** What is known of CLOCK_REALTIME. All zero at first. */
struct stamp_clock {
	uint64_t looked_ns; /**< CLOCK_MONOTONIC when it was last looked at; 0: it has not been. */
	uint64_t ahead_ns;  /**< Of CLOCK_MONOTONIC, then. */
	/** Its own time when it was seen to have been set; stamps from before are of no use. */
	uint64_t set_ns;
};

/** The time of one of them, in nanoseconds. */
uint64_t clock_now_ns(clockid_t which);

/**
 * How long ago a frame was stamped.
 * @param real_ns CLOCK_REALTIME now. @param monotonic_ns CLOCK_MONOTONIC now.
 * @return 0 if the stamp is of no use: of the future, older than ten seconds, or from before the
 * clock was set.
 */
uint64_t clock_age_ns(struct stamp_clock *clock, uint64_t stamp_ns, uint64_t real_ns, uint64_t monotonic_ns);

#endif
