/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: an exchange is a question with its answer, or a conversation in datagrams. What is
 * asked again unanswered belongs to the same exchange; an answer belongs to the latest exchange
 * that fits. Exchanges are found by their number, which is the order in which they began.
 */
#include "harness/recorded/exchanges.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/map.h"
#include "lib/base/memory.h"
#include "harness/recorded/messages.h"

#define PORT_DNS 53U
#define PORT_DHCP_SERVER 67U
#define PORT_DHCP_CLIENT 68U
#define PORT_NTP 123U
#define GROUPS 0xe0000000U /* 224.0.0.0/4, and what is behind it */

struct exchange {
	struct step step;
	uint32_t client, server; /* of the last message */
	uint16_t client_port;
	uint8_t hardware[6]; /* of the client; of DHCP what it says, else whose frame it was */
	uint32_t id;
	uint64_t asked_ns; /* for the last time */
	bool answered;
};

struct name {
	uint32_t address;
	char name[RECORDING_NAME_MAX];
};

struct exchanges {
	struct exchange *list;
	size_t count, turns, kept;
	struct map index; /* packet_flow() of other datagrams to their exchange, from 1 */
	struct name *names;
	size_t name_count;
	struct exchanges_counters counters;
};

struct exchanges *exchanges_open(void)
{
	return memory_new(sizeof(struct exchanges));
}

void exchanges_close(struct exchanges *exchanges)
{
	for (size_t i = 0; i < exchanges->count; i++) {
		struct recording left = {.steps = memory_new(sizeof *left.steps), .step_count = 1};
		left.steps[0] = exchanges->list[i].step;
		recording_close(&left);
	}
	free(exchanges->list);
	free(exchanges->names);
	map_close(&exchanges->index);
	free(exchanges);
}

/* @return NULL if there are too many. */
static struct exchange *add(struct exchanges *exchanges, enum step_kind kind, const struct recorded_packet *packet)
{
	if (exchanges->count == RECORDING_STEPS_MAX) {
		exchanges->counters.too_many++;
		return NULL;
	}
	exchanges->list = memory_resize(exchanges->list, exchanges->count + 1, sizeof *exchanges->list);
	struct exchange *exchange = &exchanges->list[exchanges->count++];
	*exchange = (struct exchange){
		.step = {.kind = kind, .at_ns = packet->time_ns, .tries = 1},
		.client = packet->packet.source,
		.server = packet->packet.destination,
		.client_port = packet->packet.source_port,
		.asked_ns = packet->time_ns,
	};
	memcpy(exchange->hardware, packet->frame.data + 6, sizeof exchange->hardware);
	return exchange;
}

/* The latest exchange of a kind that fits; NULL: there is none. */
static struct exchange *find(struct exchanges *exchanges, enum step_kind kind, const void *wanted,
                             bool (*fits)(const struct exchange *exchange, const void *wanted))
{
	/* Whoever waits for an answer does so behind few others. */
	for (size_t i = exchanges->count, looked = 0; i > 0 && looked < 256; i--, looked++)
		if (exchanges->list[i - 1].step.kind == kind && fits(&exchanges->list[i - 1], wanted))
			return &exchanges->list[i - 1];
	return NULL;
}

static struct datagram told(const struct exchanges *exchanges, const struct exchange *exchange, bool asks, bool again)
{
	if (exchange == NULL)
		return (struct datagram){.exchange = SIZE_MAX};
	return (struct datagram){(size_t)(exchange - exchanges->list), asks, again, asks ? 0 : exchange->asked_ns};
}

static void ask_again(struct exchange *exchange, uint64_t now)
{
	exchange->step.tries++;
	exchange->asked_ns = now;
	exchange->step.takes_ns = now - exchange->step.at_ns;
}

static void answer(struct exchange *exchange, uint64_t now)
{
	exchange->answered = true;
	exchange->step.takes_ns = now - exchange->step.at_ns;
}

static struct datagram unasked(struct exchanges *exchanges)
{
	exchanges->counters.unasked++;
	return told(exchanges, NULL, false, false);
}

