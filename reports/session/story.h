/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * All that a session's folder tells about it, read once for its page and its data.
 */
#ifndef REPORTS_SESSION_STORY_H
#define REPORTS_SESSION_STORY_H

#include "reports/run/run.h"
#include "reports/session/events.h"
#include "reports/session/ladder.h"
#include "reports/session/crossings.h"
#include "reports/session/rules.h"
#include "reports/session/series.h"

struct story {
	const struct run *run;
	const struct run_session *session;
	struct events events;
	struct series series;
	struct rules rules;
	struct crossings crossings;
	struct ladder ladder;
};

/** @param ret_story To be released with story_close(). */
void story_read(struct story *ret_story, const struct run *run, const struct run_session *session);
void story_close(struct story *story);

/** What the folder lacks, in words, one by one; NULL behind the last. */
const char *story_lack(const struct story *story, size_t index);

/** The two files that are made of it. */
void story_write_data(FILE *stream, const struct story *story);
void story_write_page(FILE *stream, const struct story *story);

#endif
