/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A suite: which scenarios a run is made of, on which devices, with which seeds, and how long it
 * may take.
 *
 * A file of a suite has the key `suite:`. What it names is relative to it, as in a scenario.
 */
#ifndef SCENARIO_SUITE_H
#define SCENARIO_SUITE_H

#include "harness/scenario/exception.h"
#include "harness/scenario/plan.h"

/** What names a suite: the key that a scenario does not have. */
#define SUITE_KEY "suite"
/** The folder that an entry with a tag and without a path looks into, from the suite's own. */
#define SUITE_ABOVE ".."

/** An element of `scenarios:`. */
struct suite_entry {
	/** a scenario, a frozen plan, or a folder of them, as it can be opened */
	char path[DEVICE_PATH_MAX];
	char tag[PLAN_TAG_MAX]; /**< only those that have it; empty: all */
	struct ordinals seeds;  /**< first 0: what the suite or the scenario says */
	/** ends with NULL; NULL: those of the suite, or the scenario's own */
	char **devices;
	int line, column; /**< where it stands */
};

struct suite {
	char path[ERROR_FILE_MAX];
	char name[64], summary[PARAM_VALUE_MAX];
	uint64_t budget_ns; /**< of the host's time, for the whole run; 0: none */
	/** of a scenario that does not say itself; first 0: the scenario's one */
	struct ordinals seeds;
	/**
	 * that are asked of a session beside those of its scenario; off where `judges:` does not
	 * say
	 */
	struct judge_settings judges;
	/** in place of the scenarios' own; ends with NULL; NULL: not asked */
	char **devices;
	struct suite_entry *entries;
	size_t count;
	struct exception *exceptions; /**< of a gate */
	size_t exception_count;
};

extern const struct param suite_params[], suite_entry_params[];

/**
 * Reads a suite. @param ret_suite To be released with suite_close(). @return false with @p err and
 * its place.
 */
bool suite_open(struct suite *ret_suite, const char *path, struct error *err);
void suite_close(struct suite *suite);

/** Whether a file is one of a suite. @return false if it cannot be read. */
bool suite_is(const char *path);

/**
 * Asks the suite's judges of a session, too, if it is expected to pass. What its scenario sets
 * itself stays as it is.
 */
void suite_require(const struct suite *suite, struct plan *plan);

/** Whether a scenario has a tag: one of its `tags:`, or the name of the folder that it lies in. */
bool suite_has_tag(const char *path, const char *tag);

#endif
