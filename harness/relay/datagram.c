/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS, DHCP and NTP on their way: what is decided about a question is done to its answer. */
#include <string.h>

#include "lib/base/check.h"
#include "lib/link/checksum.h"
#include "harness/relay/inside.h"

#define UDP_HEADER 8U
#define NTP_TRANSMIT 40U
#define NTP_ORIGINATE 24U
#define BROADCAST UINT32_MAX

/* -- what waits for its answer -- */

static bool is_asked_by(const struct pending *pending, const struct pending *wanted)
{
	return pending->kind == wanted->kind && pending->id[0] == wanted->id[0] && pending->id[1] == wanted->id[1] &&
	       (pending->kind == PENDING_DHCP ||
	        (pending->device == wanted->device && pending->server == wanted->server && pending->port == wanted->port));
}

/*
 * The question with these ends, the latest one first: whoever asks again has the decision about
 * that. NULL: nothing was decided.
 */
static struct pending *find_pending(struct datagrams *datagrams, const struct pending *wanted)
{
	const size_t known = datagrams->count < RELAY_PENDING_MAX ? datagrams->count : RELAY_PENDING_MAX;

	for (size_t i = 1; i <= known; i++) {
		struct pending *pending = &datagrams->list[(datagrams->count - i) % RELAY_PENDING_MAX];
		if (is_asked_by(pending, wanted))
			return pending;
	}
	return NULL;
}

static void put_pending(struct datagrams *datagrams, const struct pending *pending)
{
	struct pending *old = find_pending(datagrams, pending);

	/* Of DHCP several servers may answer, and a client goes on with the same number. */
	if (old == NULL || pending->kind != PENDING_DHCP)
		old = &datagrams->list[datagrams->count++ % RELAY_PENDING_MAX];
	*old = *pending;
}

static struct pending pending_of(enum pending_kind kind, const struct packet *packet, enum direction direction)
{
	const bool asks = direction == TO_SERVER;

	return (struct pending){.kind = kind,
	                        .device = asks ? packet->source : packet->destination,
	                        .server = asks ? packet->destination : packet->source,
	                        .port = asks ? packet->source_port : packet->destination_port};
}

/* -- frames with another payload -- */

/*
 * @return a frame like @p frame with this payload of UDP, which is no longer than the one before,
 * or an answer of ours, which is short.
 */
static struct frame *with_payload(const struct frame *frame, const struct packet *packet, struct bytes payload)
{
	const size_t ip = (size_t)(packet->body.data - frame->data), at = (size_t)(packet->payload.data - frame->data);
	const bool is_part = (packet->body.data[6] & 0x20) != 0, is_whole_again = payload.length != packet->payload.length;
	uint8_t data[FRAME_MAX];
	size_t length = at + payload.length;

	CHECK_INT(length, <=, FRAME_MAX);
	memcpy(data, frame->data, at);
	memcpy(data + at, payload.data, payload.length);
	if (!is_part || is_whole_again) {
		put_be16(data + ip + 2, (unsigned)(length - ip));
		put_be16(data + at - UDP_HEADER + 4, (unsigned)(UDP_HEADER + payload.length));
		data[ip + 6] &= 0xdf;
	} else {
		/*
		 * The rest of the datagram is elsewhere: it goes without a checksum, as RFC 768
		 * allows.
		 */
		put_be16(data + at - UDP_HEADER + 6, 0);
	}
	checksum_mend(data, length);
	if (length < FRAME_MIN) {
		memset(data + length, 0, FRAME_MIN - length);
		length = FRAME_MIN;
	}
	struct frame *made = frame_new(data, length);
	made->id = frame->id;
	return made;
}

static struct frame *replaced(struct frame *frame, struct frame *by)
{
	frame_free(frame);
	return by;
}

/* -- DNS -- */

static void ask_dns(struct relay *relay, const struct packet *packet)
{
	struct pending pending = pending_of(PENDING_DNS, packet, TO_SERVER);
	struct dns_question question;
	const bool is_read = dns_read_question(packet->payload, &question);

	pending.dns = service_faults_dns(relay->config.service_faults, is_read ? question.name : NULL, relay_now(relay));
	if (!is_read)
		return;
	pending.id[0] = question.id;
	put_pending(&relay->datagrams, &pending);
}

static struct frame *answer_dns(struct relay *relay, struct frame *frame, const struct packet *packet)
{
	struct pending wanted = pending_of(PENDING_DNS, packet, TO_DEVICE);
	uint8_t message[FRAME_MAX];
	struct dns_question question;
	size_t length = packet->payload.length;

	if (!dns_read_question(packet->payload, &question))
		return frame;
	wanted.id[0] = question.id;
	struct pending *pending = find_pending(&relay->datagrams, &wanted);
	memcpy(message, packet->payload.data, length);
	if (pending != NULL) {
		pending->kind = PENDING_NOTHING;
		dns_effects_on_message(message, &length, &pending->dns, DNS_NOBODY);
	}
	names_learn(&relay->names, bytes_of(message, length));
	if (length == 0)
		return replaced(frame, NULL);
	if (length == packet->payload.length && memcmp(message, packet->payload.data, length) == 0)
		return frame;
	return replaced(frame, with_payload(frame, packet, bytes_of(message, length)));
}

