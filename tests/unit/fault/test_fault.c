/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/fault.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

struct named {
	const char *action, *text;
};

/* @return NULL if the list, which ends with a NULL name, does not have it. */
static const char *text_of(const struct named *list, const char *action)
{
	for (; list->action != NULL; list++)
		if (strcmp(list->action, action) == 0)
			return list->text;
	return NULL;
}

static void a_valid_fault_names_no_key(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct fault fault = made_ready(action_at(i), "");
		struct error err = {0};
		const char *key = NULL;
		CU_ASSERT(fault_check(&fault, &key, &err));
		CU_ASSERT_PTR_NULL(key);
	}
}

static void every_action_is_found_by_its_name(void)
{
	actions_check();
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		CU_ASSERT_FATAL(action != NULL && action->name != NULL && action->summary != NULL && action->params != NULL);
		CU_ASSERT_PTR_EQUAL(action_find(action->name), action);
		expect_right(made_ready(action, ""));
	}
	CU_ASSERT_PTR_NULL(action_at(actions_count()));
	CU_ASSERT_PTR_NULL(action_find("dropp"));
	CU_ASSERT_PTR_NULL(action_find(""));
}

/* "key=value" is what a table fills in by itself, "key!" what the user must say. */
static void describe(const struct param *table, char *ret_text, size_t size)
{
	struct action_params params;
	char value[PARAM_VALUE_MAX];
	size_t used = 0;

	memset(&params, 0, sizeof params);
	params_init(table, &params);
	ret_text[0] = '\0';
	for (const struct param *row = table; row->key != NULL; row++) {
		bool known = row->standard != NULL;
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s%s%s", used == 0 ? "" : " ", row->key, known ? "=" : "!",
		                         known ? param_get(row, &params, value) : "");
	}
}

/* What each action fills in and asks for. */
static const struct named filled_in[] = {
	{"drop", "enabled=true"},
	{"delay", "time! jitter=0ns distribution=uniform table= correlation=0% keep_order=true"},
	{"outage", "for!"},
	{"gemodel", "p! r! 1-h=100% 1-k=0%"},
	{"loss", "percent! correlation=0%"},
	{"loss_state", "p13! p31=1-p13 p32=0% p23=100% p14=0%"},
	{"rate", "rate! limit=1000 bytes=0B overhead=0 cell_size=0 cell_overhead=0"},
	{"slot", "min_delay=0ns max_delay=0ns packets=0 bytes=0B time=0ns jitter=0ns distribution=uniform table="},
	{"reorder", "gap=1"},
	{"hold", "frames!"},
	{"duplicate", "copies=1 delay=0ns flips="},
	{"corrupt", "bits=0 part=frame xor= mend=false"},
	{"truncate", "to=0 by=0"},
	{"pad", "to!"},
	{"mtu", "size! icmp=true fragment=true"},
	{"forge", "what! to=sender drop=true"},
	{"rebind", "port=0"},
	{"firewall", "idle! reset=false"},
	{"mahimahi", "file! loop=true queue=1000"},
	{"link_trace", "file! queue=1000"},
	{"carrier", "for!"},
	{"babble", "for!"},
	{"pause", "for! every=1s quanta=65535"},
	{"collision", "times=1 after=20"},
	{"tx_stall", "flags=false"},
	{"tx_flags", "lose_txif=false raise_txerif=false early_txif=false"},
	{"link_pulse", "enabled=true"},
	{"rx_pointer", "xor!"},
	{"rx_overflow", "flag=true"},
	{"rx_uncounted", "enabled=true"},
	{"rx_error", "enabled=true"},
	{"rx_pktif", "kind!"},
	{"rx_pattern", "enabled=true"},
	{"mii_stuck", "enabled=true"},
	{"spi_bit", "line=miso byte=1 bit=0"},
	{"spi_stuck", "level!"},
	{"spi_cut", "after! resume=false"},
	{"spi_stall", "for!"},
	{"spi_slow", "factor!"},
	{"brown_out", "enabled=true"},
	{"int_lost", "enabled=true"},
	{"int_stuck", "level! for!"},
	{"int_double", "after!"},
	{"clkrdy", "after!"},
	{"warm_start", "enabled=true"},
	{"power_cut", "after=50% for=1s"},
	{"nor_rot", "offset! bit=0"},
	{"nor_stuck", "for!"},
	{"nor_slow", "factor!"},
	{"http_status", "code! retry_after=0ns"},
	{"http_delay", "before=0ns pause=0ns at_byte=0B"},
	{"http_truncate", "at_byte=0B end=close"},
	{"http_length", "kind=missing value=0B"},
	{"http_range", "kind=ignored"},
	{"http_redirect", "to! code=302"},
	{"http_body", "kind=portal"},
	{"http_reset", "enabled=true"},
	{"zero_window", "for!"},
	{"tls_stall", "at=server_hello"},
	{"tls_certificate", "kind=expired"},
	{"tls_alert", "code=40"},
	{"dns", "answer=silence"},
	{"dhcp", "answer=silence lease=1min"},
	{"ntp", "answer=silence years=1 by=0ns behind=false"},
	{"server_down", "for! how=silence all=false"},
	{NULL, NULL},
};

