/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session as reports name it: what was to be run, of which a verdict is. Scenario and plan fill
 * it in (plan_describe()).
 */
#ifndef VERDICT_PLANNED_H
#define VERDICT_PLANNED_H

#include "lib/fault/fault.h"
#include "lib/verdict/verdict.h"

/** Sessions of one scenario in a run, and shares of a run, at most. */
#define PLANNED_SESSIONS_MAX 100000U

/** All texts are borrowed from the plan. */
struct planned_session {
	const char *scenario, *source; /**< its name, and the file */
	const char *device;            /**< empty: it is not known */
	uint64_t seed;
	bool replay; /**< of a frozen plan */
	/** what a failure that was expected is a failure of */
	const char *failure_of;
	const char *image_hash, *kernel_hash; /**< of what it was run with; empty: not known */
	const struct fault *faults;           /**< in the order of the verdict's rules */
	/** what a frozen plan was made with and is another now; empty: nothing */
	char differs[VERDICT_TEXT_MAX];
};

#endif
