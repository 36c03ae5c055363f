/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: words_of() says what a frame carries; each word is counted by direction, and by
 * direction within its flow. A flow is a pair of end points of TCP or UDP; a SYN with another
 * sequence number begins a new one between the same end points. Connections to one port are
 * numbered as they begin.
 */
#include "lib/address/namer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/address/stream.h"
#include "lib/base/map.h"
#include "lib/base/memory.h"

#define DHCP_SERVER 67U
#define DHCP_CLIENT 68U
#define DNS_PORT 53U
#define NTP_PORT 123U

struct flow {
	uint16_t port;
	unsigned connection;
	bool has_syn;
	uint32_t syn; /* sequence number of the SYN that began it */
	struct {
		struct stream *stream; /* NULL until there is data or a SYN */
		bool has_syn, has_fin;
		uint32_t syn, fin; /* sequence numbers */
		uint64_t counts[ADDRESS_WORDS];
	} ends[2];
	struct tls_hellos hellos;
};

struct namer {
	uint64_t counts[2][ADDRESS_WORDS];
	struct map places;      /* of flows: packet_flow() to index + 1 */
	struct map connections; /* by port */
	struct flow **flows;
	size_t flow_count, flow_room;
	struct secrets *secrets;
};

struct namer *namer_open(void)
{
	struct namer *namer = memory_new(sizeof *namer);

	namer->secrets = secrets_open();
	return namer;
}

static void free_flow(struct flow *flow)
{
	stream_close(flow->ends[0].stream);
	stream_close(flow->ends[1].stream);
	free(flow);
}

void namer_close(struct namer *namer)
{
	if (namer == NULL)
		return;
	for (size_t i = 0; i < namer->flow_count; i++)
		free_flow(namer->flows[i]);
	free(namer->flows);
	map_close(&namer->places);
	map_close(&namer->connections);
	secrets_close(namer->secrets);
	free(namer);
}

void namer_secret(struct namer *namer, const char *line)
{
	secrets_add(namer->secrets, line);
}

/* -- flows -- */

/* The server is where the SYN goes to, else at the lower port. */
static uint16_t server_port(const struct packet *packet)
{
	bool is_syn = packet->is_tcp && (packet->tcp_flags & TCP_FLAG_SYN);
	bool is_answer = packet->is_tcp && (packet->tcp_flags & TCP_FLAG_ACK);

	if (is_syn)
		return is_answer ? packet->source_port : packet->destination_port;
	return packet->source_port < packet->destination_port ? packet->source_port : packet->destination_port;
}

static struct flow *new_flow(struct namer *namer, const struct packet *packet)
{
	struct flow *flow = memory_new(sizeof *flow);

	flow->port = server_port(packet);
	flow->hellos.secrets = namer->secrets;
	flow->connection = (unsigned)++*map_at(&namer->connections, (uint64_t)packet->protocol << 16 | flow->port);
	return flow;
}

static struct flow *add_flow(struct namer *namer, const struct packet *packet)
{
	if (namer->flow_count == NAMER_FLOWS_MAX)
		return NULL;
	if (namer->flow_count == namer->flow_room) {
		namer->flow_room = namer->flow_room > 0 ? namer->flow_room * 2 : 16;
		namer->flows = memory_resize(namer->flows, namer->flow_room, sizeof(struct flow *));
	}
	return namer->flows[namer->flow_count++] = new_flow(namer, packet);
}

/*
 * A SYN that is no answer and not the one that began the flow begins another between the same end
 * points.
 */
static bool begins_anew(const struct flow *flow, const struct packet *packet)
{
	return packet->is_tcp && (packet->tcp_flags & TCP_FLAG_SYN) && !(packet->tcp_flags & TCP_FLAG_ACK) &&
	       !(flow->has_syn && flow->syn == packet->tcp_seq);
}

/* A client without an address broadcasts, and so may its server: all of it is one conversation. */
#define DHCP_FLOW UINT64_C(0x64686370)

static bool is_dhcp(const struct packet *packet)
{
	uint16_t from = packet->source_port, to = packet->destination_port;

	return packet->protocol == IP_UDP &&
	       ((from == DHCP_CLIENT && to == DHCP_SERVER) || (from == DHCP_SERVER && (to == DHCP_CLIENT || to == DHCP_SERVER)));
}

