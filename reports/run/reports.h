/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is made of a run: text for a terminal and for GitHub, files for CI systems, programs and
 * browsers.
 */
#ifndef REPORTS_RUN_REPORTS_H
#define REPORTS_RUN_REPORTS_H

#include "reports/run/cause.h"

/**
 * For people: what went wrong, each thing once, with why and how to repeat it; what to look at
 * besides; then a row a scenario.
 */
void report_terminal(FILE *stream, const struct causes *causes);

/**
 * Workflow commands for GitHub Actions: an error a cause, a warning for what proved nothing and for
 * each fault that never matched.
 */
void report_github(FILE *stream, const struct causes *causes);

/**
 * All files below, into the folder of the run. What is written is whole. @return false with @p err
 * if one could not be.
 */
bool report_files(const struct causes *causes, struct error *err);

/** The names of these files, one by one; NULL behind the last. */
const char *report_name(size_t index);

/** Those of which report_files() is made, each into an open stream. */
void report_junit(FILE *stream, const struct causes *causes);
void report_tap(FILE *stream, const struct causes *causes);
void report_summary(FILE *stream, const struct causes *causes);
void report_page(FILE *stream, const struct causes *causes);

/** "3 of 16 sessions did not come out as expected, for 2 causes", as markup. */
void report_headline(FILE *stream, const struct causes *causes);

/** The part of the page that tells of the runs before; nothing if none is known. */
void report_trend(FILE *stream, const struct causes *causes);

#endif
