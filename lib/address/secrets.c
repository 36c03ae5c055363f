/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: secrets are kept in a list and found by the client's random. A cipher derives its
 * key and IV when it is opened, and its key stream is a function of the record's number and of the
 * offset in the record, so bytes can be read in any piece in which they come.
 */
#include "lib/address/secrets.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/memory.h"

#define KEY 16U
#define IV 12U
#define MASTER 48U
#define TRAFFIC 32U
#define TLS_AES_128_GCM_SHA256 0x1301U

enum label { MASTER_SECRET, CLIENT_HANDSHAKE, SERVER_HANDSHAKE, CLIENT_APPLICATION, SERVER_APPLICATION, LABELS };

static const struct {
	const char *name;
	size_t length;
} labels[LABELS] = {{"CLIENT_RANDOM", MASTER},
                    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", TRAFFIC},
                    {"SERVER_HANDSHAKE_TRAFFIC_SECRET", TRAFFIC},
                    {"CLIENT_TRAFFIC_SECRET_0", TRAFFIC},
                    {"SERVER_TRAFFIC_SECRET_0", TRAFFIC}};

struct secret {
	struct secret *next;
	enum label label;
	uint8_t random[SECRETS_RANDOM], bytes[MASTER];
};

struct secrets {
	struct secret *first; /* the last that was told */
};

struct cipher {
	EVP_CIPHER_CTX *context;
	uint8_t key[KEY], iv[IV];
	bool is_1_2;
	uint64_t record; /* number of the next */
};

struct secrets *secrets_open(void)
{
	return memory_new(sizeof(struct secrets));
}

void secrets_close(struct secrets *secrets)
{
	if (secrets == NULL)
		return;
	for (struct secret *secret = secrets->first, *next; secret != NULL; secret = next) {
		next = secret->next;
		free(secret);
	}
	free(secrets);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads @length bytes as hexadecimal digits; what follows must not be one. */
static bool read_hex(const char *text, uint8_t *ret_bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		int high = digit(text[2 * i]), low = high >= 0 ? digit(text[2 * i + 1]) : -1;
		if (low < 0)
			return false;
		ret_bytes[i] = (uint8_t)(high << 4 | low);
	}
	return digit(text[2 * length]) < 0;
}

void secrets_add(struct secrets *secrets, const char *line)
{
	for (unsigned i = 0; i < LABELS; i++) {
		size_t length = strlen(labels[i].name);
		if (strncmp(line, labels[i].name, length) != 0 || line[length] != ' ')
			continue;
		struct secret *secret = memory_new(sizeof *secret);
		const char *random = line + length + 1;
		if (read_hex(random, secret->random, SECRETS_RANDOM) && random[2 * SECRETS_RANDOM] == ' ' &&
		    read_hex(random + 2 * SECRETS_RANDOM + 1, secret->bytes, labels[i].length)) {
			secret->label = (enum label)i;
			secret->next = secrets->first;
			secrets->first = secret;
		} else {
			free(secret);
		}
		return;
	}
}

static const uint8_t *find(const struct tls_hellos *hellos, enum label label)
{
	if (hellos->secrets == NULL || !hellos->has_client || !hellos->has_server)
		return NULL;
	for (const struct secret *secret = hellos->secrets->first; secret != NULL; secret = secret->next)
		if (secret->label == label && memcmp(secret->random, hellos->client_random, SECRETS_RANDOM) == 0)
			return secret->bytes;
	return NULL;
}

bool hellos_are_1_3(const struct tls_hellos *hellos)
{
	return hellos->has_server && hellos->suite == TLS_AES_128_GCM_SHA256;
}

/* -- keys -- */

