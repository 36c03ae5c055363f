/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a private key is 32 bytes of the stream of its name (for P-256 made a number of
 * 1..n-1), so no key is generated. A certificate is built field by field and signed with numbers of
 * a stream of its own, so it is the same bytes whenever it is made again.
 */
#include "harness/server/pki.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/memory.h"
#include "harness/server/names.h"

/* Of all keys. It must never change: devices have these keys in their flash. */
#define SEED UINT64_C(0x53747574746572)
#define DAY_S UINT64_C(86400)
#define YEAR_S (365 * DAY_S)
#define PEM_MAX 4096U
#define SIGNATURE_BYTES 64U
/* The package certificate's time: 2020 to 2050. */
#define PACKAGES_FROM_S UINT64_C(1577836800)
#define PACKAGES_UNTIL_S UINT64_C(2524608000)
#define OTHER_NAME "elsewhere.stutter.test"

enum authority { ROOT_1 = PKI_ROOT_1, ROOT_2 = PKI_ROOT_2, ROOT_UNKNOWN, DEVICE_CA, ATTESTATION_CA, AUTHORITIES };

static const char *const authority_names[AUTHORITIES] = {"Stutter Root CA 1", "Stutter Root CA 2", "Another Root CA", "Stutter Device CA",
                                                         "Stutter Attestation CA"};

struct pki {
	uint64_t unix_s;
	EVP_PKEY *keys[AUTHORITIES], *bootstrap, *signing;
	X509 *certificates[AUTHORITIES];
	X509_STORE *client_trust;
	char trust[PEM_MAX], new_trust[PEM_MAX], bootstrap_certificate[PEM_MAX], bootstrap_key[PEM_MAX], signing_public[PEM_MAX];
};

/* -- keys -- */

/* The private number of the key called @name, 1..n-1. */
static BIGNUM *private_number(const EC_GROUP *group, const char *name)
{
	struct entropy entropy = entropy_of(SEED, name, 0);
	uint8_t bytes[32];
	BN_CTX *scratch = BN_CTX_new();
	BIGNUM *number = BN_new(), *limit = BN_dup(EC_GROUP_get0_order(group));

	entropy_draw(&entropy, bytes, sizeof bytes);
	CHECK(scratch != NULL && number != NULL && limit != NULL && BN_bin2bn(bytes, sizeof bytes, number) != NULL);
	CHECK(BN_sub_word(limit, 1) == 1 && BN_nnmod(number, number, limit, scratch) == 1 && BN_add_word(number, 1) == 1);
	BN_free(limit);
	BN_CTX_free(scratch);
	return number;
}

static EVP_PKEY *p256_key(const char *name)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EVP_PKEY *key = NULL;
	uint8_t public[65];

	CHECK(group != NULL);
	BIGNUM *number = private_number(group, name);
	EC_POINT *point = EC_POINT_new(group);
	CHECK(point != NULL && EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1);
	CHECK(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, public, sizeof public, NULL) == sizeof public);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	CHECK(build != NULL && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1);
	CHECK(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1);
	CHECK(OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public, sizeof public) == 1);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	CHECK(params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1);
	CHECK(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) == 1);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EC_POINT_free(point);
	BN_clear_free(number);
	EC_GROUP_free(group);
	return key;
}

static EVP_PKEY *ed25519_key(const char *name)
{
	struct entropy entropy = entropy_of(SEED, name, 0);
	uint8_t bytes[32];

	entropy_draw(&entropy, bytes, sizeof bytes);
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes, sizeof bytes);
	CHECK(key != NULL);
	return key;
}

EVP_PKEY *pki_host_key(const char *name)
{
	struct entropy blinding = entropy_of(SEED, "host key blinding", 0);

	entropy_use(&blinding);
	EVP_PKEY *key = p256_key(name);
	entropy_use(NULL);
	return key;
}

/* -- certificates -- */

/* What a certificate says. */
struct content {
	const char *subject;
	uint64_t serial, from_s, until_s; /* seconds since 1970 */
	bool authority;                   /* may sign certificates */
	const char *usage;                /* extended key usage; NULL: none */
	const char *host;                 /* the DNS name; NULL: none */
	EVP_PKEY *key;                    /* the subject's */
};

