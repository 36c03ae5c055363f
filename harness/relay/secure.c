/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: of TLS the relay reads what is in the clear (RFC 8446 5.1, RFC 5246 6.2): the
 * ClientHello, for the name of the host (RFC 6066 3), and the server's records by their type and
 * length. A stall holds back, for good, the record in which a message begins, or the rest of it:
 *
 *     server_hello    the first record of the handshake
 *     certificate     the Certificate; with TLS 1.3, where it is encrypted, all from the first
 *                     encrypted record on
 *                     (a session of TLS 1.2 that is resumed has none, and nothing is held back)
 *     finished        TLS 1.2: from ChangeCipherSpec on; TLS 1.3: the last record that the server
 *                     sends of itself, so each is held until the next one is there
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/relay/inside.h"

#define RECORD_HEADER 5U
#define RECORD_MAX (RECORD_HEADER + 16384U + 2048U)
#define HELLO_MAX 65536U
#define MESSAGE_HEADER 4U
/* Of a message of the server so much is kept: a ServerHello, as long as any key share makes it. */
#define MESSAGE_MAX 4096U
enum { TYPE_CCS = 20, TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23, TYPE_HEARTBEAT = 24 };
enum { MESSAGE_CLIENT_HELLO = 1, MESSAGE_SERVER_HELLO = 2, MESSAGE_CERTIFICATE = 11 };
enum { EXTENSION_NAME = 0, EXTENSION_VERSIONS = 43 };

struct record {
	size_t length;
	uint8_t bytes[RECORD_MAX];
};

struct secure {
	struct exchange *exchange;
	bool decided; /* the ClientHello was whole */
	size_t hello_length;
	uint8_t hello[HELLO_MAX];
	enum tls_message stall_at;
	struct record record, kept; /* as far as it has come; one that waits for the next */
	bool is_13, changed, stalled;
	/* of a handshake message as far as it has come; it may go on in the next record */
	size_t message_length;
	uint8_t message[MESSAGE_MAX];
};

struct secure *secure_open(struct exchange *exchange)
{
	struct secure *secure = memory_new(sizeof *secure);

	secure->exchange = exchange;
	return secure;
}

void secure_close(struct secure *secure)
{
	free(secure);
}

bool secure_stalls(const struct secure *secure)
{
	return secure->stalled;
}

/* -- the ClientHello -- */

/*
 * The message without the headers of its records. @return its length; 0: it is not whole. SIZE_MAX:
 * it is none.
 */
static size_t join_records(const struct secure *secure, uint8_t ret_message[HELLO_MAX])
{
	const struct bytes hello = bytes_of(secure->hello, secure->hello_length);
	size_t used = 0, at = 0;
	uint16_t length = 0;

	for (; bytes_have(hello, at, RECORD_HEADER); at += RECORD_HEADER + length) {
		(void)bytes_be16(hello, at + 3, &length);
		if (hello.data[at] != TYPE_HANDSHAKE)
			return SIZE_MAX;
		struct bytes part = bytes_part(hello, at + RECORD_HEADER, length);
		memcpy(ret_message + used, part.data, part.length);
		used += part.length;
		if (used > 0 && ret_message[0] != MESSAGE_CLIENT_HELLO)
			return SIZE_MAX;
		if (used >= 4 && used - 4 >= ((size_t)ret_message[1] << 16 | (size_t)ret_message[2] << 8 | ret_message[3]))
			return used;
		if (part.length < length)
			return 0;
	}
	return 0;
}

/* Skips a vector with a length of so many bytes. @return false: it does not lie inside. */
static bool skip_vector(struct bytes message, size_t *at, unsigned length_bytes)
{
	uint32_t length = 0;
	uint8_t byte;

	for (unsigned i = 0; i < length_bytes; i++) {
		if (!bytes_u8(message, *at + i, &byte))
			return false;
		length = length << 8 | byte;
	}
	*at += length_bytes + length;
	return *at <= message.length;
}

/* The content of an extension of a hello; @at is where the list of them begins. */
static bool find_extension(struct bytes message, size_t at, unsigned wanted, struct bytes *ret_content)
{
	uint16_t type, length;

	at += 2;
	while (bytes_be16(message, at, &type) && bytes_be16(message, at + 2, &length) && bytes_have(message, at + 4, length)) {
		if (type == wanted) {
			*ret_content = bytes_part(message, at + 4, length);
			return true;
		}
		at += 4U + length;
	}
	return false;
}

