/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"

/*
 * Sends @p count frames of one flow, a millisecond apart from 1 ms on; "X" for dropped and "." for
 * passed.
 */
static const char *pattern(const char *match, enum direction direction, unsigned count)
{
	static char text[65];
	const struct fault fault = made_checked_fault("f", match, "drop", "");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < count; i++)
		text[i] = chain_send(&chain, 1, direction, (i + 1) * SIM_MS) ? 'X' : '.';
	text[count] = '\0';
	chain_close(&chain);
	return text;
}

static void a_fault_is_about_its_direction(void)
{
	TEST_SAME_TEXT(pattern("", TO_SERVER, 3), "XXX");
	TEST_SAME_TEXT(pattern("", TO_DEVICE, 3), "XXX");
	TEST_SAME_TEXT(pattern("direction=to-server", TO_SERVER, 3), "XXX");
	TEST_SAME_TEXT(pattern("direction=to-server", TO_DEVICE, 3), "...");
	TEST_SAME_TEXT(pattern("direction=to-device", TO_SERVER, 3), "...");
	TEST_SAME_TEXT(pattern("direction=to-device", TO_DEVICE, 3), "XXX");
}

static void a_window_includes_its_start_and_not_its_end(void)
{
	TEST_SAME_TEXT(pattern("from=2ms;until=4ms", TO_SERVER, 6), ".XX...");
	TEST_SAME_TEXT(pattern("from=2.000001ms;until=4.000001ms", TO_SERVER, 6), "..XX..");
	TEST_SAME_TEXT(pattern("from=5ms", TO_SERVER, 6), "....XX");
	TEST_SAME_TEXT(pattern("until=3ms", TO_SERVER, 6), "XX....");
}

static void ordinals_count_from_one(void)
{
	TEST_SAME_TEXT(pattern("nth=1", TO_SERVER, 6), "X.....");
	TEST_SAME_TEXT(pattern("nth=4", TO_SERVER, 6), "...X..");
	TEST_SAME_TEXT(pattern("nth=7", TO_SERVER, 6), "......");
	TEST_SAME_TEXT(pattern("every=1", TO_SERVER, 6), "XXXXXX");
	TEST_SAME_TEXT(pattern("every=3", TO_SERVER, 8), "..X..X..");
	TEST_SAME_TEXT(pattern("first=2", TO_SERVER, 6), "XX....");
}

static void counting_begins_with_the_window(void)
{
	TEST_SAME_TEXT(pattern("from=3ms;nth=2", TO_SERVER, 6), "...X..");
	TEST_SAME_TEXT(pattern("from=3ms;first=2", TO_SERVER, 6), "..XX..");
	TEST_SAME_TEXT(pattern("from=2ms;every=2", TO_SERVER, 6), "..X.X.");
}

static void only_frames_of_the_filter_and_direction_are_counted(void)
{
	const struct fault fault = made_checked_fault("f", "direction=to-device;filter=udp port 5;nth=2", "drop", "");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	CU_ASSERT_FALSE(chain_send(&chain, 5, TO_DEVICE, 1)); /* the first */
	CU_ASSERT_FALSE(chain_send(&chain, 5, TO_SERVER, 2));
	CU_ASSERT_FALSE(chain_send(&chain, 6, TO_DEVICE, 3));
	CU_ASSERT(chain_send(&chain, 5, TO_DEVICE, 4));
	CU_ASSERT_FALSE(chain_send(&chain, 5, TO_DEVICE, 5));
	struct fault_counters counters = proxy_counters(chain.proxy, 0);
	CU_ASSERT_EQUAL(counters.seen, 5);
	CU_ASSERT_EQUAL(counters.matched, 3);
	CU_ASSERT_EQUAL(counters.applied, 1);
	CU_ASSERT_EQUAL(counters.last_applied, 4);
	chain_close(&chain);
}

static void a_filter_sees_every_length(void)
{
	const struct fault fault = made_checked_fault("f", "filter=less 61 or greater 1500", "drop", "");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (size_t length = 42; length < 1600; length += length < 70 ? 1 : 61) {
		chain_submit(&chain, chain_frame(1, TO_SERVER, length), TO_SERVER, 0);
		CU_ASSERT_EQUAL(chain.fate.dropped, length <= 61 || length >= 1500);
	}
	chain_close(&chain);
}

/*
 * 20,000 draws: four standard deviations of the binomial distribution around its mean, seed by
 * seed.
 */
static void a_probability_holds_on_average(void)
{
	static const struct {
		const char *match;
		unsigned least, most;
	} cases[] = {
		{"probability=0%", 0, 0},
		{"probability=1%", 200 - 57, 200 + 57},
		{"probability=50%", 10000 - 283, 10000 + 283},
		{"probability=99%", 19800 - 57, 19800 + 57},
		{"probability=100%", 20000, 20000},
		{"probability=20%;every=2", 2000 - 160, 2000 + 160},
	};

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (uint64_t seed = 1; seed <= 3; seed++) {
			const struct fault fault = made_checked_fault("f", cases[i].match, "drop", "");
			struct chain chain;
			unsigned dropped = 0;
			chain_open(&chain, &fault, 1, seed);
			for (unsigned n = 0; n < 20000; n++) {
				enum direction direction;
				dropped += chain_send(&chain, 1 + n % 7, n % 3 ? TO_SERVER : TO_DEVICE, n);
				frame_free(proxy_deliver(chain.proxy, n, &direction));
			}
			CU_ASSERT(dropped >= cases[i].least && dropped <= cases[i].most);
			chain_close(&chain);
		}
}

