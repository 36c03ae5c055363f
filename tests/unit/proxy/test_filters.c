/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/filters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/filter/filter.h"
#include "harness/proxy/loads.h"
#include "lib/sim/random.h"
#include "tests/test.h"
#include "tests/unit/proxy/chain.h"

#define BYTES(first, last) ((UINT64_C(1) << ((last) + 1)) - (UINT64_C(1) << (first)))
#define FILTERS_MAX 150U
#define CHAINS 60U
#define FRAMES 1500U
#define HEAD_MAX 96U
#define TEXT_MAX 256

/* -- what a filter looks at -- */

/* @return whether it can be told. */
static bool loads(const char *expression, struct loads *ret_loads)
{
	struct bpf_program program;
	struct error err;

	CU_ASSERT_FATAL(filter_compile(expression, &program, &err));
	bool told = loads_of(&program, ret_loads);
	pcap_freecode(&program);
	return told;
}

static void a_filter_looks_at_these_bytes(void)
{
	static const struct {
		const char *expression;
		uint64_t bytes;
		bool length;
	} cases[] = {
		{"len >= 0", 0, true},
		{"greater 100", 0, true},
		{"ip", 0, false},
		{"arp", 0, false},
		{"ip6 and tcp port 80", 0, false},
		{"udp", BYTES(23, 23), false},
		{"tcp dst port 80", BYTES(20, 21) | BYTES(23, 23) | BYTES(36, 37), false},
		{"tcp port 80", BYTES(20, 21) | BYTES(23, 23) | BYTES(34, 37), false},
		{"ip[8] < 5", BYTES(22, 22), false},
		{"src host 192.0.2.1", BYTES(26, 29), false},
		{"ether dst 02:00:5e:00:53:01", BYTES(0, 5), false},
		{"tcp[tcpflags] & tcp-syn != 0", BYTES(20, 21) | BYTES(23, 23) | BYTES(47, 47), false},
		{"icmp[icmptype] == icmp-echo", BYTES(20, 21) | BYTES(23, 23) | BYTES(34, 34), false},
		{"tcp[4:4] = 7", BYTES(20, 21) | BYTES(23, 23) | BYTES(38, 41), false},
	};

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct loads found = {0};
		CU_ASSERT(loads(cases[i].expression, &found));
		if (found.bytes != cases[i].bytes || found.length != cases[i].length)
			printf("    %s: bytes %#llx, length %d\n", cases[i].expression, (unsigned long long)found.bytes, found.length);
		CU_ASSERT_EQUAL(found.bytes, cases[i].bytes);
		CU_ASSERT_EQUAL(found.length, cases[i].length);
	}
}

static void what_may_lie_anywhere_is_not_told(void)
{
	static const char *const expressions[] = {
		/* behind a header whose length is not known */
		"tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
		"ether[100] = 1",
		"ether[47:2] = 1", /* the last byte is one too far */
		"ip6 protochain 6 or ip[ip[8]] = 1",
	};
	struct loads found;

	for (unsigned i = 0; i < sizeof expressions / sizeof expressions[0]; i++)
		CU_ASSERT_FALSE(loads(expressions[i], &found));
}

static void a_program_that_goes_back_or_ends_nowhere_is_not_followed(void)
{
	struct bpf_insn back[] = {BPF_STMT(BPF_LD | BPF_IMM, 0), BPF_STMT(BPF_JMP | BPF_JA, (bpf_u_int32)-2), BPF_STMT(BPF_RET | BPF_K, 0)};
	struct bpf_insn endless[] = {BPF_STMT(BPF_LD | BPF_IMM, 0)};
	struct bpf_insn strange[] = {BPF_STMT(BPF_JMP | 0x50, 0), BPF_STMT(BPF_RET | BPF_K, 0)};
	struct loads found;

	CU_ASSERT_FALSE(loads_of(&(struct bpf_program){3, back}, &found));
	CU_ASSERT_FALSE(loads_of(&(struct bpf_program){1, endless}, &found));
	CU_ASSERT_FALSE(loads_of(&(struct bpf_program){2, strange}, &found));
	CU_ASSERT_FALSE(loads_of(&(struct bpf_program){0, NULL}, &found));
}

