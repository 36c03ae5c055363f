/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/address/address.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

static void is_the_same_again(const char *text)
{
	struct address address;
	struct error err = {0};
	char again[ADDRESS_TEXT_MAX];

	CU_ASSERT_FATAL(address_parse(text, &address, &err));
	TEST_SAME_TEXT(address_format(&address, again), text);
}

static void what_is_read_is_written_the_same(void)
{
	static const char *const texts[] = {"frame",
	                                    "tcp.syn",
	                                    "tcp.syn#2",
	                                    "tcp.data#3..7",
	                                    "tcp.data#3..",
	                                    "tcp.data[80]",
	                                    "tcp.syn[0/1]#1",
	                                    "dns.query[53]#1",
	                                    "tcp.data[80/2]",
	                                    "tls.server_hello[443/1]#18446744073709551615",
	                                    "udp[65535/4294967295]#1..18446744073709551614"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		is_the_same_again(texts[i]);
	for (unsigned word = 0; word < ADDRESS_WORDS; word++)
		is_the_same_again(address_words[word].word);
}

static void the_parts_of_an_address_are_told(void)
{
	struct address address;
	struct error err = {0};

	CU_ASSERT_FATAL(address_parse("http.range[http/3]#2..4", &address, &err));
	CU_ASSERT(address.word == ADDRESS_HTTP_RANGE && address.has_flow && address.port == 80 && address.connection == 3 &&
	          address.first == 2 && address.last == 4);
	CU_ASSERT_FATAL(address_parse("tcp.syn", &address, &err));
	CU_ASSERT(!address.has_flow && address.first == 0);
	CU_ASSERT_FATAL(address_parse("tcp.syn#5", &address, &err));
	CU_ASSERT(address.first == 5 && address.last == 5);
	CU_ASSERT_FATAL(address_parse("tcp.syn#5..", &address, &err));
	CU_ASSERT(address.first == 5 && address.last == UINT64_MAX);
}

static void ports_have_names(void)
{
	for (const struct address_port *row = address_ports; row->name != NULL; row++) {
		struct address address;
		struct error err = {0};
		char text[ADDRESS_TEXT_MAX];
		(void)snprintf(text, sizeof text, "frame[%s]#1", row->name);
		CU_ASSERT_FATAL(address_parse(text, &address, &err));
		CU_ASSERT(address.port == row->port && address.connection == 0);
		(void)snprintf(text, sizeof text, "frame[%s/2]", row->name);
		CU_ASSERT_FATAL(address_parse(text, &address, &err));
		CU_ASSERT(address.port == row->port && address.connection == 2);
	}
}

static void what_is_no_address_is_refused_with_its_reason(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "unknown address word ''"},
		{"tcp.sin", "did you mean 'tcp.syn'?"},
		{"TCP.SYN", "unknown address word"},
		{"tcp.syn #1", "unknown address word"},
		{"tcp.syn#", "expected a number, counted from 1, after '#'"},
		{"tcp.syn#0", "counted from 1"},
		{"tcp.syn#x", "counted from 1"},
		{"tcp.syn#-1", "counted from 1"},
		{"tcp.syn#18446744073709551616", "counted from 1"},
		{"tcp.syn#3..2", "runs backwards"},
		{"tcp.syn#3..x", "expected a number or nothing after '..'"},
		{"tcp.syn#3.4", "unexpected '.4' at its end"},
		{"tcp.syn#3 ", "unexpected ' ' at its end"},
		{"tcp.syn#1#2", "unexpected '#2' at its end"},
		{"tcp.syn[", "expected a port, dns, dhcp, http, ntp or https after '['"},
		{"tcp.syn[]", "expected a port, dns, dhcp, http, ntp or https after '['"},
		{"tcp.syn[65536]", "expected a port, dns, dhcp, http, ntp or https after '['"},
		{"tcp.syn[smtp]", "expected a port, dns, dhcp, http, ntp or https after '['"},
		{"tcp.syn[htt]", "expected a port, dns, dhcp, http, ntp or https after '['"},
		{"tcp.syn[httpx]", "expected a port, dns, dhcp, http, ntp or https after '['"},
		{"tcp.syn[80", "missing ']' after the flow"},
		{"tcp.syn[80/]", "expected the number of a connection, counted from 1, after '/'"},
		{"tcp.syn[80/0]", "expected the number of a connection, counted from 1, after '/'"},
		{"tcp.syn[80/4294967296]", "expected the number of a connection, counted from 1, after '/'"},
		{"tcp.syn[80/1", "missing ']' after the flow"},
		{"tcp.syn#1[80]", "unexpected '[80]' at its end"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct address address = {.port = 7};
		struct error err = {0};
		bool taken = address_parse(rows[i].text, &address, &err);
		if (taken)
			printf("    '%s' is taken\n", rows[i].text);
		CU_ASSERT_FALSE(taken);
		CU_ASSERT_EQUAL(address.port, 7);
		TEST_CONTAINS(err.text, rows[i].why);
	}
}

