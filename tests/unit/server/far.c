/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/server/far.h"

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

struct far far;

static const uint8_t own_mac[6] = {2, 0, 0, 0, 0, 9}, their_mac[6] = {0x02, 0x53, 0x54, 0x55, 0x54, 0x01};

/* Frames on their way to the device, in order. */
static struct {
	struct frame *frame;
	sim_ns at;
} queue[QUEUE_MAX];
static size_t queue_first, queue_end;
static uint16_t next_port = 40000;
static struct wire *wires[8];
static struct {
	uint32_t address; /* of who is asked */
	uint16_t port;
	uint8_t data[FRAME_MAX];
	size_t length;
} datagram;

/* -- the world -- */

static void keep_line(void *ctx, const char *line, size_t length)
{
	(void)ctx;
	far.text = memory_resize(far.text, far.length + length + 1, 1);
	memcpy(far.text + far.length, line, length);
	far.length += length;
	far.text[far.length] = '\0';
}

static void keep_secret(void *ctx, const char *line)
{
	char *more = memory_format("%s%s\n", far.secrets != NULL ? far.secrets : "", line);

	(void)ctx;
	free(far.secrets);
	far.secrets = more;
	if (!far.secrets_wait || strncmp(line, "CLIENT_TRAFFIC", 14) != 0)
		namer_secret(far.namer, line);
}

static void keep_names(enum direction direction, const uint8_t *data, size_t length)
{
	char at[ADDRESS_TEXT_MAX];
	struct packet packet = packet_parse(bytes_of(data, length));
	struct naming naming;

	namer_see(far.namer, direction, &packet, packet_flow(&packet), &naming);
	for (size_t i = 0; i < naming.count; i++) {
		struct naming one = naming;
		if (naming.names[i].word < ADDRESS_TLS_CLIENT_HELLO)
			continue;
		one.count = 1;
		one.names[0] = naming.names[i];
		char *more = memory_format("%s%s %s\n", far.names != NULL ? far.names : "", direction_name(direction),
		                           naming_render(&one, at));
		free(far.names);
		far.names = more;
	}
}

static void digest(unsigned direction, const uint8_t *data, size_t length)
{
	const uint64_t head[3] = {far.digest, far.sim.now, direction};

	far.digest = XXH3_64bits_withSeed(data, length, XXH3_64bits(head, sizeof head));
	far.frames[direction]++;
	keep_names(direction == TO_SERVER ? TO_SERVER : TO_DEVICE, data, length);
}

static void take(void *ctx, struct frame *frame, sim_ns now)
{
	(void)ctx;
	CU_ASSERT_FATAL(queue_end - queue_first < QUEUE_MAX);
	digest(TO_DEVICE, frame->data, frame->length);
	service_delivered(&far.service, frame_bytes(frame));
	queue[queue_end % QUEUE_MAX].frame = frame;
	queue[queue_end++ % QUEUE_MAX].at = now + WIRE_NS;
}

static void keep_decision(void *ctx, const struct decision *decision)
{
	(void)ctx;
	decisions_add(&far.decisions, decision);
}

void far_open_with(const char *const *params, const struct fault *faults, size_t count)
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
	CU_ASSERT_FATAL(service_open(&far.service, &config, test_write("os.bin", "the plain image"), &err));
	far.namer = namer_open();
	sim_open(&far.sim, 0);
	far.trace = trace_open((struct trace_sink){keep_line, NULL});
	host_open(&far.sim, far.trace, FAR_SEED, (struct host_ops){take, 0}, NULL);
	far.service_faults = service_faults_open(faults, count, FAR_SEED, far.trace, (struct armed_ops){keep_decision, NULL}, NULL);
	service_start(&far.service, FAR_UNIX_S * SIM_S, FAR_SEED, far.service_faults, (struct service_ops){keep_secret}, NULL);
}

void far_open(const char *const *params)
{
	far_open_with(params, NULL, 0);
}

void far_tell_secrets(void)
{
	for (char *line = strtok(far.secrets, "\n"); line != NULL; line = strtok(NULL, "\n"))
		namer_secret(far.namer, line);
	free(far.secrets);
	far.secrets = NULL;
}

