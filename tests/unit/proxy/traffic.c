/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/proxy/traffic.h"

#include <stdio.h>
#include <string.h>

#include "lib/link/packet.h"
#include "tests/test.h"
#include "tests/unit/proxy/submit.h"

/* -- frames -- */

static unsigned sum_of(const uint8_t *data, size_t length, unsigned long sum)
{
	for (size_t i = 0; i < length; i++)
		sum += (unsigned long)data[i] << (i % 2 ? 0 : 8);
	return (unsigned)(sum % 0xffff);
}

static void put_checksum(uint8_t *at, unsigned sum)
{
	put_be16(at, 0xffff - sum);
}

static size_t put_options(uint8_t *at, size_t length)
{
	/* Record route (RFC 791) is not copied, stream identifier is. */
	static const uint8_t options[] = {7, 7, 4, 0, 0, 0, 0, 136, 4, 0xab, 0xcd, 0};

	for (size_t i = 0; i < length; i++)
		at[i] = i < sizeof options ? options[i] : 0;
	return length;
}

static size_t put_tcp(uint8_t *tcp, const struct made *made)
{
	static const uint8_t timestamps[] = {1, 1, 8, 10, 0, 0, 0, 111, 0, 0, 0, 222};
	size_t header = 20 + (made->timestamps ? sizeof timestamps : 0);

	put_be32(tcp + 4, made->seq);
	put_be32(tcp + 8, made->ack);
	tcp[12] = (uint8_t)(header / 4 << 4);
	tcp[13] = made->flags;
	put_be16(tcp + 14, 4096);
	if (made->timestamps)
		memcpy(tcp + 20, timestamps, sizeof timestamps);
	return header;
}

struct frame *made_frame(const struct made *made)
{
	static const uint8_t device[] = {2, 0, 0, 0, 0, 1}, server[] = {2, 0, 0, 0, 0, 2};
	uint8_t data[FRAME_MAX] = {0}, protocol = made->protocol != 0 ? made->protocol : IP_UDP;
	bool out = made->direction == TO_SERVER;
	size_t ip = made->tagged ? 18 : 14, header = 20 + made->options, transport = 8;
	unsigned port = made->port != 0 ? made->port : 4000;
	unsigned server_port = made->server_port != 0 ? made->server_port : 80;
	uint8_t *segment = data + ip + header;

	memcpy(data, out ? server : device, 6);
	memcpy(data + 6, out ? device : server, 6);
	if (made->tagged)
		put_be32(data + 12, 0x81000007);
	put_be16(data + ip - 2, 0x0800);
	data[ip] = (uint8_t)(0x40 | header / 4);
	put_be16(data + ip + 4, 0x1234);
	put_be16(data + ip + 6, made->may_fragment ? 0 : 0x4000);
	data[ip + 8] = 60;
	data[ip + 9] = protocol;
	put_be32(data + ip + 12, out ? TRAFFIC_DEVICE : TRAFFIC_SERVER);
	put_be32(data + ip + 16, out ? TRAFFIC_SERVER : TRAFFIC_DEVICE);
	(void)put_options(data + ip + 20, made->options);
	if (protocol == IP_ICMP) {
		segment[0] = 8;
	} else {
		put_be16(segment, out ? port : server_port);
		put_be16(segment + 2, out ? server_port : port);
	}
	if (protocol == IP_TCP)
		transport = put_tcp(segment, made);
	else if (protocol == IP_UDP)
		put_be16(segment + 4, (unsigned)(8 + made->length));
	for (size_t i = 0; i < made->length; i++)
		segment[transport + i] = made->payload != NULL ? ((const uint8_t *)made->payload)[i] : (uint8_t)i;
	put_be16(data + ip + 2, (unsigned)(header + transport + made->length));
	put_checksum(data + ip + 10, sum_of(data + ip, header, 0));
	size_t length = transport + made->length;
	unsigned long pseudo = protocol == IP_ICMP ? 0 : sum_of(data + ip + 12, 8, 0) + protocol + length;
	put_checksum(segment + (protocol == IP_TCP ? 16 : protocol == IP_UDP ? 6 : 2), sum_of(segment, length, pseudo));
	size_t whole = ip + header + length;
	return frame_new(data, whole < FRAME_MIN ? FRAME_MIN : whole);
}

