/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS as OpenSSL speaks it: a client and a server in memory, whose bytes are cut into segments of
 * many lengths. Where a message begins is known from OpenSSL's own message callback.
 */
#include "lib/address/stream.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/address/names.h"

#define STREAM_MAX 65536
#define BIT_OF(word) (UINT64_C(1) << (word))
#define MARKS_MAX 64

enum { TYPE_CIPHER = 20, TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23 };

/* Where a message begins, or its record if the rest is encrypted. */
struct mark {
	size_t at;
	enum address_word word;
};

/* One end: what it has sent, and what of it can be seen. */
struct end {
	SSL *ssl;
	uint8_t sent[STREAM_MAX];
	size_t length;
	struct mark marks[MARKS_MAX];
	size_t count;
	size_t record_at; /* of the handshake record that is looked at */
};

static struct end ends[2]; /* TO_SERVER: the client */

static X509 *made_certificate(EVP_PKEY *key)
{
	X509 *certificate = X509_new();

	CU_ASSERT_FATAL(certificate != NULL);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	(void)X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	(void)X509_set_pubkey(certificate, key);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	(void)X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	CU_ASSERT_FATAL(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static SSL_CTX *made_context(bool server, int version, const char *groups)
{
	SSL_CTX *context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());

	CU_ASSERT_FATAL(context != NULL && SSL_CTX_set_min_proto_version(context, version) &&
	                SSL_CTX_set_max_proto_version(context, version));
	if (groups != NULL)
		CU_ASSERT_FATAL(SSL_CTX_set1_groups_list(context, groups) == 1);
	if (!server)
		return context;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = made_certificate(key);
	CU_ASSERT_FATAL(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return context;
}

static void open_end(struct end *end, bool server, int version, const char *groups)
{
	SSL_CTX *context = made_context(server, version, groups);

	memset(end, 0, sizeof *end);
	end->ssl = SSL_new(context);
	SSL_set_bio(end->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	if (server)
		SSL_set_accept_state(end->ssl);
	else
		SSL_set_connect_state(end->ssl);
	SSL_CTX_free(context);
}

/* Hands over what one end has written, and keeps a copy. */
static bool carry(struct end *from, struct end *to)
{
	int length = BIO_read(SSL_get_wbio(from->ssl), from->sent + from->length, (int)(STREAM_MAX - from->length));

	if (length <= 0)
		return false;
	CU_ASSERT_EQUAL_FATAL(BIO_write(SSL_get_rbio(to->ssl), from->sent + from->length, length), length);
	from->length += (size_t)length;
	return true;
}

/* Both continue until neither makes progress. */
static void talk(void)
{
	char data[STREAM_MAX];

	for (bool moves = true; moves;) {
		for (size_t i = 0; i < 2; i++)
			(void)SSL_read(ends[i].ssl, data, sizeof data);
		moves = carry(&ends[0], &ends[1]);
		moves |= carry(&ends[1], &ends[0]);
	}
}

static void write_both(size_t length)
{
	static const char text[20000] = "text";

	CU_ASSERT_FATAL(SSL_write(ends[TO_SERVER].ssl, text, 100) == 100);
	CU_ASSERT_FATAL(SSL_write(ends[TO_DEVICE].ssl, text, (int)length) == (int)length);
	talk();
}

static void finish(void)
{
	(void)SSL_shutdown(ends[TO_SERVER].ssl);
	talk();
	(void)SSL_shutdown(ends[TO_DEVICE].ssl);
	talk();
	SSL_free(ends[0].ssl);
	SSL_free(ends[1].ssl);
}

static void mark(struct end *end, size_t at, enum address_word word)
{
	CU_ASSERT_FATAL(end->count < MARKS_MAX);
	end->marks[end->count++] = (struct mark){at, word};
}

/*
 * Handshake messages of records in the clear; the records are taken as they are, since the whole
 * stream is at hand.
 */
static void mark_handshake(struct end *end, size_t at, size_t length)
{
	while (length >= 4) {
		const uint8_t *message = end->sent + at;
		size_t whole = 4 + ((size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3]);
		if (message[0] == 1 || message[0] == 2 || message[0] == 11)
			mark(end, at,
			     message[0] == 1   ? ADDRESS_TLS_CLIENT_HELLO
			     : message[0] == 2 ? ADDRESS_TLS_SERVER_HELLO
			                       : ADDRESS_TLS_CERTIFICATE);
		CU_ASSERT_FATAL(whole <= length);
		at += whole;
		length -= whole;
	}
}

/*
 * @param clear Handshake records in the clear, however many changes of cipher spec there are; the
 * next is Finished.
 */
static void mark_records(struct end *end, unsigned clear)
{
	bool finished = false;

	for (size_t at = 0; at < end->length;) {
		const uint8_t *header = end->sent + at;
		size_t length = (size_t)header[3] << 8 | header[4];
		if (header[0] == TYPE_HANDSHAKE && clear > 0) {
			mark_handshake(end, at + 5, length);
			clear--;
		} else if (header[0] == TYPE_HANDSHAKE && !finished) {
			mark(end, at, ADDRESS_TLS_FINISHED);
			finished = true;
		} else if (header[0] == TYPE_ALERT || header[0] == TYPE_DATA) {
			mark(end, at, header[0] == TYPE_ALERT ? ADDRESS_TLS_ALERT : ADDRESS_TLS_APPDATA);
		}
		at += 5 + length;
		CU_ASSERT_FATAL(at <= end->length);
	}
}

static unsigned count_marks(const struct end *end, enum address_word word)
{
	unsigned count = 0;

	for (size_t i = 0; i < end->count; i++)
		count += end->marks[i].word == word;
	return count;
}

#define TLS_WORDS \
	(BIT_OF(ADDRESS_TLS_APPDATA) | BIT_OF(ADDRESS_TLS_CLIENT_HELLO) | BIT_OF(ADDRESS_TLS_SERVER_HELLO) | \
	 BIT_OF(ADDRESS_TLS_CERTIFICATE) | BIT_OF(ADDRESS_TLS_FINISHED) | BIT_OF(ADDRESS_TLS_ALERT))

/*
 * Bytes of a message until it is told what it is: a record's header, or a handshake message's own
 * behind it.
 */
static size_t needed(const struct mark *mark)
{
	bool is_hello = mark->word == ADDRESS_TLS_CLIENT_HELLO || mark->word == ADDRESS_TLS_SERVER_HELLO ||
	                mark->word == ADDRESS_TLS_CERTIFICATE;

	return is_hello ? 4 : mark->word == ADDRESS_TLS_FINISHED ? 9 : 5;
}

/*
 * The words of the segment: of messages that begin in it and can be told by then, or that began
 * before and can be told in it.
 */
static word_set expected_words(const struct end *end, size_t at, size_t length)
{
	word_set words = 0;

	for (size_t i = 0; i < end->count; i++) {
		size_t known = end->marks[i].at + needed(&end->marks[i]) - 1;
		if (known >= at && known < at + length)
			words |= BIT_OF(end->marks[i].word);
	}
	return words;
}

static void compare(const struct end *end, enum direction direction, size_t length, struct namer *namer)
{
	for (size_t at = 0; at < end->length; at += length) {
		size_t part = end->length - at < length ? end->length - at : length;
		const struct made made = {.direction = direction,
		                          .protocol = IP_TCP,
		                          .server_port = 443,
		                          .flags = TCP_FLAG_ACK,
		                          .seq = (uint32_t)(1000 + at),
		                          .payload = end->sent + at,
		                          .length = part};
		word_set words = words_of_made(namer, &made) & TLS_WORDS, wanted = expected_words(end, at, part);
		if (words != wanted)
			printf("    %s, segments of %zu, at %zu: %#llx is not %#llx\n", direction_name(direction), length, at,
			       (unsigned long long)words, (unsigned long long)wanted);
		CU_ASSERT_EQUAL(words, wanted);
	}
}

static void compare_all(void)
{
	static const size_t lengths[] = {1, 2, 3, 4, 5, 6, 9, 10, 64, 100, 536, 1000, 1448, 1460, 8000};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct namer *namer = namer_open();
		compare(&ends[TO_SERVER], TO_SERVER, lengths[i], namer);
		compare(&ends[TO_DEVICE], TO_DEVICE, lengths[i], namer);
		namer_close(namer);
	}
}

static void counts_are(enum direction direction, const unsigned counts[6])
{
	static const enum address_word words[] = {ADDRESS_TLS_CLIENT_HELLO, ADDRESS_TLS_SERVER_HELLO, ADDRESS_TLS_CERTIFICATE,
	                                          ADDRESS_TLS_FINISHED,     ADDRESS_TLS_ALERT,        ADDRESS_TLS_APPDATA};

	for (size_t i = 0; i < 6; i++) {
		unsigned count = count_marks(&ends[direction], words[i]);
		if (count != counts[i])
			printf("    %s %s: %u is not %u\n", direction_name(direction), address_words[words[i]].word, count, counts[i]);
		CU_ASSERT_EQUAL(count, counts[i]);
	}
}

static void the_messages_of_tls_1_2_are_found_where_they_begin(void)
{
	open_end(&ends[TO_SERVER], false, TLS1_2_VERSION, NULL);
	open_end(&ends[TO_DEVICE], true, TLS1_2_VERSION, NULL);
	talk();
	CU_ASSERT_FATAL(SSL_is_init_finished(ends[0].ssl) && SSL_is_init_finished(ends[1].ssl));
	write_both(20000);
	finish();
	/*
	 * In the clear are, of the client, its hello and its key exchange; of the server, all up to
	 * its ticket.
	 */
	mark_records(&ends[TO_SERVER], 2);
	mark_records(&ends[TO_DEVICE], 5);
	counts_are(TO_SERVER, (const unsigned[]){1, 0, 0, 1, 1, 1});
	counts_are(TO_DEVICE, (const unsigned[]){0, 1, 1, 1, 1, 2});
	compare_all();
}

/* From the server's hello on everything looks like application data. */
static void the_messages_of_tls_1_3_are_found_where_they_begin(void)
{
	open_end(&ends[TO_SERVER], false, TLS1_3_VERSION, NULL);
	open_end(&ends[TO_DEVICE], true, TLS1_3_VERSION, NULL);
	talk();
	CU_ASSERT_FATAL(SSL_is_init_finished(ends[0].ssl) && SSL_is_init_finished(ends[1].ssl));
	write_both(3000);
	finish();
	mark_records(&ends[TO_SERVER], 1);
	mark_records(&ends[TO_DEVICE], 1);
	/*
	 * Finished, the text, the alert; encrypted extensions, certificate, its proof, Finished,
	 * two tickets, the text, the alert.
	 */
	counts_are(TO_SERVER, (const unsigned[]){1, 0, 0, 0, 0, 3});
	counts_are(TO_DEVICE, (const unsigned[]){0, 1, 0, 0, 0, 8});
	compare_all();
}

/*
 * Behind a change of cipher spec that means nothing (RFC 8446 appendix D.4), both hellos come once
 * more, in the clear.
 */
static void a_hello_retry_request_and_what_follows_are_hellos(void)
{
	open_end(&ends[TO_SERVER], false, TLS1_3_VERSION, "X25519:P-384");
	open_end(&ends[TO_DEVICE], true, TLS1_3_VERSION, "P-384");
	talk();
	CU_ASSERT_FATAL(SSL_is_init_finished(ends[0].ssl) && SSL_is_init_finished(ends[1].ssl));
	finish();
	mark_records(&ends[TO_SERVER], 2);
	mark_records(&ends[TO_DEVICE], 2);
	counts_are(TO_SERVER, (const unsigned[]){2, 0, 0, 0, 0, 2});
	counts_are(TO_DEVICE, (const unsigned[]){0, 2, 0, 0, 0, 7});
	compare_all();
}

static void a_refused_hello_is_answered_with_an_alert(void)
{
	open_end(&ends[TO_SERVER], false, TLS1_2_VERSION, NULL);
	open_end(&ends[TO_DEVICE], true, TLS1_3_VERSION, NULL);
	talk();
	SSL_free(ends[0].ssl);
	SSL_free(ends[1].ssl);
	mark_records(&ends[TO_SERVER], 1);
	mark_records(&ends[TO_DEVICE], 0);
	counts_are(TO_SERVER, (const unsigned[]){1, 0, 0, 0, 0, 0});
	counts_are(TO_DEVICE, (const unsigned[]){0, 0, 0, 0, 1, 0});
	compare_all();
}

static void segments_out_of_order_do_not_lose_what_follows(void)
{
	struct namer *namer = namer_open();
	word_set words = 0;

	open_end(&ends[TO_SERVER], false, TLS1_2_VERSION, NULL);
	open_end(&ends[TO_DEVICE], true, TLS1_2_VERSION, NULL);
	talk();
	write_both(2000);
	finish();
	/* Without the SYN, the second segment would be taken for the first. */
	const struct made syn = {
		.direction = TO_DEVICE, .protocol = IP_TCP, .server_port = 443, .flags = TCP_FLAG_SYN | TCP_FLAG_ACK, .seq = 999};
	(void)words_of_made(namer, &syn);
	/* Two and two exchanged: 2 1 4 3 ... */
	for (size_t i = 0; i * 100 < ends[TO_DEVICE].length; i++) {
		size_t at = (i ^ 1) * 100;
		if (at >= ends[TO_DEVICE].length)
			continue;
		const struct made made = {.direction = TO_DEVICE,
		                          .protocol = IP_TCP,
		                          .server_port = 443,
		                          .flags = TCP_FLAG_ACK,
		                          .seq = (uint32_t)(1000 + at),
		                          .payload = ends[TO_DEVICE].sent + at,
		                          .length = ends[TO_DEVICE].length - at < 100 ? ends[TO_DEVICE].length - at : 100};
		words |= words_of_made(namer, &made);
	}
	/*
	 * A message that begins in a segment out of order is recognised when that is retransmitted.
	 */
	mark_records(&ends[TO_DEVICE], 5);
	CU_ASSERT(ends[TO_DEVICE].count == 5);
	for (size_t i = 0; i < ends[TO_DEVICE].count; i++)
		CU_ASSERT(ends[TO_DEVICE].marks[i].at / 100 % 2 == 1 || (words & BIT_OF(ends[TO_DEVICE].marks[i].word)) != 0);
	namer_close(namer);
}

const CU_TestInfo tests_stream[] = {
	{"the messages of TLS 1.2 are found where they begin", the_messages_of_tls_1_2_are_found_where_they_begin},
	{"the messages of TLS 1.3 are found where they begin", the_messages_of_tls_1_3_are_found_where_they_begin},
	{"a hello retry request and what follows are hellos", a_hello_retry_request_and_what_follows_are_hellos},
	{"a refused hello is answered with an alert", a_refused_hello_is_answered_with_an_alert},
	{"segments out of order do not lose what follows", segments_out_of_order_do_not_lose_what_follows},
	CU_TEST_INFO_NULL,
};
