/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/release.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/memory.h"
#include "harness/server/names.h"
#include "harness/server/reply.h"
#include "lib/sim/random.h"

/* Of generated contents: like the keys, the same in every session. */
#define CONTENT_SEED UINT64_C(0x53747574746572)

static const char *const stage_names[RELEASE_STAGES] = {"prerequisite", "os", "deployment"};

const char *release_sha256(struct bytes data, char ret_text[RELEASE_SHA256_TEXT_MAX])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256(data.data, data.length, digest);
	return hash_hex(digest, sizeof digest, ret_text);
}

/* Bytes that no compression makes smaller, a function of their name. */
static uint8_t *generate(const char *name, uint64_t size)
{
	struct random_stream stream = random_stream(CONTENT_SEED, name);
	uint8_t *data = memory_new(size + 8);

	for (uint64_t i = 0; i < size; i += 8) {
		uint64_t bits = random_bits(stream, i, 0);
		for (unsigned j = 0; j < 8; j++)
			data[i + j] = (uint8_t)(bits >> (8 * j));
	}
	return data;
}

static void sign_image(struct release_image *image, struct bytes data, const struct pki *pki)
{
	image->data = data;
	(void)release_sha256(data, image->sha256);
	(void)snprintf(image->etag, sizeof image->etag, "\"%s\"", image->sha256);
	(void)pki_sign(pki, bytes_of(image->sha256, strlen(image->sha256)), image->signature);
}

/* Versions are the user's text: in a URL only what needs no escape. */
static void name_files(struct release *release, const char *version)
{
	(void)snprintf(release->version, sizeof release->version, "%s", version);
	(void)snprintf(release->file, sizeof release->file, "%s", version);
	for (char *at = release->file; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && strchr(".-_~", *at) == NULL)
			*at = '_';
	(void)snprintf(release->images[RELEASE_PREREQUISITE].name, RELEASE_NAME_MAX, "trust-bundle.pem");
	(void)snprintf(release->images[RELEASE_OS].name, RELEASE_NAME_MAX, "os-%s.bin", release->file);
	(void)snprintf(release->images[RELEASE_DEPLOYMENT].name, RELEASE_NAME_MAX, "app-%s.bin", release->file);
}

static char *stage_text(const struct release_image *image, enum release_stage stage)
{
	bool early = stage == RELEASE_PREREQUISITE;
	char *second = early ? memory_text("") : memory_format(", \"https://" NAMES_IMAGES_SECONDARY "/images/%s\"", image->name);
	char *text = memory_format("{\"kind\": \"%s\", \"images\": [{\"name\": \"%s\", \"size\": %zu, \"sha256\": \"%s\", "
	                           "\"signature\": \"%s\", \"urls\": [\"https://%s/images/%s\"%s]}]}",
	                           stage_names[stage], image->name, image->data.length, image->sha256, image->signature,
	                           early ? NAMES_RELEASES : NAMES_IMAGES, image->name, second);

	free(second);
	return text;
}

/*
 * The manifest's text stands as a string in the answer, so that its signature is over bytes that no
 * parser has touched.
 */
static void write_manifest(struct release *release, const struct pki *pki)
{
	char version[REPLY_ESCAPED_MAX(SERVICE_VERSION_MAX)], signature[PKI_SIGNATURE_TEXT_MAX], *stages[RELEASE_STAGES];

	for (unsigned i = 0; i < RELEASE_STAGES; i++)
		stages[i] = stage_text(&release->images[i], (enum release_stage)i);
	char *inner = memory_format("{\"version\": \"%s\", \"stages\": [%s, %s, %s]}", reply_escape(release->version, version), stages[0],
	                            stages[1], stages[2]);
	char *escaped = memory_new(REPLY_ESCAPED_MAX(strlen(inner)) + 1);
	(void)pki_sign(pki, bytes_of(inner, strlen(inner)), signature);
	release->manifest = memory_format("{\"signed\": \"%s\", \"signature\": \"%s\"}\n", reply_escape(inner, escaped), signature);
	free(escaped);
	free(inner);
	for (unsigned i = 0; i < RELEASE_STAGES; i++)
		free(stages[i]);
}

void release_open(struct release *release, const struct release_config *config, const struct pki *pki)
{
	struct release_image *images = release->images;
	const char *bundle = pki_new_trust_bundle(pki);
	struct bytes os = config->os;

	memset(release, 0, sizeof *release);
	name_files(release, config->version);
	if (os.length == 0) {
		release->os = generate(images[RELEASE_OS].name, config->os_size);
		os = bytes_of(release->os, config->os_size);
	}
	release->app = generate(images[RELEASE_DEPLOYMENT].name, config->app_size);
	sign_image(&images[RELEASE_PREREQUISITE], bytes_of(bundle, strlen(bundle)), pki);
	sign_image(&images[RELEASE_OS], os, pki);
	sign_image(&images[RELEASE_DEPLOYMENT], bytes_of(release->app, config->app_size), pki);
	write_manifest(release, pki);
}

void release_close(struct release *release)
{
	free(release->manifest);
	free(release->os);
	free(release->app);
	memset(release, 0, sizeof *release);
}

const struct release_image *release_find(const struct release *release, const char *name)
{
	for (unsigned i = 0; i < RELEASE_STAGES; i++)
		if (strcmp(release->images[i].name, name) == 0)
			return &release->images[i];
	return NULL;
}
