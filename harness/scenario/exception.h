/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a gate passes over, by whose word, and for how long: `quarantine:` and `waivers:` of a
 * suite.
 *
 * A scenario in quarantine is run and shown, and decides nothing. A waiver is about one failure of
 * a scenario, known by its reason: any other failure of it counts. Both have an owner and a last
 * day, are shown in every report, and end by themselves.
 */
#ifndef SCENARIO_EXCEPTION_H
#define SCENARIO_EXCEPTION_H

#include "harness/scenario/yaml.h"

/** "2027-01-31", with its end. */
#define EXCEPTION_DAY_MAX 11

struct exception {
	char scenario[64];
	/**
	 * of a waiver: a pattern (glob(7)) that the reason of the failure has in it; empty: a
	 * quarantine
	 */
	char reason[128];
	char owner[64];                /**< who answers for it */
	char until[EXCEPTION_DAY_MAX]; /**< the last day */
	char why[PARAM_VALUE_MAX];
};

extern const struct param quarantine_params[], waiver_params[];

/** Reads both lists of a suite. @param ret_list To be released with free(). */
bool exceptions_read(const struct yaml_file *file, struct exception **ret_list, size_t *ret_count, struct error *err);

/** Whether it holds on that day, such as "2026-12-24". */
bool exception_holds(const struct exception *exception, const char *day);

/** Whether a text is a day of the calendar. */
bool exception_is_day(const char *text);

/** Whether the waiver is about a failure of this scenario with this reason. */
bool exception_waives(const struct exception *exception, const char *scenario, const char *reason);

#endif