static void every_action_fills_in_what_it_can_and_asks_for_the_rest(void)
{
	char text[512];

	for (size_t i = 0; i < actions_count(); i++) {
		describe(action_at(i)->params, text, sizeof text);
		const char *wanted = text_of(filled_in, action_at(i)->name);
		CU_ASSERT_FATAL(wanted != NULL);
		TEST_SAME_TEXT(text, wanted);
	}
}

/* A value that the table of an action refuses. */
struct refused {
	const char *action;
	const char *key, *value, *why;
};

static void expect_rows_refused(const struct refused *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_refused(action_find(rows[i].action)->params, rows[i].key, rows[i].value, rows[i].why);
}

static void what_makes_no_sense_on_the_board_is_refused(void)
{
	static const struct refused rows[] = {
		{"rx_pointer", "xor", "0", "below the minimum of 1"},
		{"rx_pointer", "xor", "65536", "above the maximum of 65535"},
		{"spi_bit", "bit", "8", "above the maximum of 7"},
		{"spi_bit", "line", "sck", "'sck' is not"},
		{"spi_stuck", "level", "2", "'2' is not"},
		{"int_stuck", "level", "low", "'low' is not"},
		{"int_stuck", "for", "0ns", "below the minimum of 1ns"},
		{"clkrdy", "after", "0ns", "below the minimum of 1ns"},
		{"spi_cut", "after", "-1", "-1"},
		{"rx_pktif", "kind", "missing", "'missing' is not"},
		{"rx_overflow", "flag", "lost", "expected true or false"},
		{"spi_stall", "for", "0ns", "below the minimum of 1ns"},
		{"spi_slow", "factor", "1", "below the minimum of 2"},
		{"spi_slow", "factor", "1001", "above the maximum of 1000"},
		{"int_double", "after", "0ns", "below the minimum of 1ns"},
		{"tx_stall", "flags", "yes", "expected true or false"},
	};

	expect_rows_refused(rows, sizeof rows / sizeof rows[0]);
}

