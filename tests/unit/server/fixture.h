/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A service in virtual time, and a small client that speaks TCP, TLS and HTTP with it. No frame is
 * lost here, so its TCP retransmits nothing; only the wire and the server take time.
 */
#ifndef TESTS_SERVER_FIXTURE_H
#define TESTS_SERVER_FIXTURE_H

#include <openssl/ssl.h>

#include "lib/address/namer.h"
#include "tests/trace_text.h"
#include "lib/fault/decision.h"
#include "harness/server/host.h"
#include "harness/server/service.h"
#include "tests/test.h"

#define SERVER_FIXTURE_UNIX_S UINT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define SERVER_FIXTURE_SEED 7U

/** There is one per process. */
struct server_fixture {
	struct service service;
	struct sim sim;
	struct trace_text trace;
	char *secrets;   /**< the key log */
	uint64_t digest; /**< of all frames, with their times and directions */
	uint64_t frames[2];
	struct service_faults *service_faults;
	struct decisions decisions;
	struct namer *namer;
	bool secrets_wait; /**< the namer is told of them by server_fixture_tell_secrets() only */
	/** "to-server http.request[443/1]#1 1\n" and so on, of all names but those of TCP itself */
	char *names;
};

extern struct server_fixture server_fixture;

/** @param params "key=value" of service_params, ends with NULL; may be NULL. */
void server_fixture_open(const char *const *params);

/** The same with faults, which are borrowed. */
void server_fixture_open_with(const char *const *params, const struct fault *faults, size_t count);
void server_fixture_tell_secrets(void);
void server_fixture_close(void);
void server_fixture_run(uint64_t ns);

/**
 * A UDP payload to @p address. @return the length of the answer that comes within @p ns; 0: none.
 */
size_t server_fixture_udp(uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns,
                          uint8_t ret_answer[FRAME_MAX]);

/** The same from a given port. */
size_t server_fixture_udp_from(uint16_t own_port, uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns,
                               uint8_t ret_answer[FRAME_MAX]);

/** How a connection of the device stands. */
enum tcp_client_state { TCP_CLIENT_CONNECTING, TCP_CLIENT_UP, TCP_CLIENT_ENDED, TCP_CLIENT_RESET };

/** A connection: plain, or with TLS once tls_client() was called. */
struct tcp_client {
	enum tcp_client_state state;
	uint32_t address;
	uint16_t port, own_port;
	uint32_t next_own, next_theirs, acknowledged; /* sequence numbers */
	uint32_t window;
	bool sent_end;
	uint8_t *in; /* bytes that have come, and not been read */
	size_t in_length;
	SSL_CTX *context;
	SSL *ssl;
	struct entropy entropy;
	bool handshake_failed;
	char failure[160];
};

/** Connects to @p address; runs until that is up, refused, or @p ns have passed. */
void tcp_client_open(struct tcp_client *client, uint32_t address, uint16_t port, uint64_t ns);
void tcp_client_close(struct tcp_client *client);

/** What the device's TLS is like. */
struct tls_client {
	int version;             /**< TLS1_2_VERSION or TLS1_3_VERSION */
	const char *host;        /**< asked for, and checked */
	const char *trust;       /**< certificates in PEM */
	const char *certificate; /**< of the client, PEM; NULL: none */
	const char *key;
	uint64_t unix_s; /**< its clock; 0: the world's */
};

/** The handshake. @return whether it succeeded within @p ns. */
bool tcp_client_tls(struct tcp_client *client, const struct tls_client *tls, uint64_t ns);

/** An answer as it came. */
struct client_answer {
	unsigned status; /**< 0: none came */
	char head[2048];
	uint8_t *body;
	size_t length;
	bool whole;       /**< as long as its head says */
	uint64_t head_ns; /**< when the head was there, from the request on */
	uint64_t took_ns; /**< from the request to the last byte */
};

void tcp_client_send(struct tcp_client *client, const void *data, size_t length);

/**
 * A request and its answer. @param headers More header lines; "" for none. @param body NULL: none.
 */
struct client_answer tcp_client_ask(struct tcp_client *client, const char *method, const char *host, const char *target,
                                    const char *headers, const char *body, uint64_t ns);
void client_answer_close(struct client_answer *answer);

/** All in one: connect, TLS with the given certificate, ask, close. */
struct client_answer server_fixture_ask(const struct tls_client *tls, const char *method, const char *target, const char *headers,
                                        const char *body, uint64_t ns);

#endif
