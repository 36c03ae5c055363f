/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The update manifest: what the service offers, as JSON.
 *
 *     {"version": "2.0", "images": [{"name": "os", "url": "http://...", "size": 1024, "sha256": "64 hex digits"}]}
 *
 * Further members are ignored; a missing or mistyped one of these is an error. An empty list of images means: nothing new.
 */
#ifndef AGENT_MANIFEST_H
#define AGENT_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_IMAGES_MAX 16
#define MANIFEST_NAME_MAX 64
#define MANIFEST_URL_MAX 512
#define SHA256_SIZE 32

struct image {
	char name[MANIFEST_NAME_MAX]; /**< letters, digits, '.', '_' and '-'; it becomes a file name */
	char url[MANIFEST_URL_MAX];
	uint64_t size;
	uint8_t sha256[SHA256_SIZE];
};

struct manifest {
	char version[MANIFEST_NAME_MAX];
	size_t image_count;
	struct image images[MANIFEST_IMAGES_MAX];
};

/**
 * Parses @p length bytes of JSON.
 * @param ret_wrong One line that says what is wrong, if anything is.
 * @return false if it is no manifest; @p ret_manifest is then undefined.
 */
bool manifest_parse(struct manifest *ret_manifest, const char *text, size_t length, char *ret_wrong, size_t wrong_size);

#endif