static void add_extension(X509 *certificate, X509V3_CTX *context, int which, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, which, value);

	CHECK(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void add_extensions(X509 *certificate, X509 *issuer, const struct content *content)
{
	X509V3_CTX context;
	char host[PKI_NAME_MAX + 8];

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	add_extension(certificate, &context, NID_basic_constraints, content->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(certificate, &context, NID_key_usage,
	              content->authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	if (content->usage != NULL)
		add_extension(certificate, &context, NID_ext_key_usage, content->usage);
	if (content->host != NULL) {
		CHECK_INT(snprintf(host, sizeof host, "DNS:%s", content->host), <, sizeof host);
		add_extension(certificate, &context, NID_subject_alt_name, host);
	}
	add_extension(certificate, &context, NID_subject_key_identifier, "hash");
	if (issuer != certificate)
		add_extension(certificate, &context, NID_authority_key_identifier, "keyid");
}

static void set_name(X509_NAME *name, const char *text)
{
	CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1);
}

/* @issuer: NULL for a root, which signs itself. */
static X509 *sign_certificate(const struct content *content, X509 *issuer, EVP_PKEY *issuer_key, struct entropy *entropy)
{
	X509 *certificate = X509_new();

	entropy_use(entropy);
	CHECK(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1);
	CHECK(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), content->serial) == 1);
	CHECK(ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)content->from_s) != NULL);
	CHECK(ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)content->until_s) != NULL);
	set_name(X509_get_subject_name(certificate), content->subject);
	CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(issuer != NULL ? issuer : certificate)) == 1);
	CHECK(X509_set_pubkey(certificate, content->key) == 1);
	add_extensions(certificate, issuer != NULL ? issuer : certificate, content);
	CHECK(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
	entropy_use(NULL);
	return certificate;
}

static X509 *certificate_of(const struct pki *pki, enum authority by, const struct content *content, const char *what)
{
	struct entropy entropy = entropy_of(SEED, what, content->serial);

	return sign_certificate(content, pki->certificates[by], pki->keys[by], &entropy);
}

static void open_authority(struct pki *pki, enum authority which)
{
	struct entropy blinding = entropy_of(SEED, "authority key blinding", which);

	entropy_use(&blinding);
	pki->keys[which] = p256_key(authority_names[which]);
	const struct content content = {.subject = authority_names[which],
	                                .serial = which + 1U,
	                                .from_s = pki->unix_s - YEAR_S,
	                                .until_s = pki->unix_s + 20 * YEAR_S,
	                                .authority = true,
	                                .key = pki->keys[which]};
	pki->certificates[which] = certificate_of(pki, which, &content, authority_names[which]);
}

/* -- as text -- */

static size_t take_text(BIO *bio, char *ret_text, size_t used)
{
	int length = BIO_read(bio, ret_text + used, (int)(PEM_MAX - 1 - used));

	CHECK_INT(length, >, 0);
	CHECK(BIO_pending(bio) == 0);
	BIO_free(bio);
	ret_text[used + (size_t)length] = '\0';
	return used + (size_t)length;
}

static size_t certificate_text(X509 *certificate, char ret_text[PEM_MAX], size_t used)
{
	BIO *bio = BIO_new(BIO_s_mem());

	CHECK(bio != NULL && PEM_write_bio_X509(bio, certificate) == 1);
	return take_text(bio, ret_text, used);
}

static void open_bootstrap(struct pki *pki)
{
	struct entropy blinding = entropy_of(SEED, "bootstrap key blinding", 0);
	BIO *bio = BIO_new(BIO_s_mem());

	entropy_use(&blinding);
	pki->bootstrap = p256_key("bootstrap " NAMES_DEVICE);
	CHECK(bio != NULL && PEM_write_bio_PrivateKey(bio, pki->bootstrap, NULL, NULL, 0, NULL, NULL) == 1);
	(void)take_text(bio, pki->bootstrap_key, 0);
	const struct content content = {.subject = NAMES_DEVICE,
	                                .serial = 0x1001,
	                                .from_s = pki->unix_s - YEAR_S,
	                                .until_s = pki->unix_s + 10 * YEAR_S,
	                                .usage = "clientAuth",
	                                .key = pki->bootstrap};
	X509 *certificate = certificate_of(pki, DEVICE_CA, &content, "bootstrap certificate");
	(void)certificate_text(certificate, pki->bootstrap_certificate, 0);
	X509_free(certificate);
}

