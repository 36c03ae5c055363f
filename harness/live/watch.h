/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The signals of a process that runs a command between a user and a bridge: what has ended, and
 * what was asked for.
 *
 * How it works: a signal from the terminal has come to the command as well, since both are in the
 * terminal's foreground process group, and is left to it, as a shell does. One that somebody has
 * sent to this process alone (si_code, sigaction(2)) is passed on. After SIGTERM, SIGHUP and
 * SIGQUIT the command has WATCH_GRACE_NS to end by itself. While a command that has ended is not
 * noticed, or one is to be killed, a timer interrupts whatever system call this process waits in,
 * so that no wait can miss it.
 *
 * One a process: signal handlers have no context.
 */
#ifndef LIVE_WATCH_H
#define LIVE_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WATCH_GRACE_NS UINT64_C(5000000000)

struct watch {
	/**
	 * the bridge is to end: the command has ended, or there is none and an end was asked for
	 */
	volatile sig_atomic_t stop;
	volatile sig_atomic_t asked; /**< the first signal that asked for an end; 0: none has */
	volatile sig_atomic_t command_ended, server_ended;
	/** of those that have ended, as wait(2) has them */
	volatile int command_status, server_status;
	volatile pid_t command, server; /**< 0: there is none yet */
};

/** Catches signals from now on. */
void watch_begin(void);

/** From the start of each; one that has ended before is noticed now. */
void watch_command(pid_t pid);
void watch_server(pid_t pid);

/** What there is to know. */
const struct watch *watch_state(void);

/**
 * Holds all signals back over a fork, so that none ends a process before it catches them. @return
 * those that were before, for watch_release() of both processes.
 */
sigset_t watch_hold(void);
void watch_release(const sigset_t *before);

/**
 * For whoever just waits for another process that does this: what is sent to this process alone is
 * passed on to @p pid; 0: to nobody any more.
 */
void watch_pass_on(pid_t pid);

#endif
