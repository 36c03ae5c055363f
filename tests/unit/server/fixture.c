/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/server/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <xxhash.h>

#include "lib/base/memory.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"

#define DEVICE (HOST_ADDRESS + 99)
#define WIRE_NS (1 * SIM_MS)
#define QUEUE_MAX 4096U
#define MSS 1460U
#define WINDOW 60000U

struct server_fixture server_fixture;

static const uint8_t own_mac[6] = {2, 0, 0, 0, 0, 9}, their_mac[6] = {0x02, 0x53, 0x54, 0x55, 0x54, 0x01};

/* Frames on their way to the device, in order. */
static struct {
	struct frame *frame;
	sim_ns at;
} queue[QUEUE_MAX];
static size_t queue_first, queue_end;
static uint16_t next_port = 40000;
static struct tcp_client *clients[8];
static struct {
	uint32_t address; /* of who is asked */
	uint16_t port;
	uint8_t data[FRAME_MAX];
	size_t length;
} datagram;

/* -- the world -- */

static void keep_secret(void *ctx, const char *line)
{
	char *more = memory_format("%s%s\n", server_fixture.secrets != NULL ? server_fixture.secrets : "", line);

	(void)ctx;
	free(server_fixture.secrets);
	server_fixture.secrets = more;
	if (!server_fixture.secrets_wait || strncmp(line, "CLIENT_TRAFFIC", 14) != 0)
		namer_secret(server_fixture.namer, line);
}

static void keep_names(enum direction direction, const uint8_t *data, size_t length)
{
	char at[ADDRESS_TEXT_MAX];
	struct packet packet = packet_parse(bytes_of(data, length));
	struct naming naming;

	namer_see(server_fixture.namer, direction, &packet, packet_flow(&packet), &naming);
	for (size_t i = 0; i < naming.count; i++) {
		struct naming one = naming;
		if (naming.names[i].word < ADDRESS_TLS_CLIENT_HELLO)
			continue;
		one.count = 1;
		one.names[0] = naming.names[i];
		char *more = memory_format("%s%s %s\n", server_fixture.names != NULL ? server_fixture.names : "", direction_name(direction),
		                           naming_render(&one, at));
		free(server_fixture.names);
		server_fixture.names = more;
	}
}

static void digest(unsigned direction, const uint8_t *data, size_t length)
{
	const uint64_t head[3] = {server_fixture.digest, server_fixture.sim.now, direction};

	server_fixture.digest = XXH3_64bits_withSeed(data, length, XXH3_64bits(head, sizeof head));
	server_fixture.frames[direction]++;
	keep_names(direction == TO_SERVER ? TO_SERVER : TO_DEVICE, data, length);
}

static void take(void *ctx, struct frame *frame, sim_ns now)
{
	(void)ctx;
	CU_ASSERT_FATAL(queue_end - queue_first < QUEUE_MAX);
	digest(TO_DEVICE, frame->data, frame->length);
	service_delivered(&server_fixture.service, frame_bytes(frame));
	queue[queue_end % QUEUE_MAX].frame = frame;
	queue[queue_end++ % QUEUE_MAX].at = now + WIRE_NS;
}

static void keep_decision(void *ctx, const struct decision *decision)
{
	(void)ctx;
	decisions_add(&server_fixture.decisions, decision);
}

void server_fixture_open_with(const char *const *params, const struct fault *faults, size_t count)
{
	struct service_config config;
	struct error err = {0};

	memset(&config, 0, sizeof config);
	params_init(service_params, &config);
	for (; params != NULL && *params != NULL; params++) {
		char key[64];
		(void)snprintf(key, sizeof key, "%.*s", (int)strcspn(*params, "="), *params);
		const struct param *row = param_find(service_params, key);
		CU_ASSERT_PTR_NOT_NULL_FATAL(row);
		CU_ASSERT_FATAL(param_set(row, &config, strchr(*params, '=') + 1, &err));
	}
	CU_ASSERT_FATAL(service_open(&server_fixture.service, &config, test_write("os.bin", "the plain image"), &err));
	server_fixture.namer = namer_open();
	sim_open(&server_fixture.sim, 0);
	trace_text_open(&server_fixture.trace);
	host_open(&server_fixture.sim, server_fixture.trace.trace, SERVER_FIXTURE_SEED, (struct host_ops){take, 0}, NULL);
	server_fixture.service_faults = service_faults_open(faults, count, SERVER_FIXTURE_SEED, server_fixture.trace.trace,
	                                                    (struct armed_ops){keep_decision, NULL}, NULL);
	service_start(&server_fixture.service, SERVER_FIXTURE_UNIX_S * SIM_S, SERVER_FIXTURE_SEED, server_fixture.service_faults,
	              (struct service_ops){keep_secret}, NULL);
}