static void what_makes_no_sense_on_the_way_is_refused(void)
{
	static const struct refused rows[] = {
		{"outage", "for", "0ns", "below the minimum of 1ns"},
		{"carrier", "for", "0ns", "below the minimum of 1ns"},
		{"gemodel", "p", "100.1%", "100.1%"},
		{"delay", "distribution", "gauss", "'gauss' is not"},
		{"delay", "correlation", "101%", "more than 100%"},
		{"loss", "percent", "101%", "more than 100%"},
		{"loss_state", "p31", "2-p13", "'2-p13' is not a probability"},
		{"loss_state", "p31", "101%", "more than 100%"},
		{"rate", "overhead", "1.5", "'1.5' is not a whole number of bytes"},
		{"rate", "overhead", "--1", "'--1' is not a whole number of bytes"},
		{"rate", "overhead", "-65536", "out of range: at most 65535 either way"},
		{"rate", "cell_overhead", "65536", "out of range: at most 65535 either way"},
		{"rate", "cell_size", "65536", "above the maximum of 65535"},
		{"reorder", "gap", "0", "below the minimum of 1"},
		{"hold", "frames", "0", "below the minimum of 1"},
		{"duplicate", "copies", "0", "below the minimum of 1"},
		{"duplicate", "copies", "1001", "above the maximum of 1000"},
		{"firewall", "idle", "0ns", "below the minimum of 1ns"},
		{"mahimahi", "queue", "0", "below the minimum of 1"},
		{"link_trace", "queue", "1000001", "above the maximum of 1000000"},
	};

	expect_rows_refused(rows, sizeof rows / sizeof rows[0]);
}

static void what_makes_no_sense_in_a_frame_is_refused(void)
{
	static const struct refused rows[] = {
		{"corrupt", "bits", "33", "above the maximum of 32"},
		{"corrupt", "part", "header", "'header' is not"},
		{"corrupt", "xor", "54", "is not OFFSET:BYTES"},
		{"corrupt", "xor", "54:", "is not OFFSET:BYTES"},
		{"corrupt", "xor", "54:1", "is not OFFSET:BYTES"},
		{"corrupt", "xor", "54:0x01", "is not OFFSET:BYTES"},
		{"corrupt", "xor", "-1:01", "is not OFFSET:BYTES"},
		{"corrupt", "xor", "+1:01", "is not OFFSET:BYTES"},
		{"corrupt", "xor", "1:01,2:02", "is not OFFSET:BYTES"},
		{"corrupt", "xor", "8192:01", "byte 8192 is out of range"},
		{"corrupt", "xor", "8191:0101", "byte 8192 is out of range"},
		{"corrupt", "xor", "99999999999999999999999:01", "is out of range"},
		{"truncate", "to", "8193", "above the maximum of 8192"},
		{"pad", "to", "14", "below the minimum of 15"},
		{"pad", "to", "8193", "above the maximum of 8192"},
		{"mtu", "size", "67", "below the minimum of 68"},
		{"mtu", "size", "8179", "above the maximum of 8178"},
		{"forge", "what", "reset", "'reset' is not"},
		{"forge", "to", "server", "'server' is not"},
		{"rebind", "port", "65536", "above the maximum of 65535"},
	};

	expect_rows_refused(rows, sizeof rows / sizeof rows[0]);
}

static void what_makes_no_sense_in_a_match_is_refused(void)
{
	expect_refused(match_params, "at", "enc.tx#12345678901234567890123451234567890123456789012345678901234567890123456789012345",
	               "longer than 79 bytes");
	expect_refused(match_params, "direction", "up", "'up' is not");
}

static unsigned durations_end_at_a_year(const struct param *table)
{
	unsigned count = 0;

	for (const struct param *row = table; row->key != NULL; row++) {
		union {
			struct action_params params;
			struct match match;
		} object;
		struct error err = {0};
		uint64_t got;
		if (row->type != PARAM_QUANTITY || row->unit != UNIT_DURATION)
			continue;
		count++;
		CU_ASSERT(param_set(row, &object, "365d", &err));
		memcpy(&got, (const char *)&object + row->offset, sizeof got);
		CU_ASSERT_EQUAL(got, FAULT_TIME_MAX);
		expect_refused(table, row->key, "31536000000000001ns", "above the maximum of 365d");
		expect_refused(table, row->key, "366d", "above the maximum of 365d");
	}
	return count;
}

