/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the namer: the secrets of TLS connections, and the key stream that one direction of a
 * connection is encrypted with.
 *
 * Knows AES-128-GCM with SHA-256 of TLS 1.2 (RFC 5246, RFC 5288) and 1.3 (RFC 8446). Nothing is
 * authenticated: GCM is read as the counter mode that it is (SP 800-38D 6.5), so that the beginning
 * of a record can be read before its end has come. What was changed on its way reads as changed, as
 * without TLS.
 */
#ifndef ADDRESS_SECRETS_H
#define ADDRESS_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRETS_RANDOM 32U

struct secrets;

/** @return to be released with secrets_close(). */
struct secrets *secrets_open(void);
void secrets_close(struct secrets *secrets);

/**
 * Keeps a line in the format of SSLKEYLOGFILE; lines of other labels, or malformed ones, are left
 * out.
 */
void secrets_add(struct secrets *secrets, const char *line);

/** What both directions of a connection have said in their hellos. */
struct tls_hellos {
	const struct secrets *secrets; /**< borrowed; NULL: none */
	bool has_client, has_server;
	uint8_t client_random[SECRETS_RANDOM], server_random[SECRETS_RANDOM];
	uint16_t suite;
};

/** Whether the connection is of TLS 1.3, as its suite tells. */
bool hellos_are_1_3(const struct tls_hellos *hellos);

enum epoch { EPOCH_HANDSHAKE, EPOCH_APPLICATION };

struct cipher;

/**
 * The key stream of one direction.
 * @param epoch Of TLS 1.3: with which of its secrets.
 * @return to be released with cipher_close(); NULL if the secret is not known (yet), or the suite
 * is another.
 */
struct cipher *cipher_open(const struct tls_hellos *hellos, bool from_server, enum epoch epoch);
void cipher_close(struct cipher *cipher);

/** The next record begins. @param nonce The explicit part of TLS 1.2, 8 bytes; NULL in TLS 1.3. */
void cipher_begin(struct cipher *cipher, const uint8_t *nonce);

/** The next @p length bytes of the record. */
void cipher_read(struct cipher *cipher, const uint8_t *data, size_t length, uint8_t *ret_plain);

#endif
