/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: segments are put in order by their sequence numbers; what comes too early waits (up
 * to EARLY_MAX bytes). The first bytes tell what the stream speaks. A parser walks over each byte
 * once and notes where messages begin; a segment gets the words of the messages that begin in it,
 * and so does its repetition. Places in the stream are counted from its first byte, in 64 bits.
 *
 *     unknown --0x15, 0x16--> TLS      records (RFC 8446 sec. 5.1), in them handshake messages;
 *                                      where the secrets are known, also encrypted ones and HTTP
 *        |------a letter---> HTTP     llhttp, one message after the other
 *        +------else-------> opaque   a parser that fails ends here too
 *
 * An encrypted byte has the place of its plain text, so what is in TLS is named as it would be
 * without. The client's last secret of TLS 1.3 is known when the server has its Finished; should
 * that have been lost, what comes behind it waits for the secret. But that a request begins there
 * is told at once.
 *
 * Not seen: a response to HEAD that announces a length (it is taken for the length of a body), and
 * messages whose beginning came too early and is not repeated.
 */
#include "lib/address/stream_inside.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

struct stream *stream_open(struct tls_hellos *hellos, bool from_server)
{
	struct stream *stream = memory_new(sizeof *stream);

	stream->hellos = hellos;
	stream->from_server = from_server;
	return stream;
}

void stream_close(struct stream *stream)
{
	if (stream == NULL)
		return;
	for (struct early *early = stream->early, *next; early != NULL; early = next) {
		next = early->next;
		free(early);
	}
	cipher_close(stream->tls.cipher);
	free(stream->tls.late);
	free(stream->http);
	free(stream);
}

/* A message is named where it begins, or where it is recognised if that segment has passed. */
void stream_note(struct stream *stream, uint64_t at, enum address_word word)
{
	if (at < stream->segment_at)
		at = stream->segment_at;
	stream->messages[stream->message_count++ % MESSAGES_MAX] = (struct message){at, word};
}

/* -- TLS -- */

static void note_handshake(struct stream *stream)
{
	switch (stream->tls.message[0]) {
	case CLIENT_HELLO:
		stream_note(stream, stream->tls.message_at, ADDRESS_TLS_CLIENT_HELLO);
		break;
	case SERVER_HELLO:
		stream_note(stream, stream->tls.message_at, ADDRESS_TLS_SERVER_HELLO);
		break;
	case CERTIFICATE:
		stream_note(stream, stream->tls.message_at, ADDRESS_TLS_CERTIFICATE);
		break;
	case FINISHED:
		stream_note(stream, stream->tls.message_at, ADDRESS_TLS_FINISHED);
		stream->tls.is_last = true;
		break;
	default:
		break;
	}
}

/*
 * RFC 8446 4.1.2, 4.1.3: version, random, session id, and the server's suite. A hello retry request
 * is followed by the hello that counts.
 */
static void take_handshake(struct stream *stream)
{
	struct tls_hellos *hellos = stream->hellos;
	struct tls *tls = &stream->tls;

	if (hellos == NULL)
		return;
	if (tls->message[0] == CLIENT_HELLO && tls->hello_have >= 2 + SECRETS_RANDOM) {
		memcpy(hellos->client_random, tls->hello + 2, SECRETS_RANDOM);
		hellos->has_client = true;
	}
	size_t id = tls->hello_have > 2 + SECRETS_RANDOM ? tls->hello[2 + SECRETS_RANDOM] : HELLO_MAX, suite = 3 + SECRETS_RANDOM + id;
	if (tls->message[0] == SERVER_HELLO && suite + 2 <= tls->hello_have) {
		memcpy(hellos->server_random, tls->hello + 2, SECRETS_RANDOM);
		hellos->suite = (uint16_t)(tls->hello[suite] << 8 | tls->hello[suite + 1]);
		hellos->has_server = true;
	}
}

/* A part of a message's body. */
static void keep_hello(struct stream *stream, const uint8_t *data, size_t length)
{
	struct tls *tls = &stream->tls;
	size_t room = HELLO_MAX - tls->hello_have;

	if (length > room)
		length = room;
	memcpy(tls->hello + tls->hello_have, data, length);
	tls->hello_have += length;
	if (tls->message_left == 0)
		take_handshake(stream);
}

