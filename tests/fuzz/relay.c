/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are what a device and its server say through the relay: over TCP in both directions,
 * with ends and resets wherever they like, over UDP, and as packets of any shape. Faults of all
 * kinds are armed, as the input has it. Whatever comes, nothing may be read or written outside, and
 * no assertion of the relay or of its stack may fail; when all is over, no exchange is left. Where
 * no fault is armed, both ends get what the other one has sent, to the last byte.
 *
 * An input is four bytes that say which faults are armed and of which kind, then steps: a byte that
 * says what (enum step) and for which of two connections, a length, and so many bytes.
 *
 * usage: `make fuzz T=relay`, or the program with files of the corpus as arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "harness/relay/inside.h"
#include "tests/unit/relay/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WIRES 2U
#define SAID_MAX 65536U
#define ARMED_MAX 20U

enum step {
	DEVICE_SAYS, /* and so does the server in the next one, and so on */
	SERVER_SAYS,
	DEVICE_ENDS,
	SERVER_ENDS,
	DEVICE_RESETS,
	SERVER_RESETS,
	TIME_GOES_ON,
	MUCH_TIME_GOES_ON,
	DEVICE_ASKS, /* UDP */
	SERVER_ANSWERS,
	DEVICE_SENDS, /* an IPv4 packet */
	SERVER_SENDS,
	STEPS,
};

/*
 * What is armed, by its bit, and of which kind, by the two bits of its own in the third and fourth
 * byte.
 */
static const struct {
	const char *action, *params[4];
} kinds[] = {
	{"http_status", {"code=503", "retry_after=3s", "code=404", "code=500"}},
	{"http_delay", {"before=200ms", "pause=300ms", "before=1s", "pause=1ms"}},
	{"http_truncate", {"at_byte=3B", "end=stall", "at_byte=0B", "at_byte=100B"}},
	{"http_length", {"kind=missing", "kind=wrong", "kind=missing", "kind=wrong"}},
	{"http_range", {"kind=ignored", "kind=wrong_start", "kind=multipart", "kind=changed"}},
	{"http_redirect", {"to=http://a/", "to=http://b/", "to=/c", "to=/"}},
	{"http_body", {"kind=portal", "kind=garbage", "kind=empty", "kind=garbage"}},
	{"http_reset", {NULL}},
	{"zero_window", {"for=300ms", "for=1s", "for=1ms", "for=90s"}},
	{"tls_stall", {"at=server_hello", "at=certificate", "at=finished", "at=finished"}},
	{"tls_alert", {"code=40", "code=0", "code=80", "code=112"}},
	{"server_down", {"for=1s", "how=reset", "all=true", "for=1ms"}},
	{"dns", {"answer=nxdomain", "answer=wrong_address", "answer=truncated", "answer=ttl_0"}},
	{"dhcp", {"answer=silence", "answer=nak", "answer=short_lease", "answer=nak"}},
	{"ntp", {"answer=silence", "answer=kiss_of_death", "answer=offset", "answer=offset"}},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct relay_connection connections[WIRES];
static struct said {
	size_t length;
	uint8_t bytes[SAID_MAX];
} said[WIRES][2];
static bool ended[WIRES][2], injected;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct fault make(size_t kind, const char *params)
{
	struct fault fault;
	struct error err;
	char text[64];

	memset(&fault, 0, sizeof fault);
	fault.action = action_find(kinds[kind].action);
	must(fault.action != NULL);
	(void)snprintf(fault.name, sizeof fault.name, "%s", kinds[kind].action);
	params_init(match_params, &fault.match);
	params_init(fault.action->params, &fault.params);
	/* A host that goes down with every segment is down for good. */
	if (strcmp(kinds[kind].action, "server_down") == 0)
		must(param_set(param_find(match_params, "nth"), &fault.match, "9", &err));
	if (params == NULL)
		return fault;
	(void)snprintf(text, sizeof text, "%s", params);
	char *value = strchr(text, '=');
	*value++ = '\0';
	const struct param *row = param_find(fault.action->params, text);
	must(row != NULL && param_set(row, &fault.params, value, &err));
	return fault;
}

/* @return how many are armed. */
static size_t arm(const uint8_t head[4])
{
	static struct fault faults[ARMED_MAX];
	const unsigned armed = (unsigned)(head[0] | head[1] << 8), draws = (unsigned)(head[2] | head[3] << 8);
	size_t count = 0;

	for (size_t i = 0; i < KINDS; i++)
		if (armed >> i & 1)
			faults[count++] = make(i, kinds[i].params[draws >> i % 15 & 3]);
	relay_fixture_take_faults(faults, count);
	return count;
}

/* -- steps -- */

static void say(size_t which, enum direction direction, struct bytes data)
{
	struct said *to = &said[which][direction];

	if (ended[which][direction] || data.length == 0)
		return;
	memcpy(to->bytes + to->length, data.data, data.length);
	to->length += data.length;
	relay_fixture_say(&connections[which], direction, data.data, data.length);
}

static void end(size_t which, enum direction direction)
{
	if (ended[which][direction])
		return;
	ended[which][direction] = true;
	relay_fixture_end(&connections[which], direction);
}

static void reset(size_t which, enum direction direction)
{
	injected = true;
	ended[which][TO_SERVER] = ended[which][TO_DEVICE] = true;
	relay_fixture_reset(&connections[which], direction);
}

/*
 * A frame of which the IPv4 header and all behind it are anything, but with checksums that are
 * right.
 */
static void send_packet(struct bytes data, enum direction direction)
{
	uint8_t frame[ETHERNET_HEADER + 256] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0};

	injected = true;
	if (data.length > 0)
		memcpy(frame + ETHERNET_HEADER, data.data, data.length);
	checksum_mend(frame, ETHERNET_HEADER + data.length);
	relay_fixture_input(bytes_of(frame, ETHERNET_HEADER + data.length), direction);
	relay_fixture_run(SIM_MS);
}

