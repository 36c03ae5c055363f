/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: an image goes to its part of the flash as it comes. Before the first byte of one
 * that is not an OS is written, the boot record forgets what was there, so that a torn one never
 * counts; the record learns of the new one when it is verified. An OS goes to the spare slot; its
 * header, without which a slot is nothing, is programmed last, and then the record makes the slot
 * the next to boot, on trial.
 */
#include "install.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../boot/mtd.h"
#include "credentials.h"

#define TRIES 3

/* ---- the store ---- */

static struct flash_store *of(struct store *store)
{
	return (struct flash_store *)store;
}

/* Begins at the beginning. A slot does not count from here on. */
static bool begin(struct flash_store *store)
{
	store->head_have = 0;
	store->ended = false;
	if (store->head_size > 0)
		return slot_begin(&store->writer, store->flash, store->slot);
	writer_begin(&store->writer, store->flash, store->begin, store->end, store->begin);
	return true;
}

static bool append(struct store *base, uint64_t offset, const void *data, size_t size, struct failure *ret_why)
{
	struct flash_store *store = of(base);
	const uint8_t *bytes = data;

	if (offset == 0 && !begin(store))
		return failure_set(ret_why, "the slot cannot be erased: %s", strerror(errno));
	for (; size > 0 && store->head_have < store->head_size; size--)
		store->head[store->head_have++] = *bytes++;
	return writer_put(&store->writer, bytes, size) || failure_set(ret_why, "the flash does not take the image: %s", strerror(errno));
}

/* What is read back is what the flash holds; the header is not there yet. */
static bool read_back(struct store *base, uint64_t offset, void *ret_data, size_t size, struct failure *ret_why)
{
	struct flash_store *store = of(base);
	uint8_t *to = ret_data;

	store->ended = store->ended || writer_end(&store->writer);
	for (; store->ended && size > 0 && offset < store->head_size; size--)
		*to++ = store->head[offset++];
	return (store->ended && boot_read(store->flash, store->begin + (uint32_t)offset, to, (uint32_t)size)) ||
	       failure_set(ret_why, "the flash cannot be read: %s", strerror(errno));
}

static const struct store_ops flash_ops = {append, read_back};

/* ---- what is installed ---- */

/*
 * The size stands in the last page of the trust store's part: the certificates begin at its
 * beginning.
 */
#define TRUST_SIZE_AT (BOOT_TRUST + BOOT_TRUST_SIZE - BOOT_PAGE)

static bool is_set(const uint8_t digest[RECORD_DIGEST])
{
	static const uint8_t none[RECORD_DIGEST];

	return memcmp(digest, none, RECORD_DIGEST) != 0;
}

/*
 * The certificates that an update has brought are those that count, if they are what the record
 * says.
 */
static void use_trust(const struct install *install)
{
	uint8_t size_bytes[4], digest[EVP_MAX_MD_SIZE], *trust;
	struct failure why;
	uint32_t size;

	if (!is_set(install->record.trust) || !boot_read(&install->flash, TRUST_SIZE_AT, size_bytes, sizeof(size_bytes)))
		return;
	size = (uint32_t)size_bytes[0] | (uint32_t)size_bytes[1] << 8 | (uint32_t)size_bytes[2] << 16 | (uint32_t)size_bytes[3] << 24;
	trust = size <= BOOT_TRUST_SIZE - BOOT_PAGE ? malloc(size) : NULL;
	if (trust && boot_read(&install->flash, BOOT_TRUST, trust, size) && EVP_Digest(trust, size, digest, NULL, EVP_sha256(), NULL) &&
	    memcmp(digest, install->record.trust, RECORD_DIGEST) == 0)
		(void)credentials_write(CREDENTIALS_TRUST, trust, size, &why);
	free(trust);
}

bool install_open(struct install *ret_install, const char *path, struct failure *ret_why)
{
	bool found;

	memset(ret_install, 0, sizeof(*ret_install));
	if (!mtd_open(path, &ret_install->flash))
		return failure_set(ret_why, "%s: %s", path, strerror(errno));
	if (!record_read(&ret_install->flash, &ret_install->record, &found) || !found)
		return failure_set(ret_why, "the flash has no boot record");
	use_trust(ret_install);
	return true;
}