/* Handshake messages may share a record, or span several. */
static void parse_handshake(struct stream *stream, const uint8_t *data, size_t length, uint64_t at)
{
	struct tls *tls = &stream->tls;

	for (size_t i = 0; i < length;) {
		if (tls->message_left > 0) {
			size_t part = tls->message_left < length - i ? tls->message_left : length - i;
			tls->message_left -= part;
			keep_hello(stream, data + i, part);
			i += part;
			continue;
		}
		if (tls->message_have == 0)
			tls->message_at = at + i;
		tls->message[tls->message_have++] = data[i++];
		if (tls->message_have < HANDSHAKE_HEADER)
			continue;
		tls->message_have = tls->hello_have = 0;
		tls->message_left = (size_t)tls->message[1] << 16 | (size_t)tls->message[2] << 8 | tls->message[3];
		note_handshake(stream);
	}
}

/*
 * Behind a change of cipher spec. In TLS 1.2 the first such record is Finished. In TLS 1.3 it means
 * nothing, and the hello that follows a hello retry request is in the clear (RFC 8446 appendix
 * D.4): a record that begins as a hello of just its length, which what is encrypted does once in
 * 2^32.
 */
static size_t peek_handshake(struct stream *stream, const uint8_t *data, size_t length, uint64_t at)
{
	struct tls *tls = &stream->tls;
	size_t i = 0;

	if (tls->peeked == 0)
		tls->message_at = at;
	while (i < length && tls->peeked < HANDSHAKE_HEADER)
		tls->message[tls->peeked++] = data[i++];
	if (tls->peeked < HANDSHAKE_HEADER)
		return i;
	size_t said = (size_t)tls->message[1] << 16 | (size_t)tls->message[2] << 8 | tls->message[3];
	size_t whole = (size_t)tls->header[3] << 8 | tls->header[4];
	if (said + HANDSHAKE_HEADER == whole && (tls->message[0] == CLIENT_HELLO || tls->message[0] == SERVER_HELLO)) {
		tls->encrypted = false;
		tls->message_left = said;
		tls->hello_have = 0;
		note_handshake(stream);
		return i;
	}
	if (!tls->finished)
		stream_note(stream, tls->record_at, ADDRESS_TLS_FINISHED);
	tls->finished = true;
	return length;
}

/* -- TLS, encrypted -- */

static bool is_1_3(const struct stream *stream)
{
	return stream->hellos != NULL && hellos_are_1_3(stream->hellos);
}

/* What a record of application data is encrypted with, as far as that is known. */
static void find_cipher(struct stream *stream)
{
	struct tls *tls = &stream->tls;

	if (tls->cipher == NULL && stream->hellos != NULL && !tls->is_other)
		tls->cipher = cipher_open(stream->hellos, stream->from_server, tls->epoch);
}

static void begin_appdata(struct stream *stream, uint64_t begun)
{
	struct tls *tls = &stream->tls;

	find_cipher(stream);
	tls->nonce_have = 0;
	/*
	 * RFC 8446 5.2: the type of what is in it, and the tag. Padding, which nobody uses, would
	 * be read as plain text.
	 */
	tls->tail = is_1_3(stream) ? 1 + TAG : TAG;
	if (tls->cipher != NULL) {
		if (is_1_3(stream))
			cipher_begin(tls->cipher, NULL);
		return;
	}
	/* The secret of a TLS 1.3 client is still to come; it is the one that speaks first. */
	tls->waits = is_1_3(stream) && tls->epoch == EPOCH_APPLICATION && stream->hellos->secrets != NULL;
	if (tls->waits && !stream->from_server) {
		stream_note(stream, begun, ADDRESS_HTTP_REQUEST);
		tls->request_told = true;
	}
}

/*
 * In TLS 1.3 an alert looks like data; it is of two bytes, and nobody sends HTTP in so small a
 * piece.
 */
static bool is_alert(const struct stream *stream)
{
	const struct tls *tls = &stream->tls;

	return is_1_3(stream) && ((size_t)tls->header[3] << 8 | tls->header[4]) == 2 + tls->tail;
}

