/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The pages of a run's sessions: session.html and data.js in the folder of each, and in the run's
 * own folder what they share (assets/) and compare.html, which shows two of them side by side. All
 * is plain files that open from disk and ask the network for nothing.
 *
 * A session is on its page what its folder holds; what is missing or torn there is said to be so.
 */
#ifndef REPORTS_SESSION_SESSION_H
#define REPORTS_SESSION_SESSION_H

#include "reports/run/run.h"

#define SESSION_PAGE "session.html"
#define SESSION_DATA "data.js"
#define SESSION_COMPARE "compare.html"
/** Of data.js: raised when a page of the old one would go wrong. */
#define SESSION_DATA_VERSION 1
/** How data.js begins, with the version in it. */
#define SESSION_DATA_BEGIN "stutterSession({\"version\":%d,"

/**
 * Makes the pages of all sessions that have a folder, unless they are newer than the verdict or the
 * session still goes on.
 * @param ret_made How many sessions that was.
 * @return false with @p err if one could not be written; those before it are.
 */
bool session_pages(const struct run *run, size_t *ret_made, struct error *err);

/** The two files of one session, made anew. */
bool session_page(const struct run *run, const struct run_session *session, struct error *err);

#endif
