/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The update manifest: what the service offers, as JSON.
 *
 * The plain one:
 *
 *     {"version": "2.0", "images": [{"name": "os", "url": "http://...", "size": 1024,
 *                                    "sha256": "64 hex digits"}]}
 *
 * The signed one, in which an image has a signature and several hosts, and stages are installed one
 * after the other:
 *
 *     {"signed": "TEXT", "signature": "128 hex digits: Ed25519 over TEXT"}
 *     TEXT: {"version": "22.01", "stages": [{"kind": "os", "images": [
 *               {"name", "size", "sha256", "signature", "urls": ["https://...", ...]}]}]}
 *
 * Further members are ignored; a missing or mistyped one of these is an error. An empty list of
 * images means: nothing new.
 */
#ifndef AGENT_MANIFEST_H
#define AGENT_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_IMAGES_MAX 16
#define MANIFEST_NAME_MAX 64
#define MANIFEST_URL_MAX 512
#define MANIFEST_URLS_MAX 4
#define SHA256_SIZE 32
#define SIGNATURE_SIZE 64

/** What an image is for: what must be there first, the system, what runs on it. */
enum stage { STAGE_PREREQUISITE, STAGE_OS, STAGE_DEPLOYMENT, STAGE_PLAIN, STAGES };

/** The word of a stage: "prerequisite" ... */
const char *stage_name(enum stage stage);

struct image {
	/** letters, digits, '.', '_' and '-'; it becomes a file name */
	char name[MANIFEST_NAME_MAX];
	enum stage stage;
	size_t url_count; /**< the same image on several hosts, the primary one first */
	char urls[MANIFEST_URLS_MAX][MANIFEST_URL_MAX];
	uint64_t size;
	uint8_t sha256[SHA256_SIZE];
	/** Ed25519 over the SHA-256 as hexadecimal digits; of the signed manifest only */
	uint8_t signature[SIGNATURE_SIZE];
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

/**
 * Takes the envelope of a signed manifest apart.
 * @param ret_text The text that is signed, to be released with free().
 */
bool manifest_open(const char *envelope, size_t length, char **ret_text, uint8_t ret_signature[SIGNATURE_SIZE], char *ret_wrong,
                   size_t wrong_size);

/**
 * As manifest_parse(), for the text of a signed manifest, whose signature the caller has checked.
 */
bool manifest_parse_stages(struct manifest *ret_manifest, const char *text, size_t length, char *ret_wrong, size_t wrong_size);

#endif
