/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Sessions that are held at requests and branched there, for the tests and the soak of the
 * engine.
 */
#ifndef TESTS_ENGINE_BRANCHING_H
#define TESTS_ENGINE_BRANCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

#define BRANCHING_POINTS_MAX 64

/** The outcome of a branched scenario. */
struct branching {
	char scenario[256];
	uint64_t points[BRANCHING_POINTS_MAX]; /**< requests, ascending */
	size_t count;
	size_t reached; /**< how many of them the session had */
	/**
	 * the first branch whose files are not those of the session itself, and which; empty: none
	 */
	char differs[512];
	double branch_ms; /**< the longest time of a branch, from the request to the answer */
};

/**
 * Runs a scenario, branches it at each point, runs every branch to its end in a folder of its own
 * below @p dir, and compares traces, captures and consoles with those of the session that was only
 * held.
 * @param seed Of the session.
 * @return false with @p err if something could not be run.
 */
bool branching_run(struct branching *branching, uint64_t seed, const char *dir, struct error *err);

/**
 * Runs a scenario in an engine of its own, as a session, and then plays its answers back to the
 * guest without a world.
 * @param ret_session_s CPU time of the session's process. @param ret_played_s Of the other's.
 */
bool branching_measure(const char *scenario, const char *dir, double *ret_session_s, double *ret_played_s, struct error *err);

#endif
