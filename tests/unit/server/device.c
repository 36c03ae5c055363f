/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/server/device.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "lib/base/memory.h"

static struct entropy entropy;

static const struct pki *pki(void)
{
	return service_pki(&server_fixture.service, SERVER_FIXTURE_UNIX_S * SIM_S);
}

void device_open(struct device *device, int version)
{
	memset(device, 0, sizeof *device);
	device->version = version;
	device->identity = DEVICE_BOOTSTRAP;
	entropy = entropy_of(SERVER_FIXTURE_SEED, "the device's keys", 0);
	(void)snprintf(device->trust, sizeof device->trust, "%s", pki_trust_bundle(pki()));
}

void device_close(struct device *device)
{
	json_decref(device->manifest);
}

struct client_answer device_ask(struct device *device, const char *host, const char *method, const char *target, const char *headers,
                                const char *body)
{
	struct tls_client tls = {.version = device->version, .host = host, .trust = device->trust};
	struct client_answer answer = {0};
	struct tcp_client client;

	if (device->identity != DEVICE_NONE) {
		tls.certificate = device->identity == DEVICE_CLIENT ? device->certificate : pki_bootstrap_certificate(pki());
		tls.key = device->identity == DEVICE_CLIENT ? device->key : pki_bootstrap_key(pki());
	}
	tcp_client_open(&client, names_find(host)->address, HTTPS_PORT, 10 * SIM_S);
	bool shaken = client.state == TCP_CLIENT_UP && tcp_client_tls(&client, &tls, 10 * SIM_S);
	if (shaken)
		answer = tcp_client_ask(&client, method, host, target, headers, body, 60 * SIM_S);
	(void)snprintf(device->failure, sizeof device->failure, "%s", client.failure);
	tcp_client_close(&client);
	device->status = answer.status;
	return answer;
}

unsigned device_status(struct device *device, const char *host, const char *method, const char *target)
{
	struct client_answer answer = device_ask(device, host, method, target, "", strcmp(method, "POST") == 0 ? "{}" : NULL);

	client_answer_close(&answer);
	return answer.status;
}

static json_t *ask_json(struct device *device, const char *host, const char *method, const char *target, const char *body)
{
	struct client_answer answer = device_ask(device, host, method, target, "", body);
	json_t *json = answer.status == 200 && answer.whole ? json_loadb((const char *)answer.body, answer.length, 0, NULL) : NULL;

	client_answer_close(&answer);
	return json;
}

/* -- attestation -- */

static char *pem_of_request(EVP_PKEY *key)
{
	X509_REQ *request = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;

	CU_ASSERT_FATAL(X509_REQ_set_pubkey(request, key) == 1);
	CU_ASSERT(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_ASC, (const unsigned char *)NAMES_DEVICE,
	                                     -1, -1, 0) == 1);
	CU_ASSERT(X509_REQ_sign(request, key, EVP_sha256()) > 0 && PEM_write_bio_X509_REQ(bio, request) == 1);
	long length = BIO_get_mem_data(bio, &data);
	char *text = memory_new((size_t)length + 1);
	memcpy(text, data, (size_t)length);
	BIO_free(bio);
	X509_REQ_free(request);
	return text;
}