/* -- DNS -- */

struct question {
	const struct dns_message *message;
	const struct packet *packet;
	uint64_t now;
};

static bool is_asked_again(const struct exchange *exchange, const void *wanted)
{
	const struct question *question = wanted;

	return !exchange->answered && exchange->client == question->packet->source &&
	       strcmp(exchange->step.name, question->message->name) == 0 && question->now - exchange->asked_ns < EXCHANGES_AGAIN_NS;
}

static bool is_answered_by(const struct exchange *exchange, const void *wanted)
{
	const struct question *question = wanted;

	return exchange->client == question->packet->destination && exchange->id == question->message->id &&
	       strcmp(exchange->step.name, question->message->name) == 0;
}

static void learn(struct exchanges *exchanges, uint32_t address, const char *name)
{
	size_t i = 0;

	while (i < exchanges->name_count && exchanges->names[i].address != address)
		i++;
	if (i == EXCHANGES_NAMES_MAX)
		return;
	if (i == exchanges->name_count)
		exchanges->names = memory_resize(exchanges->names, ++exchanges->name_count, sizeof *exchanges->names);
	exchanges->names[i].address = address;
	(void)snprintf(exchanges->names[i].name, sizeof exchanges->names[i].name, "%.*s", RECORDING_NAME_MAX - 1, name);
}

static struct datagram take_answer(struct exchanges *exchanges, const struct question *question)
{
	const struct dns_message *message = question->message;
	struct exchange *exchange = find(exchanges, STEP_DNS, question, is_answered_by);

	if (exchange == NULL)
		return unasked(exchanges);
	if (!exchange->answered) {
		answer(exchange, question->now);
		exchange->step.address = message->count > 0 ? message->addresses[0] : 0;
		if (message->count == 0)
			(void)snprintf(exchange->step.said, sizeof exchange->step.said, "%s", dns_message_says(message));
	}
	for (size_t i = 0; i < message->count; i++)
		learn(exchanges, message->addresses[i], message->name);
	return told(exchanges, exchange, false, false);
}

static struct datagram take_dns(struct exchanges *exchanges, const struct recorded_packet *packet)
{
	struct dns_message message;
	const struct question question = {&message, &packet->packet, packet->time_ns};

	if (!dns_message_read(packet->packet.payload, &message)) {
		exchanges->counters.not_dns++;
		return told(exchanges, NULL, false, false);
	}
	if (message.type != 1) {
		exchanges->counters.dns_others++;
		return told(exchanges, NULL, false, false);
	}
	if (message.is_answer)
		return take_answer(exchanges, &question);
	struct exchange *exchange = find(exchanges, STEP_DNS, &question, is_asked_again);
	bool again = exchange != NULL;
	if (again) {
		ask_again(exchange, packet->time_ns);
	} else {
		exchange = add(exchanges, STEP_DNS, packet);
		if (exchange == NULL)
			return told(exchanges, NULL, false, false);
		(void)snprintf(exchange->step.name, sizeof exchange->step.name, "%s", message.name);
	}
	exchange->id = message.id;
	return told(exchanges, exchange, true, again);
}

/* -- DHCP -- */

static bool is_lease(const struct exchange *exchange, const void *wanted)
{
	const struct dhcp_message *message = wanted;

	return exchange->id == message->id && memcmp(exchange->hardware, message->hardware, sizeof message->hardware) == 0;
}

static void add_word(struct step *step, const char *word)
{
	size_t used = strlen(step->said);

	if (used + strlen(word) + 2 <= sizeof step->said)
		(void)snprintf(step->said + used, sizeof step->said - used, "%s%s", used > 0 ? " " : "", word);
}

static struct datagram take_dhcp(struct exchanges *exchanges, const struct recorded_packet *packet)
{
	struct dhcp_message message;

