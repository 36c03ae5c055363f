/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file SHA-256 and Ed25519 (RFC 8032) for slots, with OpenSSL's libcrypto. */
#ifndef BOOT_CRYPTO_H
#define BOOT_CRYPTO_H

#include "slot.h"

#define CRYPTO_KEY 32U

/**
 * @param public_key The raw key that images are signed with. @return NULL if it is none; to be
 * released with crypto_close().
 */
struct boot_crypto *crypto_open(const uint8_t public_key[CRYPTO_KEY]);
void crypto_close(struct boot_crypto *crypto);

#endif
