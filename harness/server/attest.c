/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/attest.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/server/fields.h"
#include "harness/server/reply.h"

#define SIGNATURE_MAX 128U

struct statement {
	const char *device, *nonce, *slot, *version, *digest, *csr, *signature;
};

static struct attest_outcome refuse(struct http_answer *answer, unsigned status, const char *why)
{
	reply_error(answer, status, why);
	return (struct attest_outcome){.wrong = why};
}

/* NULL, or why this client may not ask for @device. */
static const char *check_client(const struct http_request *request, const char *device)
{
	if (request->identity.issuer != PKI_MANUFACTURER)
		return "a bootstrap certificate is needed";
	return strcmp(request->identity.name, device) == 0 ? NULL : "the certificate is another device's";
}

void attest_accept(struct attest *attest, const char *sha256)
{
	CHECK_INT(attest->digest_count, <, ATTEST_DIGESTS_MAX);
	(void)snprintf(attest->digests[attest->digest_count++], RELEASE_SHA256_TEXT_MAX, "%s", sha256);
}

struct attest_outcome attest_nonce(struct attest *attest, const struct http_request *request, struct http_answer *ret_answer)
{
	struct random_stream stream = random_stream(attest->seed, "nonce");
	size_t place = attest->nonces_given % ATTEST_NONCES;
	char device[PKI_NAME_MAX];

	if (!reply_query(request->target, "device", device, sizeof device))
		return refuse(ret_answer, 400, "no device is named");
	const char *wrong = check_client(request, device);
	if (wrong != NULL)
		return refuse(ret_answer, request->identity.issuer == PKI_NOBODY ? 401 : 403, wrong);
	attest->nonces_given++;
	memcpy(attest->nonces[place].device, device, sizeof device);
	(void)snprintf(attest->nonces[place].nonce, ATTEST_NONCE_MAX, "%016" PRIx64 "%016" PRIx64,
	               random_bits(stream, attest->nonces_given, 0), random_bits(stream, attest->nonces_given, 1));
	reply_json(ret_answer, 200, "{\"nonce\": \"%s\"}\n", attest->nonces[place].nonce);
	return (struct attest_outcome){.given = true};
}

/* Whether the nonce was given to the device; it is used up then. */
static bool use_nonce(struct attest *attest, const struct statement *said)
{
	for (size_t i = 0; i < ATTEST_NONCES; i++)
		if (said->nonce[0] != '\0' && strcmp(attest->nonces[i].nonce, said->nonce) == 0 &&
		    strcmp(attest->nonces[i].device, said->device) == 0) {
			attest->nonces[i].nonce[0] = '\0';
			return true;
		}
	return false;
}

static bool is_known_digest(const struct attest *attest, const char *digest)
{
	if (attest->digest_count == 0)
		return strlen(digest) == RELEASE_SHA256_TEXT_MAX - 1 && strspn(digest, "0123456789abcdef") == RELEASE_SHA256_TEXT_MAX - 1;
	for (size_t i = 0; i < attest->digest_count; i++)
		if (strcmp(attest->digests[i], digest) == 0)
			return true;
	return false;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool read_hex(const char *text, uint8_t ret_bytes[SIGNATURE_MAX], size_t *ret_length)
{
	size_t length = strlen(text) / 2;

	if (strlen(text) % 2 != 0 || length == 0 || length > SIGNATURE_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret_bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret_length = length;
	return true;
}

static bool is_signed(const struct attest *attest, const struct statement *said)
{
	uint8_t signature[SIGNATURE_MAX];
	size_t length;

	if (!read_hex(said->signature, signature, &length))
		return false;
	char *text = memory_format("%s\n%s\n%s\n%s\n%s\n", said->device, said->nonce, said->slot, said->version, said->digest);
	bool good = pki_bootstrap_signed(attest->pki, bytes_of(text, strlen(text)), bytes_of(signature, length));
	free(text);
	return good;
}

static bool read_statement(const struct fields *fields, struct statement *ret_said)
{
	*ret_said = (struct statement){.device = fields_text(fields, "device"),
	                               .nonce = fields_text(fields, "nonce"),
	                               .slot = fields_text(fields, "slot"),
	                               .version = fields_text(fields, "version"),
	                               .digest = fields_text(fields, "digest"),
	                               .csr = fields_text(fields, "csr"),
	                               .signature = fields_text(fields, "signature")};
	return ret_said->device != NULL && ret_said->nonce != NULL && ret_said->slot != NULL && ret_said->version != NULL &&
	       ret_said->digest != NULL && ret_said->csr != NULL && ret_said->signature != NULL;
}

static struct attest_outcome give(struct attest *attest, const struct statement *said, uint64_t unix_s, struct http_answer *answer)
{
	uint64_t number = attest->certificates_given + 1;
	char *pem = NULL;
	const struct pki_order order = {.device = said->device,
	                                .csr = said->csr,
	                                .serial = 0x10000 + number,
	                                .unix_s = unix_s,
	                                .lifetime_s = attest->lifetime_s,
	                                .entropy = entropy_of(attest->seed, "attestation", number)};

	if (pki_issue(attest->pki, order, &pem) != NULL)
		return refuse(answer, 403, "the certificate request is not sound");
	attest->certificates_given = number;
	char *escaped = memory_new(REPLY_ESCAPED_MAX(strlen(pem)) + 1);
	reply_json(answer, 200, "{\"certificate\": \"%s\", \"expires\": %" PRIu64 "}\n", reply_escape(pem, escaped),
	           unix_s + attest->lifetime_s);
	free(escaped);
	free(pem);
	return (struct attest_outcome){.given = true};
}

static struct attest_outcome judge(struct attest *attest, const struct http_request *request, const struct statement *said, uint64_t unix_s,
                                   struct http_answer *answer)
{
	const char *wrong = check_client(request, said->device);

	if (wrong != NULL)
		return refuse(answer, 403, wrong);
	if (!use_nonce(attest, said))
		return refuse(answer, 403, "the nonce is not one of ours, or was used");
	if (!is_signed(attest, said))
		return refuse(answer, 403, "the signature is not the device's");
	if (!is_known_digest(attest, said->digest))
		return refuse(answer, 403, "the digest is of no known OS");
	return give(attest, said, unix_s, answer);
}

struct attest_outcome attest_attest(struct attest *attest, const struct http_request *request, uint64_t unix_s,
                                    struct http_answer *ret_answer)
{
	struct fields *fields = fields_open(bytes_of(request->body, request->body_length));
	struct statement said;

	if (request->identity.issuer == PKI_NOBODY) {
		fields_close(fields);
		return refuse(ret_answer, 401, "a bootstrap certificate is needed");
	}
	if (fields == NULL)
		return refuse(ret_answer, 400, "the body is no JSON object");
	struct attest_outcome outcome = read_statement(fields, &said) ? judge(attest, request, &said, unix_s, ret_answer)
	                                                              : refuse(ret_answer, 400, "a field is missing or no text");
	fields_close(fields);
	return outcome;
}
