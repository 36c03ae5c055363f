/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What `exec` makes of its sessions: verdicts, lines for people, counts with intervals, and
 * an exit status.
 */
#ifndef CLI_EXEC_TOLD_H
#define CLI_EXEC_TOLD_H

#include <stdio.h>

#include "harness/live/execution.h"
#include "harness/scenario/plan.h"
#include "lib/verdict/verdict.h"

struct exec_session {
	uint64_t seed;
	unsigned long long time; /**< of a seed that is run several times, from 1 */
	struct execution execution;
	struct verdict verdict;
};

/** Counts sessions; all zero is none. */
struct exec_tally {
	uint64_t count, well, failed, unknown; /**< unknown: inconclusive */
	/** of those that are known, what was expected and what was not */
	uint64_t met, missed;
	uint64_t statuses[256]; /**< of commands that ended, by exit status */
	uint64_t *lasted_ns;    /**< of commands that ended, in any order */
	size_t lasted;
	int last;   /**< the exit status that the last session gives if it is the only one */
	bool unrun; /**< the last was not run to an end of the command or to the deadline */
	bool asked; /**< it was asked to end */
};

/**
 * Whether there is to be no other session: what is wrong with the machine is wrong with all of
 * them, and who asks for an end means all.
 */
bool exec_is_last(const struct exec_session *session);

/**
 * Comes to the verdict: whether the command ended well, whether that shows anything, and whether it
 * was expected.
 */
void exec_judge(const struct plan *plan, struct exec_session *session);

/**
 * @param many Names the session. @param quiet Tells just what went wrong on our side or on the
 * machine's.
 */
void exec_tell_session(FILE *stream, const struct plan *plan, const struct exec_session *session, bool expects, bool quiet, bool many);

/**
 * What came of a recorded session whose servers were played, as a line. @param lead What it begins
 * with.
 */
void exec_tell_played(FILE *stream, const char *lead, const struct servers_told *told);

/** Counts a session that has ended. @param session Copied where it is kept. */
void exec_tally_add(struct exec_tally *tally, const struct exec_session *session);
/** A signal asked for an end of all, or none did: 0. */
void exec_tally_asked(struct exec_tally *tally, int signal);
void exec_tally_close(struct exec_tally *tally);

/** Tells of several sessions together; nothing of one. */
void exec_tell_tally(FILE *stream, const struct exec_tally *tally, bool expects);

/** The exit status of all. */
int exec_status(const struct exec_tally *tally, bool expects);

#endif
