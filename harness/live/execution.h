/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A command run once in a network of its own, with the plan's faults between it and a server: one
 * session of `stutter exec`.
 *
 * How it works: execution_run() forks a process for the session, since the far end is one a
 * process, and a process that has gone into a user namespace cannot come back. That one opens the
 * namespaces, starts the server and waits until it listens, lets the command go as the bridge
 * begins, and bridges until the command has ended. Then it ends all that is left of both, and tells
 * through a pipe what came of it. What it leaves behind if it is killed, this process adopts and
 * ends.
 */
#ifndef LIVE_EXECUTION_H
#define LIVE_EXECUTION_H

#include <signal.h>

#include "harness/live/bridge.h"
#include "harness/recorded/servers.h"
#include "harness/relay/relay.h"
#include "harness/scenario/plan.h"

struct execution_wish {
	const struct plan *plan;
	char *const *command; /**< ends with NULL; found by PATH */
	/**
	 * for a shell; NULL: the emulator's far end, or the plan's recorded servers, in the
	 * session's process
	 */
	const char *server;
	/** of the server that are of the web, if faults of services are in the plan */
	struct relay_ports ports;
	/** folder for what the session leaves, which is there; NULL: nothing is left */
	const char *dir;
	uint64_t skew_limit_ns; /**< struct bridge_options */
};

enum execution_end {
	EXECUTION_ENDED,      /**< the command has ended; its status says how */
	EXECUTION_DEADLINE,   /**< it was ended at the plan's deadline */
	EXECUTION_NO_COMMAND, /**< it could not be started; its status is what a shell says then */
	EXECUTION_NO_SERVER,  /**< the server did not listen, so nothing was begun */
	EXECUTION_BROKEN,     /**< this machine lacks something, or the bridge failed */
	EXECUTION_BUG,        /**< a mistake of ours ended the session's process */
};

struct execution {
	enum execution_end end;
	int status;         /**< of the command, as a shell tells it: 128 + a signal's number */
	int asked;          /**< the first signal that asked for an end; 0: none has */
	bool server_ended;  /**< before the command did */
	int server_status;  /**< then: as a shell tells it */
	uint64_t lasted_ns; /**< from the command's start to its end */
	struct error err;   /**< of all ends but the first two */
	bool has_played;    /**< the far end has played the plan's recorded session: */
	struct servers_told played;
	bool has_result; /**< the bridge has run: */
	struct bridge_result result;
};

/**
 * Whether a plan can be carried out so. @return false with @p err, which names what cannot and the
 * cure; nothing was touched.
 */
bool execution_can(const struct execution_wish *wish, struct error *err);

/**
 * Runs it. This process must have one thread. @param ret_execution To be released with
 * execution_close().
 */
void execution_run(const struct execution_wish *wish, struct execution *ret_execution);
void execution_close(struct execution *execution);

#endif