static void open_signing(struct pki *pki)
{
	BIO *bio = BIO_new(BIO_s_mem());

	pki->signing = ed25519_key("update signing");
	CHECK(bio != NULL && PEM_write_bio_PUBKEY(bio, pki->signing) == 1);
	(void)take_text(bio, pki->signing_public, 0);
}

struct pki *pki_open(uint64_t unix_s)
{
	struct pki *pki = memory_new(sizeof *pki);

	pki->unix_s = unix_s;
	for (unsigned i = 0; i < AUTHORITIES; i++)
		open_authority(pki, (enum authority)i);
	(void)certificate_text(pki->certificates[ROOT_1], pki->trust, 0);
	(void)certificate_text(pki->certificates[ROOT_2], pki->new_trust, certificate_text(pki->certificates[ROOT_1], pki->new_trust, 0));
	open_bootstrap(pki);
	open_signing(pki);
	pki->client_trust = X509_STORE_new();
	CHECK(pki->client_trust != NULL);
	CHECK(X509_STORE_add_cert(pki->client_trust, pki->certificates[DEVICE_CA]) == 1);
	CHECK(X509_STORE_add_cert(pki->client_trust, pki->certificates[ATTESTATION_CA]) == 1);
	return pki;
}

void pki_close(struct pki *pki)
{
	if (pki == NULL)
		return;
	for (unsigned i = 0; i < AUTHORITIES; i++) {
		EVP_PKEY_free(pki->keys[i]);
		X509_free(pki->certificates[i]);
	}
	EVP_PKEY_free(pki->bootstrap);
	EVP_PKEY_free(pki->signing);
	X509_STORE_free(pki->client_trust);
	free(pki);
}

const char *pki_trust_bundle(const struct pki *pki)
{
	return pki->trust;
}

const char *pki_new_trust_bundle(const struct pki *pki)
{
	return pki->new_trust;
}

const char *pki_bootstrap_certificate(const struct pki *pki)
{
	return pki->bootstrap_certificate;
}

const char *pki_bootstrap_key(const struct pki *pki)
{
	return pki->bootstrap_key;
}

const char *pki_signing_public_key(const struct pki *pki)
{
	return pki->signing_public;
}

/* -- for the servers -- */

X509 *pki_host_certificate(const struct pki *pki, const char *name, enum pki_root root, enum pki_certificate_fault fault, uint64_t unix_s)
{
	EVP_PKEY *key = pki_host_key(name);
	struct content content = {.subject = name,
	                          .serial = 0x2000U + 16U * fault + root,
	                          .from_s = pki->unix_s - 30 * DAY_S,
	                          .until_s = pki->unix_s + YEAR_S,
	                          .usage = "serverAuth",
	                          .host = name,
	                          .key = key};
	enum authority by = (enum authority)root;

	if (fault == PKI_EXPIRED)
		content.until_s = unix_s - DAY_S;
	if (fault == PKI_NOT_YET)
		content.from_s = unix_s + DAY_S;
	if (fault == PKI_OTHER_NAME)
		content.subject = content.host = OTHER_NAME;
	if (fault == PKI_UNKNOWN_ISSUER)
		by = ROOT_UNKNOWN;
	X509 *certificate = certificate_of(pki, by, &content, name);
	EVP_PKEY_free(key);
	return certificate;
}

X509_STORE *pki_client_trust(const struct pki *pki)
{
	return pki->client_trust;
}

struct pki_identity pki_identify(const struct pki *pki, const X509 *certificate)
{
	struct pki_identity identity = {.issuer = PKI_NOBODY};

	if (certificate == NULL)
		return identity;
	const X509_NAME *issuer = X509_get_issuer_name(certificate);
	if (X509_NAME_cmp(issuer, X509_get_subject_name(pki->certificates[DEVICE_CA])) == 0)
		identity.issuer = PKI_MANUFACTURER;
	else if (X509_NAME_cmp(issuer, X509_get_subject_name(pki->certificates[ATTESTATION_CA])) == 0)
		identity.issuer = PKI_ATTESTATION;
	(void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, identity.name, sizeof identity.name);
	return identity;
}

