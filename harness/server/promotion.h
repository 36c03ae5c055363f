/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The record by which a release goes from one feed to another: what a gate has decided, signed with
 * the update-signing key. The service honours no other word.
 *
 * It is a JSON object; `signature` is Ed25519's over the object without it, written compactly and
 * with its keys sorted, in hexadecimal digits.
 */
#ifndef SERVER_PROMOTION_H
#define SERVER_PROMOTION_H

#include "lib/base/timestamp.h"
#include "harness/server/pki.h"
#include "harness/server/release.h"

#define PROMOTION_TEXT_MAX 128

/** Texts of printable ASCII. */
struct promotion {
	/** what is promoted */
	char version[SERVICE_VERSION_MAX];
	/** from which feed to which */
	char from[32], to[32];
	/** what was judged, and by what */
	char baseline[PROMOTION_TEXT_MAX], candidate[PROMOTION_TEXT_MAX], suites[PROMOTION_TEXT_MAX];
	/** when that was decided */
	char decided[TIMESTAMP_TEXT_MAX];
};

/** @return the record as text, to be released with free(). */
char *promotion_write(const struct promotion *promotion, const struct pki *pki);

/**
 * Reads a record of any content. @param ret_promotion Filled in if it is good. @return NULL, or why
 * it is not, in a few words.
 */
const char *promotion_read(const char *text, const struct pki *pki, struct promotion *ret_promotion);

#endif
