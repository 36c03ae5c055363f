/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Writes captures as pcapng (draft-ietf-opsawg-pcapng): Ethernet frames with virtual time in
 * nanoseconds and a comment where a fault touched one.
 *
 * The stream belongs to the caller, who also looks for write errors (ferror) when it matters.
 */
#ifndef REPORTS_PCAPNG_H
#define REPORTS_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/bytes.h"

/** Begins a file: section header and an Ethernet interface of that name. */
void pcapng_begin(FILE *stream, const char *application, const char *interface);

/**
 * What is told of a frame beside its bytes. What became of it belongs into the comment: the format
 * has an option for a verdict, but Wireshark 4.0 and its tools write that one back under the number
 * of another, and cannot read the file any more that they have merged or saved.
 */
struct pcapng_frame {
	uint64_t time_ns;    /**< since 1970 */
	uint64_t id;         /**< the same in every file for the same frame; 0: it has none */
	bool outbound;       /**< it leaves through the interface; else it comes in */
	const char *comment; /**< NULL: none */
};

void pcapng_frame(FILE *stream, const struct pcapng_frame *frame, struct bytes data);

/**
 * Secrets with which what follows can be decrypted, in the format of SSLKEYLOGFILE (a Decryption
 * Secrets Block). At most PCAPNG_SECRETS_MAX bytes.
 */
#define PCAPNG_SECRETS_MAX 4096U
void pcapng_tls_secrets(FILE *stream, const char *key_log);

/**
 * The same for a file that is written and closed: puts the secrets before its frames, since readers
 * want them before what they open. The new file is written beside the old one and takes its place
 * when it is whole, so whoever is killed here loses nothing. A file that has secrets there already
 * stays as it is.
 * @param key_log Lines, each with its end; any number of them.
 * @return false with errno if that cannot be done; the file is then as it was.
 */
bool pcapng_add_tls_secrets(const char *path, const char *key_log);

/**
 * Cuts off an unfinished block at the end of a file whose writer was killed. @return false if that
 * cannot be done.
 */
bool pcapng_mend(const char *path);

#endif
