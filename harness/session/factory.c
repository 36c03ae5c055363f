/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/factory.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/check.h"
#include "guest/boot/layout.h"
#include "guest/boot/record.h"
#include "sim/random.h"

/* Bytes that do not compress, and of which none stands for another: a function of the name. */
static void fill(const char *name, uint8_t *ret_bytes, uint32_t size)
{
	const struct random_stream stream = random_stream(0, name);

	for (uint32_t i = 0; i < size; i += 8) {
		const uint64_t bits = random_bits(stream, i, 0);
		memcpy(ret_bytes + i, &bits, size - i < 8 ? size - i : 8);
	}
}

void factory_image(const char *version, const char *behaviour, uint32_t payload_size, const struct factory_signer *signer,
                   uint8_t *ret_image)
{
	struct slot_header header = {.size = payload_size};
	uint8_t *payload = ret_image + SLOT_HEADER;

	CHECK_INT(payload_size, <=, SLOT_PAYLOAD_MAX);
	CHECK_INT(strlen(version), <, sizeof header.version);
	CHECK_INT(strlen(behaviour), <, sizeof header.behaviour);
	memcpy(header.version, version, strlen(version));
	memcpy(header.behaviour, behaviour, strlen(behaviour));
	fill(version, payload, payload_size);
	(void)SHA256(payload, payload_size, header.hash);
	slot_encode(&header, ret_image);
	signer->sign(signer->ctx, ret_image, SLOT_SIGNED, header.signature);
	slot_encode(&header, ret_image);
}

/* -- the flash as plain memory -- */

static bool read_bytes(void *ctx, uint32_t offset, void *ret_data, uint32_t size)
{
	memcpy(ret_data, (const uint8_t *)ctx + offset, size);
	return true;
}

static bool erase(void *ctx, uint32_t offset, uint32_t size)
{
	memset((uint8_t *)ctx + offset, 0xff, size);
	return true;
}

static bool program(void *ctx, uint32_t offset, const void *data, uint32_t size)
{
	memcpy((uint8_t *)ctx + offset, data, size);
	return true;
}

void factory_fill(uint8_t *array, const struct factory_config *config, const struct factory_signer *signer)
{
	const struct boot_flash flash = {array, read_bytes, erase, program};
	struct boot_record record = {.active = 0, .state = RECORD_CONFIRMED};

	factory_image(config->version, config->behaviour, config->payload_size, signer, array + BOOT_SLOT_A);
	if (config->is_dirty)
		fill("the rest of something", array + BOOT_SLOT_B, BOOT_SLOT_SIZE);
	CHECK(record_append(&flash, &record));
}