void server_fixture_open(const char *const *params)
{
	server_fixture_open_with(params, NULL, 0);
}

void server_fixture_tell_secrets(void)
{
	for (char *line = strtok(server_fixture.secrets, "\n"); line != NULL; line = strtok(NULL, "\n"))
		namer_secret(server_fixture.namer, line);
	free(server_fixture.secrets);
	server_fixture.secrets = NULL;
}

void server_fixture_close(void)
{
	host_close();
	service_close(&server_fixture.service);
	service_faults_close(server_fixture.service_faults);
	decisions_close(&server_fixture.decisions);
	for (; queue_first < queue_end; queue_first++)
		frame_free(queue[queue_first % QUEUE_MAX].frame);
	trace_text_close(&server_fixture.trace);
	sim_close(&server_fixture.sim);
	free(server_fixture.secrets);
	free(server_fixture.names);
	namer_close(server_fixture.namer);
}

/* -- frames -- */

static void send_ip(uint32_t destination, uint8_t protocol, const uint8_t *data, size_t length)
{
	uint8_t frame[FRAME_MAX] = {0}, *ip = frame + 14;
	static uint16_t id;

	memcpy(frame, their_mac, 6);
	memcpy(frame + 6, own_mac, 6);
	put_be16(frame + 12, ETHERTYPE_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, (unsigned)(20 + length));
	put_be16(ip + 4, ++id);
	ip[8] = 64;
	ip[9] = protocol;
	put_be32(ip + 12, DEVICE);
	put_be32(ip + 16, destination);
	memcpy(ip + 20, data, length);
	checksum_mend(frame, 34 + length);
	digest(TO_SERVER, frame, 34 + length);
	host_input(frame_new(frame, 34 + length));
}

static void answer_arp(struct bytes request)
{
	uint8_t frame[42] = {0};

	memcpy(frame, their_mac, 6);
	memcpy(frame + 6, own_mac, 6);
	memcpy(frame + 12, request.data + 12, 8);
	put_be16(frame + 20, 2);
	memcpy(frame + 22, own_mac, 6);
	put_be32(frame + 28, DEVICE);
	memcpy(frame + 32, request.data + 22, 10);
	digest(TO_SERVER, frame, sizeof frame);
	host_input(frame_new(frame, sizeof frame));
}

static void send_segment(struct tcp_client *client, uint8_t flags, const void *data, size_t length)
{
	uint8_t segment[FRAME_MAX] = {0};
	size_t header = flags & TCP_FLAG_SYN ? 24 : 20;

	put_be16(segment, client->own_port);
	put_be16(segment + 2, client->port);
	put_be32(segment + 4, client->next_own);
	put_be32(segment + 8, flags & TCP_FLAG_ACK ? client->next_theirs : 0);
	segment[12] = (uint8_t)(header / 4 << 4);
	segment[13] = flags;
	put_be16(segment + 14, WINDOW);
	if (header > 20) {
		segment[20] = 2;
		segment[21] = 4;
		put_be16(segment + 22, MSS);
	}
	if (length > 0)
		memcpy(segment + header, data, length);
	client->next_own += (uint32_t)length + (flags & TCP_FLAG_SYN ? 1 : 0) + (flags & TCP_FLAG_FIN ? 1 : 0);
	send_ip(client->address, IP_TCP, segment, header + length);
}

