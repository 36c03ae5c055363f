/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The judges of a session, at work: they hear what the device reports and see its frames while it
 * runs, and are asked at its end.
 *
 * Opened before the first frame and the first report, closed with the session. A judge that is
 * switched off takes part in nothing. All of it works without a judge too: a struct that is zero
 * has none.
 */
#ifndef JUDGE_JUDGES_H
#define JUDGE_JUDGES_H

#include "harness/judge/judge.h"
#include "harness/judge/settings.h"

struct judges {
	struct judge_at_work {
		const struct judge *judge;
		const void *params;
		void *notes;  /* owned; NULL: it makes none */
	} list[JUDGES_COUNT]; /* those that are on, in the order in which they are asked */
	size_t count;
};

/** @param settings Borrowed until the judges are closed. */
void judges_open(struct judges *judges, const struct judge_settings *settings);
void judges_close(struct judges *judges);

/**
 * The device has sent a report; to be called in the order of time, before the next frame or reset.
 */
void judges_hear(struct judges *judges, const struct report *report,
                 const struct evidence *evidence);
/** The device has been reset. */
void judges_reset(struct judges *judges);
/** The device has sent a frame. */
void judges_see(struct judges *judges, struct bytes frame, sim_ns now);

/**
 * When the session is to end if nothing happens until then; SIM_NEVER: nobody waits.
 * @param ret_judge Who waits; may be NULL.
 */
sim_ns judges_due(const struct judges *judges, const struct evidence *evidence,
                  const struct judge **ret_judge);

/**
 * @return a judge that is lost for good, with why; NULL: none is. To be asked while the session
 * runs.
 */
const struct judge *judges_lost(const struct judges *judges, const struct evidence *evidence,
                                struct complaint *ret_complaint);

/** Asks a judge that is at work what is wrong. @return whether it is content. */
bool judges_ask(const struct judges *judges, const struct judge *judge,
                const struct evidence *evidence, struct complaint *ret_complaint);

/**
 * Asks all at the end of a session, but for those that wait for a time.
 * @return the first that is not content; NULL: all are.
 */
const struct judge *judges_ask_all(const struct judges *judges, const struct evidence *evidence,
                                   struct complaint *ret_complaint);

#endif
