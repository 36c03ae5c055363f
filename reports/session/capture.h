/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Reads the captures that reports/pcapng.h writes, one frame after the other. A file that ends in
 * the middle of a block, or has none of ours, ends there.
 *
 * The file is mapped, since to copy it costs three times as much as all else that is done with it:
 * nobody may cut it off meanwhile.
 */
#ifndef REPORTS_SESSION_CAPTURE_H
#define REPORTS_SESSION_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/bytes.h"

struct capture {
	void *file; /* mapped; NULL: it is empty */
	size_t size;
	struct bytes rest;
	bool torn; /**< it does not end with a whole block */
	/** Takes a line of an SSLKEYLOGFILE from the secrets in the file; may be NULL. */
	void (*secret)(void *ctx, const char *line);
	void *ctx;
};

struct capture_frame {
	uint64_t time_ns; /**< since 1970 */
	uint64_t id;      /**< 0: it has none */
	bool outbound;
	struct bytes comment; /**< empty if there is none */
	struct bytes data;
};

/**
 * Opens the file. What is read from it points into memory that is the capture's. @return false if
 * it cannot be read; capture_close() is fine even then.
 */
bool capture_open(struct capture *capture, const char *path);
void capture_close(struct capture *capture);

/** @return false at the end. */
bool capture_next(struct capture *capture, struct capture_frame *ret_frame);

#endif
