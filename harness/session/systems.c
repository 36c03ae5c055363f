/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/systems.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/check.h"
#include "base/memory.h"
#include "guest/boot/choose.h"
#include "guest/boot/crypto.h"
#include "server/pki.h"
#include "sim/random.h"

/* The system that the device comes with takes slot A. */
#define FACTORY_SLOT 0

struct systems {
	uint8_t *flash; /* the chip's memory */
	uint8_t *offer; /* the image that the service offers */
	size_t size;    /* of that image */
	struct boot_crypto *crypto;
	uint8_t key[CRYPTO_KEY];
};

/* -- the flash as memory -- */

static bool read_memory(void *ctx, uint32_t offset, void *ret_data, uint32_t size)
{
	memcpy(ret_data, (const uint8_t *)ctx + offset, size);
	return true;
}

static bool erase_memory(void *ctx, uint32_t offset, uint32_t size)
{
	memset((uint8_t *)ctx + offset, 0xff, size);
	return true;
}

static bool program_memory(void *ctx, uint32_t offset, const void *data, uint32_t size)
{
	memcpy((uint8_t *)ctx + offset, data, size);
	return true;
}

struct boot_flash systems_flash(const struct world *world)
{
	return (struct boot_flash){world->systems->flash, read_memory, erase_memory, program_memory};
}

/* -- making systems -- */

static enum service_feed feed_of(const struct plan *plan)
{
	return strcmp(plan->device.agent.feed, SERVICE_FEED_EVAL) == 0 ? SERVICE_EVAL : SERVICE_RETAIL;
}

const char *systems_offered(const struct world *world)
{
	return world->service.offers[feed_of(world->plan)];
}

static void sign(const struct pki *pki, struct bytes data, uint8_t ret_signature[SLOT_SIGNATURE])
{
	char text[PKI_SIGNATURE_TEXT_MAX];
	unsigned byte;

	(void)pki_sign(pki, data, text);
	for (size_t i = 0; i < SLOT_SIGNATURE; i++) {
		CHECK(sscanf(text + 2 * i, "%2x", &byte) == 1);
		ret_signature[i] = (uint8_t)byte;
	}
}

/* An image: a header, and a payload that stands for a system, a function of its version. */
static uint8_t *make_image(const struct pki *pki, const char *version, const char *behaviour, size_t size)
{
	struct random_stream stream = random_stream(0, version);
	struct slot_header header = {.size = (uint32_t)(size - SLOT_HEADER)};
	uint8_t *image = memory_new(size);
	uint64_t word;

	for (size_t at = SLOT_HEADER; at < size; at += sizeof word) {
		word = random_bits(stream, at, 0);
		memcpy(image + at, &word, size - at < sizeof word ? size - at : sizeof word);
	}
	(void)snprintf(header.version, sizeof header.version, "%s", version);
	(void)snprintf(header.behaviour, sizeof header.behaviour, "%s", behaviour);
	CHECK(EVP_Digest(image + SLOT_HEADER, header.size, header.hash, NULL, EVP_sha256(), NULL) == 1);
	slot_encode(&header, image);
	sign(pki, bytes_of(image, SLOT_SIGNED), header.signature);
	slot_encode(&header, image);
	return image;
}

/* As the factory leaves it: one confirmed system. What an earlier update has left in the other slot, if the device asks for it, is neither blank nor a system. */
static void fill_flash(const struct world *world, const struct pki *pki, const struct device *device)
{
	const struct systems *systems = world->systems;
	const struct boot_flash flash = systems_flash(world);
	struct boot_record record = {.active = FACTORY_SLOT, .state = RECORD_CONFIRMED};
	/* What runs fits into its slot, which not every offer does. */
	size_t size = systems->size < BOOT_SLOT_SIZE ? systems->size : BOOT_SLOT_SIZE;
	uint8_t *image = make_image(pki, device->version, "good", size);

	memcpy(systems->flash + boot_slot_offset(FACTORY_SLOT), image, size);
	if (device->flash.fill == FLASH_DIRTY)
		memset(systems->flash + boot_slot_offset(!FACTORY_SLOT), 0x5a, size);
	CHECK(record_append(&flash, &record));
	free(image);
}

static void read_key(const struct pki *pki, uint8_t ret_key[CRYPTO_KEY])
{
	const char *text = pki_signing_public_key(pki);
	BIO *source = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = PEM_read_bio_PUBKEY(source, NULL, NULL, NULL);
	size_t size = CRYPTO_KEY;

	CHECK(key != NULL && EVP_PKEY_get_raw_public_key(key, ret_key, &size) == 1 && size == CRYPTO_KEY);
	EVP_PKEY_free(key);
	BIO_free(source);
}