/* X is the length of the IPv4 header on one way, and something else on the other. */
static void where_two_ways_meet_only_what_both_say_is_known(void)
{
	struct bpf_insn code[] = {
		BPF_STMT(BPF_LDX | BPF_MSH | BPF_B, 14),      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 0, 1), BPF_STMT(BPF_LDX | BPF_IMM, 20),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 14),       BPF_STMT(BPF_RET | BPF_A, 0),
	};
	const struct bpf_program program = {sizeof code / sizeof code[0], code};
	struct loads found;

	CU_ASSERT(loads_of(&program, &found));
	CU_ASSERT_EQUAL(found.bytes, BYTES(23, 23) | BYTES(34, 34));
	code[3].k = 21;
	CU_ASSERT_FALSE(loads_of(&program, &found));
}

/* -- the table against libpcap -- */

static const char *const conditions[] = {
	"",
	"ip",
	"arp",
	"ip6",
	"tcp",
	"udp",
	"icmp",
	"vlan",
	"vlan 5 and ip proto \\udp",
	"tcp port 80",
	"tcp dst port 80",
	"udp src port 53",
	"udp port 53 or icmp",
	"port 443",
	"tcp portrange 80-443",
	"src portrange 1024-65535",
	"host 192.0.2.1",
	"src host 192.0.2.100 and dst net 192.0.2.0/24",
	"ip6 host 2001:db8::1",
	"ip6 and tcp port 80",
	"ether host 02:00:5e:00:53:01",
	"ether broadcast",
	"ether multicast",
	"ip broadcast or ip multicast",
	"ip[8] < 5",
	"ip[0] & 0xf > 5",
	"ip[1] = 0",
	"ip[2:2] > 100",
	"ip[6:2] & 0x1fff != 0",
	"ip[6] & 0x40 != 0",
	"ip[10:2] & 1 = 0",
	"tcp[tcpflags] & tcp-syn != 0",
	"tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn",
	"tcp[tcpflags] & (tcp-fin|tcp-rst) != 0",
	"tcp[12] & 0xf0 > 0x50",
	"tcp[4:4] & 3 = 1",
	"tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
	"udp[8] & 1 = 1",
	"udp[4:2] > 30",
	"icmp[icmptype] == icmp-echo",
	"icmp[icmpcode] != 0",
	"greater 100",
	"less 61",
	"len > 48 and len < 80",
	"len & 1 = 1",
	"len - ip[2:2] > 14",
	"ip[8] * 2 + 1 > ip[9]",
	"ip[8] / ip[1] > 3",
	"ether[0] & 1 = 1",
	"ether[12:2] = 0x0800",
	"ether[13:2] = 0x0045",
	"ether[14] & 0x0f = 5",
	"ether[47] & 1 = 1",
	"ether[44:4] & 1 = 0",
	"ether[60] & 1 = 1",
	"ether[ether[22]] & 1 = 1",
	"ip proto 6 or ip proto 17",
	"ip protochain 6",
	"ip6 protochain 6",
	"tcp and not port 80",
	"not ip",
	"len < 0",
};
#define CONDITIONS (sizeof conditions / sizeof conditions[0])

