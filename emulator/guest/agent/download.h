/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Downloads an image into a store, resumes it with HTTP ranges, and checks its SHA-256.
 */
#ifndef AGENT_DOWNLOAD_H
#define AGENT_DOWNLOAD_H

#include "http.h"
#include "manifest.h"
#include "store.h"

/** One image on its way. What is there survives a failed attempt; download_discard() forgets it. */
struct download {
	const struct image *image;
	struct store *store; /**< borrowed */
	uint64_t have;       /**< bytes in the store */
	/** of what is in the store; empty: none that may be used with If-Range */
	char etag[HTTP_FIELD_MAX];
	unsigned attempts; /**< made so far */
};

/** Prepares the download of @p image into @p store; nothing is there yet. */
void download_init(struct download *ret_download, const struct image *image, struct store *store);

/** Forgets what is there. */
void download_discard(struct download *download);

/** One attempt: from the start, or from where the last attempt ended if the policy resumes. */
bool download_attempt(struct download *download, const struct policy *policy, const struct report *report, struct failure *ret_why);

/** Whether the SHA-256 of what is in the store, read back, is the manifest's. */
bool download_verify(const struct download *download, struct failure *ret_why);

/** The host that the next attempt asks. */
const char *download_url(const struct download *download, const struct policy *policy);

#endif
