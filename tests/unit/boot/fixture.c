/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/boot/fixture.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "emulator/guest/boot/crypto.h"
#include "tests/test.h"

static void inject(void *ctx, enum nor_site site, uint64_t number, struct nor_effect *ret_effect)
{
	const struct boot_fixture *f = ctx;

	if (site == NOR_SITE_OP && f->cut_op > 0 && number == f->first_op + f->cut_op) {
		ret_effect->cut = true;
		ret_effect->cut_permille = f->cut_permille;
	}
}

/* Nothing that this library does may be what the data sheet forbids. */
static void on_event(void *ctx, const struct nor_event *event)
{
	(void)ctx;
	if (event->kind != NOR_EVENT_FINDING && event->kind != NOR_EVENT_NOT_MODELLED)
		return;
	printf("    %s at %06x: %s\n", event->id, event->address, event->text);
	CU_FAIL_FATAL("a finding of the flash");
}

static const struct nor_ops ops = {on_event, inject};

/* -- a driver -- */

static void send(struct boot_fixture *f, uint8_t opcode, uint32_t address, const void *data, uint32_t size)
{
	static uint8_t bytes[4 + BOOT_PAGE];

	CU_ASSERT_FATAL(size <= BOOT_PAGE);
	bytes[0] = 0x06;
	nor_transfer(&f->nor, bytes, NULL, 1, f->now_ns);
	bytes[0] = opcode;
	for (unsigned i = 0; i < 3; i++)
		bytes[1 + i] = (uint8_t)(address >> (16 - 8 * i));
	if (size > 0)
		memcpy(bytes + 4, data, size);
	nor_transfer(&f->nor, bytes, NULL, 4 + size, f->now_ns);
	if (nor_busy_until(&f->nor) > f->now_ns)
		f->now_ns = nor_busy_until(&f->nor);
	nor_run(&f->nor, f->now_ns);
}

static bool read_bytes(void *ctx, uint32_t offset, void *ret_data, uint32_t size)
{
	static uint8_t bytes[4 + BOOT_SECTOR];
	struct boot_fixture *f = ctx;

	CU_ASSERT_FATAL(size <= BOOT_SECTOR);
	bytes[0] = 0x03;
	for (unsigned i = 0; i < 3; i++)
		bytes[1 + i] = (uint8_t)(offset >> (16 - 8 * i));
	nor_transfer(&f->nor, bytes, bytes, 4 + size, f->now_ns);
	memcpy(ret_data, bytes + 4, size);
	return f->nor.powered;
}

static bool erase(void *ctx, uint32_t offset, uint32_t size)
{
	struct boot_fixture *f = ctx;

	CU_ASSERT_FATAL(offset % BOOT_SECTOR == 0 && size % BOOT_SECTOR == 0);
	for (uint32_t done = 0; done < size && f->nor.powered; done += BOOT_SECTOR)
		send(f, 0x20, offset + done, NULL, 0);
	return f->nor.powered;
}

static bool program(void *ctx, uint32_t offset, const void *data, uint32_t size)
{
	struct boot_fixture *f = ctx;

	CU_ASSERT_FATAL(offset % BOOT_PAGE + size <= BOOT_PAGE);
	if (f->nor.powered)
		send(f, 0x02, offset, data, size);
	return f->nor.powered;
}

/* -- the supply -- */

void boot_fixture_open(struct boot_fixture *f)
{
	struct nor_config config = nor_config_default();

	memset(f, 0, sizeof *f);
	config.power_up_ns = config.power_up_write_ns = 0;
	f->array = malloc(NOR_SIZE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->array);
	memset(f->array, 0xff, NOR_SIZE);
	f->flash = (struct boot_flash){f, read_bytes, erase, program};
	nor_init(&f->nor, &config, f->array, &ops, f, f->now_ns);
}

void boot_fixture_close(struct boot_fixture *f)
{
	free(f->array);
}

void boot_fixture_restart(struct boot_fixture *f, uint64_t cut_op, unsigned cut_permille)
{
	nor_power(&f->nor, false, f->now_ns);
	nor_power(&f->nor, true, f->now_ns);
	f->first_op = f->nor.counters.operations;
	f->cut_op = cut_op;
	f->cut_permille = cut_permille;
}

uint64_t boot_fixture_operations(const struct boot_fixture *f)
{
	return f->nor.counters.operations - f->first_op;
}

void boot_fixture_save(const struct boot_fixture *f, struct boot_fixture_contents *ret_contents)
{
	memcpy(ret_contents->record, f->array + BOOT_RECORD, sizeof ret_contents->record);
	for (unsigned i = 0; i < BOOT_SLOTS; i++)
		memcpy(ret_contents->slots[i], f->array + boot_slot_offset(i), sizeof ret_contents->slots[i]);
}