static void parse_plain(struct stream *stream, const uint8_t *plain, size_t length, uint64_t at)
{
	struct tls *tls = &stream->tls;

	if (is_alert(stream)) {
		if (tls->record_left == 2 + tls->tail)
			stream_note(stream, at, ADDRESS_TLS_ALERT);
	} else if (is_1_3(stream) && tls->epoch == EPOCH_HANDSHAKE) {
		parse_handshake(stream, plain, length, at);
	} else if (!tls->is_other) {
		if (!tls->is_http)
			stream_open_http(stream);
		tls->is_http = true;
		stream_parse_http(stream, plain, length, at);
	}
}

/*
 * @length bytes of a record's payload, of which record_left are to come with them. @return how many
 * it has read.
 */
static size_t parse_appdata(struct stream *stream, const uint8_t *data, size_t length, uint64_t at)
{
	struct tls *tls = &stream->tls;
	uint8_t plain[1024];

	if (tls->cipher == NULL)
		return length;
	if (!is_1_3(stream) && tls->nonce_have < NONCE) {
		size_t i = 0;
		while (i < length && tls->nonce_have < NONCE)
			tls->nonce[tls->nonce_have++] = data[i++];
		if (tls->nonce_have == NONCE)
			cipher_begin(tls->cipher, tls->nonce);
		return i;
	}
	if (tls->record_left <= tls->tail)
		return length;
	size_t part = tls->record_left - tls->tail < length ? tls->record_left - tls->tail : length;
	if (part > sizeof plain)
		part = sizeof plain;
	cipher_read(tls->cipher, data, part, plain);
	parse_plain(stream, plain, part, at);
	return part;
}

/* RFC 8446 4.4.4: what comes behind Finished is under the next secret. */
static void end_record(struct stream *stream)
{
	struct tls *tls = &stream->tls;

	if (!tls->is_last)
		return;
	tls->is_last = false;
	cipher_close(tls->cipher);
	tls->cipher = NULL;
	tls->epoch = EPOCH_APPLICATION;
}

static void begin_record(struct stream *stream, uint64_t at)
{
	struct tls *tls = &stream->tls;
	uint64_t begun = at - (RECORD_HEADER - 1);

	tls->header_have = tls->peeked = 0;
	tls->record_left = (size_t)tls->header[3] << 8 | tls->header[4];
	switch (tls->header[0]) {
	case CHANGE_CIPHER_SPEC:
		tls->encrypted = true;
		break;
	case ALERT:
		stream_note(stream, begun, ADDRESS_TLS_ALERT);
		break;
	case HANDSHAKE:
		tls->record_at = begun;
		break;
	case APPDATA:
		stream_note(stream, begun, ADDRESS_TLS_APPDATA);
		begin_appdata(stream, begun);
		break;
	default:
		stream->kind = OPAQUE;
		break;
	}
	if (tls->header[1] != 3)
		stream->kind = OPAQUE;
}

/* What comes while a secret is awaited. */
static void keep_late(struct stream *stream, const uint8_t *data, size_t length, uint64_t at)
{
	struct tls *tls = &stream->tls;

	if (tls->late_length == 0)
		tls->late_at = at;
	if (tls->late_length + length > EARLY_MAX) {
		stream->kind = OPAQUE;
		return;
	}
	tls->late = memory_resize(tls->late, tls->late_length + length, 1);
	memcpy(tls->late + tls->late_length, data, length);
	tls->late_length += length;
}

static void parse_tls(struct stream *stream, const uint8_t *data, size_t length, uint64_t at)
{
	struct tls *tls = &stream->tls;

	for (size_t i = 0; i < length && stream->kind == TLS;) {
		if (tls->waits) {
			keep_late(stream, data + i, length - i, at + i);
			return;
		}
		if (tls->record_left == 0) {
			tls->header[tls->header_have++] = data[i];
			if (tls->header_have == RECORD_HEADER)
				begin_record(stream, at + i);
			i++;
			continue;
		}
		size_t part = tls->record_left < length - i ? tls->record_left : length - i;
		if (tls->header[0] == HANDSHAKE && !tls->encrypted)
			parse_handshake(stream, data + i, part, at + i);
		else if (tls->header[0] == HANDSHAKE && !tls->finished)
			part = peek_handshake(stream, data + i, part, at + i);
		else if (tls->header[0] == APPDATA)
			part = parse_appdata(stream, data + i, part, at + i);
		tls->record_left -= part;
		i += part;
		if (tls->record_left == 0)
			end_record(stream);
	}
}

