/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The far end on a bench: a service in virtual time, and a device of few lines that speaks TCP, TLS and HTTP with it. No frame is lost here, so its TCP repeats
 * nothing; what takes time is the wire and the server.
 */
#ifndef TESTS_SERVER_FAR_H
#define TESTS_SERVER_FAR_H

#include <openssl/ssl.h>

#include "lib/address/namer.h"
#include "lib/fault/decision.h"
#include "harness/server/host.h"
#include "harness/server/service.h"
#include "tests/test.h"

#define FAR_UNIX_S UINT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define FAR_SEED 7U

/** The world of a test. There is one a process. */
struct far {
	struct service service;
	struct sim sim;
	struct trace *trace;
	char *text; /**< the trace */
	size_t length;
	char *secrets;   /**< the key log */
	uint64_t digest; /**< of all frames, with their times and directions */
	uint64_t frames[2];
	struct service_faults *service_faults;
	struct decisions decisions;
	struct namer *namer;
	bool secrets_wait; /**< the namer is told of them by far_tell_secrets() only */
	char *names;       /**< "to-server http.request[443/1]#1 1\n" and so on, of all names but those of TCP itself */
};

extern struct far far;

/** Starts the world. @param params "key=value" of service_params, ends with NULL; may be NULL. */
void far_open(const char *const *params);

/** The same with faults, which must stay. */
void far_open_with(const char *const *params, const struct fault *faults, size_t count);
void far_tell_secrets(void);
void far_close(void);
void far_run(uint64_t ns);

/** A UDP payload to @p address. @return the length of the answer that comes within @p ns; 0: none. */
size_t far_udp(uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns, uint8_t ret_answer[FRAME_MAX]);

/** The same from a port of one's choice. */
size_t far_udp_from(uint16_t own_port, uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns,
                    uint8_t ret_answer[FRAME_MAX]);

/** How a connection of the device stands. */
enum far_state { FAR_CONNECTING, FAR_UP, FAR_ENDED, FAR_RESET };

/** A connection: plain, or with TLS once far_tls() was called. */
struct wire {
	enum far_state state;
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
void wire_open(struct wire *wire, uint32_t address, uint16_t port, uint64_t ns);
void wire_close(struct wire *wire);

/** What the device's TLS is like. */
struct far_tls {
	int version;             /**< TLS1_2_VERSION or TLS1_3_VERSION */
	const char *host;        /**< asked for, and checked */
	const char *trust;       /**< certificates in PEM */
	const char *certificate; /**< of the client, PEM; NULL: none */
	const char *key;
	uint64_t unix_s; /**< its clock; 0: the world's */
};

/** The handshake. @return whether it succeeded within @p ns. */
bool wire_tls(struct wire *wire, const struct far_tls *tls, uint64_t ns);

/** An answer as it came. */
struct far_answer {
	unsigned status; /**< 0: none came */
	char head[2048];
	uint8_t *body;
	size_t length;
	bool whole;       /**< as long as its head says */
	uint64_t head_ns; /**< when the head was there, from the request on */
	uint64_t took_ns; /**< from the request to the last byte */
};

void wire_send(struct wire *wire, const void *data, size_t length);

/** A request and its answer. @param headers More header lines; "" for none. @param body NULL: none. */
struct far_answer wire_ask(struct wire *wire, const char *method, const char *host, const char *target, const char *headers,
                           const char *body, uint64_t ns);
void far_answer_close(struct far_answer *answer);

/** All in one: connect, TLS with the given certificate, ask, close. */
struct far_answer far_ask(const struct far_tls *tls, const char *method, const char *target, const char *headers, const char *body,
                          uint64_t ns);

#endif
