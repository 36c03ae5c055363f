/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Attestation: a device proves with its bootstrap key which OS it runs, and gets a short-lived
 * client certificate for a key of its choice.
 *
 *     GET  /v1/nonce?device=NAME   {"nonce": "<32 hexadecimal digits>"}
 *     POST /v1/attest              {"device", "nonce", "slot", "version", "digest", "csr",
 *                                  "signature"}
 *                                  -> {"certificate": PEM, "expires": seconds since 1970}
 *
 * The signature, in hexadecimal digits, is ECDSA with SHA-256 in DER over
 * "device\nnonce\nslot\nversion\ndigest\n". A nonce is good for one attestation.
 */
#ifndef SERVER_ATTEST_H
#define SERVER_ATTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/server/http.h"
#include "harness/server/release.h"

#define ATTEST_NONCE_MAX 33
/** Nonces that were given and not used yet; further ones displace the oldest. */
#define ATTEST_NONCES 8U
/** Digests that are known beside those of the releases on offer. */
#define ATTEST_DIGESTS_MAX 8U

struct attest {
	const struct pki *pki;
	uint64_t seed;
	uint64_t lifetime_s;
	uint64_t nonces_given, certificates_given;
	struct {
		char device[PKI_NAME_MAX], nonce[ATTEST_NONCE_MAX];
	} nonces[ATTEST_NONCES];
	char digests[ATTEST_DIGESTS_MAX][RELEASE_SHA256_TEXT_MAX];
	size_t digest_count; /**< 0: any digest of the right form is known */
};

/** What became of a request. */
struct attest_outcome {
	bool given;        /**< a nonce or a certificate */
	const char *wrong; /**< for the trace; NULL: nothing */
};

/** An OS with this SHA-256 is one of ours. */
void attest_accept(struct attest *attest, const char *sha256);

/** Answers a request for a nonce. @param ret_answer Is always set. */
struct attest_outcome attest_nonce(struct attest *attest, const struct http_request *request, struct http_answer *ret_answer);

/** @param unix_s Now. */
struct attest_outcome attest_attest(struct attest *attest, const struct http_request *request, uint64_t unix_s,
                                    struct http_answer *ret_answer);

#endif
