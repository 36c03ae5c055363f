/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Programs that this process starts and all that they start in turn: made ready, let go, and ended
 * to the last of them.
 *
 * How it works: child_prepare() forks while there are privileges to enter namespaces with; the
 * child prepares itself and waits at a pipe. child_go() opens that, and tells whether the program
 * could be started. This process adopts whatever its children leave behind (PR_SET_CHILD_SUBREAPER,
 * prctl(2)), so a daemon that has made itself a session of its own is found at the end as well.
 * Process groups alone, the rejected alternative, lose just those.
 */
#ifndef LIVE_CHILD_H
#define LIVE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/error.h"

/** What a shell says of a program that is not there, or that cannot be run. */
enum { CHILD_NOT_RUN = 126, CHILD_NOT_FOUND = 127 };

struct child {
	pid_t pid;         /**< 0: there is none */
	int gate, failure; /* pipes: to let it go, and what it could not do */
};

struct child_wish {
	char *const *argv;                             /**< ends with NULL; found by PATH */
	bool (*prepare)(void *ctx, struct error *err); /**< in the child, before it waits */
	void *ctx;
	/**
	 * becomes its standard output and error, and /dev/null its input; -1: all three are this
	 * process' own
	 */
	int output;
	bool apart; /**< in a session of its own, where a terminal's signals do not come */
};

/** Makes a child that waits to be let go. @return false with @p err if it could not be prepared. */
bool child_prepare(struct child *ret_child, const struct child_wish *wish, struct error *err);

/**
 * Lets it become its program. @return false with @p err if that cannot be started, and @p
 * ret_status as a shell has it.
 */
bool child_go(struct child *child, int *ret_status, struct error *err);

/** From now on what children leave behind belongs to this process. */
void child_adopt_all(void);

/**
 * Ends all processes that this one has started or adopted: with SIGTERM, and with SIGKILL what is
 * there after @p grace_ns. Waits until all have ended.
 */
void child_end_all(uint64_t grace_ns);

/** The exit status of a process as a shell tells it: 128 + the signal that has ended it. */
int child_shell_status(int wait_status);

#endif