const char *pki_sign(const struct pki *pki, struct bytes data, char ret_text[PKI_SIGNATURE_TEXT_MAX])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_BYTES];
	size_t length = sizeof signature;

	CHECK(context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, pki->signing) == 1);
	CHECK(EVP_DigestSign(context, signature, &length, data.data, data.length) == 1 && length == sizeof signature);
	EVP_MD_CTX_free(context);
	return hash_hex(signature, length, ret_text);
}

/*
 * Ed25519 has one signature for a text and a key (RFC 8032), so what verifies is what would be
 * made.
 */
bool pki_signed(const struct pki *pki, struct bytes data, const char *signature)
{
	char expected[PKI_SIGNATURE_TEXT_MAX];

	return strcmp(pki_sign(pki, data, expected), signature) == 0;
}

bool pki_bootstrap_signed(const struct pki *pki, struct bytes text, struct bytes signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	CHECK(context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pki->bootstrap) == 1);
	bool good = EVP_DigestVerify(context, signature.data, signature.length, text.data, text.length) == 1;
	EVP_MD_CTX_free(context);
	return good;
}

/* -- issuing -- */

static const char *issue(const struct pki *pki, struct pki_order *order, EVP_PKEY *key, char **ret_pem)
{
	char text[PEM_MAX];

	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_bits(key) != 256)
		return "its key is not of P-256";
	const struct content content = {.subject = order->device,
	                                .serial = order->serial,
	                                .from_s = order->unix_s,
	                                .until_s = order->unix_s + order->lifetime_s,
	                                .usage = "clientAuth",
	                                .key = key};
	X509 *certificate = sign_certificate(&content, pki->certificates[ATTESTATION_CA], pki->keys[ATTESTATION_CA], &order->entropy);
	(void)certificate_text(certificate, text, 0);
	X509_free(certificate);
	*ret_pem = memory_text(text);
	return NULL;
}

const char *pki_issue(const struct pki *pki, struct pki_order order, char **ret_pem)
{
	BIO *bio = BIO_new_mem_buf(order.csr, -1);
	const char *wrong = "it is no PKCS #10 request in PEM";

	CHECK(bio != NULL);
	entropy_use(&order.entropy);
	X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	EVP_PKEY *key = request != NULL ? X509_REQ_get0_pubkey(request) : NULL;
	if (request != NULL)
		wrong = key == NULL                          ? "its key cannot be read"
		        : X509_REQ_verify(request, key) != 1 ? "it is not signed with its key"
		                                             : issue(pki, &order, key, ret_pem);
	entropy_use(NULL);
	X509_REQ_free(request);
	BIO_free(bio);
	return wrong;
}

/* -- packages -- */

/* With the purpose that SWUpdate asks for unless it is told otherwise (smime_sign). */
static X509 *package_certificate(EVP_PKEY *key)
{
	const struct content content = {.subject = "Stutter Package Signing",
	                                .serial = 0x2001,
	                                .from_s = PACKAGES_FROM_S,
	                                .until_s = PACKAGES_UNTIL_S,
	                                .usage = "emailProtection",
	                                .key = key};
	struct entropy entropy = entropy_of(SEED, content.subject, content.serial);

	return sign_certificate(&content, NULL, key, &entropy);
}

char *pki_package_certificate(void)
{
	char text[PEM_MAX];
	EVP_PKEY *key = pki_host_key("package signing");
	X509 *certificate = package_certificate(key);

	(void)certificate_text(certificate, text, 0);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return memory_text(text);
}

uint8_t *pki_sign_package(struct bytes data, size_t *ret_length)
{
	const unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_NOATTR | CMS_NOSMIMECAP;
	struct entropy entropy = entropy_of(SEED, "package signature", 0);
	EVP_PKEY *key = pki_host_key("package signing");
	X509 *certificate = package_certificate(key);
	BIO *bio = BIO_new_mem_buf(data.data, (int)data.length);
	unsigned char *der = NULL;

	CHECK_INT(data.length, <=, INT_MAX);
	CHECK(bio != NULL);
	entropy_use(&entropy);
	CMS_ContentInfo *cms = CMS_sign(certificate, key, NULL, bio, flags);
	entropy_use(NULL);
	CHECK(cms != NULL);
	int length = i2d_CMS_ContentInfo(cms, &der);
	CHECK_INT(length, >, 0);
	uint8_t *copy = memory_new((size_t)length);
	memcpy(copy, der, (size_t)length);
	*ret_length = (size_t)length;
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return copy;
}
