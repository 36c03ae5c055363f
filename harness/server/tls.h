/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The server's side of TLS 1.2 (RFC 5246) and 1.3 (RFC 8446). Sans I/O: bytes of the connection in,
 * bytes for it out; time and random numbers are given.
 *
 * The only cipher suite is AES-128-GCM with SHA-256 and ECDHE, so that whoever has the secrets can
 * follow with little code. There are no session tickets and no resumption: a handshake is always
 * whole.
 */
#ifndef SERVER_TLS_H
#define SERVER_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"
#include "harness/server/pki.h"
#include "harness/server/service_config.h"

/**
 * The largest piece of plain text that one record takes (RFC 8446 5.1), and what a record adds to
 * it at most.
 */
#define TLS_PLAIN_MAX 16384U
#define TLS_OVERHEAD 64U
#define TLS_NOTE_MAX 160

/** Where a handshake of the server can end: before it sends that message. */
enum tls_message { TLS_NO_MESSAGE, TLS_SERVER_HELLO, TLS_CERTIFICATE, TLS_FINISHED };

/** What one connection is like. */
struct tls_config {
	const struct pki *pki;
	const char *host; /**< whose certificate it shows */
	enum pki_root root;
	enum pki_certificate_fault fault;
	enum tls_version version;
	/** for a certificate, which need not be given but must be good */
	bool asks_client;
	bool alerts;               /**< instead of a handshake there is a fatal alert: */
	uint8_t alert;             /**< its description (RFC 8446 6) */
	enum tls_message stall_at; /**< nothing is sent from this message on */
	uint64_t unix_s;           /**< now, seconds since 1970 */
	struct entropy entropy;    /**< of this connection */
	/** A line of the key log (the format of SSLKEYLOGFILE); NULL: nobody wants them. */
	void (*secret)(void *ctx, const char *line);
	void *ctx;
};

enum tls_state { TLS_SHAKING, TLS_OPEN, TLS_ENDED, TLS_FAILED };

struct tls;

/**
 * Begins a connection at the instant at which the client's first bytes have come. @return to be
 * released with tls_close().
 */
struct tls *tls_open(const struct tls_config *config);
void tls_close(struct tls *tls);

/**
 * Bytes have come from the client. What there is to read then is asked for with tls_read(), what is
 * to be sent with tls_pending().
 */
void tls_feed(struct tls *tls, struct bytes cipher);

/**
 * Goes on with the handshake and reads plain text. @return how much; 0: there is none now, see
 * tls_state().
 */
size_t tls_read(struct tls *tls, uint8_t *ret_plain, size_t size);

/** Where it stands since the last tls_feed() or tls_read(). */
enum tls_state tls_state(const struct tls *tls);

/** Why it failed, in a few words; of TLS_FAILED only. */
const char *tls_failure(const struct tls *tls);

/** Whom the client's certificate names; nobody if there was none. */
struct pki_identity tls_identity(const struct tls *tls);

/** The name that the client asked for (RFC 6066 3), or NULL. */
const char *tls_asked_name(const struct tls *tls);

/** "TLSv1.3" */
const char *tls_version_name(const struct tls *tls);

/** Encrypts plain text, at most TLS_PLAIN_MAX bytes of it; in state TLS_OPEN only. */
void tls_write(struct tls *tls, struct bytes plain);

/** Says that nothing more will be sent (close_notify). */
void tls_end(struct tls *tls);

/** What is to be sent, valid until the next call; empty if nothing. */
struct bytes tls_pending(struct tls *tls);
/** So much of it was sent. */
void tls_sent(struct tls *tls, size_t length);

#endif