static void receive_segment(struct tcp_client *client, const struct packet *packet, struct bytes frame)
{
	uint16_t window = 0;

	if (packet->tcp_flags & TCP_FLAG_RST) {
		client->state = TCP_CLIENT_RESET;
		return;
	}
	(void)bytes_be16(frame, 14 + 20 + 14, &window);
	client->window = window;
	if (packet->tcp_flags & TCP_FLAG_ACK)
		(void)bytes_be32(frame, 14 + 20 + 8, &client->acknowledged);
	if (packet->tcp_flags & TCP_FLAG_SYN) {
		client->next_theirs = packet->tcp_seq + 1;
		client->state = TCP_CLIENT_UP;
		send_segment(client, TCP_FLAG_ACK, NULL, 0);
		return;
	}
	if (packet->tcp_seq != client->next_theirs) {
		if (packet->payload.length > 0)
			send_segment(client, TCP_FLAG_ACK, NULL, 0);
		return;
	}
	if (packet->payload.length > 0) {
		client->in = memory_resize(client->in, client->in_length + packet->payload.length, 1);
		memcpy(client->in + client->in_length, packet->payload.data, packet->payload.length);
		client->in_length += packet->payload.length;
		client->next_theirs += (uint32_t)packet->payload.length;
	}
	if (packet->tcp_flags & TCP_FLAG_FIN) {
		client->next_theirs++;
		client->state = TCP_CLIENT_ENDED;
	}
	if (packet->payload.length > 0 || (packet->tcp_flags & TCP_FLAG_FIN))
		send_segment(client, TCP_FLAG_ACK, NULL, 0);
}

static void receive(struct bytes frame)
{
	struct packet packet = packet_parse(frame);

	if (packet.ethertype == ETHERTYPE_ARP && frame.length >= 42 && frame.data[21] == 1)
		answer_arp(frame);
	if (packet.protocol == IP_UDP && packet.has_ports && packet.destination_port == datagram.port &&
	    packet.source == datagram.address) {
		memcpy(datagram.data, packet.payload.data, packet.payload.length);
		datagram.length = packet.payload.length;
	}
	for (size_t i = 0; i < 8 && packet.is_tcp; i++)
		if (clients[i] != NULL && clients[i]->own_port == packet.destination_port)
			receive_segment(clients[i], &packet, frame);
}

/*
 * Runs to the next frame for the device and hands it over, or to @until. @return whether there was
 * one.
 */
static bool step(sim_ns until)
{
	sim_ns due = queue_first < queue_end ? queue[queue_first % QUEUE_MAX].at : SIM_NEVER;

	/* A frame of the server may be due before the one that is known now. */
	while (sim_next(&server_fixture.sim) < due && sim_next(&server_fixture.sim) <= until) {
		sim_run_until(&server_fixture.sim, sim_next(&server_fixture.sim));
		due = queue_first < queue_end ? queue[queue_first % QUEUE_MAX].at : SIM_NEVER;
	}
	if (due > until) {
		sim_run_until(&server_fixture.sim, until);
		return false;
	}
	if (due > server_fixture.sim.now)
		sim_run_until(&server_fixture.sim, due);
	struct frame *frame = queue[queue_first++ % QUEUE_MAX].frame;
	receive(frame_bytes(frame));
	frame_free(frame);
	return true;
}

void server_fixture_run(uint64_t ns)
{
	sim_ns until = server_fixture.sim.now + ns;

	while (step(until))
		;
}

size_t server_fixture_udp(uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns,
                          uint8_t ret_answer[FRAME_MAX])
{
	return server_fixture_udp_from(next_port++, address, port, payload, length, ns, ret_answer);
}

size_t server_fixture_udp_from(uint16_t own_port, uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns,
                               uint8_t ret_answer[FRAME_MAX])
{
	uint8_t message[FRAME_MAX] = {0};
	sim_ns until = server_fixture.sim.now + ns;

	datagram.address = address;
	datagram.port = own_port;
	datagram.length = 0;
	put_be16(message, datagram.port);
	put_be16(message + 2, port);
	put_be16(message + 4, (unsigned)(8 + length));
	memcpy(message + 8, payload, length);
	send_ip(address, IP_UDP, message, 8 + length);
	while (datagram.length == 0 && step(until))
		;
	memcpy(ret_answer, datagram.data, datagram.length);
	return datagram.length;
}

/* -- TCP -- */

void tcp_client_open(struct tcp_client *client, uint32_t address, uint16_t port, uint64_t ns)
{
	sim_ns until = server_fixture.sim.now + ns;
	size_t i = 0;

	memset(client, 0, sizeof *client);
	while (i < 7 && clients[i] != NULL)
		i++;
	clients[i] = client;
	client->address = address;
	client->port = port;
	client->own_port = next_port++;
	client->next_own = client->own_port * 1000U;
	client->window = MSS;
	send_segment(client, TCP_FLAG_SYN, NULL, 0);
	client->acknowledged = client->next_own;
	while (client->state == TCP_CLIENT_CONNECTING && step(until))
		;
}

