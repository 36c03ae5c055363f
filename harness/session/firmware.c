/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: an image is a function of its version and is signed with keys that never change,
 * so the same plan makes the same bytes. The factory's is written into the chip's memory itself,
 * without its rules and times; the boot code and the judges read that memory through the same
 * view.
 */
#include "harness/session/firmware.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/memory.h"
#include "emulator/guest/boot/crypto.h"
#include "emulator/guest/boot/record.h"
#include "harness/server/pki.h"
#include "lib/sim/random.h"

/* The system that the device comes with takes slot A. */
#define FACTORY_SLOT 0

struct firmware {
	uint8_t *flash; /* the chip's memory */
	uint8_t *offer; /* the image that the service offers */
	size_t size;    /* of that image */
	struct boot_crypto *crypto;
	uint8_t key[CRYPTO_KEY];
	struct flash_view view;
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

struct boot_flash firmware_flash(const struct world *world)
{
	return (struct boot_flash){world->firmware->flash, read_memory, erase_memory, program_memory};
}

/* -- making systems -- */

static enum service_feed feed_of(const struct plan *plan)
{
	return strcmp(plan->device.agent.feed, SERVICE_FEED_EVAL) == 0 ? SERVICE_EVAL : SERVICE_RETAIL;
}

const char *firmware_offered(const struct world *world)
{
	return world->far_end.service.offers[feed_of(world->plan)];
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

/*
 * As the factory leaves it: one confirmed system. What an earlier update has left in the other
 * slot, if the device asks for it, is neither blank nor a system.
 */
static void fill_flash(const struct world *world, const struct pki *pki, const struct device *device)
{
	const struct firmware *firmware = world->firmware;
	const struct boot_flash flash = firmware_flash(world);
	struct boot_record record = {.active = FACTORY_SLOT, .state = RECORD_CONFIRMED};
	/* What runs fits into its slot, which not every offer does. */
	size_t size = firmware->size < BOOT_SLOT_SIZE ? firmware->size : BOOT_SLOT_SIZE;
	uint8_t *image = make_image(pki, device->version, "good", size);

	memcpy(firmware->flash + boot_slot_offset(FACTORY_SLOT), image, size);
	if (device->flash.fill == FLASH_DIRTY)
		memset(firmware->flash + boot_slot_offset(!FACTORY_SLOT), 0x5a, size);
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

void firmware_open(struct world *world)
{
	const struct plan *plan = world->plan;
	const struct pki *pki = service_pki(&world->far_end.service, world->unix_base_ns);
	struct firmware *firmware = memory_new(sizeof *firmware);

	world->firmware = firmware;
	firmware->flash = board_flash_memory(&world->board);
	firmware->size = (size_t)plan->server.os_size;
	read_key(pki, firmware->key);
	firmware->crypto = crypto_open(firmware->key);
	CHECK(firmware->crypto != NULL);
	firmware->offer = make_image(pki, firmware_offered(world), service_behaviours[plan->server.behaviour], firmware->size);
	service_offer_os(&world->far_end.service, bytes_of(firmware->offer, firmware->size));
	fill_flash(world, pki, &plan->device);
	firmware->view = (struct flash_view){
		.flash = firmware_flash(world),
		.crypto = firmware->crypto,
		.version = firmware_offered(world),
		.release = &world->far_end.service.releases[feed_of(plan)],
	};
}

void firmware_close(struct world *world)
{
	if (world->firmware == NULL)
		return;
	crypto_close(world->firmware->crypto);
	free(world->firmware->offer);
	free(world->firmware);
	world->firmware = NULL;
}

const char *firmware_key(const struct world *world, char ret_text[FIRMWARE_KEY_TEXT_MAX])
{
	return hash_hex(world->firmware->key, CRYPTO_KEY, ret_text);
}

const struct flash_view *firmware_view(const struct world *world)
{
	return world->firmware != NULL ? &world->firmware->view : NULL;
}