/* The first byte says which service. */
static void send_datagram(struct bytes data, enum direction direction)
{
	static const unsigned services[] = {53, 67, 123};
	uint8_t packet[28 + 256] = {0x45, [8] = 64, IP_UDP};
	const uint32_t addresses[] = {RELAY_FIXTURE_DEVICE, RELAY_FIXTURE_SERVER};

	if (data.length == 0)
		return;
	const unsigned ports[] = {40000, services[data.data[0] % 3]};
	data = bytes_part(data, 1, data.length);
	data.length = data.length < 220 ? data.length : 220;
	put_be16(packet + 2, (unsigned)(28 + data.length));
	put_be32(packet + 12, addresses[direction]);
	put_be32(packet + 16, addresses[!direction]);
	put_be16(packet + 20, ports[direction]);
	put_be16(packet + 22, ports[!direction]);
	put_be16(packet + 24, (unsigned)(8 + data.length));
	memcpy(packet + 28, data.data, data.length);
	const bool before = injected;
	send_packet(bytes_of(packet, 28 + data.length), direction);
	injected = before;
}

static void take_step(uint8_t what, struct bytes data)
{
	const size_t which = what >> 7;

	switch ((enum step)((what & 0x7f) % STEPS)) {
	case DEVICE_SAYS:
		say(which, TO_SERVER, data);
		break;
	case SERVER_SAYS:
		say(which, TO_DEVICE, data);
		break;
	case DEVICE_ENDS:
		end(which, TO_SERVER);
		break;
	case SERVER_ENDS:
		end(which, TO_DEVICE);
		break;
	case DEVICE_RESETS:
		reset(which, TO_SERVER);
		break;
	case SERVER_RESETS:
		reset(which, TO_DEVICE);
		break;
	case TIME_GOES_ON:
		relay_fixture_run(data.length * 20 * SIM_MS);
		break;
	case MUCH_TIME_GOES_ON:
		relay_fixture_run(130 * SIM_S);
		break;
	case DEVICE_ASKS:
		send_datagram(data, TO_SERVER);
		break;
	case SERVER_ANSWERS:
		send_datagram(data, TO_DEVICE);
		break;
	case DEVICE_SENDS:
		send_packet(data, TO_SERVER);
		break;
	case SERVER_SENDS:
		send_packet(data, TO_DEVICE);
		break;
	case STEPS:
		break;
	}
}