/* -- DHCP -- */

static void ask_dhcp(struct relay *relay, const struct packet *packet)
{
	struct pending pending = pending_of(PENDING_DHCP, packet, TO_SERVER);
	struct dhcp_config config = {0};
	uint32_t unused = 0;

	pending.dhcp_silent = !service_faults_dhcp(relay->config.service_faults, packet->payload, &config, &unused, relay_now(relay));
	pending.dhcp_refuses = config.refuses;
	pending.lease_ns = config.lease_ns;
	if (dhcp_kind(packet->payload) == NULL || packet->payload.length > sizeof pending.message)
		return;
	pending.length = packet->payload.length;
	memcpy(pending.message, packet->payload.data, pending.length);
	(void)bytes_be32(packet->payload, 4, &pending.id[0]);
	put_pending(&relay->datagrams, &pending);
}

/* The server's refusal, to everybody (RFC 2131 4.1), in place of what it has acknowledged. */
static struct frame *refuse(const struct frame *frame, const struct packet *packet, const struct pending *pending)
{
	const struct dhcp_config config = {.server = dhcp_server_of(packet->payload), .refuses = true};
	struct dhcp_answer answer;
	struct frame *made;

	dhcp_answer(&config, bytes_of(pending->message, pending->length), &answer);
	if (answer.length == 0)
		return NULL;
	made = with_payload(frame, packet, bytes_of(answer.message, answer.length));
	memset(made->data, 0xff, 6);
	put_be32(made->data + (packet->body.data - frame->data) + 16, BROADCAST);
	checksum_mend(made->data, made->length);
	return made;
}

static struct frame *answer_dhcp(struct relay *relay, struct frame *frame, const struct packet *packet)
{
	struct pending wanted = pending_of(PENDING_DHCP, packet, TO_DEVICE);
	const char *kind = dhcp_reply_kind(packet->payload);
	uint8_t message[FRAME_MAX];

	(void)bytes_be32(packet->payload, 4, &wanted.id[0]);
	const struct pending *pending = kind != NULL ? find_pending(&relay->datagrams, &wanted) : NULL;
	if (pending == NULL)
		return frame;
	if (pending->dhcp_silent)
		return replaced(frame, NULL);
	if (pending->dhcp_refuses && strcmp(kind, "ack") == 0)
		return replaced(frame, refuse(frame, packet, pending));
	if (pending->lease_ns == 0)
		return frame;
	memcpy(message, packet->payload.data, packet->payload.length);
	dhcp_shorten(message, packet->payload.length, pending->lease_ns);
	return replaced(frame, with_payload(frame, packet, bytes_of(message, packet->payload.length)));
}

/* -- NTP -- */

static void ask_ntp(struct relay *relay, const struct packet *packet)
{
	struct pending pending = pending_of(PENDING_NTP, packet, TO_SERVER);

	pending.ntp = service_faults_ntp(relay->config.service_faults, &pending.clock, relay_now(relay));
	if (!bytes_be32(packet->payload, NTP_TRANSMIT, &pending.id[0]) || !bytes_be32(packet->payload, NTP_TRANSMIT + 4, &pending.id[1]))
		return;
	put_pending(&relay->datagrams, &pending);
}

static struct frame *answer_ntp(struct relay *relay, struct frame *frame, const struct packet *packet)
{
	struct pending wanted = pending_of(PENDING_NTP, packet, TO_DEVICE);
	uint8_t message[FRAME_MAX];

	if (!bytes_have(packet->payload, 0, NTP_MESSAGE))
		return frame;
	(void)bytes_be32(packet->payload, NTP_ORIGINATE, &wanted.id[0]);
	(void)bytes_be32(packet->payload, NTP_ORIGINATE + 4, &wanted.id[1]);
	struct pending *pending = find_pending(&relay->datagrams, &wanted);
	if (pending == NULL)
		return frame;
	pending->kind = PENDING_NOTHING;
	if (pending->ntp.silent)
		return replaced(frame, NULL);
	if (!pending->ntp.kisses && pending->clock.s == 0 && pending->clock.ns == 0)
		return frame;
	memcpy(message, packet->payload.data, packet->payload.length);
	ntp_change(message, pending->clock, pending->ntp.kisses);
	return replaced(frame, with_payload(frame, packet, bytes_of(message, packet->payload.length)));
}

struct frame *datagram_pass(struct relay *relay, struct frame *frame, const struct packet *packet, enum direction direction)
{
	static const struct {
		uint16_t port;
		void (*ask)(struct relay *relay, const struct packet *packet);
		struct frame *(*answer)(struct relay *relay, struct frame *frame, const struct packet *packet);
	} services[] = {{DNS_PORT, ask_dns, answer_dns}, {DHCP_SERVER_PORT, ask_dhcp, answer_dhcp}, {NTP_PORT, ask_ntp, answer_ntp}};
	const uint16_t port = direction == TO_SERVER ? packet->destination_port : packet->source_port;

	if (packet->protocol != IP_UDP || !packet->has_ports)
		return frame;
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		if (services[i].port != port)
			continue;
		if (direction == TO_DEVICE)
			return services[i].answer(relay, frame, packet);
		services[i].ask(relay, packet);
	}
	return frame;
}