static void no_time_of_a_fault_is_longer_than_a_year(void)
{
	unsigned count = 0;

	CU_ASSERT_EQUAL(durations_end_at_a_year(match_params), 0);
	expect_refused(match_params, "from", "366d", "above the maximum of 365d");
	expect_refused(match_params, "until", "+366d", "above the maximum of 365d");
	for (size_t i = 0; i < actions_count(); i++)
		count += durations_end_at_a_year(action_at(i)->params);
	/*
	 * slot has four, delay and pause two; duplicate, outage, carrier, babble, spi_stall,
	 * int_stuck, int_double, clkrdy and firewall one each; http_delay has two, http_status,
	 * zero_window, dhcp, ntp, server_down, power_cut and nor_stuck one each.
	 */
	CU_ASSERT_EQUAL(count, 26);
	CU_ASSERT(UINT64_MAX / FAULTS_MAX > FAULT_TIME_MAX);
}

static void parameters_that_exclude_each_other_are_refused(void)
{
	expect_wrong(made_fault("f", "", "delay", "time=1ms;jitter=2ms"), "jitter", "larger than the delay");
	expect_right(made_fault("f", "", "delay", "time=1ms;jitter=1ms"));
	expect_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;distribution=constant"), "jitter", "a constant delay has no jitter");
	expect_right(made_fault("f", "", "delay", "time=1ms;distribution=constant"));
	expect_right(made_fault("f", "", "delay", "time=1ms;jitter=2ms;distribution=normal"));
	expect_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;distribution=table"), "table", "needs the table's file");
	expect_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;table=x.dist"), "table", "only be used with 'distribution: table'");
	expect_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;distribution=table;table=/no/such.dist"), "table",
	             "the table /no/such.dist cannot be read: No such file");
	expect_wrong(made_fault("f", "", "loss_state", "p13=60%;p14=41%"), "p14", "their sum is more than 100%");
	expect_right(made_fault("f", "", "loss_state", "p13=60%;p14=40%"));
	expect_wrong(made_fault("f", "", "loss_state", "p13=1%;p31=60%;p32=41%"), "p32", "their sum is more than 100%");
	expect_right(made_fault("f", "", "loss_state", "p13=1%;p31=60%;p32=40%"));
	expect_wrong(made_fault("f", "", "loss_state", "p13=1%;p32=2%"), "p32", "their sum is more than 100%");
	expect_wrong(made_fault("f", "", "loss_state", "p13=1%;p31=60%;p32=40%;p23=0%"), "p23", "a state that loses nothing");
	expect_right(made_fault("f", "", "loss_state", "p13=0%;p31=60%;p32=40%;p23=0%"));
	expect_wrong(made_fault("f", "", "slot", "min_delay=2ms;max_delay=1ms"), "max_delay", "less than min_delay");
	expect_wrong(made_fault("f", "", "slot", ""), "min_delay", "have no effect");
	expect_wrong(made_fault("f", "", "slot", "min_delay=1ms;time=1ms"), "time", "not both");
	expect_wrong(made_fault("f", "", "slot", "max_delay=1ms;time=1ms"), "time", "not both");
	expect_wrong(made_fault("f", "", "slot", "time=1ms;jitter=2ms"), "jitter", "larger than the delay");
	expect_wrong(made_fault("f", "", "slot", "min_delay=1ms;jitter=2ms"), "jitter", "larger than the delay");
	expect_wrong(made_fault("f", "", "slot", "time=1ms;jitter=2ms;distribution=table"), "table", "needs the table's file");
	expect_right(made_fault("f", "", "slot", "time=1ms;jitter=2ms;distribution=normal"));
	expect_right(made_fault("f", "", "slot", "min_delay=0ns;max_delay=1ns"));
	expect_wrong(made_fault("f", "", "duplicate", "copies=2;delay=183d"), "delay", "later than the maximum of 365d");
	expect_right(made_fault("f", "", "duplicate", "copies=1;delay=365d"));
	expect_wrong(made_fault("f", "", "gemodel", "p=0%;r=0%"), "p", "never changes its state");
	expect_right(made_fault("f", "", "gemodel", "p=0%;r=1%"));
	expect_wrong(made_fault("f", "", "tx_flags", ""), "tx_flags", "no flag given");
	expect_right(made_fault("f", "", "tx_flags", "lose_txif=true"));
	expect_right(made_fault("f", "", "tx_flags", "raise_txerif=true"));
	expect_right(made_fault("f", "", "tx_flags", "early_txif=true"));
	expect_right(made_fault("f", "", "tx_flags", "lose_txif=true;raise_txerif=true"));
	expect_wrong(made_fault("f", "", "corrupt", ""), "corrupt", "either the number of bits or their positions");
	expect_wrong(made_fault("f", "", "corrupt", "bits=1;xor=14:01"), "xor", "either the number of bits or their positions");
	expect_wrong(made_fault("f", "", "corrupt", "xor=14:00"), "corrupt", "either the number of bits or their positions");
	expect_right(made_fault("f", "", "corrupt", "xor=14:01"));
	expect_wrong(made_fault("f", "", "truncate", ""), "truncate", "'to' or 'by'");
	expect_wrong(made_fault("f", "", "truncate", "to=60;by=1"), "by", "'to' or 'by'");
	expect_wrong(made_fault("f", "", "truncate", "to=13"), "to", "at least the 14 bytes");
	expect_right(made_fault("f", "", "truncate", "to=14"));
	expect_right(made_fault("f", "", "truncate", "by=1"));
}