bool is_sound(const struct frame *frame)
{
	const struct packet packet = packet_parse(frame_bytes(frame));
	const uint8_t *ip = packet.body.data;

	if (!packet.is_ipv4)
		return false;
	size_t header = (size_t)(ip[0] & 15) * 4, total = (size_t)(ip[2] << 8 | ip[3]);
	if (sum_of(ip, header, 0) != 0 || total > packet.body.length)
		return false;
	if (((ip[6] << 8 | ip[7]) & 0x3fff) != 0)
		return true;
	unsigned long pseudo = packet.protocol == IP_ICMP ? 0 : sum_of(ip + 12, 8, 0) + packet.protocol + (total - header);
	return sum_of(ip + header, total - header, pseudo) == 0;
}

/* -- the chain -- */

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct traffic *traffic = ctx;

	(void)frame;
	traffic->fate = *fate;
	(void)proxy_fate_render(traffic->proxy, fate, event->now, traffic->text, sizeof traffic->text);
	keep_decisions(&traffic->decisions, traffic->proxy, event, fate);
}

static void made(void *ctx, const struct frame *frame, enum direction direction, size_t fault, sim_ns release, sim_ns now)
{
	(void)frame;
	(void)direction;
	(void)fault;
	(void)release;
	(void)now;
	((struct traffic *)ctx)->made++;
}

void traffic_open(struct traffic *traffic, const struct fault *faults, size_t count, uint64_t seed)
{
	memset(traffic, 0, sizeof *traffic);
	traffic->namer = namer_open();
	traffic->proxy = proxy_open(faults, count, seed, (struct proxy_ops){.decided = decided, .made = made}, traffic);
}

void traffic_open_frozen(struct traffic *traffic, const struct traffic *of)
{
	memset(traffic, 0, sizeof *traffic);
	traffic->namer = namer_open();
	traffic->proxy = proxy_open_frozen(&of->decisions, (struct proxy_ops){.decided = decided, .made = made}, traffic);
}

void traffic_close(struct traffic *traffic)
{
	proxy_close(traffic->proxy);
	namer_close(traffic->namer);
	decisions_close(&traffic->decisions);
}

static void append(char *text, const char *what)
{
	size_t used = strlen(text);

	CU_ASSERT_FATAL(used + strlen(what) < TRAFFIC_TEXT_MAX);
	memcpy(text + used, what, strlen(what) + 1);
}

static void tell(struct traffic *traffic, const struct frame *frame, enum direction direction, sim_ns at)
{
	const struct packet packet = packet_parse(frame_bytes(frame));
	char line[512], text[PACKET_TEXT_MAX], quantity[UNIT_TEXT_MAX], hex[8];

	(void)snprintf(line, sizeof line, "%s%s %s %s", traffic->count > 0 ? "\n" : "", unit_format(UNIT_DURATION, at, quantity),
	               direction_name(direction), packet_render(frame_bytes(frame), text));
	append(traffic->told, line);
	if (packet.is_tcp) {
		(void)snprintf(line, sizeof line, " seq %u ack %u", packet.tcp_seq, packet.tcp_ack);
		append(traffic->told, line);
	}
	(void)snprintf(line, sizeof line, "\n%s %s ", unit_format(UNIT_DURATION, at, quantity), direction_name(direction));
	append(traffic->out, line);
	for (size_t i = 0; i < frame->length && i < 200; i++) {
		(void)snprintf(hex, sizeof hex, "%02x", frame->data[i]);
		append(traffic->out, hex);
	}
	memcpy(traffic->last, frame->data, frame->length);
	traffic->last_length = frame->length;
	traffic->count++;
}

static void drain(struct traffic *traffic, sim_ns until)
{
	enum direction direction;

	for (sim_ns at; (at = proxy_next(traffic->proxy)) <= until && at != SIM_NEVER;) {
		struct frame *frame = proxy_deliver(traffic->proxy, at, &direction);
		tell(traffic, frame, direction, at);
		frame_free(frame);
	}
}

bool traffic_send_frame(struct traffic *traffic, struct frame *frame, enum direction direction, sim_ns now)
{
	if (now > 0)
		drain(traffic, now - 1);
	submit(traffic->namer, traffic->proxy, frame, direction, now);
	return traffic->fate.dropped;
}

bool traffic_send(struct traffic *traffic, const struct made *what, sim_ns now)
{
	return traffic_send_frame(traffic, made_frame(what), what->direction, now);
}

const char *traffic_told(struct traffic *traffic, sim_ns until)
{
	static char told[TRAFFIC_TEXT_MAX];

	drain(traffic, until);
	memcpy(told, traffic->told, sizeof told);
	traffic->told[0] = '\0';
	traffic->count = 0;
	return told;
}