static struct flow *find_flow(struct namer *namer, const struct packet *packet, uint64_t conversation)
{
	if (!packet->has_ports)
		return NULL;
	uint64_t *place = map_at(&namer->places, is_dhcp(packet) ? DHCP_FLOW : conversation);
	struct flow *flow = *place > 0 ? namer->flows[*place - 1] : NULL;
	if (flow == NULL || begins_anew(flow, packet)) {
		flow = add_flow(namer, packet);
		if (flow == NULL)
			return NULL;
		*place = namer->flow_count;
	}
	if (begins_anew(flow, packet)) {
		flow->has_syn = true;
		flow->syn = packet->tcp_seq;
	}
	return flow;
}

/* -- words -- */

/* RFC 2131 and RFC 2132: options behind the magic cookie; 53 is the message type. */
static enum address_word dhcp_word(struct bytes message)
{
	static const enum address_word words[] = {ADDRESS_UDP,          ADDRESS_DHCP_DISCOVER, ADDRESS_DHCP_OFFER,
	                                          ADDRESS_DHCP_REQUEST, ADDRESS_DHCP_DECLINE,  ADDRESS_DHCP_ACK,
	                                          ADDRESS_DHCP_NAK,     ADDRESS_DHCP_RELEASE,  ADDRESS_DHCP_INFORM};
	uint8_t code, length, type;

	for (size_t at = 240; bytes_u8(message, at, &code) && code != 255; at += code == 0 ? 1 : 2U + length) {
		length = 0;
		if (code == 0)
			continue;
		if (!bytes_u8(message, at + 1, &length))
			break;
		if (code == 53 && length == 1 && bytes_u8(message, at + 2, &type))
			return type < sizeof words / sizeof words[0] ? words[type] : ADDRESS_UDP;
	}
	return ADDRESS_UDP;
}

static enum address_word udp_word(const struct packet *packet)
{
	uint16_t from = packet->source_port, to = packet->destination_port;
	uint16_t flags;
	uint8_t mode;

	if (is_dhcp(packet))
		return dhcp_word(packet->payload);
	if ((from == DNS_PORT || to == DNS_PORT) && bytes_be16(packet->payload, 2, &flags))
		return flags & 0x8000U ? ADDRESS_DNS_REPLY : ADDRESS_DNS_QUERY;
	if ((from == NTP_PORT || to == NTP_PORT) && bytes_u8(packet->payload, 0, &mode))
		return (mode & 7U) == 4 ? ADDRESS_NTP_REPLY : ADDRESS_NTP_REQUEST;
	return ADDRESS_UDP;
}

static enum address_word icmp_word(uint8_t type)
{
	switch (type) {
	case 0:
		return ADDRESS_ICMP_ECHO_REPLY;
	case 3:
		return ADDRESS_ICMP_UNREACHABLE;
	case 8:
		return ADDRESS_ICMP_ECHO;
	case 11:
		return ADDRESS_ICMP_TIME_EXCEEDED;
	default:
		return ADDRESS_ICMP_OTHER;
	}
}

/* A SYN or FIN that this end has sent before. */
static bool is_repeated(bool *has, uint32_t *known, uint32_t sequence)
{
	bool repeated = *has && *known == sequence;

	*has = true;
	*known = sequence;
	return repeated;
}