static void derive(const char *algorithm, OSSL_PARAM *params, uint8_t *ret_bytes, size_t length)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, algorithm, NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

	CHECK(context != NULL && EVP_KDF_derive(context, ret_bytes, length, params) == 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

/* RFC 8446 7.1: HKDF-Expand-Label with an empty context. */
static void expand(const uint8_t *secret, const char *label, uint8_t *ret_bytes, size_t length)
{
	uint8_t info[64], copy[TRAFFIC];
	size_t label_length = strlen(label);
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	char hash[] = "SHA256";

	memcpy(copy, secret, TRAFFIC);
	put_be16(info, (unsigned)length);
	info[2] = (uint8_t)(6 + label_length);
	memcpy(info + 3, "tls13 ", 6);
	memcpy(info + 9, label, label_length);
	info[9 + label_length] = 0;
	OSSL_PARAM params[] = {OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
	                       OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
	                       OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, copy, TRAFFIC),
	                       OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, 10 + label_length), OSSL_PARAM_construct_end()};
	derive("HKDF", params, ret_bytes, length);
}

/* RFC 5246 6.3 and RFC 5288 3: two keys, then two salts of four bytes. */
static void expand_master(struct cipher *cipher, const struct tls_hellos *hellos, const uint8_t *master, bool from_server)
{
	static const char label[] = "key expansion";
	uint8_t seed[sizeof label - 1 + 2 * SECRETS_RANDOM], block[2 * KEY + 8], copy[MASTER];
	char hash[] = "SHA256";

	memcpy(copy, master, MASTER);
	memcpy(seed, label, sizeof label - 1);
	memcpy(seed + sizeof label - 1, hellos->server_random, SECRETS_RANDOM);
	memcpy(seed + sizeof label - 1 + SECRETS_RANDOM, hellos->client_random, SECRETS_RANDOM);
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
	                       OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, copy, MASTER),
	                       OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed), OSSL_PARAM_construct_end()};
	derive("TLS1-PRF", params, block, sizeof block);
	memcpy(cipher->key, block + (from_server ? KEY : 0), KEY);
	memcpy(cipher->iv, block + 2 * KEY + (from_server ? 4 : 0), 4);
}

struct cipher *cipher_open(const struct tls_hellos *hellos, bool from_server, enum epoch epoch)
{
	static const uint16_t suites_1_2[] = {0xc02b, 0xc02f, 0x009c};
	bool is_1_3 = hellos_are_1_3(hellos), is_1_2 = false;
	enum label label = MASTER_SECRET;

	for (size_t i = 0; i < sizeof suites_1_2 / sizeof suites_1_2[0]; i++)
		is_1_2 = is_1_2 || hellos->suite == suites_1_2[i];
	if (is_1_3)
		label = epoch == EPOCH_HANDSHAKE ? (from_server ? SERVER_HANDSHAKE : CLIENT_HANDSHAKE)
		                                 : (from_server ? SERVER_APPLICATION : CLIENT_APPLICATION);
	const uint8_t *secret = is_1_3 || is_1_2 ? find(hellos, label) : NULL;
	if (secret == NULL)
		return NULL;
	struct cipher *cipher = memory_new(sizeof *cipher);
	cipher->is_1_2 = is_1_2;
	cipher->context = EVP_CIPHER_CTX_new();
	CHECK(cipher->context != NULL);
	if (is_1_2) {
		expand_master(cipher, hellos, secret, from_server);
	} else {
		expand(secret, "key", cipher->key, KEY);
		expand(secret, "iv", cipher->iv, IV);
	}
	return cipher;
}

void cipher_close(struct cipher *cipher)
{
	if (cipher == NULL)
		return;
	EVP_CIPHER_CTX_free(cipher->context);
	free(cipher);
}

void cipher_begin(struct cipher *cipher, const uint8_t *nonce)
{
	uint8_t counter[16];

	memcpy(counter, cipher->iv, IV);
	for (unsigned i = 0; i < 8; i++)
		counter[4 + i] = cipher->is_1_2 ? nonce[i] : (uint8_t)(counter[4 + i] ^ (uint8_t)(cipher->record >> (56 - 8 * i)));
	put_be32(counter + IV, 2); /* 1 is the tag's */
	cipher->record++;
	CHECK(EVP_EncryptInit_ex(cipher->context, EVP_aes_128_ctr(), NULL, cipher->key, counter) == 1);
}

void cipher_read(struct cipher *cipher, const uint8_t *data, size_t length, uint8_t *ret_plain)
{
	int got = 0;

	CHECK(EVP_EncryptUpdate(cipher->context, ret_plain, &got, data, (int)length) == 1);
	CHECK_INT(got, ==, length);
}
