/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Downloads an image into a file, resumes it with HTTP ranges, and checks its SHA-256.
 */
#ifndef AGENT_DOWNLOAD_H
#define AGENT_DOWNLOAD_H

#include "http.h"
#include "manifest.h"

#define DOWNLOAD_PATH_MAX 128

/** One image on its way. What is there survives a failed attempt; download_discard() forgets it. */
struct download {
	const struct image *image;
	char path[DOWNLOAD_PATH_MAX];
	uint64_t have;             /**< bytes in the file */
	char etag[HTTP_FIELD_MAX]; /**< of what is in the file; empty: none that may be used with If-Range */
};

/** Prepares the download of @p image into the folder @p folder; nothing is there yet. */
void download_init(struct download *ret_download, const struct image *image, const char *folder);

/** Deletes what is there. */
void download_discard(struct download *download);

/** One attempt: from the start, or from where the last attempt ended if the policy resumes. */
bool download_attempt(struct download *download, const struct policy *policy, const struct report *report, struct failure *ret_why);

/** Whether the file's SHA-256 is the manifest's. */
bool download_verify(const struct download *download, struct failure *ret_why);

#endif