void tcp_client_close(struct tcp_client *client)
{
	if (client->state == TCP_CLIENT_UP || client->state == TCP_CLIENT_ENDED) {
		send_segment(client, TCP_FLAG_FIN | TCP_FLAG_ACK, NULL, 0);
		server_fixture_run(20 * SIM_MS);
	}
	for (size_t i = 0; i < 8; i++)
		if (clients[i] == client)
			clients[i] = NULL;
	SSL_free(client->ssl);
	SSL_CTX_free(client->context);
	free(client->in);
}

static void send_bytes(struct tcp_client *client, const uint8_t *data, size_t length)
{
	for (size_t at = 0; at < length && client->state == TCP_CLIENT_UP;) {
		size_t part = length - at < MSS ? length - at : MSS;
		/* No more than the window takes: it is opened by what comes back. */
		for (sim_ns until = server_fixture.sim.now + 60 * SIM_S;
		     client->next_own - client->acknowledged + part > client->window && step(until);)
			;
		send_segment(client, TCP_FLAG_ACK | TCP_FLAG_PSH, data + at, part);
		at += part;
	}
}

/* -- TLS -- */

static void push(struct tcp_client *client)
{
	uint8_t data[4096];
	int length;

	while ((length = BIO_read(SSL_get_wbio(client->ssl), data, sizeof data)) > 0)
		send_bytes(client, data, (size_t)length);
}

static void pull(struct tcp_client *client)
{
	if (client->in_length > 0)
		CU_ASSERT(BIO_write(SSL_get_rbio(client->ssl), client->in, (int)client->in_length) == (int)client->in_length);
	client->in_length = 0;
}

static void add_trust(SSL_CTX *context, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *certificate;

	while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		CU_ASSERT(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1);
		X509_free(certificate);
	}
	BIO_free(bio);
}