static void is_wrong(struct fault fault, const char *wrong_key, const char *why)
{
	struct error err = {0};
	const char *key = NULL;

	CU_ASSERT_FALSE(fault_check(&fault, &key, &err));
	CU_ASSERT_FATAL(key != NULL);
	CU_ASSERT_STRING_EQUAL(key, wrong_key);
	TEST_CONTAINS(err.text, why);
	CU_ASSERT_EQUAL(err.line, 0);
}

static void what_a_table_cannot_refuse_is_checked(void)
{
	const struct fault good = made_checked_fault("f", "", "drop", "");
	struct fault fault = good;

	fault.match.from.ns = fault.match.until.ns = 5;
	is_wrong(fault, "until", "the window ends before it starts");
	fault.match.until.ns = 4;
	is_wrong(fault, "until", "the window ends before it starts");
	fault = good;
	fault.match.nth.first = fault.match.first = 1;
	is_wrong(fault, "nth", "are mutually exclusive");
	fault = good;
	fault.match.every = fault.match.first = 1;
	is_wrong(fault, "every", "are mutually exclusive");
	fault = made_checked_fault("f", "", "delay", "time=5ms;jitter=5ms");
	action_set_quantity(fault.action, &fault.params, "jitter", 5 * SIM_MS + 1);
	is_wrong(fault, "jitter", "the jitter is larger than the delay");
	fault = made_checked_fault("f", "", "gemodel", "p=1%;r=0%");
	action_set_quantity(fault.action, &fault.params, "p", 0);
	is_wrong(fault, "p", "never changes its state");
}

static void has_filter(struct fault *fault, const char *filter)
{
	memset(fault->match.filter, 0, sizeof fault->match.filter);
	(void)snprintf(fault->match.filter, sizeof fault->match.filter, "%s", filter);
}

static void a_filter_that_does_not_compile_is_refused(void)
{
	struct fault fault = made_checked_fault("f", "", "drop", "");

	has_filter(&fault, "tcp and and");
	is_wrong(fault, "filter", "'tcp and and' is not a pcap filter expression: ");
	has_filter(&fault, "colour blue");
	is_wrong(fault, "filter",
	         "'colour blue' is not a pcap filter expression: can't parse filter expression: syntax error (see man pcap-filter)");
	has_filter(&fault, "ether host printer");
	is_wrong(fault, "filter", "'ether host printer' is not a pcap filter expression: ");
	has_filter(&fault, "(tcp");
	is_wrong(fault, "filter", "is not a pcap filter expression");
}

/*
 * Whatever would ask the DNS or a host's own files is refused: the same plan must mean the same
 * everywhere.
 */
static void a_name_in_a_filter_is_refused(void)
{
	static const char *const named[] = {
		"host localhost", "src host localhost",          "tcp and (dst net loopback)",       "!host localhost", "src localhost",
		"dst localhost",  "host 192.0.2.1 or localhost", "host 192.0.2.1 and not localhost", "host\tlocalhost", "host face",
	};
	struct fault fault = made_checked_fault("f", "", "drop", "");

	for (unsigned i = 0; i < sizeof named / sizeof named[0]; i++) {
		has_filter(&fault, named[i]);
		is_wrong(fault, "filter", " in the filter is a host name; only numeric addresses are allowed");
	}
	has_filter(&fault, "tcp port http");
	is_wrong(fault, "filter", "'http' in the filter is the name of a port or protocol; only numbers are allowed");
}

static void filters_with_numbers_are_fine(void)
{
	static const char *const good[] = {
		"host 192.0.2.1",
		"src host 192.0.2.100 and dst net 192.0.2.0/24",
		"ether host 02:00:5e:00:53:01",
		"ip6 host 2001:db8::1",
		"tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn",
		"udp dst port 68 and not arp",
		"tcp src portrange 1024-65535",
		"ip[6:2] & 0x1fff != 0",
		"udp port 53 && len > 100 || icmp",
		"src 192.0.2.1 or 192.0.2.2",
		"vlan 5 and ip proto \\udp",
		"(host 192.0.2.1&&tcp)||arp",
		"ether broadcast or ether multicast",
		"icmp[icmptype] == icmp-echo",
		"tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
	};
	struct fault fault = made_checked_fault("f", "", "drop", "");

	for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct error err = {0};
		const char *key = NULL;
		has_filter(&fault, good[i]);
		if (!fault_check(&fault, &key, &err))
			printf("    %s: %s\n", good[i], err.text);
		CU_ASSERT(fault_check(&fault, &key, &err));
	}
}

const CU_TestInfo tests_match[] = {
	{"a fault is about its direction", a_fault_is_about_its_direction},
	{"a window includes its start and not its end", a_window_includes_its_start_and_not_its_end},
	{"ordinals count from one", ordinals_count_from_one},
	{"counting begins with the window", counting_begins_with_the_window},
	{"only frames of the filter and direction are counted", only_frames_of_the_filter_and_direction_are_counted},
	{"a filter sees every length", a_filter_sees_every_length},
	{"a probability holds on average", a_probability_holds_on_average},
	{"what a table cannot refuse is checked", what_a_table_cannot_refuse_is_checked},
	{"a filter that does not compile is refused", a_filter_that_does_not_compile_is_refused},
	{"a name in a filter is refused", a_name_in_a_filter_is_refused},
	{"filters with numbers are fine", filters_with_numbers_are_fine},
	CU_TEST_INFO_NULL,
};
