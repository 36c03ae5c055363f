/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decisions of a chain, repeated by a chain made of them: the same frames, byte for byte, at
 * the same times, without a draw.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/link/packet.h"
#include "lib/sim/random.h"
#include "tests/test.h"
#include "tests/unit/proxy/traffic.h"

static struct traffic first, second;

/*
 * Frames of several conversations, protocols and lengths, in both directions, with silence now and
 * then.
 */
static void send_all(struct traffic *traffic)
{
	const struct random_stream stream = random_stream(1, "traffic");
	sim_ns now = 0;

	for (unsigned i = 0; i < 400; i++) {
		struct made made = {.direction = random_below(stream, i, 0, 2) ? TO_SERVER : TO_DEVICE,
		                    .protocol = random_below(stream, i, 1, 4) ? IP_TCP
		                                : i % 7                       ? IP_UDP
		                                                              : IP_ICMP,
		                    .port = (uint16_t)(4000 + random_below(stream, i, 2, 3)),
		                    .flags = TCP_FLAG_ACK,
		                    .seq = i * 1000,
		                    .ack = i * 500,
		                    .may_fragment = random_below(stream, i, 3, 2),
		                    .tagged = random_below(stream, i, 4, 5) == 0,
		                    .length = random_below(stream, i, 5, 3) ? random_below(stream, i, 6, 1400) : 0};
		now += random_below(stream, i, 7, 40) ? random_below(stream, i, 8, 20 * SIM_MS) : 5 * SIM_S;
		(void)traffic_send(traffic, &made, now);
	}
	(void)traffic_told(traffic, SIM_NEVER - 1);
}

/* Only a hash of what came out fits; it is long. */
static void same_again(const struct fault *faults, size_t count)
{
	traffic_open(&first, faults, count, 3);
	send_all(&first);
	traffic_open_frozen(&second, &first);
	send_all(&second);
	CU_ASSERT(first.decisions.count > 0);
	CU_ASSERT_EQUAL(first.made, second.made);
	TEST_SAME_TEXT(second.out, first.out);
	CU_ASSERT_EQUAL(first.decisions.count, second.decisions.count);
	/* And what the second has decided is what the first did. */
	for (size_t i = 0; i < first.decisions.count && i < second.decisions.count; i++) {
		const struct decision *a = &first.decisions.list[i], *b = &second.decisions.list[i];
		char is[PARAM_VALUE_MAX], was[PARAM_VALUE_MAX];
		CU_ASSERT(a->action == b->action && strcmp(a->at, b->at) == 0 && a->time == b->time);
		for (const struct param *row = a->action->params; row->key != NULL; row++)
			TEST_SAME_TEXT(param_get(row, &b->params, is), param_get(row, &a->params, was));
	}
	traffic_close(&first);
	traffic_close(&second);
}

static void one_again(const char *match, const char *action, const char *params)
{
	const struct fault fault = made_checked_fault("f", match, action, params);

	same_again(&fault, 1);
}

static void corrupted_frames_are_repeated(void)
{
	one_again("probability=30%", "corrupt", "bits=3");
	one_again("probability=30%", "corrupt", "bits=32;mend=true");
	one_again("probability=30%", "corrupt", "bits=5;part=payload;mend=true");
	one_again("every=3", "corrupt", "xor=60:0102 20:ff;mend=true");
}

static void cut_and_padded_frames_are_repeated(void)
{
	one_again("probability=30%", "truncate", "to=70");
	one_again("probability=30%", "truncate", "by=50");
	one_again("probability=30%", "pad", "to=700");
}

static void mtu_holes_are_repeated(void)
{
	one_again("probability=50%", "mtu", "size=576");
	one_again("probability=50%", "mtu", "size=100;icmp=false");
}

static void forged_frames_are_repeated(void)
{
	static const char *const kinds[] = {"rst", "fin", "unreachable_net", "unreachable_host", "unreachable_port", "ttl"};
	char params[64];

	for (size_t i = 0; i < 6; i++) {
		(void)snprintf(params, sizeof params, "what=%s;to=both;drop=%s", kinds[i], i % 2 ? "true" : "false");
		one_again("probability=20%", "forge", params);
	}
}

static void middleboxes_are_repeated(void)
{
	one_again("nth=20", "rebind", "port=5555");
	one_again("every=50", "rebind", "");
	one_again("probability=5%", "rebind", "");
	one_again("", "firewall", "idle=1s");
	one_again("", "firewall", "idle=1s;reset=true");
}

static void recorded_links_are_repeated_without_the_recording(void)
{
	char params[400];

	(void)snprintf(params, sizeof params, "file=%s;queue=20", test_write("up", "1\n2\n9\n50\n51\n"));
	one_again("", "mahimahi", params);
	(void)snprintf(params, sizeof params, "file=%s;queue=20",
	               test_write("link.csv", "time,rate,delay,loss\n0s,2Mbit,20ms,1%\n1s,100kbit,,10%\n3s,,5ms,\n"));
	one_again("", "link_trace", params);
}

static void a_chain_of_all_of_them_is_repeated(void)
{
	char params[400];

	(void)snprintf(params, sizeof params, "file=%s", test_write("link.csv", "time,rate,delay,loss\n0s,2Mbit,20ms,1%\n"));
	const struct fault faults[] = {
		made_checked_fault("jitter", "", "delay", "time=20ms;jitter=10ms"),
		made_checked_fault("nat", "every=60", "rebind", ""),
		made_checked_fault("noise", "probability=10%", "corrupt", "bits=2;part=payload;mend=true"),
		made_checked_fault("nat 2", "every=90", "rebind", ""),
		made_checked_fault("cut", "probability=5%", "truncate", "by=3"),
		made_checked_fault("rst", "probability=5%", "forge", "what=rst;to=both"),
		made_checked_fault("hole", "probability=50%", "mtu", "size=1000"),
		made_checked_fault("wall", "", "firewall", "idle=2s;reset=true"),
		made_checked_fault("dead", "nth=150", "outage", "for=200ms"),
		made_checked_fault("link", "", "link_trace", params),
	};

	same_again(faults, sizeof faults / sizeof faults[0]);
}

const CU_TestInfo tests_frozen[] = {
	{"corrupted frames are repeated", corrupted_frames_are_repeated},
	{"cut and padded frames are repeated", cut_and_padded_frames_are_repeated},
	{"MTU holes are repeated", mtu_holes_are_repeated},
	{"forged frames are repeated", forged_frames_are_repeated},
	{"middleboxes are repeated", middleboxes_are_repeated},
	{"recorded links are repeated without the recording", recorded_links_are_repeated_without_the_recording},
	{"a chain of all of them is repeated", a_chain_of_all_of_them_is_repeated},
	CU_TEST_INFO_NULL,
};
