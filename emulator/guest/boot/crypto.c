/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto.h"

#include <stdlib.h>

#include <openssl/evp.h>

struct state {
	struct boot_crypto crypto; /* first */
	EVP_PKEY *key;
	EVP_MD_CTX *hash;
};

static bool hash_begin(void *ctx)
{
	struct state *state = ctx;

	return EVP_DigestInit_ex(state->hash, EVP_sha256(), NULL) == 1;
}

static bool hash_add(void *ctx, const void *data, size_t size)
{
	struct state *state = ctx;

	return EVP_DigestUpdate(state->hash, data, size) == 1;
}

static bool hash_end(void *ctx, uint8_t ret_hash[SLOT_HASH])
{
	struct state *state = ctx;

	return EVP_DigestFinal_ex(state->hash, ret_hash, NULL) == 1;
}

static bool verify(void *ctx, const void *data, size_t size, const uint8_t signature[SLOT_SIGNATURE])
{
	struct state *state = ctx;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, state->key) == 1 &&
	            EVP_DigestVerify(context, signature, SLOT_SIGNATURE, data, size) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

struct boot_crypto *crypto_open(const uint8_t public_key[CRYPTO_KEY])
{
	struct state *state = calloc(1, sizeof *state);

	if (state == NULL)
		return NULL;
	state->crypto = (struct boot_crypto){state, hash_begin, hash_add, hash_end, verify};
	state->key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, CRYPTO_KEY);
	state->hash = EVP_MD_CTX_new();
	if (state->key != NULL && state->hash != NULL)
		return &state->crypto;
	crypto_close(&state->crypto);
	return NULL;
}

void crypto_close(struct boot_crypto *crypto)
{
	struct state *state = (struct state *)crypto;

	if (state == NULL)
		return;
	EVP_PKEY_free(state->key);
	EVP_MD_CTX_free(state->hash);
	free(state);
}
