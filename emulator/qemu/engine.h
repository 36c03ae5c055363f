/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Engines: QEMU processes that a session runs inside of, and that can be branched.
 *
 * An engine is a QEMU with the library inside/ that stands at a request of its guest and waits for
 * orders: a fresh one at the guest's first. An order makes it go on from there with a session, or
 * makes a branch do so while the engine stays where it is. What goes on may be told to stop at a
 * later request; it is an engine again then.
 *
 * All are children of the process that has started the first: it waits for each with waitpid(), and
 * they end when it does. A struct engine belongs to the thread that opened it.
 */
#ifndef QEMU_ENGINE_H
#define QEMU_ENGINE_H

#include <sys/types.h>

#include "emulator/qemu/page.h"
#include "emulator/qemu/qemu.h"

struct engine;

/** What an engine, or a branch of it, is to do. */
struct engine_order {
	/** a branch does it, and the engine waits for further orders; false: the engine itself */
	bool branch;
	/** the request, counted from 1, at which it stops and is an engine again; 0: it does not */
	uint64_t hold_at;
	/**
	 * the phase of the session at whose first request it does, or another word of
	 * session_hold.phase; NULL: it does not
	 */
	const char *hold_phase;
	/** the folder for console and log, which exists; the session's from then on */
	const char *dir;
	/**
	 * memory to share, which begins with a struct qemu_page; see inside/inside.h for all three
	 */
	int page_fd;
	/**
	 * what the session is; -1: as it was. Another session than the one that is under way begins
	 * anew: see inside_rehearse()
	 */
	int job_fd;
	int pipe_fd;
	/** a further descriptor for the session, which knows what it is; 0: there is none */
	int port_fd;
};

/**
 * Starts an engine from a snapshot and waits for its guest's first request.
 * @param ret_lacks If this QEMU lacks what the library needs: the names. Empty after any other
 * failure.
 * @return NULL with @p err.
 */
struct engine *engine_open(const struct qemu_image *image, const struct qemu_snapshot *snapshot, const volatile sig_atomic_t *stop,
                           char *ret_lacks, size_t lacks_size, struct error *err);

/**
 * Gives an order.
 * @param ret_pid Who carries it out: a branch, or the engine's own process, which engine_close()
 * then leaves alone.
 * @param ret_held If the order has a hold_at or a hold_phase: the engine that there will be, to be
 * awaited with engine_await() and released with engine_close(); without a branch it is @p engine
 * itself. May be NULL otherwise.
 */
bool engine_order(struct engine *engine, const struct engine_order *order, pid_t *ret_pid, struct engine **ret_held, struct error *err);

/**
 * Waits until an engine stands at its request. @return false if it has ended before, or after @p
 * timeout_ms on the wall, or because of @p stop.
 */
bool engine_await(struct engine *engine, uint64_t timeout_ms, const volatile sig_atomic_t *stop, struct error *err);

/** The request, counted from 1, that an engine stands at which waits for orders. */
uint64_t engine_request(const struct engine *engine);

/**
 * Whether the last order failed because it could not be carried out, for want of memory for
 * instance; else the engine itself has failed.
 */
bool engine_refuses(const struct engine *engine);

/** Ends an engine that was to be held and did not come there, with what it does. */
void engine_abandon(struct engine *engine);

/** Ends an engine that waits for orders; what goes on with a session goes on. NULL is fine. */
void engine_close(struct engine *engine);

#endif
