/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are frames of both directions, for what reads and rewrites frames: the parser, the
 * renderer, the namer, checksums and a chain of faults. Whatever comes, nothing may be read or
 * written outside (the sanitizers see to that; a frame is an allocation of its own), frames keep to
 * their lengths, mending twice is mending once, and the chain's decisions repeat what it did.
 *
 * An input is a byte that says which chain, then frames: a byte (bit 0: direction; the others:
 * milliseconds since the one before), two bytes of length, the frame.
 *
 * usage: `make fuzz T=packet`, or the program with files of the corpus as arguments.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "lib/address/namer.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "harness/proxy/proxy.h"
#include "tests/unit/proxy/submit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No other layer is linked. */
const struct fault_catalogue *const fault_catalogues[LAYERS] = {[LAYER_PROXY] = &catalogue_proxy};

#define FRAMES_MAX 64U
#define FAULTS 4U

/* Chains: each row is an action with its parameters and how often it acts. */
static const struct recipe {
	const char *action, *key, *value, *other_key, *other_value, *every;
} recipes[][FAULTS] = {
	{{"corrupt", "bits", "3", "mend", "true", "2"},
         {"truncate", "by", "7", "to", "0", "3"},
         {"pad", "to", "90", "to", "90", "5"},
         {"corrupt", "xor", "12:0800 20:2000", "mend", "true", "7"}},
	{{"mtu", "size", "68", "icmp", "true", "1"},
         {"forge", "what", "rst", "to", "both", "1"},
         {"forge", "what", "unreachable_port", "to", "both", "1"},
         {"drop", "enabled", "false", "enabled", "false", "1"}},
	{{"rebind", "port", "0", "port", "0", "3"},
         {"firewall", "idle", "10ms", "reset", "true", "1"},
         {"rebind", "port", "80", "port", "80", "4"},
         {"forge", "what", "fin", "drop", "false", "1"}},
	{{"corrupt", "bits", "32", "part", "payload", "1"},
         {"rebind", "port", "0", "port", "0", "2"},
         {"mtu", "size", "1000", "icmp", "false", "1"},
         {"forge", "what", "ttl", "to", "receiver", "2"}},
};
#define CHAINS (sizeof recipes / sizeof recipes[0])

static void must(bool good)
{
	if (!good)
		abort();
}

static void set(const struct param *table, void *object, const char *key, const char *value)
{
	struct error err;

	must(param_set(param_find(table, key), object, value, &err));
}

static struct fault made(const struct recipe *recipe)
{
	struct fault fault;
	struct error err;
	const char *key;

	memset(&fault, 0, sizeof fault);
	fault.action = action_find(recipe->action);
	must(fault.action != NULL);
	memcpy(fault.name, recipe->action, strlen(recipe->action));
	params_init(match_params, &fault.match);
	params_init(fault.action->params, &fault.params);
	set(match_params, &fault.match, "every", recipe->every);
	set(fault.action->params, &fault.params, recipe->key, recipe->value);
	set(fault.action->params, &fault.params, recipe->other_key, recipe->other_value);
	must(fault_check(&fault, &key, &err));
	return fault;
}

/* A chain at work: what it has decided, and a hash of what came out. */
struct run {
	struct namer *namer;
	struct proxy *proxy;
	struct decisions decisions;
	uint64_t out;
};

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct run *run = ctx;
	char text[512];

	(void)frame;
	must(event->naming->count > 0 && event->naming->count <= ADDRESS_NAMES_MAX);
	(void)proxy_fate_render(run->proxy, fate, event->now, text, sizeof text);
	keep_decisions(&run->decisions, run->proxy, event, fate);
}

static void drain(struct run *run, sim_ns until)
{
	enum direction direction;

	for (sim_ns at; (at = proxy_next(run->proxy)) != SIM_NEVER && at <= until;) {
		struct frame *frame = proxy_deliver(run->proxy, at, &direction);
		must(frame != NULL && frame->length <= FRAME_MAX);
		run->out = XXH3_64bits_withSeed(frame->data, frame->length, run->out + at * 2 + direction);
		frame_free(frame);
	}
}

/* A frame as the parser, the renderer and the mender see it. */
static void look(const uint8_t *data, size_t length)
{
	struct frame *frame = frame_new(data, length), *again;
	const struct packet packet = packet_parse(frame_bytes(frame));
	char text[PACKET_TEXT_MAX];

	must(packet.payload.length <= length && packet.body.length <= length);
	must(strlen(packet_render(frame_bytes(frame), text)) < sizeof text);
	must(strlen(packet_render_ends(frame_bytes(frame), text)) < sizeof text);
	checksum_mend(frame->data, length);
	again = frame_new(frame->data, length);
	checksum_mend(again->data, length);
	must(memcmp(again->data, frame->data, length) == 0);
	frame_free(again);
	frame_free(frame);
}

static void send_all(struct run *run, const uint8_t *data, size_t size)
{
	sim_ns now = 0;

	for (unsigned count = 0; size >= 3 && count < FRAMES_MAX; count++) {
		size_t length = (size_t)(data[1] << 8 | data[2]) % (FRAME_MAX + 1);
		enum direction direction = data[0] & 1 ? TO_DEVICE : TO_SERVER;
		now += (sim_ns)(data[0] >> 1) * SIM_MS;
		data += 3;
		size -= 3;
		length = length < size ? length : size;
		look(data, length);
		submit(run->namer, run->proxy, frame_new(data, length), direction, now);
		drain(run, now);
		data += length;
		size -= length;
	}
	drain(run, SIM_NEVER - 1);
}

static void count_names(void *ctx, enum direction direction, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];
	struct address again;
	struct error err;

	(void)ctx;
	(void)direction;
	must(address_parse(address_format(address, text), &again, &err) && again.last == address->last);
}

static void close_run(struct run *run)
{
	namer_list(run->namer, count_names, NULL);
	proxy_close(run->proxy);
	namer_close(run->namer);
	decisions_close(&run->decisions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run first = {0}, second = {0};
	struct fault faults[FAULTS];

	if (size == 0)
		return 0;
	for (size_t i = 0; i < FAULTS; i++)
		faults[i] = made(&recipes[data[0] % CHAINS][i]);
	first.namer = namer_open();
	first.proxy = proxy_open(faults, FAULTS, 1, (struct proxy_ops){.decided = decided}, &first);
	send_all(&first, data + 1, size - 1);
	second.namer = namer_open();
	second.proxy = proxy_open_frozen(&first.decisions, (struct proxy_ops){.decided = decided}, &second);
	send_all(&second, data + 1, size - 1);
	must(first.out == second.out && first.decisions.count == second.decisions.count);
	close_run(&first);
	close_run(&second);
	return 0;
}