static void add_identity(SSL_CTX *context, const struct tls_client *tls)
{
	BIO *bio = BIO_new_mem_buf(tls->certificate, -1), *key_bio = BIO_new_mem_buf(tls->key, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);

	CU_ASSERT(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	BIO_free(bio);
	BIO_free(key_bio);
}

static void configure(struct tcp_client *client, const struct tls_client *tls)
{
	client->context = SSL_CTX_new(TLS_client_method());
	CU_ASSERT_PTR_NOT_NULL_FATAL(client->context);
	CU_ASSERT(SSL_CTX_set_min_proto_version(client->context, tls->version) == 1);
	CU_ASSERT(SSL_CTX_set_max_proto_version(client->context, tls->version) == 1);
	SSL_CTX_set_verify(client->context, SSL_VERIFY_PEER, NULL);
	add_trust(client->context, tls->trust);
	if (tls->certificate != NULL)
		add_identity(client->context, tls);
	client->ssl = SSL_new(client->context);
	SSL_set_bio(client->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	CU_ASSERT(SSL_set_tlsext_host_name(client->ssl, tls->host) == 1 && SSL_set1_host(client->ssl, tls->host) == 1);
	X509_VERIFY_PARAM_set_time(SSL_get0_param(client->ssl),
	                           (time_t)(tls->unix_s != 0 ? tls->unix_s : SERVER_FIXTURE_UNIX_S + server_fixture.sim.now / SIM_S));
	SSL_set_connect_state(client->ssl);
}

static void keep_failure(struct tcp_client *client)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	(void)snprintf(client->failure, sizeof client->failure, "%s: %s", reason != NULL ? reason : "no reason",
	               X509_verify_cert_error_string(SSL_get_verify_result(client->ssl)));
}

bool tcp_client_tls(struct tcp_client *client, const struct tls_client *tls, uint64_t ns)
{
	sim_ns until = server_fixture.sim.now + ns;

	client->entropy = entropy_of(SERVER_FIXTURE_SEED, "the device's TLS", client->own_port);
	entropy_use(&client->entropy);
	configure(client, tls);
	for (;;) {
		entropy_use(&client->entropy);
		ERR_clear_error();
		int result = SSL_do_handshake(client->ssl);
		int error = SSL_get_error(client->ssl, result);
		entropy_use(NULL);
		push(client);
		if (result == 1)
			return true;
		if (error != SSL_ERROR_WANT_READ) {
			keep_failure(client);
			return false;
		}
		if (client->in_length == 0 && (client->state != TCP_CLIENT_UP || !step(until)))
			return false;
		pull(client);
	}
}

void tcp_client_send(struct tcp_client *client, const void *data, size_t length)
{
	if (client->ssl == NULL) {
		send_bytes(client, data, length);
		return;
	}
	entropy_use(&client->entropy);
	(void)SSL_write(client->ssl, data, (int)length);
	entropy_use(NULL);
	push(client);
}

static size_t read_some(struct tcp_client *client, uint8_t *data, size_t size)
{
	size_t length = 0;

	if (client->ssl != NULL) {
		pull(client);
		entropy_use(&client->entropy);
		ERR_clear_error();
		if (SSL_read_ex(client->ssl, data, size, &length) != 1) {
			length = 0;
			if (SSL_get_error(client->ssl, 0) == SSL_ERROR_SSL)
				keep_failure(client);
		}
		entropy_use(NULL);
		push(client);
		return length;
	}
	length = client->in_length < size ? client->in_length : size;
	if (length > 0) {
		memcpy(data, client->in, length);
		memmove(client->in, client->in + length, client->in_length - length);
		client->in_length -= length;
	}
	return length;
}

/* -- HTTP -- */

static const char *find_end(const uint8_t *data, size_t length)
{
	return length > 0 ? memmem(data, length, "\r\n\r\n", 4) : NULL;
}

/* Whether the answer so far is whole. */
static bool parse(struct client_answer *answer, const uint8_t *data, size_t length, uint64_t since, bool is_head)
{
	const char *end = find_end(data, length);
	unsigned long announced = 0;
	bool has_length = false;

	if (end == NULL)
		return false;
	size_t head = (size_t)((const uint8_t *)end - data) + 4;
	CU_ASSERT_FATAL(head < sizeof answer->head);
	if (answer->status == 0)
		answer->head_ns = server_fixture.sim.now - since;
	memcpy(answer->head, data, head);
	answer->head[head] = '\0';
	(void)sscanf(answer->head, "HTTP/1.1 %u", &answer->status);
	const char *field = strstr(answer->head, "Content-Length: ");
	if (field != NULL)
		has_length = sscanf(field, "Content-Length: %lu", &announced) == 1;
	answer->length = length - head;
	answer->whole = is_head || answer->status == 204 || (has_length && answer->length >= announced);
	return answer->whole;
}

struct client_answer tcp_client_ask(struct tcp_client *client, const char *method, const char *host, const char *target,
                                    const char *headers, const char *body, uint64_t ns)
{
	struct client_answer answer = {0};
	sim_ns since = server_fixture.sim.now, until = since + ns;
	uint8_t *data = NULL, part[16384];
	size_t length = 0, have;
	char *request = memory_format("%s %s HTTP/1.1\r\nHost: %s\r\n%s", method, target, host, headers);
	char *whole = body != NULL ? memory_format("%sContent-Length: %zu\r\n\r\n%s", request, strlen(body), body)
	                           : memory_format("%s\r\n", request);

	tcp_client_send(client, whole, strlen(whole));
	free(whole);
	free(request);
	for (;;) {
		while ((have = read_some(client, part, sizeof part)) > 0) {
			data = memory_resize(data, length + have, 1);
			memcpy(data + length, part, have);
			length += have;
		}
		if (parse(&answer, data, length, since, strcmp(method, "HEAD") == 0) || client->state == TCP_CLIENT_RESET)
			break;
		if ((client->state == TCP_CLIENT_ENDED && client->in_length == 0) || !step(until))
			break;
	}
	answer.took_ns = server_fixture.sim.now - since;
	answer.body = memory_new(answer.length + 1);
	if (answer.length > 0)
		memcpy(answer.body, data + length - answer.length, answer.length);
	free(data);
	return answer;
}

void client_answer_close(struct client_answer *answer)
{
	free(answer->body);
	answer->body = NULL;
}

struct client_answer server_fixture_ask(const struct tls_client *tls, const char *method, const char *target, const char *headers,
                                        const char *body, uint64_t ns)
{
	struct client_answer answer = {0};
	struct tcp_client client;

	tcp_client_open(&client, names_find(tls->host)->address, tls->version != 0 ? HTTPS_PORT : HTTP_PORT, ns);
	if (client.state == TCP_CLIENT_UP && (tls->version == 0 || tcp_client_tls(&client, tls, ns)))
		answer = tcp_client_ask(&client, method, tls->host, target, headers, body, ns);
	tcp_client_close(&client);
	return answer;
}