/* The secret may have come since: what has waited for it is read before what comes now. */
static void take_late(struct stream *stream)
{
	struct tls *tls = &stream->tls;
	uint8_t *late = tls->late;
	size_t length = tls->late_length;

	if (!tls->waits)
		return;
	find_cipher(stream);
	if (tls->cipher == NULL)
		return;
	tls->waits = false;
	tls->late = NULL;
	tls->late_length = 0;
	cipher_begin(tls->cipher, NULL);
	if (length > 0)
		parse_tls(stream, late, length, tls->late_at);
	free(late);
}

/* -- the stream -- */

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static void recognise(struct stream *stream, const uint8_t *data)
{
	/* A server that refuses the hello begins with an alert. */
	if (data[0] == HANDSHAKE || data[0] == ALERT) {
		stream->kind = TLS;
	} else if (is_letter(data[0])) {
		stream->kind = HTTP;
		stream_open_http(stream);
	} else {
		stream->kind = OPAQUE;
	}
}

static void parse(struct stream *stream, const uint8_t *data, size_t length)
{
	uint64_t at = stream->next;

	if (stream->kind == UNKNOWN)
		recognise(stream, data);
	if (stream->kind == TLS) {
		take_late(stream);
		parse_tls(stream, data, length, at);
	}
	if (stream->kind == HTTP)
		stream_parse_http(stream, data, length, at);
	stream->next += length;
	stream->next_sequence += (uint32_t)length;
}

static void keep(struct stream *stream, uint64_t at, struct bytes data)
{
	struct early **place = &stream->early;

	if (stream->early_bytes + data.length > EARLY_MAX) {
		stream->kind = OPAQUE;
		return;
	}
	while (*place != NULL && (*place)->at <= at)
		place = &(*place)->next;
	struct early *early = memory_new(sizeof *early + data.length);
	*early = (struct early){.next = *place, .at = at, .length = data.length};
	memcpy(early->data, data.data, data.length);
	*place = early;
	stream->early_bytes += data.length;
}

/* What has waited and fits now; parts of it may have come otherwise. */
static void take_early(struct stream *stream)
{
	struct early *early;

	while ((early = stream->early) != NULL && early->at <= stream->next) {
		uint64_t skip = stream->next - early->at;
		stream->early = early->next;
		stream->early_bytes -= early->length;
		if (skip < early->length)
			parse(stream, early->data + skip, early->length - skip);
		free(early);
	}
}

void stream_begin(struct stream *stream, uint32_t sequence)
{
	if (stream->begun)
		return;
	stream->begun = true;
	stream->next_sequence = sequence + 1;
}

word_set stream_segment(struct stream *stream, uint32_t sequence, struct bytes data, bool *ret_repeated)
{
	word_set words = 0;

	if (!stream->begun)
		stream_begin(stream, sequence - 1);
	/*
	 * The nearest place with this sequence number; one before the beginning is a keep-alive's.
	 */
	int64_t distance = (int32_t)(sequence - stream->next_sequence);
	*ret_repeated = false;
	if (distance < 0 && (uint64_t)-distance > stream->next) {
		*ret_repeated = true;
		return 0;
	}
	uint64_t at = stream->next + (uint64_t)distance, end = at + data.length;
	*ret_repeated = end <= stream->sent;
	stream->sent = end > stream->sent ? end : stream->sent;
	if (stream->kind == OPAQUE && distance >= 0) {
		/* Nothing is parsed any more; only what was sent is remembered. */
		stream->next = end;
		stream->next_sequence = sequence + (uint32_t)data.length;
	} else if (at > stream->next) {
		keep(stream, at, data);
	} else if (end > stream->next) {
		stream->segment_at = stream->next;
		struct bytes fresh = bytes_part(data, (size_t)(stream->next - at), data.length);
		parse(stream, fresh.data, fresh.length);
		take_early(stream);
	}
	uint64_t first = stream->message_count > MESSAGES_MAX ? stream->message_count - MESSAGES_MAX : 0;
	for (uint64_t i = first; i < stream->message_count; i++) {
		const struct message *message = &stream->messages[i % MESSAGES_MAX];
		if (message->at >= at && message->at < end)
			words |= WORD_BIT(message->word);
	}
	return words;
}