static void keep_key(struct device *device, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	CU_ASSERT_FATAL(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	int length = BIO_read(bio, device->key, sizeof device->key - 1);
	CU_ASSERT_FATAL(length > 0);
	device->key[length] = '\0';
	BIO_free(bio);
}

static char *sign(const char *text)
{
	BIO *bio = BIO_new_mem_buf(pki_bootstrap_key(pki()), -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[128];
	size_t length = sizeof signature;

	CU_ASSERT(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1);
	CU_ASSERT(EVP_DigestSign(context, signature, &length, (const uint8_t *)text, strlen(text)) == 1);
	char *hex = memory_new(2 * length + 1);
	for (size_t i = 0; i < length; i++)
		(void)sprintf(hex + 2 * i, "%02x", signature[i]);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return hex;
}

static char *statement(struct device *device, const char *version, const char *csr)
{
	const char *nonce = device->lie == LIE_NONCE       ? "0123456789abcdef0123456789abcdef"
	                    : device->lie == LIE_OLD_NONCE ? device->old_nonce
	                                                   : device->nonce;
	const char *digest = device->lie == LIE_DIGEST ? &DEVICE_DIGEST[2] : DEVICE_DIGEST,
		   *name = device->lie == LIE_DEVICE ? "x" : NAMES_DEVICE;
	char *text = memory_format("%s\n%s\na\n%s\n%s\n", name, nonce, version, digest), *signature = sign(text);

	if (device->lie == LIE_SIGNATURE)
		signature[strlen(signature) - 1] = signature[strlen(signature) - 1] == '0' ? '1' : '0';
	json_t *json = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "device", name, "nonce", nonce, "slot", "a", "version", version, "digest",
	                         digest, "csr", device->lie == LIE_CSR ? "-----BEGIN" : csr, "signature", signature);
	if (device->lie == LIE_FIELD)
		(void)json_object_set_new(json, "slot", json_integer(1));
	char *body = device->lie == LIE_JSON ? memory_text("{\"device\": ") : json_dumps(json, JSON_COMPACT);
	json_decref(json);
	free(signature);
	free(text);
	return body;
}

static bool take_certificate(struct device *device, json_t *answer)
{
	const char *pem = json_string_value(json_object_get(answer, "certificate"));

	device->expires = (uint64_t)json_integer_value(json_object_get(answer, "expires"));
	if (pem == NULL)
		return false;
	(void)snprintf(device->certificate, sizeof device->certificate, "%s", pem);
	device->identity = DEVICE_CLIENT;
	return true;
}

bool device_attest(struct device *device, const char *version)
{
	device->identity = DEVICE_BOOTSTRAP;
	json_t *answer = ask_json(device, NAMES_AUTH, "GET", "/v1/nonce?device=" NAMES_DEVICE, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	memcpy(device->old_nonce, device->nonce, sizeof device->nonce);
	(void)snprintf(device->nonce, sizeof device->nonce, "%s", json_string_value(json_object_get(answer, "nonce")));
	CU_ASSERT_EQUAL(strlen(device->nonce), 32);
	json_decref(answer);
	entropy_use(&entropy);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	char *csr = pem_of_request(key), *body = statement(device, version, csr);
	entropy_use(NULL);
	answer = ask_json(device, NAMES_AUTH, "POST", "/v1/attest", body);
	keep_key(device, key);
	bool given = take_certificate(device, answer);
	json_decref(answer);
	EVP_PKEY_free(key);
	free(body);
	free(csr);
	return given;
}

/* -- the update -- */

bool device_check(struct device *device, const char *feed, const char *group, const char *version)
{
	char target[256];

	(void)snprintf(target, sizeof target, "/v1/update?device=" NAMES_DEVICE "&feed=%s&group=%s&version=%s", feed, group, version);
	json_t *answer = ask_json(device, NAMES_CORE, "GET", target, NULL);
	const char *update = json_string_value(json_object_get(answer, "update"));
	bool available = update != NULL && strcmp(update, "available") == 0;
	if (available)
		(void)snprintf(device->manifest_url, sizeof device->manifest_url, "%s",
		               json_string_value(json_object_get(answer, "manifest")));
	json_decref(answer);
	return available;
}

static bool is_signed(const char *text, const char *hex)
{
	BIO *bio = BIO_new_mem_buf(pki_signing_public_key(pki()), -1);
	EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[64];

	for (size_t i = 0; i < sizeof signature && hex[2 * i] != '\0'; i++)
		(void)sscanf(hex + 2 * i, "%2hhx", &signature[i]);
	bool good = strlen(hex) == 128 && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
	            EVP_DigestVerify(context, signature, sizeof signature, (const uint8_t *)text, strlen(text)) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return good;
}

/* "https://HOST/PATH" */
static const char *split_url(const char *url, char ret_host[64])
{
	CU_ASSERT_FATAL(strncmp(url, "https://", 8) == 0);
	const char *path = strchr(url + 8, '/');
	CU_ASSERT_PTR_NOT_NULL_FATAL(path);
	(void)snprintf(ret_host, 64, "%.*s", (int)(path - url - 8), url + 8);
	return path;
}

bool device_manifest(struct device *device)
{
	char host[64];
	const char *path = split_url(device->manifest_url, host);
	json_t *answer = ask_json(device, host, "GET", path, NULL);
	const char *text = json_string_value(json_object_get(answer, "signed")),
		   *signature = json_string_value(json_object_get(answer, "signature"));
	bool good = text != NULL && signature != NULL && is_signed(text, signature);

	json_decref(device->manifest);
	device->manifest = good ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	json_decref(answer);
	return device->manifest != NULL;
}

bool device_download(struct device *device, size_t stage, size_t url)
{
	json_t *entry = json_array_get(json_object_get(device->manifest, "stages"), stage);
	json_t *image = json_array_get(json_object_get(entry, "images"), 0);
	const char *where = json_string_value(json_array_get(json_object_get(image, "urls"), url));
	char host[64], sha256[RELEASE_SHA256_TEXT_MAX];

	CU_ASSERT_PTR_NOT_NULL_FATAL(where);
	const char *path = split_url(where, host);
	struct client_answer answer = device_ask(device, host, "GET", path, "", NULL);
	bool good = answer.status == 200 && answer.whole && answer.length == (size_t)json_integer_value(json_object_get(image, "size")) &&
	            strcmp(release_sha256(bytes_of(answer.body, answer.length), sha256),
	                   json_string_value(json_object_get(image, "sha256"))) == 0 &&
	            is_signed(sha256, json_string_value(json_object_get(image, "signature")));
	if (good && strcmp(json_string_value(json_object_get(entry, "kind")), "prerequisite") == 0)
		(void)snprintf(device->trust, sizeof device->trust, "%.*s", (int)answer.length, (const char *)answer.body);
	client_answer_close(&answer);
	return good;
}

unsigned device_report(struct device *device, const char *json)
{
	struct client_answer answer = device_ask(device, NAMES_CORE, "POST", "/v1/report", "", json);

	client_answer_close(&answer);
	return answer.status;
}
