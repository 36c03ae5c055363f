/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Memory that a session and the pool that has started it both see, and what the session writes into
 * the pool's pipe.
 */
#ifndef POOL_PAGE_H
#define POOL_PAGE_H

#include "emulator/qemu/page.h"
#include "lib/verdict/verdict.h"

struct session_page {
	struct qemu_page qemu;  /**< first: the engine knows that much of it */
	struct verdict verdict; /**< once the session is done */
};

/** A message is smaller than PIPE_BUF, so it comes whole. */
struct session_message {
	bool is_done;
	uint64_t virtual_ns;
	char phase[32];
};

_Static_assert(sizeof(struct session_message) <= 4096, "a message must fit PIPE_BUF");

/** Makes a page. @return its descriptor, or -1. */
int session_page_make(struct session_page **ret_page);

/** Maps a page by its descriptor; NULL if that fails. */
struct session_page *session_page_map(int fd);
void session_page_unmap(struct session_page *page);

/** Sends progress, for session_options.progress. @param ctx Begins with an int, the pipe. */
void session_message_progress(void *ctx, uint64_t virtual_ns, const char *phase);
void session_message_done(int pipe);

#endif
