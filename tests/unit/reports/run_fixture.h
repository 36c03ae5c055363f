/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file The folder of a run with four sessions of two scenarios, as runs leave it, and its reports.
 * A zeroed fixture is filled by run_fixture_make_sessions(), changed as the test wants it, and
 * written by run_fixture_make_run().
 */
#ifndef TESTS_UNIT_REPORTS_RUN_FIXTURE_H
#define TESTS_UNIT_REPORTS_RUN_FIXTURE_H

#include "reports/run/reports.h"
#include "harness/session/folder.h"

#define RUN_FIXTURE_SESSIONS 4
/** A text as hostile as a console can make it. */
#define RUN_FIXTURE_HOSTILE "<&>\"' ]]> \x01\x1b[31m \xff\xfe \xed\xa0\x80 \xef\xbf\xbe \xe2\x82\xac &#0; <!-- \x7f"

struct run_fixture {
	/** of the scenarios "lost-syn" and "clean", whose sessions take turns */
	struct plan plans[2];
	/** pass, fail, inconclusive, pass; only the first as expected */
	struct verdict verdicts[RUN_FIXTURE_SESSIONS];
	const char *folders[RUN_FIXTURE_SESSIONS];
	struct fault fault; /**< for a plan that is to have one */
	struct run run;     /**< as it was read last, with its causes */
	struct causes causes;
};

/** The sessions, which are not written yet. */
void run_fixture_make_sessions(struct run_fixture *f);
/** The same with @p text wherever a text comes from a scenario or a guest. */
void run_fixture_make_hostile(struct run_fixture *f, const char *text);

/** Writes the sessions as they are, reads the run, and writes all reports. */
void run_fixture_make_run(struct run_fixture *f);
/** Forty sessions of one scenario, of which the last ten have another cause; reads the run. */
void run_fixture_make_many(struct run_fixture *f);

/**
 * Begins a run of the first @p count sessions. @return a file; the run goes on until it is closed.
 */
int run_fixture_begin(const struct run_fixture *f, size_t count);
/** Writes a file of a session, such as "clean/1". */
void run_fixture_write_folder(const char *folder, const char *name, const char *text);
/** Ends a session with its verdict. */
void run_fixture_write_verdict(const struct run_fixture *f, size_t i);
/** Reads the run from its folder. */
void run_fixture_read(struct run_fixture *f);

/**
 * What an XPath expression says about junit.xml, without the line feed at its end; valid until the
 * next call.
 */
const char *run_fixture_xpath(const char *expression);

#endif