/* RFC 8446 4.1.2: header, version, random, session, suites, compressions, extensions. */
static bool read_name(struct bytes message, char ret_name[RELAY_NAME_TEXT_MAX])
{
	size_t at = 4 + 2 + 32;
	struct bytes content;
	uint16_t length;

	if (!skip_vector(message, &at, 1) || !skip_vector(message, &at, 2) || !skip_vector(message, &at, 1) ||
	    !find_extension(message, at, EXTENSION_NAME, &content) || !bytes_be16(content, 3, &length) || !bytes_have(content, 5, length) ||
	    length == 0 || length >= RELAY_NAME_TEXT_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		const char letter = (char)content.data[5 + i];
		ret_name[i] = letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
	}
	ret_name[length] = '\0';
	return true;
}

static void send_alert(struct secure *secure, uint8_t code)
{
	const uint8_t record[] = {TYPE_ALERT, 3, 3, 0, 2, 2, code};

	(void)exchange_put(&secure->exchange->down, record, sizeof record);
	exchange_close(secure->exchange);
}

/* The event: a handshake begins. */
static void decide(struct secure *secure, const char *name)
{
	struct exchange *exchange = secure->exchange;
	struct relay *relay = exchange->relay;
	struct tls_config config = {.host = name != NULL ? name : names_of_address(&relay->names, exchange->flow->ends.server)};
	uint8_t alert;

	secure->decided = true;
	exchange_say(exchange, "tls", "handshake with %s; what is inside is not seen, and no fault of http acts there", config.host);
	if (service_faults_tls(relay->config.service_faults, &config, relay_now(relay), &alert)) {
		send_alert(secure, alert);
		return;
	}
	secure->stall_at = config.stall_at;
	(void)exchange_put(&exchange->up, secure->hello, secure->hello_length);
}

size_t secure_ask(struct secure *secure, struct bytes data)
{
	struct exchange *exchange = secure->exchange;
	uint8_t message[HELLO_MAX];
	char name[RELAY_NAME_TEXT_MAX];

	if (secure->decided) {
		(void)exchange_put(&exchange->up, data.data, data.length);
		return data.length;
	}
	struct bytes part = bytes_part(data, 0, HELLO_MAX - secure->hello_length);
	memcpy(secure->hello + secure->hello_length, part.data, part.length);
	secure->hello_length += part.length;
	size_t length = join_records(secure, message);
	if (length == SIZE_MAX || (length == 0 && secure->hello_length == HELLO_MAX)) {
		exchange_say(exchange, "relay", "this is no TLS: it passes");
		(void)exchange_put(&exchange->up, secure->hello, secure->hello_length);
		exchange_pass(exchange);
	} else if (length > 0) {
		decide(secure, read_name(bytes_of(message, length), name) ? name : NULL);
	}
	return part.length;
}

/* -- the server's records -- */

static void stall(struct secure *secure)
{
	secure->stalled = true;
	exchange_stop(&secure->exchange->up);
}

static void pass_record(struct secure *secure, const struct record *record)
{
	(void)exchange_put(&secure->exchange->down, record->bytes, record->length);
}

/*
 * What comes before a message within a record goes out as a record of its own (RFC 8446 5.1 leaves
 * its length to the sender).
 */
static void pass_beginning(struct secure *secure, struct record *record, size_t end)
{
	if (end == RECORD_HEADER)
		return;
	put_be16(record->bytes + 3, (unsigned)(end - RECORD_HEADER));
	record->length = end;
	pass_record(secure, record);
}

/* RFC 8446 4.1.3: header, version, random, session, suite, compression, extensions. */
static bool says_13(struct bytes message)
{
	size_t at = 4 + 2 + 32;
	struct bytes content;
	uint16_t version;

	return skip_vector(message, &at, 1) && find_extension(message, at + 3, EXTENSION_VERSIONS, &content) &&
	       bytes_be16(content, 0, &version) && version == 0x0304;
}

/* How long the message is; as long as its header is not whole, that. */
static size_t length_of_message(const struct secure *secure)
{
	const uint8_t *header = secure->message;

	if (secure->message_length < MESSAGE_HEADER)
		return MESSAGE_HEADER;
	return MESSAGE_HEADER + ((size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3]);
}

/*
 * A piece of the message under way, which any record may cut (RFC 8446 5.1). @return how much of @p
 * data is of it.
 */
static size_t read_message(struct secure *secure, struct bytes data)
{
	const size_t had = secure->message_length;
	const struct bytes part = bytes_part(data, 0, length_of_message(secure) - had);

	if (had < MESSAGE_MAX)
		memcpy(secure->message + had, part.data, bytes_part(part, 0, MESSAGE_MAX - had).length);
	secure->message_length += part.length;
	if (secure->message_length < MESSAGE_HEADER || secure->message_length < length_of_message(secure))
		return part.length;
	if (secure->message[0] == MESSAGE_SERVER_HELLO)
		secure->is_13 = says_13(bytes_part(bytes_of(secure->message, MESSAGE_MAX), 0, secure->message_length));
	secure->message_length = 0;
	return part.length;
}