/* The heads of frames; what is behind them is 0x55. */
static const uint8_t heads[][HEAD_MAX] = {
	/* TCP, ports 40000 and 80 */
	{2, 0,   0, 0, 0,   1,   2, 0, 0, 0,    0,    2, 8,  0, 0x45, 0, 0, 90, 0, 1, 0x40, 0,    64,   6,    0,
         0, 192, 0, 2, 100, 192, 0, 2, 1, 0x9c, 0x40, 0, 80, 0, 0,    0, 1, 0,  0, 0, 1,    0x50, 0x02, 0xff, 0xff},
	/* UDP, port 53 */
	{2, 0,  0x5e, 0, 0x53, 1,   2, 0, 0, 0,   0, 2, 8,   0, 0x45, 0, 0, 60, 0,  2, 0,
         0, 64, 17,   0, 0,    192, 0, 2, 1, 192, 0, 2, 100, 0, 53,   4, 1, 0,  40, 0, 0},
	/* ICMP, echo */
	{2, 0, 0, 0, 0, 1,   2, 0, 0, 0,   0, 2, 8,   0, 0x45, 0, 0, 60, 0, 3, 0,
         0, 3, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2, 100, 8, 0,    0, 0, 0,  1, 0, 1},
	/* TCP behind IP options of four bytes */
	{2,   0, 0, 0,   0,   1, 2, 0, 0, 0, 0, 2, 8,    0,    0x46, 0,  0, 90, 0, 1, 0, 0, 64, 6, 0,    0,
         192, 0, 2, 100, 192, 0, 2, 1, 1, 1, 1, 0, 0x9c, 0x40, 0,    80, 0, 0,  0, 1, 0, 0, 0,  1, 0x50, 0x12},
	/* a fragment that is not the first */
	{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 90, 0, 4, 0, 9, 64, 17, 0, 0, 192, 0, 2, 100, 192, 0, 2, 1, 0, 53, 0, 53},
	/* UDP in a VLAN */
	{2,  0, 0, 0, 0, 1,  2,  0, 0, 0,   0, 2, 0x81, 0,   0, 5, 8,   0, 0x45, 0, 0,
         60, 0, 2, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1,    192, 0, 2, 100, 0, 53,   4, 1},
	/* TCP over IPv6 */
	{2, 0, 0, 0, 0, 1, 2, 0, 0, 0,    0, 2,    0x86, 0xdd, 0x60, 0, 0, 0, 0, 20, 6, 64, 0x20, 1, 0x0d, 0xb8, 0,    0, 0,
         0, 0, 0, 0, 0, 0, 0, 0, 1, 0x20, 1, 0x0d, 0xb8, 0,    0,    0, 0, 0, 0, 0,  0, 0,  0,    0, 2,    0x9c, 0x40, 0, 80},
	/* ARP */
	{255, 255, 255, 255, 255, 255, 2, 0,   0, 0, 0,   2, 8, 6, 0, 1, 8, 0,   6, 4, 0,
         1,   2,   0,   0,   0,   0,   2, 192, 0, 2, 100, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1},
	/* IEEE 802.3 with a length */
	{1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 38, 0x42, 0x42, 3},
};
#define HEADS (sizeof heads / sizeof heads[0])

/* Draws that follow each other. */
struct random_source {
	struct random_stream stream;
	uint64_t drawn;
};

static unsigned below(struct random_source *source, unsigned limit)
{
	return (unsigned)random_below(source->stream, 0, source->drawn++, limit);
}

/* Bytes as they were, and a few that are not; now and then a few from the heads of others. */
static void change(struct random_source *source, uint8_t *data, size_t length)
{
	static const uint8_t likely[] = {0, 1, 4, 5, 6, 8, 17, 53, 64, 80, 0x45, 0x46, 0x50, 0xff};

	for (unsigned left = below(source, 4); left > 0 && length > 0; left--) {
		size_t at = below(source, (unsigned)(length < 64 ? length : 64));
		data[at] = below(source, 2) ? likely[below(source, sizeof likely)] : (uint8_t)below(source, 256);
	}
}

/* Two in three are of a usual length, the others of any, the shortest included. */
static struct frame *any_frame(struct random_source *source)
{
	static const unsigned usual[] = {42, 47, 48, 49, 60, 74, 104, 150};
	uint8_t data[200];
	size_t length = below(source, 3) ? usual[below(source, sizeof usual / sizeof usual[0])] : below(source, sizeof data);

	memset(data, 0x55, sizeof data);
	memcpy(data, heads[below(source, 2) ? 0 : below(source, HEADS)], HEAD_MAX);
	if (below(source, 2))
		change(source, data, length);
	return frame_new(data, length);
}

/* One condition, or two together; what libpcap refuses, such as what can never be, is left out. */
static void any_filter(struct random_source *source, char text[TEXT_MAX], struct bpf_program *ret_program)
{
	static const char *const joints[] = {"and", "or", "and not", "or not"};
	struct error err;

	do {
		const char *one = conditions[below(source, CONDITIONS)], *other = conditions[below(source, CONDITIONS)];
		if (one[0] == '\0' || other[0] == '\0' || below(source, 2))
			(void)snprintf(text, TEXT_MAX, "%s", one);
		else
			(void)snprintf(text, TEXT_MAX, "(%s) %s (%s)", one, joints[below(source, 4)], other);
	} while (!filter_compile(text, ret_program, &err));
}

struct match_counts {
	unsigned sure[2], unsure, wrong;
};

