/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The agent's keys and certificates, as files. Those of the factory are put there by init, from the
 * configuration; what an update or the service gives replaces or joins them.
 */
#ifndef AGENT_CREDENTIALS_H
#define AGENT_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "manifest.h"
#include "report.h"

#define CREDENTIALS_TRUST "/run/trust.pem"             /**< whose servers are believed */
#define CREDENTIALS_BOOTSTRAP "/run/bootstrap.pem"     /**< the manufacturer's certificate */
#define CREDENTIALS_BOOTSTRAP_KEY "/run/bootstrap.key" /**< its key */
#define CREDENTIALS_SIGNING "/run/signing.pem"         /**< the public key that signs updates */
#define CREDENTIALS_CLIENT "/run/client.pem"           /**< that of the attestation, short-lived */
#define CREDENTIALS_CLIENT_KEY "/run/client.key"       /**< its key */

/** Writes a file as a whole: beside, then renamed. */
bool credentials_write(const char *path, const void *data, size_t size, struct failure *ret_why);

/** Whether @p signature is the update-signing key's over @p text. */
bool credentials_signed(const void *text, size_t length, const uint8_t signature[SIGNATURE_SIZE], struct failure *ret_why);

/**
 * Signs with the bootstrap key: ECDSA with SHA-256, DER.
 * @param ret_hex The signature in hexadecimal digits.
 */
bool credentials_sign(const char *text, char *ret_hex, size_t size, struct failure *ret_why);

/**
 * Makes a new key, written to CREDENTIALS_CLIENT_KEY, and a request for a certificate of it (RFC
 * 2986).
 * @param ret_csr PEM.
 */
bool credentials_request(const char *device, char *ret_csr, size_t size, struct failure *ret_why);

#endif
