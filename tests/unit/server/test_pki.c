/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "harness/server/names.h"
#include "harness/server/reply.h"
#include "tests/test.h"

#define UNIX_S UINT64_C(1767225600)
/* What the session hands the device, all of it. */
#define CONFIGURATION_MAX 16384U

static X509 *certificate_of(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(certificate);
	BIO_free(bio);
	return certificate;
}

/* X509_V_OK, or why @certificate does not hold for @host at @unix_s when @bundle is trusted. */
static int verify(X509 *certificate, const char *bundle, const char *host, uint64_t unix_s)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	BIO *bio = BIO_new_mem_buf(bundle, -1);
	X509 *root;

	while ((root = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		CU_ASSERT(X509_STORE_add_cert(store, root) == 1);
		X509_free(root);
	}
	CU_ASSERT_FATAL(X509_STORE_CTX_init(context, store, certificate, NULL) == 1);
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_time(param, (time_t)unix_s);
	if (host != NULL)
		CU_ASSERT(X509_VERIFY_PARAM_set1_host(param, host, 0) == 1);
	(void)X509_verify_cert(context);
	int error = X509_STORE_CTX_get_error(context);
	BIO_free(bio);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	return error;
}

static void every_host_has_a_certificate_that_holds(void)
{
	struct pki *pki = pki_open(UNIX_S);

	for (const struct server_name *name = server_names; name->name != NULL; name++) {
		X509 *first = pki_host_certificate(pki, name->name, PKI_ROOT_1, PKI_GOOD, UNIX_S),
		     *second = pki_host_certificate(pki, name->name, PKI_ROOT_2, PKI_GOOD, UNIX_S);
		CU_ASSERT_EQUAL(verify(first, pki_trust_bundle(pki), name->name, UNIX_S), X509_V_OK);
		CU_ASSERT_EQUAL(verify(second, pki_trust_bundle(pki), name->name, UNIX_S), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
		CU_ASSERT_EQUAL(verify(second, pki_new_trust_bundle(pki), name->name, UNIX_S), X509_V_OK);
		CU_ASSERT_EQUAL(verify(first, pki_new_trust_bundle(pki), name->name, UNIX_S), X509_V_OK);
		CU_ASSERT_EQUAL(verify(first, pki_trust_bundle(pki), "other.stutter.test", UNIX_S), X509_V_ERR_HOSTNAME_MISMATCH);
		EVP_PKEY *key = pki_host_key(name->name);
		CU_ASSERT_EQUAL(X509_check_private_key(first, key), 1);
		EVP_PKEY_free(key);
		X509_free(first);
		X509_free(second);
	}
	pki_close(pki);
}

static void dates_are_of_the_world(void)
{
	struct pki *pki = pki_open(UNIX_S);
	X509 *host = pki_host_certificate(pki, NAMES_CORE, PKI_ROOT_1, PKI_GOOD, UNIX_S);

	CU_ASSERT_EQUAL(verify(host, pki_trust_bundle(pki), NAMES_CORE, UNIX_S + 2 * 365 * 86400), X509_V_ERR_CERT_HAS_EXPIRED);
	CU_ASSERT_EQUAL(verify(host, pki_trust_bundle(pki), NAMES_CORE, UNIX_S - 60 * 86400), X509_V_ERR_CERT_NOT_YET_VALID);
	/* A device whose clock stands at the beginning of 1970. */
	CU_ASSERT(verify(host, pki_trust_bundle(pki), NAMES_CORE, 1) != X509_V_OK);
	X509_free(host);
	pki_close(pki);
}

static void what_the_device_gets_is_constant_and_small(void)
{
	struct pki *pki = pki_open(UNIX_S), *again = pki_open(UNIX_S);

	CU_ASSERT_STRING_EQUAL(pki_trust_bundle(pki), pki_trust_bundle(again));
	CU_ASSERT_STRING_EQUAL(pki_new_trust_bundle(pki), pki_new_trust_bundle(again));
	CU_ASSERT_STRING_EQUAL(pki_bootstrap_certificate(pki), pki_bootstrap_certificate(again));
	CU_ASSERT_STRING_EQUAL(pki_bootstrap_key(pki), pki_bootstrap_key(again));
	/* Written in stone: devices have it in their flash. */
	CU_ASSERT_STRING_EQUAL(pki_signing_public_key(pki), "-----BEGIN PUBLIC KEY-----\n"
	                                                    "MCowBQYDK2VwAyEAdcFirXVHKGNF3BZ/ApiQpo7b5UzxaUUzYY8jQerrF98=\n"
	                                                    "-----END PUBLIC KEY-----\n");
	size_t size = strlen(pki_trust_bundle(pki)) + strlen(pki_bootstrap_certificate(pki)) + strlen(pki_bootstrap_key(pki)) +
	              strlen(pki_signing_public_key(pki));
	CU_ASSERT(size < CONFIGURATION_MAX / 4);
	pki_close(again);
	pki_close(pki);
}

static void the_bootstrap_certificate_is_the_manufacturer_s(void)
{
	struct pki *pki = pki_open(UNIX_S);
	X509 *certificate = certificate_of(pki_bootstrap_certificate(pki));
	struct pki_identity identity = pki_identify(pki, certificate);

	CU_ASSERT_EQUAL(identity.issuer, PKI_MANUFACTURER);
	CU_ASSERT_STRING_EQUAL(identity.name, NAMES_DEVICE);
	CU_ASSERT_EQUAL(pki_identify(pki, NULL).issuer, PKI_NOBODY);
	X509_free(certificate);
	pki_close(pki);
}

static void a_signature_is_over_every_bit(void)
{
	struct pki *pki = pki_open(UNIX_S);
	char first[PKI_SIGNATURE_TEXT_MAX], second[PKI_SIGNATURE_TEXT_MAX];

	(void)pki_sign(pki, bytes_of("abc", 3), first);
	CU_ASSERT_EQUAL(strlen(first), PKI_SIGNATURE_TEXT_MAX - 1);
	CU_ASSERT_STRING_EQUAL(pki_sign(pki, bytes_of("abc", 3), second), first);
	CU_ASSERT(strcmp(pki_sign(pki, bytes_of("abd", 3), second), first) != 0);
	CU_ASSERT_FALSE(pki_bootstrap_signed(pki, bytes_of("abc", 3), bytes_of("x", 1)));
	CU_ASSERT_FALSE(pki_bootstrap_signed(pki, bytes_of("abc", 3), bytes_of("", 0)));
	pki_close(pki);
}

static void malformed_requests_are_refused(void)
{
	static const char *const requests[] = {"", "x", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"};
	struct pki *pki = pki_open(UNIX_S);
	char *pem = NULL;

	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		const struct pki_order order = {.device = "x",
		                                .csr = requests[i],
		                                .serial = 1,
		                                .unix_s = UNIX_S,
		                                .lifetime_s = 60,
		                                .entropy = entropy_of(1, "test", 0)};
		CU_ASSERT_PTR_NOT_NULL(pki_issue(pki, order, &pem));
		CU_ASSERT_PTR_NULL(pem);
	}
	pki_close(pki);
}

static void draws_are_functions_of_their_name(void)
{
	struct entropy first = entropy_of(1, "a", 0), same = entropy_of(1, "a", 0), other = entropy_of(1, "a", 1);
	uint8_t a[20], b[20], c[20];

	entropy_draw(&first, a, 20);
	entropy_draw(&same, b, 20);
	entropy_draw(&other, c, 20);
	CU_ASSERT(memcmp(a, b, 20) == 0 && memcmp(a, c, 20) != 0);
	entropy_draw(&first, b, 20);
	CU_ASSERT(memcmp(a, b, 20) != 0);
}

static void queries_are_decoded(void)
{
	char value[8];

	CU_ASSERT(reply_query("/x?a=1&device=b%20c+d&e", "device", value, sizeof value));
	CU_ASSERT_STRING_EQUAL(value, "b c d");
	CU_ASSERT(reply_query("/x?a=", "a", value, sizeof value) && value[0] == '\0');
	CU_ASSERT_FALSE(reply_query("/x?vice=1", "device", value, sizeof value));
	CU_ASSERT_FALSE(reply_query("/x?device=%2", "device", value, sizeof value));
	CU_ASSERT_FALSE(reply_query("/x?device=%00", "device", value, sizeof value));
	CU_ASSERT_FALSE(reply_query("/x?device=12345678", "device", value, sizeof value));
	CU_ASSERT_STRING_EQUAL(value, "");
	CU_ASSERT_FALSE(reply_query("/device=1", "device", value, sizeof value));
}

static void texts_become_json(void)
{
	char text[64];

	CU_ASSERT_STRING_EQUAL(reply_escape("a\"b\\c\n\x7f", text), "a\\\"b\\\\c\\u000a\\u007f");
}

const CU_TestInfo tests_pki[] = {
	{"every host has a certificate that holds", every_host_has_a_certificate_that_holds},
	{"dates are of the world", dates_are_of_the_world},
	{"what the device gets is constant and small", what_the_device_gets_is_constant_and_small},
	{"the bootstrap certificate is the manufacturer's", the_bootstrap_certificate_is_the_manufacturer_s},
	{"a signature is over every bit", a_signature_is_over_every_bit},
	{"malformed requests are refused", malformed_requests_are_refused},
	{"draws are functions of their name", draws_are_functions_of_their_name},
	{"queries are decoded", queries_are_decoded},
	{"texts become JSON", texts_become_json},
	CU_TEST_INFO_NULL,
};
