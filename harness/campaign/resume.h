/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Going on with a run that was left: killed, stopped, or at the end of its budget.
 *
 * run.json holds the words that the run was begun with. They are read once more; what comes of them
 * must be the sessions of then, and those that have a verdict that proves something are not run
 * again.
 */
#ifndef CAMPAIGN_RESUME_H
#define CAMPAIGN_RESUME_H

#include <jansson.h>

#include "harness/campaign/jobs.h"

/** The words of a command line. */
struct resume_words {
	int count;
	char **list; /**< ends with NULL */
};

/** The words of a JSON array of strings. @return to be released with resume_free(). */
struct resume_words resume_words_of(const json_t *words);

/**
 * Reads the words by which the run in @p dir was begun.
 * @param ret_dir The folder's name, without slashes at its end.
 * @param ret_words To be released with resume_free().
 */
bool resume_read(const char *dir, char ret_dir[DEVICE_PATH_MAX], struct resume_words *ret_words, struct error *err);
void resume_free(struct resume_words *words);

/**
 * Takes the run over: drops the jobs that have a verdict, and removes what the others have left.
 * @param times How often each session stands among the jobs; it is run again as often, if one of
 *        its times has to be.
 * @return as report_begin().
 */
int resume_begin(const char *dir, struct jobs *jobs, size_t times, struct error *err);

#endif