static void compare(struct filters *filters, const struct bpf_program *programs, size_t count, const struct frame *frame,
                    struct match_counts *counts)
{
	const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)frame->length, .len = (bpf_u_int32)frame->length};
	const struct filter_answers answers = filters_ask(filters, frame);

	for (size_t i = 0; i < count; i++) {
		bool takes = pcap_offline_filter(&programs[i], &header, frame->data) != 0;
		bool may = filters_has(answers.may, i), unsure = may && filters_has(answers.unsure, i);
		counts->unsure += unsure;
		counts->sure[takes] += !unsure;
		counts->wrong += filters_take(filters, i, frame) != takes || (!unsure && may != takes);
	}
}

static void compare_chain(struct random_source *source, size_t count, struct match_counts *counts)
{
	static char texts[FILTERS_MAX][TEXT_MAX];
	static struct bpf_program programs[FILTERS_MAX];
	const char *expressions[FILTERS_MAX];

	for (size_t i = 0; i < count; i++) {
		any_filter(source, texts[i], &programs[i]);
		expressions[i] = texts[i];
	}
	struct filters *filters = filters_open(expressions, count);
	for (unsigned i = 0; i < FRAMES; i++) {
		struct frame *frame = any_frame(source);
		compare(filters, programs, count, frame, counts);
		frame_free(frame);
	}
	filters_close(filters);
	for (size_t i = 0; i < count; i++)
		pcap_freecode(&programs[i]);
}

/*
 * Chains of one filter, where each look is one at the table, and of many, more than a word of a set
 * has bits.
 */
static void answers_are_those_of_libpcap(void)
{
	struct random_source source = {random_stream(1, "filters"), 0};
	struct match_counts counts = {0};

	for (unsigned i = 0; i < CHAINS; i++)
		compare_chain(&source, i % 3 == 0 ? 1 : i % 3 == 1 ? 1 + below(&source, 10) : 1 + below(&source, FILTERS_MAX), &counts);
	CU_ASSERT_EQUAL(counts.wrong, 0);
	/* All three kinds of answers were among them. */
	CU_ASSERT(counts.sure[false] > 100000 && counts.sure[true] > 100000 && counts.unsure > 100000);
}

/*
 * From every byte of the head, so that none is missing in a key: the same frame with it and without
 * it, in turns.
 */
static void every_byte_that_is_looked_at_counts(void)
{
	struct match_counts counts = {0};
	uint8_t data[100];

	for (size_t k = 0; k < CONDITIONS; k++) {
		struct bpf_program program;
		struct error err;
		if (!filter_compile(conditions[k], &program, &err))
			continue;
		struct filters *filters = filters_open(&conditions[k], 1);
		for (size_t at = 0; at < HEADS * 64 * 8; at++) {
			memset(data, 0x55, sizeof data);
			memcpy(data, heads[at / (64 * 8)], HEAD_MAX);
			for (unsigned turn = 0; turn < 2; turn++) {
				struct frame *frame = frame_new(data, sizeof data);
				compare(filters, &program, 1, frame, &counts);
				frame_free(frame);
				data[at / 8 % 64] ^= (uint8_t)(1U << at % 8);
			}
		}
		filters_close(filters);
		pcap_freecode(&program);
	}
	CU_ASSERT_EQUAL(counts.wrong, 0);
}

/*
 * What is not in a filter's key must not undo what is: each has its own answer whatever the others
 * look at.
 */
static void what_differs_from_frame_to_frame_is_asked_alone(void)
{
	static const char *const expressions[] = {"tcp dst port 80", "tcp[4:4] = 7", "", "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420"};
	struct filters *filters = filters_open(expressions, 4);
	uint8_t data[100] = {0};

	memcpy(data, heads[0], HEAD_MAX);
	struct frame *frame = frame_new(data, sizeof data);
	struct filter_answers answers = filters_ask(filters, frame);
	CU_ASSERT_EQUAL(answers.may[0], 0xf);
	CU_ASSERT_EQUAL(answers.unsure[0], 0xa);
	frame->data[37] = 81;
	answers = filters_ask(filters, frame);
	CU_ASSERT_EQUAL(answers.may[0], 0xe);
	/* Not plain any more: nothing is known of those that have a program. */
	frame->data[14] = 0x46;
	answers = filters_ask(filters, frame);
	CU_ASSERT_EQUAL(answers.may[0], 0xf);
	CU_ASSERT_EQUAL(answers.unsure[0], 0xb);
	frame_free(frame);
	filters_close(filters);
}

