/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: OpenSSL between two memory BIOs. Every call first says whose random numbers are
 * drawn (entropy.h), so a connection's bytes depend on its number and on what the client sends, and
 * not on what other connections do.
 *
 * A stall is a limit of how many bytes are ever handed out: OpenSSL tells of every record that it
 * writes and of every handshake message behind its records, so where a message begins is where the
 * one before it ended.
 */
#include "harness/server/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

#define RECORD_HEADER 5U

struct tls {
	struct tls_config config;
	SSL_CTX *context;
	SSL *ssl;
	BIO *in, *out;
	enum tls_state state;
	char failure[TLS_NOTE_MAX];
	/* bytes of records; as many when the message under way began */
	uint64_t written, before_message;
	uint64_t handed_out, limit; /* bytes that tls_sent() was told of; that may be */
};

static struct tls *of(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

static void keep_secret(const SSL *ssl, const char *line)
{
	struct tls *tls = of(ssl);

	if (tls->config.secret != NULL)
		tls->config.secret(tls->config.ctx, line);
}

static void see_message(int outbound, int version, int type, const void *data, size_t length, SSL *ssl, void *arg)
{
	static const uint8_t types[] = {
		[TLS_SERVER_HELLO] = SSL3_MT_SERVER_HELLO, [TLS_CERTIFICATE] = SSL3_MT_CERTIFICATE, [TLS_FINISHED] = SSL3_MT_FINISHED};
	struct tls *tls = arg;
	const uint8_t *bytes = data;

	(void)version;
	(void)ssl;
	if (!outbound)
		return;
	if (type == SSL3_RT_HEADER && length >= RECORD_HEADER)
		tls->written += RECORD_HEADER + ((uint64_t)bytes[3] << 8 | bytes[4]);
	if (type != SSL3_RT_HANDSHAKE || length == 0)
		return;
	if (tls->config.stall_at != TLS_NO_MESSAGE && bytes[0] == types[tls->config.stall_at] && tls->limit == UINT64_MAX)
		tls->limit = tls->before_message;
	tls->before_message = tls->written;
}

static void set_versions(SSL_CTX *context, enum tls_version version)
{
	CHECK(SSL_CTX_set_min_proto_version(context, version == TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1);
	CHECK(SSL_CTX_set_max_proto_version(context, version == TLS_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1);
	CHECK(SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1);
	CHECK(SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256") == 1);
	CHECK(SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1);
	(void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	CHECK(SSL_CTX_set_num_tickets(context, 0) == 1);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	/* The certificate alone: a chain would be built by the machine's clock. */
	(void)SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
}

static void set_certificate(SSL_CTX *context, const struct tls_config *config)
{
	X509 *certificate = pki_host_certificate(config->pki, config->host, config->root, config->fault, config->unix_s);
	EVP_PKEY *key = pki_host_key(config->host);

	CHECK(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

struct tls *tls_open(const struct tls_config *config)
{
	struct tls *tls = memory_new(sizeof *tls);

	tls->config = *config;
	tls->limit = UINT64_MAX;
	entropy_use(&tls->config.entropy);
	tls->context = SSL_CTX_new(TLS_server_method());
	CHECK(tls->context != NULL);
	set_versions(tls->context, config->version);
	set_certificate(tls->context, config);
	entropy_use(&tls->config.entropy);
	SSL_CTX_set1_cert_store(tls->context, pki_client_trust(config->pki));
	SSL_CTX_set_keylog_callback(tls->context, keep_secret);
	tls->ssl = SSL_new(tls->context);
	tls->in = BIO_new(BIO_s_mem());
	tls->out = BIO_new(BIO_s_mem());
	CHECK(tls->ssl != NULL && tls->in != NULL && tls->out != NULL);
	(void)SSL_set_app_data(tls->ssl, tls);
	SSL_set_msg_callback(tls->ssl, see_message);
	SSL_set_msg_callback_arg(tls->ssl, tls);
	SSL_set_bio(tls->ssl, tls->in, tls->out);
	SSL_set_verify(tls->ssl, config->asks_client ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	X509_VERIFY_PARAM_set_time(SSL_get0_param(tls->ssl), (time_t)config->unix_s);
	SSL_set_accept_state(tls->ssl);
	entropy_use(NULL);
	if (config->alerts) {
		const uint8_t record[] = {SSL3_RT_ALERT, 3, 3, 0, 2, SSL3_AL_FATAL, config->alert};
		CHECK(BIO_write(tls->out, record, sizeof record) == sizeof record);
		tls->state = TLS_FAILED;
		(void)snprintf(tls->failure, sizeof tls->failure, "the server has sent alert %u", config->alert);
	}
	return tls;
}

void tls_close(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->context);
	free(tls);
}

void tls_feed(struct tls *tls, struct bytes cipher)
{
	if (cipher.length > 0)
		CHECK_INT(BIO_write(tls->in, cipher.data, (int)cipher.length), ==, cipher.length);
}

/*
 * What OpenSSL says of it, without what may differ between machines: its reason, and that of the
 * client's certificate.
 */
static void fail(struct tls *tls)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = error != 0 ? ERR_reason_error_string(error) : NULL;
	long verified = SSL_get_verify_result(tls->ssl);

	tls->state = TLS_FAILED;
	(void)snprintf(tls->failure, sizeof tls->failure, "%s%s%s", reason != NULL ? reason : "it was broken off",
	               verified != X509_V_OK ? ": " : "", verified != X509_V_OK ? X509_verify_cert_error_string(verified) : "");
}

/* What OpenSSL's answer @result means for the connection. */
static void judge(struct tls *tls, int result)
{
	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		break;
	case SSL_ERROR_ZERO_RETURN:
		tls->state = TLS_ENDED;
		break;
	default:
		fail(tls);
		break;
	}
}

size_t tls_read(struct tls *tls, uint8_t *ret_plain, size_t size)
{
	size_t length = 0;
	int result = 1;

	if (tls->state != TLS_SHAKING && tls->state != TLS_OPEN)
		return 0;
	entropy_use(&tls->config.entropy);
	ERR_clear_error();
	if (tls->state == TLS_SHAKING) {
		result = SSL_do_handshake(tls->ssl);
		if (result == 1)
			tls->state = TLS_OPEN;
	}
	if (tls->state == TLS_OPEN)
		result = SSL_read_ex(tls->ssl, ret_plain, size, &length);
	if (result != 1)
		judge(tls, result);
	entropy_use(NULL);
	return result == 1 ? length : 0;
}

enum tls_state tls_state(const struct tls *tls)
{
	return tls->state;
}

const char *tls_failure(const struct tls *tls)
{
	return tls->failure;
}

struct pki_identity tls_identity(const struct tls *tls)
{
	return pki_identify(tls->config.pki, SSL_get0_peer_certificate(tls->ssl));
}

const char *tls_asked_name(const struct tls *tls)
{
	return SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name);
}

const char *tls_version_name(const struct tls *tls)
{
	return SSL_get_version(tls->ssl);
}

void tls_write(struct tls *tls, struct bytes plain)
{
	size_t written = 0;

	CHECK(tls->state == TLS_OPEN);
	if (plain.length == 0)
		return;
	entropy_use(&tls->config.entropy);
	/* A memory BIO takes everything. */
	CHECK(SSL_write_ex(tls->ssl, plain.data, plain.length, &written) == 1);
	CHECK_INT(written, ==, plain.length);
	entropy_use(NULL);
}

void tls_end(struct tls *tls)
{
	if (tls->state != TLS_OPEN && tls->state != TLS_ENDED)
		return;
	entropy_use(&tls->config.entropy);
	(void)SSL_shutdown(tls->ssl);
	entropy_use(NULL);
}

struct bytes tls_pending(struct tls *tls)
{
	char *data = NULL;
	long length = BIO_get_mem_data(tls->out, &data);
	uint64_t allowed = tls->limit - tls->handed_out;

	if (length <= 0 || allowed == 0)
		return bytes_of(NULL, 0);
	return bytes_of(data, (uint64_t)length < allowed ? (size_t)length : (size_t)allowed);
}

void tls_sent(struct tls *tls, size_t length)
{
	uint8_t sink[1024];

	tls->handed_out += length;
	while (length > 0) {
		int part = BIO_read(tls->out, sink, (int)(length < sizeof sink ? length : sizeof sink));
		CHECK_INT(part, >, 0);
		length -= (size_t)part;
	}
}