	if (!dhcp_message_read(packet->packet.payload, &message))
		return told(exchanges, NULL, false, false);
	struct exchange *exchange = find(exchanges, STEP_DHCP, &message, is_lease);
	if (exchange == NULL && !message.from_client)
		return unasked(exchanges);
	if (exchange == NULL)
		exchange = add(exchanges, STEP_DHCP, packet);
	if (exchange == NULL)
		return told(exchanges, NULL, false, false);
	/* The last word says what was asked for; if it comes twice nobody had answered. */
	size_t said = strlen(exchange->step.said), length = strlen(message.kind);
	bool again = message.from_client && said >= length && strcmp(exchange->step.said + said - length, message.kind) == 0;
	exchange->id = message.id;
	memcpy(exchange->hardware, message.hardware, sizeof exchange->hardware);
	exchange->step.takes_ns = packet->time_ns - exchange->step.at_ns;
	add_word(&exchange->step, message.kind);
	if (!message.from_client && message.address != 0)
		exchange->step.address = exchange->client = message.address;
	struct datagram datagram = told(exchanges, exchange, message.from_client, again);
	if (message.from_client)
		exchange->asked_ns = packet->time_ns;
	return datagram;
}

/* -- NTP (RFC 5905) -- */

#define NTP_MODE_CLIENT 3U
#define NTP_MODE_SERVER 4U

static bool is_same_clock(const struct exchange *exchange, const void *wanted)
{
	const struct packet *packet = wanted;

	return !exchange->answered && exchange->client == packet->source && exchange->server == packet->destination;
}

static bool is_told_time(const struct exchange *exchange, const void *wanted)
{
	const struct packet *packet = wanted;

	return !exchange->answered && exchange->client == packet->destination && exchange->server == packet->source &&
	       exchange->client_port == packet->destination_port;
}

static struct datagram take_ntp(struct exchanges *exchanges, const struct recorded_packet *packet)
{
	uint8_t first = 0;

	(void)bytes_u8(packet->packet.payload, 0, &first);
	if ((first & 7U) == NTP_MODE_SERVER) {
		struct exchange *exchange = find(exchanges, STEP_NTP, &packet->packet, is_told_time);
		if (exchange == NULL)
			return unasked(exchanges);
		answer(exchange, packet->time_ns);
		return told(exchanges, exchange, false, false);
	}
	if ((first & 7U) != NTP_MODE_CLIENT)
		return told(exchanges, NULL, false, false);
	struct exchange *exchange = find(exchanges, STEP_NTP, &packet->packet, is_same_clock);
	bool again = exchange != NULL && packet->time_ns - exchange->asked_ns < EXCHANGES_AGAIN_NS;
	if (again)
		ask_again(exchange, packet->time_ns);
	else
		exchange = add(exchanges, STEP_NTP, packet);
	if (exchange != NULL) {
		exchange->client_port = packet->packet.source_port;
		exchange->step.address = packet->packet.destination;
		exchange->step.port = PORT_NTP;
	}
	return told(exchanges, exchange, true, again);
}

/* -- other datagrams -- */

static struct exchange *conversation(struct exchanges *exchanges, const struct recorded_packet *packet)
{
	uint64_t key = packet_flow(&packet->packet), index = map_find(&exchanges->index, key);

	if (index > 0)
		return &exchanges->list[index - 1];
	struct exchange *exchange = add(exchanges, STEP_UDP, packet);
	if (exchange == NULL)
		return NULL;
	*map_at(&exchanges->index, key) = exchanges->count;
	exchange->step.address = packet->packet.destination;
	exchange->step.port = packet->packet.destination_port;
	return exchange;
}

static void keep(struct exchanges *exchanges, struct turn *turn, const struct recorded_packet *packet)
{
	struct bytes payload = packet->packet.payload;

	turn->length = packet->payload_length;
	if (payload.length < packet->payload_length || exchanges->kept + payload.length > RECORDING_BYTES_MAX) {
		exchanges->counters.too_large++;
		return;
	}
	exchanges->kept += payload.length;
	turn->known = memory_new(payload.length + 1);
	if (payload.length > 0)
		memcpy(turn->known, payload.data, payload.length);
	turn->known_length = payload.length;
}

