/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of stream.h: what is known of a stream, between its bytes and the protocol that is
 * spoken in it.
 */
#ifndef ADDRESS_STREAM_INSIDE_H
#define ADDRESS_STREAM_INSIDE_H

#include <llhttp.h>

#include "lib/address/stream.h"
#define EARLY_MAX (1U << 20)
#define MESSAGES_MAX 64U
#define RECORD_HEADER 5U
#define HANDSHAKE_HEADER 4U
#define FIELD_MAX 16U

enum kind { UNKNOWN, TLS, HTTP, OPAQUE };

/* RFC 8446 sec. 5.1 and sec. 4, RFC 5246 sec. 6.2.1 and 7.4. */
enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPDATA = 23 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, CERTIFICATE = 11, FINISHED = 20 };
#define HELLO_MAX 70U /* bytes of a hello's body: up to the suite that the server has chosen */
#define NONCE 8U      /* explicit, in a record of TLS 1.2 */
#define TAG 16U

struct message {
	uint64_t at;
	enum address_word word;
};

/* A segment that has come before what is to come before it. */
struct early {
	struct early *next;
	uint64_t at;
	size_t length;
	uint8_t data[];
};

struct tls {
	uint8_t header[RECORD_HEADER], message[HANDSHAKE_HEADER];
	size_t header_have, record_left, message_have, message_left;
	uint64_t message_at, record_at;
	/*
	 * a change of cipher spec has passed: handshake records are encrypted from here on, but for
	 * hellos
	 */
	bool encrypted;
	bool finished;
	size_t peeked; /* bytes of such a record, as many as a handshake header has */
	uint8_t hello[HELLO_MAX];
	size_t hello_have;
	struct cipher *cipher; /* of the record under way; NULL: its secret is not known */
	enum epoch epoch;
	uint8_t nonce[NONCE];
	size_t nonce_have, tail; /* bytes of the record behind its plain text */
	bool is_last;            /* of the handshake's records: Finished is in it */
	bool waits;              /* for a secret; what comes is kept: */
	uint8_t *late;
	size_t late_length;
	uint64_t late_at;
	bool request_told, is_http, is_other;
};

struct http {
	llhttp_t parser;
	llhttp_settings_t settings;
	bool begun; /* a message */
	uint64_t begun_at;
	char field[FIELD_MAX]; /* the name of the header field under way */
	size_t field_length;
	bool has_range, headers_done;
};

struct stream {
	struct tls_hellos *hellos;
	bool from_server;
	bool begun;
	uint32_t next_sequence; /* of the byte that next stands for */
	uint64_t next;          /* place of the first byte that has not been parsed */
	uint64_t sent;          /* place behind the last byte that has come, in order or not */
	struct early *early;
	size_t early_bytes;
	enum kind kind;
	struct tls tls;
	struct http *http;
	struct message messages[MESSAGES_MAX]; /* a ring */
	uint64_t message_count;
	/* of the bytes that have just come; what has waited for them is parsed with them */
	uint64_t segment_at;
};

/** A message is named where it begins, or where it is recognised if that segment has passed. */
void stream_note(struct stream *stream, uint64_t at, enum address_word word);

/** HTTP is spoken from here on. */
void stream_open_http(struct stream *stream);

/** The next bytes of HTTP, which begin at place @p at. */
void stream_parse_http(struct stream *stream, const uint8_t *data, size_t length, uint64_t at);

#endif
