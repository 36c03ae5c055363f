/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the first thing that is written is the erasure of the sector with the header, the
 * last is the header. Between the two, and after a cut at either, there is no header that the
 * payload behind it agrees with; and if there is, nothing was written yet, or all.
 */
#include "slot.h"

#include <string.h>

static const uint8_t magic[8] = {'S', 'T', 'U', 'T', 'S', 'L', 'O', 'T'};

enum { AT_FORMAT = 0x08, AT_SIZE = 0x0c, AT_VERSION = 0x30, AT_BEHAVIOUR = 0x50, AT_HASH = 0x60, FORMAT = 1 };

static void put32(uint8_t *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const uint8_t *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

/* A text in a field is followed by zeros, of which at least one is there. */
static bool get_text(const uint8_t *from, char *to, size_t size)
{
	memcpy(to, from, size);
	return memchr(from, '\0', size) != NULL;
}

static void put_text(uint8_t *to, const char *from, size_t size)
{
	memcpy(to, from, strnlen(from, size - 1));
}

void slot_encode(const struct slot_header *header, uint8_t ret_bytes[SLOT_HEADER])
{
	memset(ret_bytes, 0, SLOT_HEADER);
	memcpy(ret_bytes, magic, sizeof magic);
	put32(ret_bytes + AT_FORMAT, FORMAT);
	put32(ret_bytes + AT_SIZE, header->size);
	put_text(ret_bytes + AT_VERSION, header->version, SLOT_VERSION);
	put_text(ret_bytes + AT_BEHAVIOUR, header->behaviour, SLOT_BEHAVIOUR);
	memcpy(ret_bytes + AT_HASH, header->hash, SLOT_HASH);
	memcpy(ret_bytes + SLOT_SIGNED, header->signature, SLOT_SIGNATURE);
}

bool slot_decode(const uint8_t bytes[SLOT_HEADER], struct slot_header *ret_header)
{
	struct slot_header header = {.size = get32(bytes + AT_SIZE)};

	if (memcmp(bytes, magic, sizeof magic) != 0 || get32(bytes + AT_FORMAT) != FORMAT || header.size > SLOT_PAYLOAD_MAX)
		return false;
	if (!get_text(bytes + AT_VERSION, header.version, SLOT_VERSION) ||
	    !get_text(bytes + AT_BEHAVIOUR, header.behaviour, SLOT_BEHAVIOUR))
		return false;
	memcpy(header.hash, bytes + AT_HASH, SLOT_HASH);
	memcpy(header.signature, bytes + SLOT_SIGNED, SLOT_SIGNATURE);
	*ret_header = header;
	return true;
}

static bool is_blank(const uint8_t *bytes, size_t size)
{
	while (size > 0 && bytes[size - 1] == 0xff)
		size--;
	return size == 0;
}

static enum slot_verdict verify_payload(const struct boot_flash *flash, uint32_t offset, const struct boot_crypto *crypto,
                                        const struct slot_header *header)
{
	uint8_t bytes[BOOT_SECTOR], hash[SLOT_HASH];

	if (!crypto->hash_begin(crypto->ctx))
		return SLOT_UNREADABLE;
	for (uint32_t done = 0; done < header->size;) {
		const uint32_t left = header->size - done, piece = left < sizeof bytes ? left : (uint32_t)sizeof bytes;
		if (!boot_read(flash, offset + done, bytes, piece) || !crypto->hash_add(crypto->ctx, bytes, piece))
			return SLOT_UNREADABLE;
		done += piece;
	}
	if (!crypto->hash_end(crypto->ctx, hash))
		return SLOT_UNREADABLE;
	return memcmp(hash, header->hash, SLOT_HASH) == 0 ? SLOT_GOOD : SLOT_WRONG_HASH;
}

enum slot_verdict slot_verify(const struct boot_flash *flash, unsigned slot, const struct boot_crypto *crypto,
                              struct slot_header *ret_header)
{
	const uint32_t offset = boot_slot_offset(slot);
	uint8_t bytes[SLOT_HEADER];
	struct slot_header header;

	if (!boot_read(flash, offset, bytes, sizeof bytes))
		return SLOT_UNREADABLE;
	if (is_blank(bytes, sizeof bytes))
		return SLOT_EMPTY;
	if (!slot_decode(bytes, &header))
		return SLOT_NO_HEADER;
	if (!crypto->verify(crypto->ctx, bytes, SLOT_SIGNED, header.signature))
		return SLOT_WRONG_SIGNATURE;
	const enum slot_verdict verdict = verify_payload(flash, offset + SLOT_HEADER, crypto, &header);
	if (verdict == SLOT_GOOD)
		*ret_header = header;
	return verdict;
}

const char *slot_verdict_text(enum slot_verdict verdict)
{
	static const char *const texts[] = {
		[SLOT_GOOD] = "verified",
		[SLOT_UNREADABLE] = "it cannot be read",
		[SLOT_EMPTY] = "it is empty",
		[SLOT_NO_HEADER] = "it has no whole header",
		[SLOT_WRONG_SIGNATURE] = "its signature is wrong",
		[SLOT_WRONG_HASH] = "its hash is wrong",
	};

	return texts[verdict];
}

bool slot_begin(struct writer *writer, const struct boot_flash *flash, unsigned slot)
{
	const uint32_t offset = boot_slot_offset(slot);

	writer_begin(writer, flash, offset + SLOT_HEADER, offset + BOOT_SLOT_SIZE, offset + BOOT_SECTOR);
	return boot_erase(flash, offset, BOOT_SECTOR);
}

bool slot_end(struct writer *writer, unsigned slot, const struct slot_header *header)
{
	uint8_t bytes[SLOT_HEADER];

	slot_encode(header, bytes);
	return writer_end(writer) && boot_program(writer->flash, boot_slot_offset(slot), bytes, sizeof bytes);
}
