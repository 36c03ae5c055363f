/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The reports over a run, as `run` and `replay` leave them and as `report` makes them anew: both from the run's folder, by the same code.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "pool/pool.h"
#include "scenario/suite.h"

/** What is said of a run besides its sessions. */
struct report_wish {
	const char *device; /**< that the user gave in place of the scenarios' own; NULL: none */
	size_t times;       /**< how often each session stands among the jobs, one behind the other */
	bool strict;
	const char *shard;            /**< "2/8"; NULL: the run is whole */
	const char *const *arguments; /**< by which it can go on; ends with NULL */
	const struct suite *suites;   /**< that the scenarios come from: what these let a gate pass over is told */
	size_t suite_count;
};

/** Writes down what is to be run. @return a descriptor, to be closed when all sessions are at their end; -1 with @p err. */
int report_begin(const char *dir, const struct job *jobs, size_t count, const struct report_wish *wish, struct error *err);

/**
 * Prints and writes what came of it. @param terminal Whether the report for people is printed. @param github With annotations for GitHub.
 * @param ret_code What the sessions come to, as an exit status.
 */
bool report_end(const char *dir, bool terminal, bool github, int *ret_code, struct error *err);

/** Whether this runs as a step of GitHub Actions. */
bool report_on_github(void);

#endif
