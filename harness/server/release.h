/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A release: the images of one version and the signed manifest that names them, in three stages.
 *
 *     prerequisite   trust-bundle.pem       both roots; from the releases host, since the image
 *                                           hosts may show certificates of the second root already
 *     os             os-VERSION.bin         from the image hosts
 *     deployment     app-VERSION.bin        from the image hosts
 *
 * Every image is signed by the update-signing key: Ed25519 over its SHA-256 as 64 hexadecimal
 * digits. So is the manifest, over its text.
 */
#ifndef SERVER_RELEASE_H
#define SERVER_RELEASE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"
#include "harness/server/pki.h"
#include "harness/server/service_config.h"

#define RELEASE_NAME_MAX 96
#define RELEASE_SHA256_TEXT_MAX 65

enum release_stage { RELEASE_PREREQUISITE, RELEASE_OS, RELEASE_DEPLOYMENT, RELEASE_STAGES };

struct release_image {
	char name[RELEASE_NAME_MAX]; /**< as it stands in its URL */
	struct bytes data;
	char sha256[RELEASE_SHA256_TEXT_MAX], etag[RELEASE_SHA256_TEXT_MAX + 2];
	char signature[PKI_SIGNATURE_TEXT_MAX];
};

struct release {
	char version[SERVICE_VERSION_MAX];
	/** the same as it stands in names of files: what a URL would have to escape is '_' */
	char file[SERVICE_VERSION_MAX];
	struct release_image images[RELEASE_STAGES];
	char *manifest; /**< what /v1/manifests/VERSION.json answers */
	void *os, *app; /* generated contents; NULL: none */
};

struct release_config {
	const char *version;
	uint64_t os_size, app_size;
	/** the OS image; empty: one of os_size is generated as a function of the version */
	struct bytes os;
};

/** @param pki Borrowed for good: its trust bundle is the first stage's image. */
void release_open(struct release *release, const struct release_config *config, const struct pki *pki);
void release_close(struct release *release);

/** @return the image called @p name, or NULL. */
const struct release_image *release_find(const struct release *release, const char *name);

/** SHA-256 as hexadecimal digits. @return ret_text. */
const char *release_sha256(struct bytes data, char ret_text[RELEASE_SHA256_TEXT_MAX]);

#endif