/* -- matching -- */

static const struct naming naming = {
	.has_flow = true, .port = 80, .connection = 2, .count = 2, .names = {{ADDRESS_FRAME, 30, 20}, {ADDRESS_TCP_DATA, 7, 3}}};

static bool matches(const char *text, const struct naming *of)
{
	struct address address;
	struct error err = {0};

	CU_ASSERT_FATAL(address_parse(text, &address, &err));
	return address_matches(&address, of);
}

static void ordinals_count_over_all_or_within_the_flow(void)
{
	CU_ASSERT(matches("tcp.data", &naming) && matches("tcp.data#7", &naming) && matches("tcp.data#1..7", &naming) &&
	          matches("tcp.data#7..", &naming));
	CU_ASSERT_FALSE(matches("tcp.data#3", &naming) || matches("tcp.data#8..", &naming) || matches("tcp.data#1..6", &naming));
	CU_ASSERT(matches("tcp.data[80]", &naming) && matches("tcp.data[80]#3", &naming) && matches("tcp.data[80/2]#3", &naming));
	CU_ASSERT_FALSE(matches("tcp.data[80]#7", &naming) || matches("tcp.data[80/1]#3", &naming) || matches("tcp.data[81]#3", &naming));
	CU_ASSERT(matches("frame#30", &naming) && matches("frame[80]#20", &naming));
	CU_ASSERT_FALSE(matches("tcp.ack", &naming));
}

static void a_frame_without_a_flow_is_in_none(void)
{
	struct naming alone = naming;

	alone.has_flow = false;
	CU_ASSERT(matches("tcp.data#7", &alone));
	CU_ASSERT_FALSE(matches("tcp.data[80]", &alone));
}

static void a_frame_is_found_again_by_its_last_name(void)
{
	struct naming alone = naming;
	char text[ADDRESS_TEXT_MAX];

	TEST_SAME_TEXT(naming_render(&naming, text), "tcp.data[80/2]#3");
	CU_ASSERT(matches(text, &naming));
	alone.has_flow = false;
	TEST_SAME_TEXT(naming_render(&alone, text), "tcp.data#7");
	CU_ASSERT(matches(text, &alone));
}

const CU_TestInfo tests_address[] = {
	{"what is read is written the same", what_is_read_is_written_the_same},
	{"the parts of an address are told", the_parts_of_an_address_are_told},
	{"ports have names", ports_have_names},
	{"what is no address is refused with its reason", what_is_no_address_is_refused_with_its_reason},
	{"ordinals count over all or within the flow", ordinals_count_over_all_or_within_the_flow},
	{"a frame without a flow is in none", a_frame_without_a_flow_is_in_none},
	{"a frame is found again by its last name", a_frame_is_found_again_by_its_last_name},
	CU_TEST_INFO_NULL,
};