static struct datagram take_other(struct exchanges *exchanges, const struct recorded_packet *packet)
{
	struct exchange *exchange = conversation(exchanges, packet);

	if (exchange == NULL || exchanges->turns == RECORDING_TURNS_MAX) {
		exchanges->counters.too_many++;
		return told(exchanges, NULL, false, false);
	}
	exchanges->turns++;
	struct step *step = &exchange->step;
	struct turn *turn = step_add_turn(step);
	turn->side = packet->packet.source == exchange->client && packet->packet.source_port == exchange->client_port ? SIDE_DEVICE
	                                                                                                              : SIDE_SERVER;
	turn->after_ns = packet->time_ns - exchange->asked_ns;
	exchange->asked_ns = packet->time_ns;
	step->takes_ns = packet->time_ns - step->at_ns;
	keep(exchanges, turn, packet);
	return told(exchanges, NULL, false, false);
}

static bool uses(const struct packet *packet, uint16_t port)
{
	return packet->source_port == port || packet->destination_port == port;
}

struct datagram exchanges_take(struct exchanges *exchanges, const struct recorded_packet *packet)
{
	const struct packet *parsed = &packet->packet;

	if (uses(parsed, PORT_DHCP_SERVER) || uses(parsed, PORT_DHCP_CLIENT))
		return take_dhcp(exchanges, packet);
	if (parsed->destination >= GROUPS || (parsed->destination & 255U) == 255U) {
		exchanges->counters.to_many++;
		return told(exchanges, NULL, false, false);
	}
	if (uses(parsed, PORT_DNS))
		return take_dns(exchanges, packet);
	return uses(parsed, PORT_NTP) ? take_ntp(exchanges, packet) : take_other(exchanges, packet);
}

/* -- what came of it -- */

size_t exchanges_count(const struct exchanges *exchanges)
{
	return exchanges->count;
}

struct exchanges_counters exchanges_counters(const struct exchanges *exchanges)
{
	return exchanges->counters;
}

uint32_t exchanges_client(const struct exchanges *exchanges, size_t exchange)
{
	return exchanges->list[exchange].client;
}

struct owner exchanges_owner(const struct exchanges *exchanges, uint32_t address)
{
	static const uint8_t none[6];
	struct owner owner = {.address = address};
	bool by_lease = false;

	for (size_t i = 0; i < exchanges->count && !by_lease; i++) {
		const struct exchange *exchange = &exchanges->list[i];
		if (exchange->client != address || memcmp(exchange->hardware, none, sizeof none) == 0)
			continue;
		by_lease = exchange->step.kind == STEP_DHCP;
		if (owner.known && !by_lease)
			continue;
		owner.known = true;
		memcpy(owner.hardware, exchange->hardware, sizeof owner.hardware);
	}
	return owner;
}

bool exchanges_are_of(const struct exchanges *exchanges, size_t exchange, const struct owner *owner)
{
	const struct exchange *found = &exchanges->list[exchange];

	if (found->client != 0)
		return found->client == owner->address;
	return !owner->known || memcmp(found->hardware, owner->hardware, sizeof owner->hardware) == 0;
}

void exchanges_give(struct exchanges *exchanges, size_t exchange, struct step *step)
{
	struct exchange *found = &exchanges->list[exchange];

	if (found->step.kind == STEP_DNS && !found->answered)
		(void)snprintf(found->step.said, sizeof found->step.said, "no answer");
	if (found->step.kind == STEP_NTP && !found->answered)
		(void)snprintf(found->step.said, sizeof found->step.said, "no answer");
	*step = found->step;
	found->step = (struct step){.kind = STEP_DNS};
}

const char *exchanges_name(const struct exchanges *exchanges, uint32_t address)
{
	for (size_t i = 0; i < exchanges->name_count; i++)
		if (exchanges->names[i].address == address)
			return exchanges->names[i].name;
	return NULL;
}