void systems_open(struct world *world)
{
	const struct plan *plan = world->plan;
	const struct pki *pki = service_pki(&world->service, world->unix_base_ns);
	struct systems *systems = memory_new(sizeof *systems);

	world->systems = systems;
	systems->flash = board_flash_memory(&world->board);
	systems->size = (size_t)plan->server.os_size;
	read_key(pki, systems->key);
	systems->crypto = crypto_open(systems->key);
	CHECK(systems->crypto != NULL);
	systems->offer = make_image(pki, systems_offered(world), service_behaviours[plan->server.behaviour], systems->size);
	service_offer_os(&world->service, bytes_of(systems->offer, systems->size));
	fill_flash(world, pki, &plan->device);
}

void systems_close(struct world *world)
{
	if (world->systems == NULL)
		return;
	crypto_close(world->systems->crypto);
	free(world->systems->offer);
	free(world->systems);
	world->systems = NULL;
}

const char *systems_key(const struct world *world, char ret_text[SYSTEMS_KEY_TEXT_MAX])
{
	for (size_t i = 0; i < CRYPTO_KEY; i++)
		(void)snprintf(ret_text + 2 * i, 3, "%02x", world->systems->key[i]);
	return ret_text;
}

/* -- looking into the chip -- */

bool systems_genuine(const struct world *world, const char *slot, char ret_why[VERDICT_TEXT_MAX])
{
	const struct boot_flash flash = systems_flash(world);
	struct slot_header header;

	if (strcmp(slot, "A") != 0 && strcmp(slot, "B") != 0) {
		(void)snprintf(ret_why, VERDICT_TEXT_MAX, "of which there is none");
		return false;
	}
	enum slot_verdict verdict = slot_verify(&flash, slot[0] == 'B', world->systems->crypto, &header);
	(void)snprintf(ret_why, VERDICT_TEXT_MAX, "in which %s", slot_verdict_text(verdict));
	return verdict == SLOT_GOOD;
}

/* Whether the digest in the boot record is that of an image on offer. */
static bool has_digest(const struct world *world, enum release_stage stage, const uint8_t digest[RECORD_DIGEST])
{
	char text[2 * RECORD_DIGEST + 1];

	for (size_t i = 0; i < RECORD_DIGEST; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return strncmp(world->service.releases[feed_of(world->plan)].images[stage].sha256, text, 2 * RECORD_DIGEST) == 0;
}

bool systems_applied(const struct world *world, char ret_why[VERDICT_TEXT_MAX])
{
	const struct boot_flash flash = systems_flash(world);
	const char *version = systems_offered(world);
	const char *missing = NULL;
	struct boot_record record;
	struct slot_header header = {.version = ""};
	bool found;

	if (!record_read(&flash, &record, &found) || !found)
		missing = "there is no boot record";
	else if (slot_verify(&flash, record.active, world->systems->crypto, &header) != SLOT_GOOD)
		missing = "the slot to boot is no system";
	else if (strncmp(header.version, version, sizeof header.version) != 0)
		missing = "the slot to boot holds another version";
	else if (record.state != RECORD_CONFIRMED)
		missing = "the new system is not confirmed";
	else if (!has_digest(world, RELEASE_PREREQUISITE, record.trust))
		missing = "the trust store is not the one on offer";
	else if (!has_digest(world, RELEASE_DEPLOYMENT, record.application))
		missing = "the application is not the one on offer";
	if (missing != NULL)
		(void)snprintf(ret_why, VERDICT_TEXT_MAX, "version %s was to be installed, and in the flash %s", version, missing);
	return missing == NULL;
}

bool systems_bootable(const struct world *world, char ret_why[VERDICT_TEXT_MAX])
{
	const struct boot_flash flash = systems_flash(world);
	enum slot_verdict verdicts[BOOT_SLOTS];
	struct slot_header header;
	struct boot_record record;
	struct choice choice;
	bool found;

	for (unsigned slot = 0; slot < BOOT_SLOTS; slot++)
		verdicts[slot] = slot_verify(&flash, slot, world->systems->crypto, &header);
	CHECK(record_read(&flash, &record, &found));
	choose(found ? &record : NULL, verdicts, &choice);
	(void)snprintf(ret_why, VERDICT_TEXT_MAX, "at the end a boot would find: %s", choice.reason);
	return choice.state != CHOICE_RECOVERY;
}