/* Messages in the clear. @return where the one begins that is waited for; 0: it does not. */
static size_t read_messages(struct secure *secure, const struct record *record)
{
	const struct bytes view = bytes_of(record->bytes, record->length);

	for (size_t at = RECORD_HEADER; at < view.length;) {
		if (secure->message_length == 0 && view.data[at] == MESSAGE_CERTIFICATE && secure->stall_at == TLS_CERTIFICATE)
			return at;
		at += read_message(secure, bytes_part(view, at, view.length - at));
	}
	return 0;
}

/* Each encrypted record waits until the next one is there: the last one stays. */
static void keep_last(struct secure *secure, struct record *record)
{
	pass_record(secure, &secure->kept);
	secure->kept = *record;
}

static void look_at_record(struct secure *secure, struct record *record)
{
	const uint8_t type = record->bytes[0];
	size_t place;

	if (type == TYPE_HANDSHAKE && secure->stall_at == TLS_SERVER_HELLO) {
		stall(secure);
	} else if (type == TYPE_HANDSHAKE && !secure->changed) {
		place = read_messages(secure, record);
		if (place > 0) {
			pass_beginning(secure, record, place);
			stall(secure);
			return;
		}
		pass_record(secure, record);
	} else if (type == TYPE_CCS && !secure->is_13) {
		if (secure->stall_at == TLS_CERTIFICATE && !secure->changed)
			exchange_say(secure->exchange, "tls", "a session is resumed, without a certificate: nothing is held back");
		secure->changed = true;
		if (secure->stall_at == TLS_FINISHED)
			stall(secure);
		else
			pass_record(secure, record);
	} else if (type == TYPE_DATA && secure->is_13 && secure->stall_at == TLS_CERTIFICATE) {
		stall(secure);
	} else if (type == TYPE_DATA && secure->is_13 && secure->stall_at == TLS_FINISHED) {
		keep_last(secure, record);
	} else {
		pass_record(secure, record);
	}
}

/*
 * The server speaks something else: nothing can be held back, and what was is the beginning of
 * that.
 */
static void pass_all(struct secure *secure)
{
	exchange_say(secure->exchange, "relay", "the server's answer is no TLS: it passes");
	secure->stall_at = TLS_NO_MESSAGE;
	pass_record(secure, &secure->kept);
	pass_record(secure, &secure->record);
	secure->kept.length = secure->record.length = 0;
}

/* Whether its header, as far as it is there, can be that of a record. */
static bool can_be_record(const struct record *record)
{
	const uint8_t type = record->bytes[0];
	uint16_t length;

	if (record->length > 0 && (type < TYPE_CCS || type > TYPE_HEARTBEAT))
		return false;
	return !bytes_be16(bytes_of(record->bytes, record->length), 3, &length) || RECORD_HEADER + length <= RECORD_MAX;
}

size_t secure_answer(struct secure *secure, struct bytes data)
{
	struct record *record = &secure->record;
	uint16_t length;

	if (secure->stalled)
		return 0;
	if (secure->stall_at != TLS_NO_MESSAGE && !can_be_record(record))
		pass_all(secure);
	if (secure->stall_at == TLS_NO_MESSAGE) {
		(void)exchange_put(&secure->exchange->down, data.data, data.length);
		return data.length;
	}
	size_t wanted = RECORD_HEADER;
	if (bytes_be16(bytes_of(record->bytes, record->length), 3, &length))
		wanted += length;
	struct bytes part = bytes_part(data, 0, wanted - record->length);
	memcpy(record->bytes + record->length, part.data, part.length);
	record->length += part.length;
	if (record->length == wanted && (wanted > RECORD_HEADER || record->bytes[3] + record->bytes[4] == 0)) {
		look_at_record(secure, record);
		record->length = 0;
	}
	return part.length;
}

void secure_ask_ended(struct secure *secure)
{
	struct exchange *exchange = secure->exchange;

	if (secure->decided || secure->hello_length == 0)
		return;
	exchange_say(exchange, "relay", "the ClientHello has no end: it passes");
	(void)exchange_put(&exchange->up, secure->hello, secure->hello_length);
	exchange_pass(exchange);
}

void secure_answer_ended(struct secure *secure)
{
	/* What is kept for the sake of a stall stays so, and what comes behind it. */
	if (secure->stalled || secure->kept.length > 0)
		return;
	pass_record(secure, &secure->record);
	secure->record.length = 0;
}
