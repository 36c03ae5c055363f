/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Writes captures as pcapng (draft-ietf-opsawg-pcapng): Ethernet frames with virtual time in nanoseconds and a comment where a fault touched one.
 *
 * The stream belongs to the caller, who also looks for write errors (ferror) when it matters.
 */
#ifndef REPORTS_PCAPNG_H
#define REPORTS_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"

/** Begins a file: section header and one Ethernet interface called @p interface. */
void pcapng_begin(FILE *stream, const char *application, const char *interface);

/** What is told of a frame beside its bytes. */
struct pcapng_frame {
	uint64_t time_ns;
	uint64_t id;         /**< the proxy's number for it */
	bool outbound;       /**< the device sent it */
	const char *comment; /**< NULL: none */
};

void pcapng_frame(FILE *stream, const struct pcapng_frame *frame, struct bytes data);

#endif
