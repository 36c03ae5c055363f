/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "credentials.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define SIGNATURE_DER_MAX 128

bool credentials_write(const char *path, const void *data, size_t size, struct failure *ret_why)
{
	char beside[128];
	FILE *file;
	bool good;

	snprintf(beside, sizeof(beside), "%s.new", path);
	file = fopen(beside, "wbe");
	if (!file)
		return failure_set(ret_why, "%s: %s", beside, strerror(errno));
	good = fwrite(data, 1, size, file) == size;
	good = fclose(file) == 0 && good;
	return (good && rename(beside, path) == 0) || failure_set(ret_why, "%s: %s", path, strerror(errno));
}

static EVP_PKEY *read_key(const char *path, bool is_private)
{
	BIO *file = BIO_new_file(path, "rb");
	EVP_PKEY *key = NULL;

	if (file)
		key = is_private ? PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) : PEM_read_bio_PUBKEY(file, NULL, NULL, NULL);
	BIO_free(file);
	return key;
}

bool credentials_signed(const void *text, size_t length, const uint8_t signature[SIGNATURE_SIZE], struct failure *ret_why)
{
	EVP_PKEY *key = read_key(CREDENTIALS_SIGNING, false);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const bool good = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
	                  EVP_DigestVerify(context, signature, SIGNATURE_SIZE, text, length) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return good || failure_set(ret_why, "the signature is not the update-signing key's");
}

bool credentials_sign(const char *text, char *ret_hex, size_t size, struct failure *ret_why)
{
	EVP_PKEY *key = read_key(CREDENTIALS_BOOTSTRAP_KEY, true);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_DER_MAX];
	size_t length = sizeof(signature);
	const bool good = key && context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	                  EVP_DigestSign(context, signature, &length, (const uint8_t *)text, strlen(text)) == 1 && 2 * length < size;

	for (size_t i = 0; good && i < length; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", signature[i]);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return good || failure_set(ret_why, "cannot sign with %s", CREDENTIALS_BOOTSTRAP_KEY);
}

static bool write_key(EVP_PKEY *key, struct failure *ret_why)
{
	BIO *text = BIO_new(BIO_s_mem());
	char *data;
	bool good = text && PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) == 1;

	if (good) {
		const long size = BIO_get_mem_data(text, &data);
		good = credentials_write(CREDENTIALS_CLIENT_KEY, data, (size_t)size, ret_why);
	} else {
		failure_set(ret_why, "cannot write a key");
	}
	BIO_free(text);
	return good;
}

static bool write_request(EVP_PKEY *key, const char *device, char *ret_csr, size_t size)
{
	X509_REQ *request = X509_REQ_new();
	BIO *text = BIO_new(BIO_s_mem());
	bool good = request && text &&
	            X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_ASC, (const uint8_t *)device, -1, -1,
	                                       0) == 1 &&
	            X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, EVP_sha256()) > 0 &&
	            PEM_write_bio_X509_REQ(text, request) == 1;
	char *data;

	if (good) {
		const long length = BIO_get_mem_data(text, &data);
		good = length > 0 && (size_t)length < size;
		if (good)
			snprintf(ret_csr, size, "%.*s", (int)length, data);
	}
	BIO_free(text);
	X509_REQ_free(request);
	return good;
}

bool credentials_request(const char *device, char *ret_csr, size_t size, struct failure *ret_why)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	bool good = key && write_request(key, device, ret_csr, size);

	if (!good)
		failure_set(ret_why, "cannot make a certificate request");
	good = good && write_key(key, ret_why);
	EVP_PKEY_free(key);
	return good;
}