void boot_fixture_load(struct boot_fixture *f, const struct boot_fixture_contents *contents)
{
	memcpy(f->array + BOOT_RECORD, contents->record, sizeof contents->record);
	for (unsigned i = 0; i < BOOT_SLOTS; i++)
		memcpy(f->array + boot_slot_offset(i), contents->slots[i], sizeof contents->slots[i]);
}

/* -- signatures -- */

/* RFC 8032 7.1, test 1. */
static const uint8_t private_key[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                                        0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

/*
 * What was verified, and what came of it: thousands of updates have a few headers among them, and a
 * signature takes longer than all else.
 */
static struct {
	uint8_t bytes[SLOT_HEADER];
	bool good;
} known[8];
static unsigned known_count;
static bool (*verify_signature)(void *ctx, const void *data, size_t size, const uint8_t signature[SLOT_SIGNATURE]);

static bool verify_or_remember(void *ctx, const void *data, size_t size, const uint8_t signature[SLOT_SIGNATURE])
{
	CU_ASSERT_EQUAL_FATAL(size, SLOT_SIGNED);
	for (unsigned i = 0; i < known_count && i < sizeof known / sizeof known[0]; i++)
		if (memcmp(known[i].bytes, data, SLOT_SIGNED) == 0 && memcmp(known[i].bytes + SLOT_SIGNED, signature, SLOT_SIGNATURE) == 0)
			return known[i].good;
	const unsigned place = known_count++ % (sizeof known / sizeof known[0]);
	memcpy(known[place].bytes, data, SLOT_SIGNED);
	memcpy(known[place].bytes + SLOT_SIGNED, signature, SLOT_SIGNATURE);
	known[place].good = verify_signature(ctx, data, size, signature);
	return known[place].good;
}

struct boot_crypto *boot_fixture_crypto(void)
{
	static struct boot_crypto *crypto;
	uint8_t public_key[CRYPTO_KEY];
	size_t length = sizeof public_key;

	if (crypto != NULL)
		return crypto;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, sizeof private_key);
	CU_ASSERT_FATAL(key != NULL && EVP_PKEY_get_raw_public_key(key, public_key, &length) == 1);
	EVP_PKEY_free(key);
	crypto = crypto_open(public_key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(crypto);
	verify_signature = crypto->verify;
	crypto->verify = verify_or_remember;
	return crypto;
}

static void sign(const uint8_t *data, size_t size, uint8_t ret_signature[SLOT_SIGNATURE])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, sizeof private_key);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t length = SLOT_SIGNATURE;

	CU_ASSERT_FATAL(key != NULL && context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
	                EVP_DigestSign(context, ret_signature, &length, data, size) == 1 && length == SLOT_SIGNATURE);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

void boot_fixture_sign(struct slot_header *header, const uint8_t *payload)
{
	const struct boot_crypto *crypto = boot_fixture_crypto();
	uint8_t bytes[SLOT_HEADER];

	CU_ASSERT_FATAL(crypto->hash_begin(crypto->ctx) && crypto->hash_add(crypto->ctx, payload, header->size) &&
	                crypto->hash_end(crypto->ctx, header->hash));
	slot_encode(header, bytes);
	sign(bytes, SLOT_SIGNED, header->signature);
}

/* The system of a version; the last one is made once. */
static const uint8_t *make_system(struct slot_header *header, const char *version, const char *behaviour)
{
	static struct slot_header made;
	static uint8_t payload[BOOT_FIXTURE_PAYLOAD];

	if (strcmp(made.version, version) != 0 || strcmp(made.behaviour, behaviour) != 0) {
		made = (struct slot_header){.size = BOOT_FIXTURE_PAYLOAD};
		(void)snprintf(made.version, sizeof made.version, "%s", version);
		(void)snprintf(made.behaviour, sizeof made.behaviour, "%s", behaviour);
		for (unsigned i = 0; i < BOOT_FIXTURE_PAYLOAD; i++)
			payload[i] = (uint8_t)(i * 7 + (unsigned)version[0] * 31 + i / 251);
		boot_fixture_sign(&made, payload);
	}
	*header = made;
	return payload;
}

bool boot_fixture_write_slot(struct boot_fixture *f, unsigned slot, const char *version, const char *behaviour)
{
	struct slot_header header;
	const uint8_t *payload = make_system(&header, version, behaviour);
	struct writer writer;

	if (!slot_begin(&writer, &f->flash, slot))
		return false;
	/* In pieces that fit neither pages nor sectors, as they come from a network. */
	for (uint32_t done = 0; done < BOOT_FIXTURE_PAYLOAD;) {
		const uint32_t left = BOOT_FIXTURE_PAYLOAD - done, piece = left < 1447 ? left : 1447;
		if (!writer_put(&writer, payload + done, piece))
			return false;
		done += piece;
	}
	return slot_end(&writer, slot, &header);
}
