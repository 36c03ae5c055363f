/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The keys and certificates of the far end and of the device: two roots, a certificate for each
 * host, the manufacturer's certificate of the device, the short-lived one that attestation gives,
 * and the key that signs manifests and images.
 *
 * Keys are functions of a seed that never changes, so that what a factory puts into devices is
 * constant; serial numbers and dates are functions of the world's time. Keys are ECDSA P-256, but
 * for the update-signing key, which is Ed25519. Certificates follow RFC 5280.
 *
 *     Stutter Root CA 1, 2     the roots: a device begins with 1; 2 comes with the trust bundle of
 *                              an update
 *       auth.stutter.test ...  a certificate for each host, from either root
 *     Stutter Device CA        the manufacturer
 *       board-0001             the bootstrap certificate
 *     Stutter Attestation CA   signs what attestation gives
 *       board-0001             with the key of the device's request
 *     Stutter Package Signing  signs packages for SWUpdate, and itself; its dates are constant,
 *                              since it lies in an image of the guest
 */
#ifndef SERVER_PKI_H
#define SERVER_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"
#include "harness/server/entropy.h"

#define PKI_NAME_MAX 65
/** An Ed25519 signature in hexadecimal digits, with its end. */
#define PKI_SIGNATURE_TEXT_MAX 129

enum pki_root { PKI_ROOT_1, PKI_ROOT_2, PKI_ROOTS };

/** What is wrong with a host's certificate. */
enum pki_certificate_fault { PKI_GOOD, PKI_EXPIRED, PKI_NOT_YET, PKI_OTHER_NAME, PKI_UNKNOWN_ISSUER, PKI_CERTIFICATE_FAULTS };

/** Who a verified client certificate is from. */
enum pki_issuer { PKI_NOBODY, PKI_MANUFACTURER, PKI_ATTESTATION };

struct pki_identity {
	enum pki_issuer issuer;
	char name[PKI_NAME_MAX]; /**< common name of the subject; empty without a certificate */
};

/*
 * OpenSSL calls them X509, EVP_PKEY and X509_STORE; who uses this header need not have its headers.
 */
struct x509_st;
struct evp_pkey_st;
struct x509_store_st;

struct pki;

/**
 * @param unix_s The world's time at its beginning, seconds since 1970. @return to be released with
 * pki_close().
 */
struct pki *pki_open(uint64_t unix_s);
void pki_close(struct pki *pki);

/* What the device gets in its factory, as text that lives as long as the PKI. */

/** The certificates that the device trusts at first: root 1. */
const char *pki_trust_bundle(const struct pki *pki);
/** What it trusts after the first stage of an update: both roots. */
const char *pki_new_trust_bundle(const struct pki *pki);
const char *pki_bootstrap_certificate(const struct pki *pki);
const char *pki_bootstrap_key(const struct pki *pki);
const char *pki_signing_public_key(const struct pki *pki);

/* For the servers. */

/** A certificate of host @p name at @p unix_s, to be released with X509_free(). */
struct x509_st *pki_host_certificate(const struct pki *pki, const char *name, enum pki_root root, enum pki_certificate_fault fault,
                                     uint64_t unix_s);
/** The key of host @p name, to be released with EVP_PKEY_free(). */
struct evp_pkey_st *pki_host_key(const char *name);

/** The certificates that clients' certificates are checked with; borrowed. */
struct x509_store_st *pki_client_trust(const struct pki *pki);

/**
 * Who a certificate that was verified with pki_client_trust() is from. @param certificate May be
 * NULL.
 */
struct pki_identity pki_identify(const struct pki *pki, const struct x509_st *certificate);

/** The update-signing key's signature over @p data, in hexadecimal digits. @return ret_text. */
const char *pki_sign(const struct pki *pki, struct bytes data, char ret_text[PKI_SIGNATURE_TEXT_MAX]);

/** Whether @p signature, of any content, is one that pki_sign() gives for @p data. */
bool pki_signed(const struct pki *pki, struct bytes data, const char *signature);

/**
 * Whether @p signature is the bootstrap key's over @p text: ECDSA with SHA-256, DER.
 * @param signature Of any content.
 */
bool pki_bootstrap_signed(const struct pki *pki, struct bytes text, struct bytes signature);

/**
 * The certificate of the key that signs packages, in PEM: what a device checks them with. @return
 * to be released with free().
 */
char *pki_package_certificate(void);

/**
 * Signs a package's description: CMS (RFC 5652) with the signer's certificate, without the data and
 * without signed attributes, in DER.
 * @return the signature, to be released with free().
 */
uint8_t *pki_sign_package(struct bytes data, size_t *ret_length);

/** A certificate that attestation gives: what for, and until when. */
struct pki_order {
	const char *device; /**< goes into the subject */
	const char *csr;    /**< a PKCS #10 request in PEM, of any content (RFC 2986) */
	uint64_t serial;
	uint64_t unix_s;     /**< now */
	uint64_t lifetime_s; /**< from now on */
	struct entropy entropy;
};

/**
 * Issues a client certificate for the key of the request.
 * @param ret_pem The certificate, to be released with free().
 * @return NULL, or what is wrong with the request in a few words.
 */
const char *pki_issue(const struct pki *pki, struct pki_order order, char **ret_pem);

#endif