bool install_is_complete(const struct install *install)
{
	return is_set(install->record.trust) && is_set(install->record.application);
}

bool install_has(const struct install *install, const struct image *image, const char *version, const struct boot_state *boot)
{
	switch (image->stage) {
	case STAGE_PREREQUISITE:
		return memcmp(install->record.trust, image->sha256, RECORD_DIGEST) == 0;
	case STAGE_OS:
		return strcmp(version, boot->version) == 0;
	case STAGE_DEPLOYMENT:
		return memcmp(install->record.application, image->sha256, RECORD_DIGEST) == 0;
	default:
		return false;
	}
}

/* ---- installing ---- */

static bool append_record(struct install *install, struct failure *ret_why)
{
	return record_append(&install->flash, &install->record) ||
	       failure_set(ret_why, "the boot record cannot be written: %s", strerror(errno));
}

/* Where an image goes. What was there before does not count any more. */
static bool choose_part(struct install *install, const struct image *image, struct failure *ret_why)
{
	struct flash_store *store = &install->store;
	uint8_t *digest = image->stage == STAGE_PREREQUISITE ? install->record.trust : install->record.application;

	*store = (struct flash_store){.store.ops = &flash_ops, .flash = &install->flash};
	if (image->stage == STAGE_OS) {
		store->head_size = SLOT_HEADER;
		if (!record_spare(&install->record, &store->slot))
			return failure_set(ret_why, "no slot is free while the system is on trial");
		store->begin = boot_slot_offset(store->slot);
		store->end = store->begin + BOOT_SLOT_SIZE;
		return true;
	}
	store->begin = image->stage == STAGE_PREREQUISITE ? BOOT_TRUST : BOOT_APPLICATION;
	store->end = store->begin + (image->stage == STAGE_PREREQUISITE ? BOOT_TRUST_SIZE - BOOT_SECTOR : BOOT_APPLICATION_SIZE);
	if (!is_set(digest))
		return true;
	memset(digest, 0, RECORD_DIGEST);
	return append_record(install, ret_why);
}

struct store *install_begin(struct install *install, const struct image *image, struct failure *ret_why)
{
	if (!choose_part(install, image, ret_why))
		return NULL;
	if (image->size > install->store.end - install->store.begin) {
		failure_set(ret_why, "%s does not fit: %llu bytes", image->name, (unsigned long long)image->size);
		return NULL;
	}
	install->image = image;
	return &install->store.store;
}

static bool activate_slot(struct install *install, struct failure *ret_why)
{
	struct slot_header header;

	if (!slot_decode(install->store.head, &header))
		return failure_set(ret_why, "the image has no header of a system");
	if (!slot_end(&install->store.writer, install->store.slot, &header))
		return failure_set(ret_why, "the slot's header cannot be written: %s", strerror(errno));
	record_activate(&install->record, install->store.slot, TRIES);
	/* another system wants another application */
	memset(install->record.application, 0, RECORD_DIGEST);
	return append_record(install, ret_why);
}

static bool activate_trust(struct install *install, struct failure *ret_why)
{
	const uint32_t size = (uint32_t)install->image->size;
	const uint8_t size_bytes[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16), (uint8_t)(size >> 24)};

	if (!boot_erase(&install->flash, BOOT_TRUST + BOOT_TRUST_SIZE - BOOT_SECTOR, BOOT_SECTOR) ||
	    !boot_program(&install->flash, TRUST_SIZE_AT, size_bytes, sizeof(size_bytes)))
		return failure_set(ret_why, "the trust store cannot be written: %s", strerror(errno));
	memcpy(install->record.trust, install->image->sha256, RECORD_DIGEST);
	if (!append_record(install, ret_why))
		return false;
	use_trust(install);
	return true;
}

bool install_activate(struct install *install, struct failure *ret_why)
{
	if (install->image->stage == STAGE_OS)
		return activate_slot(install, ret_why);
	if (install->image->stage == STAGE_PREREQUISITE)
		return activate_trust(install, ret_why);
	memcpy(install->record.application, install->image->sha256, RECORD_DIGEST);
	return append_record(install, ret_why);
}

bool install_confirm(struct install *install, struct failure *ret_why)
{
	record_confirm(&install->record);
	return append_record(install, ret_why);
}
