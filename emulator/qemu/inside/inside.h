/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The session's side of an engine: what the library in QEMU's process gives to the session that
 * runs there (engine.h is the starter's side).
 *
 * The library is loaded before QEMU begins. When the guest makes its first request it waits for
 * orders; each begins a session, here or in a branch. A session may stop at a later request and
 * wait for orders once more, which say how it goes on: here, or in branches.
 */
#ifndef INSIDE_INSIDE_H
#define INSIDE_INSIDE_H

#include "emulator/qemu/page.h"
#include "emulator/qemu/qemu.h"

/** What the starter has said. */
struct inside_order {
	const char *dir; /**< the session's folder */
	/** the request, counted from 1, at which to call inside_hold(); 0: none */
	uint64_t hold_at;
	const char *hold_phase; /**< or the phase, at its first request; "": none */
	/** what goes on is another session, job_fd: it begins with inside_rehearse() */
	bool anew;
	/** what starter and session share; it begins with a struct qemu_page */
	int page_fd;
	int job_fd;  /**< what the session is; of no use when it goes on as it was */
	int pipe_fd; /**< the starter's, to hear of progress and of the end */
	int port_fd; /**< a further one, of use to those who were told so by the job */
};

/**
 * Runs a session, and ends the process. To be provided by the program that the library is part of.
 * @param qemu The device, waiting for the answer to its first request; qemu_read_request() gives
 * that.
 */
_Noreturn void inside_session(const struct inside_order *order, struct qemu *qemu);

/**
 * The page of whoever is being served; told by inside_session() before anything else, and again
 * after inside_hold().
 */
void inside_share(struct qemu_page *page);

/**
 * Waits for orders at a request that qemu_read_request() has given and that is not answered yet.
 *
 * It returns in every process that goes on from here, once in each: dir and the descriptors are
 * then that process's own. Streams must have been flushed before; they are moved to the new folder,
 * and then inside_moved() is called.
 */
const struct inside_order *inside_hold(void);

/**
 * From the first request on, keeps what the guest asks and what it is answered, for
 * inside_rehearse().
 */
void inside_record(void);

/**
 * Lets another session begin where one was held: qemu_read_request() gives it the requests that
 * were recorded, from the first one on, and its answers are compared with those that the guest has
 * had. As long as they are the same the guest cannot know of the difference, and after the last one
 * it goes on from there. The first that differs ends the process with the status
 * QEMU_STATUS_MISFIT: this session has no such beginning, but one up to the request that
 * qemu_page.misfit says.
 */
void inside_rehearse(void);

/** Writes all that was recorded to a file. */
bool inside_save(const char *path, struct error *err);

/**
 * Answers the guest with what inside_save() wrote, without any world: what is left is QEMU's own
 * work. @return how many requests were answered; 0: the file cannot be read.
 */
uint64_t inside_play(const char *path, struct qemu *qemu);

/**
 * This process shares no file with the one that it may have branched from any more, which waits for
 * that.
 */
void inside_moved(void);

#endif