void far_close(void)
{
	host_close();
	service_close(&far.service);
	service_faults_close(far.service_faults);
	decisions_close(&far.decisions);
	for (; queue_first < queue_end; queue_first++)
		frame_free(queue[queue_first % QUEUE_MAX].frame);
	trace_close(far.trace);
	sim_close(&far.sim);
	free(far.text);
	free(far.secrets);
	free(far.names);
	namer_close(far.namer);
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

static void send_segment(struct wire *wire, uint8_t flags, const void *data, size_t length)
{
	uint8_t segment[FRAME_MAX] = {0};
	size_t header = flags & TCP_FLAG_SYN ? 24 : 20;

	put_be16(segment, wire->own_port);
	put_be16(segment + 2, wire->port);
	put_be32(segment + 4, wire->next_own);
	put_be32(segment + 8, flags & TCP_FLAG_ACK ? wire->next_theirs : 0);
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
	wire->next_own += (uint32_t)length + (flags & TCP_FLAG_SYN ? 1 : 0) + (flags & TCP_FLAG_FIN ? 1 : 0);
	send_ip(wire->address, IP_TCP, segment, header + length);
}

static void receive_segment(struct wire *wire, const struct packet *packet, struct bytes frame)
{
	uint16_t window = 0;

	if (packet->tcp_flags & TCP_FLAG_RST) {
		wire->state = FAR_RESET;
		return;
	}
	(void)bytes_be16(frame, 14 + 20 + 14, &window);
	wire->window = window;
	if (packet->tcp_flags & TCP_FLAG_ACK)
		(void)bytes_be32(frame, 14 + 20 + 8, &wire->acknowledged);
	if (packet->tcp_flags & TCP_FLAG_SYN) {
		wire->next_theirs = packet->tcp_seq + 1;
		wire->state = FAR_UP;
		send_segment(wire, TCP_FLAG_ACK, NULL, 0);
		return;
	}
	if (packet->tcp_seq != wire->next_theirs) {
		if (packet->payload.length > 0)
			send_segment(wire, TCP_FLAG_ACK, NULL, 0);
		return;
	}
	if (packet->payload.length > 0) {
		wire->in = memory_resize(wire->in, wire->in_length + packet->payload.length, 1);
		memcpy(wire->in + wire->in_length, packet->payload.data, packet->payload.length);
		wire->in_length += packet->payload.length;
		wire->next_theirs += (uint32_t)packet->payload.length;
	}
	if (packet->tcp_flags & TCP_FLAG_FIN) {
		wire->next_theirs++;
		wire->state = FAR_ENDED;
	}
	if (packet->payload.length > 0 || (packet->tcp_flags & TCP_FLAG_FIN))
		send_segment(wire, TCP_FLAG_ACK, NULL, 0);
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
		if (wires[i] != NULL && wires[i]->own_port == packet.destination_port)
			receive_segment(wires[i], &packet, frame);
}

/* Runs to the next frame for the device and hands it over, or to @until. @return whether there was one. */
static bool step(sim_ns until)
{
	sim_ns due = queue_first < queue_end ? queue[queue_first % QUEUE_MAX].at : SIM_NEVER;

	/* A frame of the server may be due before the one that is known now. */
	while (sim_next(&far.sim) < due && sim_next(&far.sim) <= until) {
		sim_run_until(&far.sim, sim_next(&far.sim));
		due = queue_first < queue_end ? queue[queue_first % QUEUE_MAX].at : SIM_NEVER;
	}
	if (due > until) {
		sim_run_until(&far.sim, until);
		return false;
	}
	if (due > far.sim.now)
		sim_run_until(&far.sim, due);
	struct frame *frame = queue[queue_first++ % QUEUE_MAX].frame;
	receive(frame_bytes(frame));
	frame_free(frame);
	return true;
}

void far_run(uint64_t ns)
{
	sim_ns until = far.sim.now + ns;

	while (step(until))
		;
}

size_t far_udp(uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns, uint8_t ret_answer[FRAME_MAX])
{
	return far_udp_from(next_port++, address, port, payload, length, ns, ret_answer);
}

size_t far_udp_from(uint16_t own_port, uint32_t address, uint16_t port, const uint8_t *payload, size_t length, uint64_t ns,
                    uint8_t ret_answer[FRAME_MAX])
{
	uint8_t message[FRAME_MAX] = {0};
	sim_ns until = far.sim.now + ns;

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

void wire_open(struct wire *wire, uint32_t address, uint16_t port, uint64_t ns)
{
	sim_ns until = far.sim.now + ns;
	size_t i = 0;

	memset(wire, 0, sizeof *wire);
	while (i < 7 && wires[i] != NULL)
		i++;
	wires[i] = wire;
	wire->address = address;
	wire->port = port;
	wire->own_port = next_port++;
	wire->next_own = wire->own_port * 1000U;
	wire->window = MSS;
	send_segment(wire, TCP_FLAG_SYN, NULL, 0);
	wire->acknowledged = wire->next_own;
	while (wire->state == FAR_CONNECTING && step(until))
		;
}

void wire_close(struct wire *wire)
{
	if (wire->state == FAR_UP || wire->state == FAR_ENDED) {
		send_segment(wire, TCP_FLAG_FIN | TCP_FLAG_ACK, NULL, 0);
		far_run(20 * SIM_MS);
	}
	for (size_t i = 0; i < 8; i++)
		if (wires[i] == wire)
			wires[i] = NULL;
	SSL_free(wire->ssl);
	SSL_CTX_free(wire->context);
	free(wire->in);
}

static void send_bytes(struct wire *wire, const uint8_t *data, size_t length)
{
	for (size_t at = 0; at < length && wire->state == FAR_UP;) {
		size_t part = length - at < MSS ? length - at : MSS;
		/* No more than the window takes: it is opened by what comes back. */
		for (sim_ns until = far.sim.now + 60 * SIM_S; wire->next_own - wire->acknowledged + part > wire->window && step(until);)
			;
		send_segment(wire, TCP_FLAG_ACK | TCP_FLAG_PSH, data + at, part);
		at += part;
	}
}

/* -- TLS -- */

static void push(struct wire *wire)
{
	uint8_t data[4096];
	int length;

	while ((length = BIO_read(SSL_get_wbio(wire->ssl), data, sizeof data)) > 0)
		send_bytes(wire, data, (size_t)length);
}

static void pull(struct wire *wire)
{
	if (wire->in_length > 0)
		CU_ASSERT(BIO_write(SSL_get_rbio(wire->ssl), wire->in, (int)wire->in_length) == (int)wire->in_length);
	wire->in_length = 0;
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

static void add_identity(SSL_CTX *context, const struct far_tls *tls)
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

static void configure(struct wire *wire, const struct far_tls *tls)
{
	wire->context = SSL_CTX_new(TLS_client_method());
	CU_ASSERT_PTR_NOT_NULL_FATAL(wire->context);
	CU_ASSERT(SSL_CTX_set_min_proto_version(wire->context, tls->version) == 1);
	CU_ASSERT(SSL_CTX_set_max_proto_version(wire->context, tls->version) == 1);
	SSL_CTX_set_verify(wire->context, SSL_VERIFY_PEER, NULL);
	add_trust(wire->context, tls->trust);
	if (tls->certificate != NULL)
		add_identity(wire->context, tls);
	wire->ssl = SSL_new(wire->context);
	SSL_set_bio(wire->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	CU_ASSERT(SSL_set_tlsext_host_name(wire->ssl, tls->host) == 1 && SSL_set1_host(wire->ssl, tls->host) == 1);
	X509_VERIFY_PARAM_set_time(SSL_get0_param(wire->ssl), (time_t)(tls->unix_s != 0 ? tls->unix_s : FAR_UNIX_S + far.sim.now / SIM_S));
	SSL_set_connect_state(wire->ssl);
}

static void keep_failure(struct wire *wire)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	(void)snprintf(wire->failure, sizeof wire->failure, "%s: %s", reason != NULL ? reason : "no reason",
	               X509_verify_cert_error_string(SSL_get_verify_result(wire->ssl)));
}

bool wire_tls(struct wire *wire, const struct far_tls *tls, uint64_t ns)
{
	sim_ns until = far.sim.now + ns;

	wire->entropy = entropy_of(FAR_SEED, "the device's TLS", wire->own_port);
	entropy_use(&wire->entropy);
	configure(wire, tls);
	for (;;) {
		entropy_use(&wire->entropy);
		ERR_clear_error();
		int result = SSL_do_handshake(wire->ssl);
		int error = SSL_get_error(wire->ssl, result);
		entropy_use(NULL);
		push(wire);
		if (result == 1)
			return true;
		if (error != SSL_ERROR_WANT_READ) {
			keep_failure(wire);
			return false;
		}
		if (wire->in_length == 0 && (wire->state != FAR_UP || !step(until)))
			return false;
		pull(wire);
	}
}

void wire_send(struct wire *wire, const void *data, size_t length)
{
	if (wire->ssl == NULL) {
		send_bytes(wire, data, length);
		return;
	}
	entropy_use(&wire->entropy);
	(void)SSL_write(wire->ssl, data, (int)length);
	entropy_use(NULL);
	push(wire);
}

static size_t read_some(struct wire *wire, uint8_t *data, size_t size)
{
	size_t length = 0;

	if (wire->ssl != NULL) {
		pull(wire);
		entropy_use(&wire->entropy);
		ERR_clear_error();
		if (SSL_read_ex(wire->ssl, data, size, &length) != 1) {
			length = 0;
			if (SSL_get_error(wire->ssl, 0) == SSL_ERROR_SSL)
				keep_failure(wire);
		}
		entropy_use(NULL);
		push(wire);
		return length;
	}
	length = wire->in_length < size ? wire->in_length : size;
	if (length > 0) {
		memcpy(data, wire->in, length);
		memmove(wire->in, wire->in + length, wire->in_length - length);
		wire->in_length -= length;
	}
	return length;
}

/* -- HTTP -- */

static const char *find_end(const uint8_t *data, size_t length)
{
	return length > 0 ? memmem(data, length, "\r\n\r\n", 4) : NULL;
}

/* Whether the answer so far is whole. */
static bool parse(struct far_answer *answer, const uint8_t *data, size_t length, uint64_t since, bool is_head)
{
	const char *end = find_end(data, length);
	unsigned long announced = 0;
	bool has_length = false;

	if (end == NULL)
		return false;
	size_t head = (size_t)((const uint8_t *)end - data) + 4;
	CU_ASSERT_FATAL(head < sizeof answer->head);
	if (answer->status == 0)
		answer->head_ns = far.sim.now - since;
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

struct far_answer wire_ask(struct wire *wire, const char *method, const char *host, const char *target, const char *headers,
                           const char *body, uint64_t ns)
{
	struct far_answer answer = {0};
	sim_ns since = far.sim.now, until = since + ns;
	uint8_t *data = NULL, part[16384];
	size_t length = 0, have;
	char *request = memory_format("%s %s HTTP/1.1\r\nHost: %s\r\n%s", method, target, host, headers);
	char *whole = body != NULL ? memory_format("%sContent-Length: %zu\r\n\r\n%s", request, strlen(body), body)
	                           : memory_format("%s\r\n", request);

	wire_send(wire, whole, strlen(whole));
	free(whole);
	free(request);
	for (;;) {
		while ((have = read_some(wire, part, sizeof part)) > 0) {
			data = memory_resize(data, length + have, 1);
			memcpy(data + length, part, have);
			length += have;
		}
		if (parse(&answer, data, length, since, strcmp(method, "HEAD") == 0) || wire->state == FAR_RESET)
			break;
		if ((wire->state == FAR_ENDED && wire->in_length == 0) || !step(until))
			break;
	}
	answer.took_ns = far.sim.now - since;
	answer.body = memory_new(answer.length + 1);
	if (answer.length > 0)
		memcpy(answer.body, data + length - answer.length, answer.length);
	free(data);
	return answer;
}

void far_answer_close(struct far_answer *answer)
{
	free(answer->body);
	answer->body = NULL;
}

struct far_answer far_ask(const struct far_tls *tls, const char *method, const char *target, const char *headers, const char *body,
                          uint64_t ns)
{
	struct far_answer answer = {0};
	struct wire wire;

	wire_open(&wire, names_find(tls->host)->address, tls->version != 0 ? HTTPS_PORT : HTTP_PORT, ns);
	if (wire.state == FAR_UP && (tls->version == 0 || wire_tls(&wire, tls, ns)))
		answer = wire_ask(&wire, method, tls->host, target, headers, body, ns);
	wire_close(&wire);
	return answer;
}