/* -- in a chain -- */

static void a_filter_sees_what_a_rule_before_it_has_changed(void)
{
	/*
	 * The device's port is 80 until the second rule makes it 81; then the filters behind see
	 * 81, and the one before had seen 80.
	 */
	const struct fault faults[] = {
		made_checked_fault("before", "filter=udp src port 81", "drop", ""),
		made_checked_fault("change", "filter=udp src port 80", "corrupt", "xor=35:01"),
		made_checked_fault("old", "filter=udp src port 80", "drop", ""),
		made_checked_fault("new", "filter=udp src port 81", "drop", ""),
	};
	struct chain chain;

	chain_open(&chain, faults, 4, 1);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT(chain_send(&chain, 80, TO_SERVER, i));
		TEST_CONTAINS(chain.text, "'new' drop");
	}
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).matched, 0);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 2).matched, 0);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 3).seen, 3);
	chain_close(&chain);
}

/*
 * An outage goes on with what does not match, behind rules that nothing passes by and before rules
 * in the next words.
 */
static void chains_of_more_rules_than_bits_work_alike(void)
{
	static struct fault faults[FILTERS_MAX];
	char match[64];
	struct chain chain;

	for (unsigned i = 0; i < FILTERS_MAX; i++) {
		(void)snprintf(match, sizeof match, "direction=to-server;filter=udp src port %u", i);
		faults[i] = made_checked_fault("f", match, i == 64 ? "outage" : "drop", i == 64 ? "for=1ms" : "");
	}
	chain_open(&chain, faults, FILTERS_MAX, 1);
	CU_ASSERT_FALSE(chain_send(&chain, FILTERS_MAX, TO_SERVER, 1));
	for (unsigned i = FILTERS_MAX; i-- > 0;) {
		CU_ASSERT_FALSE(chain_send(&chain, i, TO_DEVICE, 2));
		CU_ASSERT(chain_send(&chain, i, TO_SERVER, 2));
		CU_ASSERT_EQUAL(chain.fate.causes[0].fault, i);
		if (i == 64)
			break;
	}
	/* Under way it takes what would reach the last rule, and not what the first takes. */
	CU_ASSERT(chain_send(&chain, FILTERS_MAX - 1, TO_SERVER, 3));
	CU_ASSERT_EQUAL(chain.fate.causes[0].fault, 64);
	CU_ASSERT(chain_send(&chain, 0, TO_SERVER, 4));
	CU_ASSERT_EQUAL(chain.fate.causes[0].fault, 0);
	struct fault_counters first = proxy_counters(chain.proxy, 0), second = proxy_counters(chain.proxy, 1),
			      last = proxy_counters(chain.proxy, FILTERS_MAX - 1);
	CU_ASSERT_EQUAL(first.seen, 1 + 2 * (FILTERS_MAX - 64) + 2);
	CU_ASSERT_EQUAL(second.seen, first.seen - 1);
	CU_ASSERT_EQUAL(last.seen, 1 + 1 + (FILTERS_MAX - 64));
	CU_ASSERT_EQUAL(last.matched, 1);
	chain_close(&chain);
}

const CU_TestInfo tests_filters[] = {
	{"a filter looks at these bytes", a_filter_looks_at_these_bytes},
	{"what may lie anywhere is not told", what_may_lie_anywhere_is_not_told},
	{"a program that goes back or ends nowhere is not followed", a_program_that_goes_back_or_ends_nowhere_is_not_followed},
	{"where two ways meet, only what both say is known", where_two_ways_meet_only_what_both_say_is_known},
	{"answers are those of libpcap", answers_are_those_of_libpcap},
	{"every byte that is looked at counts", every_byte_that_is_looked_at_counts},
	{"what differs from frame to frame is asked alone", what_differs_from_frame_to_frame_is_asked_alone},
	{"a filter sees what a rule before it has changed", a_filter_sees_what_a_rule_before_it_has_changed},
	{"chains of more rules than bits work alike", chains_of_more_rules_than_bits_work_alike},
	CU_TEST_INFO_NULL,
};
