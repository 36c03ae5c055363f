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

/** Begins a file: section header and an Ethernet interface for each of @p interfaces, which ends with NULL. */
void pcapng_begin(FILE *stream, const char *application, const char *const *interfaces);

enum pcapng_verdict {
	PCAPNG_UNKNOWN, /**< nothing is told */
	PCAPNG_PASSED,
	PCAPNG_DROPPED,
};

/** What is told of a frame beside its bytes. */
struct pcapng_frame {
	uint64_t time_ns;
	unsigned interface; /**< index into those of pcapng_begin() */
	uint64_t id;        /**< the proxy's number for it: the same on both interfaces */
	bool outbound;      /**< it leaves through the interface; else it comes in */
	enum pcapng_verdict verdict;
	const char *comment; /**< NULL: none */
};

void pcapng_frame(FILE *stream, const struct pcapng_frame *frame, struct bytes data);

/** Secrets with which what follows can be decrypted, in the format of SSLKEYLOGFILE (a Decryption Secrets Block). At most PCAPNG_SECRETS_MAX bytes. */
#define PCAPNG_SECRETS_MAX 4096U
void pcapng_tls_secrets(FILE *stream, const char *key_log);

/**
 * The same for what was written already: puts the secrets before everything from place @p at on, since readers want them before the frames that they open.
 * @param stream Can be read and sought in.
 * @param at As ftell() told it, between two blocks.
 * @param key_log Lines, each with its end; any number of them.
 */
void pcapng_insert_tls_secrets(FILE *stream, long at, const char *key_log);

/** Cuts off an unfinished block at the end of a file whose writer was killed. @return false if that cannot be done. */
bool pcapng_mend(const char *path);

#endif
