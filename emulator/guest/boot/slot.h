/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A slot: a header of one page, and the system behind it. A slot counts only if it verifies, and it
 * verifies only if it is whole: the header is programmed last.
 *
 *     00  "STUTSLOT"            30  32 bytes   version, text
 *     08  header version, 1     50  16 bytes   behaviour, text
 *     0c  size of the payload   60  32 bytes   SHA-256 of the payload
 *     10  32 bytes, zeros       c0  64 bytes   Ed25519 signature of bytes 00 to bf
 */
#ifndef BOOT_SLOT_H
#define BOOT_SLOT_H

#include "flash.h"
#include "layout.h"
#include "writer.h"

#define SLOT_HEADER BOOT_PAGE
#define SLOT_SIGNED 0xc0U /**< so many bytes of the header are signed */
#define SLOT_PAYLOAD_MAX (BOOT_SLOT_SIZE - SLOT_HEADER)
#define SLOT_VERSION 32U
#define SLOT_BEHAVIOUR 16U
#define SLOT_HASH 32U
#define SLOT_SIGNATURE 64U

struct slot_header {
	char version[SLOT_VERSION];
	/** what the system does at its first boot: "good", "deaf", "crash" */
	char behaviour[SLOT_BEHAVIOUR];
	uint32_t size; /**< of the payload */
	uint8_t hash[SLOT_HASH];
	uint8_t signature[SLOT_SIGNATURE];
};

/** What this folder needs of cryptography. crypto.h has it with OpenSSL's libcrypto. */
struct boot_crypto {
	void *ctx;
	bool (*hash_begin)(void *ctx);
	bool (*hash_add)(void *ctx, const void *data, size_t size);
	bool (*hash_end)(void *ctx, uint8_t ret_hash[SLOT_HASH]);
	/** Whether @p signature is that of @p data by the key that images are signed with. */
	bool (*verify)(void *ctx, const void *data, size_t size, const uint8_t signature[SLOT_SIGNATURE]);
};

enum slot_verdict {
	SLOT_GOOD,
	SLOT_UNREADABLE,
	SLOT_EMPTY, /**< the header is blank */
	SLOT_NO_HEADER,
	SLOT_WRONG_SIGNATURE,
	SLOT_WRONG_HASH,
};

/** For people: "verified", "its signature is wrong". */
const char *slot_verdict_text(enum slot_verdict verdict);

/** @param ret_bytes The page, signature included. */
void slot_encode(const struct slot_header *header, uint8_t ret_bytes[SLOT_HEADER]);
/** @return false if these are no header. */
bool slot_decode(const uint8_t bytes[SLOT_HEADER], struct slot_header *ret_header);

/** Reads the whole slot back. @param ret_header Filled if SLOT_GOOD. */
enum slot_verdict slot_verify(const struct boot_flash *flash, unsigned slot, const struct boot_crypto *crypto,
                              struct slot_header *ret_header);

/**
 * Begins to write a slot; from here on it does not verify. The payload follows by writer_put().
 * @param slot Not the one that is active.
 */
bool slot_begin(struct writer *writer, const struct boot_flash *flash, unsigned slot);
/** The payload is complete. @param header What to write, in the end, so that the slot is whole. */
bool slot_end(struct writer *writer, unsigned slot, const struct slot_header *header);

#endif
