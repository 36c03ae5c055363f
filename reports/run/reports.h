/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Reports over all sessions of a run: junit.xml for a CI system, summary.json for programs.
 */
#ifndef REPORTS_SUITE_H
#define REPORTS_SUITE_H

#include "base/error.h"
#include "scenario/plan.h"
#include "session/verdict.h"

/** One session of the run, in the order in which they were asked for. */
struct suite_session {
	const struct plan *plan;
	const struct verdict *verdict;
	const char *dir; /**< its folder, relative to the run's */
	bool again;      /**< the second time of the same session (--twice) */
};

/** Writes junit.xml: a test suite a scenario, a test case a session; failed if it missed its expectation, an error if it was inconclusive. */
bool report_junit(const char *dir, const struct suite_session *sessions, size_t count, struct error *err);

/** Writes summary.json. */
bool report_summary(const char *dir, const struct suite_session *sessions, size_t count, struct error *err);

#endif