static word_set tcp_words(struct flow *flow, enum direction direction, const struct packet *packet)
{
	uint8_t flags = packet->tcp_flags;
	size_t length = packet->payload.length;
	bool repeated = false, data_repeated = false;
	word_set words = 0;

	if (flow != NULL && flow->ends[direction].stream == NULL)
		flow->ends[direction].stream = stream_open(&flow->hellos, direction == TO_DEVICE);
	if (flags & TCP_FLAG_RST)
		return WORD_BIT(ADDRESS_TCP_RST);
	if (flags & TCP_FLAG_SYN) {
		words |= WORD_BIT(flags & TCP_FLAG_ACK ? ADDRESS_TCP_SYNACK : ADDRESS_TCP_SYN);
		if (flow != NULL) {
			repeated = is_repeated(&flow->ends[direction].has_syn, &flow->ends[direction].syn, packet->tcp_seq);
			stream_begin(flow->ends[direction].stream, packet->tcp_seq);
		}
	}
	if (length > 0) {
		words |= WORD_BIT(ADDRESS_TCP_DATA);
		if (flow != NULL)
			words |= stream_segment(flow->ends[direction].stream, packet->tcp_seq + !!(flags & TCP_FLAG_SYN), packet->payload,
			                        &data_repeated);
		repeated |= data_repeated;
	}
	if (flags & TCP_FLAG_FIN) {
		words |= WORD_BIT(ADDRESS_TCP_FIN);
		if (flow != NULL)
			repeated |= is_repeated(&flow->ends[direction].has_fin, &flow->ends[direction].fin,
			                        packet->tcp_seq + (uint32_t)length);
	}
	if (words == 0)
		words = WORD_BIT(ADDRESS_TCP_ACK);
	return words | (repeated ? WORD_BIT(ADDRESS_TCP_RETRANSMISSION) : 0);
}

static word_set words_of(struct flow *flow, enum direction direction, const struct packet *packet)
{
	uint16_t operation;
	uint8_t type;

	if (packet->ethertype == ETHERTYPE_ARP && bytes_be16(packet->body, 6, &operation))
		return operation == 1 ? WORD_BIT(ADDRESS_ARP_REQUEST) : operation == 2 ? WORD_BIT(ADDRESS_ARP_REPLY) : 0;
	if (packet->later_fragment)
		return WORD_BIT(ADDRESS_IP_FRAGMENT);
	if (packet->is_tcp)
		return tcp_words(flow, direction, packet);
	if (packet->has_ports && packet->protocol == IP_UDP)
		return WORD_BIT(udp_word(packet));
	if (packet->is_ipv4 && packet->protocol == IP_ICMP && bytes_u8(packet->payload, 0, &type))
		return WORD_BIT(icmp_word(type));
	return 0;
}

void namer_see(struct namer *namer, enum direction direction, const struct packet *packet, uint64_t conversation, struct naming *ret_naming)
{
	struct flow *flow = find_flow(namer, packet, conversation);
	word_set words = words_of(flow, direction, packet) | WORD_BIT(ADDRESS_FRAME);

	ret_naming->has_flow = flow != NULL;
	ret_naming->port = flow != NULL ? flow->port : 0;
	ret_naming->connection = flow != NULL ? flow->connection : 0;
	ret_naming->count = 0;
	for (; words != 0 && ret_naming->count < ADDRESS_NAMES_MAX; words &= words - 1) {
		/* The lowest bit first: from general to special. */
		unsigned word = (unsigned)__builtin_ctzll(words);
		ret_naming->names[ret_naming->count++] =
			(struct address_name){.word = (enum address_word)word,
		                              .ordinal = ++namer->counts[direction][word],
		                              .flow_ordinal = flow != NULL ? ++flow->ends[direction].counts[word] : 0};
	}
}

static void tell_count(uint64_t count, struct address address, enum direction direction,
                       void (*tell)(void *ctx, enum direction direction, const struct address *address), void *ctx)
{
	address.first = 1;
	address.last = count;
	if (count > 0)
		tell(ctx, direction, &address);
}

void namer_name(struct namer *namer, enum direction direction, struct bytes frame, struct named *ret_named)
{
	ret_named->packet = packet_parse(frame);
	ret_named->flow = packet_flow(&ret_named->packet);
	namer_see(namer, direction, &ret_named->packet, ret_named->flow, &ret_named->naming);
}

void namer_list(const struct namer *namer, void (*tell)(void *ctx, enum direction direction, const struct address *address), void *ctx)
{
	for (unsigned word = 0; word < ADDRESS_WORDS; word++)
		for (unsigned direction = 0; direction < 2; direction++) {
			tell_count(namer->counts[direction][word], (struct address){.word = (enum address_word)word}, direction, tell, ctx);
			for (size_t i = 0; i < namer->flow_count; i++) {
				const struct flow *flow = namer->flows[i];
				tell_count(flow->ends[direction].counts[word],
				           (struct address){.word = (enum address_word)word,
				                            .has_flow = true,
				                            .port = flow->port,
				                            .connection = flow->connection},
				           direction, tell, ctx);
			}
		}
}