/* -- what has come -- */

/* Without line ends: empty lines before a request do not pass (RFC 9112 2.2). */
static size_t squeeze(uint8_t *bytes, size_t length)
{
	size_t kept = 0;

	for (size_t i = 0; i < length; i++)
		if (bytes[i] != '\r' && bytes[i] != '\n')
			bytes[kept++] = bytes[i];
	return kept;
}

static void tell(size_t which, enum direction direction, const char *what)
{
	const struct relay_end *to = &connections[which].ends[!direction];

	fprintf(stderr, "%sconnection %zu %s: %s; %zu bytes were sent and %zu came%s%s\n", relay_fixture.trace.text, which,
	        direction_name(direction), what, said[which][direction].length, to->in_length, to->ended ? ", end" : "",
	        to->reset ? ", reset" : "");
	abort();
}

static void compare(size_t which)
{
	for (enum direction i = TO_SERVER; i <= TO_DEVICE; i++) {
		struct relay_end *to = &connections[which].ends[!i];
		struct said *sent = &said[which][i];
		if (!to->ended || to->reset)
			tell(which, i, "it has not ended in an orderly way");
		sent->length = squeeze(sent->bytes, sent->length);
		to->in_length = to->in != NULL ? squeeze(to->in, to->in_length) : 0;
		if (to->in_length != sent->length || (sent->length > 0 && memcmp(to->in, sent->bytes, sent->length) != 0))
			tell(which, i, "other bytes have come");
	}
}

static void begin(void)
{
	static bool is_open;
	static struct fault first;

	if (!is_open) {
		first = make(0, NULL);
		relay_fixture_open(&first, 1);
	}
	is_open = true;
	memset(said, 0, sizeof said[0][0].length);
	for (size_t i = 0; i < WIRES; i++) {
		connections[i] = (struct relay_connection){.device_port = (uint16_t)(40000 + i)};
		said[i][TO_SERVER].length = said[i][TO_DEVICE].length = 0;
		ended[i][TO_SERVER] = ended[i][TO_DEVICE] = false;
	}
	injected = false;
	trace_text_clear(&relay_fixture.trace);
}

/* Nothing of this input is left for the next one. */
static void clear(void)
{
	struct relay *relay = relay_fixture.relay;

	flows_close(&relay->flows);
	must(relay->active == 0 && relay->flows.count == 0);
	for (enum direction i = TO_SERVER; i <= TO_DEVICE; i++)
		frame_queue_clear(&relay_fixture.queues[i]);
	for (size_t i = 0; i < WIRES; i++) {
		const struct relay_connection *connection = &connections[i];
		channel_forget_old(
			&(struct channel_ends){RELAY_FIXTURE_DEVICE, connection->server, connection->device_port, connection->server_port});
		channel_forget_old(
			&(struct channel_ends){connection->server, RELAY_FIXTURE_DEVICE, connection->server_port, connection->device_port});
		relay_fixture_forget(&connections[i]);
	}
	memset(&relay->names, 0, sizeof relay->names);
	memset(&relay->datagrams, 0, sizeof relay->datagrams);
	relay->fallen_count = 0;
	relay->all_fallen = false;
	relay_fixture_take_faults(NULL, 0);
	relay_fixture_run(SIM_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	begin();
	const size_t armed = arm(data);
	relay_fixture_connect(&connections[0], RELAY_FIXTURE_SERVER, 80);
	relay_fixture_connect(&connections[1], RELAY_FIXTURE_SERVER + 1, 443);
	const struct bytes steps = bytes_of(data, size);
	for (size_t at = 4; at + 1 < size; at += 2U + data[at + 1])
		take_step(data[at], bytes_part(steps, at + 2, data[at + 1]));
	for (size_t i = 0; i < WIRES; i++) {
		end(i, TO_SERVER);
		end(i, TO_DEVICE);
	}
	if (armed == 0 && !injected) {
		for (size_t i = 0; i < WIRES; i++)
			compare(i);
		must(relay_fixture.relay->active == 0);
	}
	clear();
	return 0;
}