/* -- bits -- */

static const char *flips_of(const char *text)
{
	static char value[PARAM_VALUE_MAX];
	const struct fault fault = made_fault("f", "", "corrupt", text);

	return param_get(param_find(fault.action->params, "xor"), &fault.params, value);
}

static void bits_are_written_as_they_are_read(void)
{
	TEST_SAME_TEXT(flips_of("xor="), "");
	TEST_SAME_TEXT(flips_of("xor=54:01"), "54:01");
	TEST_SAME_TEXT(flips_of("xor=  60:80FF   54:01 "), "54:01 60:80ff");
	TEST_SAME_TEXT(flips_of("xor=0:01 1:02 3:04"), "0:0102 3:04");
	TEST_SAME_TEXT(flips_of("xor=5:ff00ff"), "5:ff 7:ff");
	/* Twice the same bit is none. */
	TEST_SAME_TEXT(flips_of("xor=5:03 5:01"), "5:02");
	TEST_SAME_TEXT(flips_of("xor=5:03 9:01 5:03"), "9:01");
	TEST_SAME_TEXT(flips_of("xor=8191:ff"), "8191:ff");
}

static void there_are_no_more_bytes_to_change_than_a_decision_holds(void)
{
	char text[PARAM_VALUE_MAX] = "xor=", more[PARAM_VALUE_MAX + 8];

	for (unsigned i = 0; i < 32; i++)
		(void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u:80", i > 0 ? " " : "", 8000 + 2 * i);
	TEST_SAME_TEXT(flips_of(text), text + strlen("xor="));
	(void)snprintf(more, sizeof more, "%s 1:01", text + strlen("xor="));
	expect_refused(action_find("corrupt")->params, "xor", more, "too many bytes: at most 32 can be changed");
}

const CU_TestInfo tests_fault[] = {
	{"a valid fault names no key", a_valid_fault_names_no_key},
	{"every action is found by its name", every_action_is_found_by_its_name},
	{"every action fills in what it can and asks for the rest", every_action_fills_in_what_it_can_and_asks_for_the_rest},
	{"what makes no sense on the board is refused", what_makes_no_sense_on_the_board_is_refused},
	{"what makes no sense on the way is refused", what_makes_no_sense_on_the_way_is_refused},
	{"what makes no sense in a frame is refused", what_makes_no_sense_in_a_frame_is_refused},
	{"what makes no sense in a match is refused", what_makes_no_sense_in_a_match_is_refused},
	{"no time of a fault is longer than a year", no_time_of_a_fault_is_longer_than_a_year},
	{"parameters that exclude each other are refused", parameters_that_exclude_each_other_are_refused},
	{"bits are written as they are read", bits_are_written_as_they_are_read},
	{"there are no more bytes to change than a decision holds", there_are_no_more_bytes_to_change_than_a_decision_holds},
	CU_TEST_INFO_NULL,
};
