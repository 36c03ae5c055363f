/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/fault.h"
#include "lib/fault/window.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

static void is_right(struct fault fault)
{
	struct error err = {0};
	const char *key = NULL;

	CU_ASSERT(fault_check(&fault, &key, &err));
	if (err.text[0] != '\0')
		printf("    %s at='%s': %s\n", fault.action->name, fault.match.at, err.text);
}

static void is_wrong(struct fault fault, const char *wrong_key, const char *why)
{
	struct error err = {0};
	const char *key = NULL;

	if (fault_check(&fault, &key, &err)) {
		printf("    %s at='%s' is taken\n", fault.action->name, fault.match.at);
		CU_FAIL("a wrong fault is taken");
		return;
	}
	CU_ASSERT_FATAL(key != NULL);
	CU_ASSERT_STRING_EQUAL(key, wrong_key);
	TEST_CONTAINS(err.text, why);
	CU_ASSERT_EQUAL(err.line, 0);
}

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

/* What an action needs before it can be checked. */
static const char *needed_by(const struct action *action)
{
	static const struct named needs[] = {
		{"delay", "time=1ms"},
		{"outage", "for=1s"},
		{"gemodel", "p=1%;r=50%"},
		{"carrier", "for=1s"},
		{"tx_flags", "lose_txif=true"},
		{"rx_pointer", "xor=1"},
		{"spi_stuck", "level=0"},
		{"spi_cut", "after=1"},
		{"int_stuck", "level=0;for=1s"},
		{"clkrdy", "after=1ms"},
		{"rx_pktif", "kind=lost"},
		{"spi_stall", "for=1ms"},
		{"spi_slow", "factor=2"},
		{"int_double", "after=1us"},
		{"loss", "percent=1%"},
		{"loss_state", "p13=1%"},
		{"rate", "rate=1Mbit"},
		{"slot", "min_delay=1ms"},
		{"hold", "frames=1"},
		/* What changes and makes frames. */
		{"corrupt", "bits=1"},
		{"truncate", "to=60"},
		{"pad", "to=100"},
		{"mtu", "size=1280"},
		{"forge", "what=rst"},
		{"firewall", "idle=1min"},
		{NULL, NULL},
	};
	const char *need = text_of(needs, action->name);
	static char file[256];

	if (strcmp(action->name, "mahimahi") == 0)
		(void)snprintf(file, sizeof file, "file=%s", test_write("opportunities", "1\n"));
	else if (strcmp(action->name, "link_trace") == 0)
		(void)snprintf(file, sizeof file, "file=%s", test_write("link.csv", "time\n0ms\n"));
	if (action->is_recording)
		return file;

	return need != NULL ? need : "";
}

static struct fault ready(const struct action *action, const char *match)
{
	return made_fault("f", match, action->name, needed_by(action));
}

static void a_valid_fault_names_no_key(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct fault fault = ready(action_at(i), "");
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
		is_right(ready(action, ""));
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

static void every_action_fills_in_what_it_can_and_asks_for_the_rest(void)
{
	static const struct named expected[] = {
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
	char text[512];

	for (size_t i = 0; i < actions_count(); i++) {
		describe(action_at(i)->params, text, sizeof text);
		const char *wanted = text_of(expected, action_at(i)->name);
		CU_ASSERT_FATAL(wanted != NULL);
		TEST_SAME_TEXT(text, wanted);
	}
}

static void is_refused(const struct param *table, const char *key, const char *value, const char *why)
{
	union {
		struct action_params params;
		struct match match;
	} object, before;
	const struct param *row = param_find(table, key);
	struct error err = {0};

	memset(&object, 0x5a, sizeof object);
	before = object;
	CU_ASSERT_FATAL(row != NULL);
	CU_ASSERT_FALSE(param_set(row, &object, value, &err));
	TEST_CONTAINS(err.text, why);
	CU_ASSERT_EQUAL(memcmp(&object, &before, sizeof object), 0);
}

static void tables_refuse_what_makes_no_sense(void)
{
	static const struct {
		const char *action;
		const char *key, *value, *why;
	} rows[] = {
		{"rx_pointer", "xor", "0", "below the minimum of 1"},
		{"rx_pointer", "xor", "65536", "above the maximum of 65535"},
		{"spi_bit", "bit", "8", "above the maximum of 7"},
		{"spi_bit", "line", "sck", "'sck' is not"},
		{"spi_stuck", "level", "2", "'2' is not"},
		{"int_stuck", "level", "low", "'low' is not"},
		{"int_stuck", "for", "0ns", "below the minimum of 1ns"},
		{"carrier", "for", "0ns", "below the minimum of 1ns"},
		{"outage", "for", "0ns", "below the minimum of 1ns"},
		{"clkrdy", "after", "0ns", "below the minimum of 1ns"},
		{"spi_cut", "after", "-1", "-1"},
		{"rx_pktif", "kind", "missing", "'missing' is not"},
		{"rx_overflow", "flag", "lost", "expected true or false"},
		{"spi_stall", "for", "0ns", "below the minimum of 1ns"},
		{"spi_slow", "factor", "1", "below the minimum of 2"},
		{"spi_slow", "factor", "1001", "above the maximum of 1000"},
		{"int_double", "after", "0ns", "below the minimum of 1ns"},
		{"gemodel", "p", "100.1%", "100.1%"},
		{"tx_stall", "flags", "yes", "expected true or false"},
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
		{"firewall", "idle", "0ns", "below the minimum of 1ns"},
		{"mahimahi", "queue", "0", "below the minimum of 1"},
		{"link_trace", "queue", "1000001", "above the maximum of 1000000"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		is_refused(action_find(rows[i].action)->params, rows[i].key, rows[i].value, rows[i].why);
	is_refused(match_params, "at", "enc.tx#12345678901234567890123451234567890123456789012345678901234567890123456789012345",
	           "longer than 79 bytes");
	is_refused(match_params, "direction", "up", "'up' is not");
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
		is_refused(table, row->key, "31536000000000001ns", "above the maximum of 365d");
		is_refused(table, row->key, "366d", "above the maximum of 365d");
	}
	return count;
}

static void no_time_of_a_fault_is_longer_than_a_year(void)
{
	unsigned count = 0;

	CU_ASSERT_EQUAL(durations_end_at_a_year(match_params), 0);
	is_refused(match_params, "from", "366d", "above the maximum of 365d");
	is_refused(match_params, "until", "+366d", "above the maximum of 365d");
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
	is_wrong(made_fault("f", "", "delay", "time=1ms;jitter=2ms"), "jitter", "larger than the delay");
	is_right(made_fault("f", "", "delay", "time=1ms;jitter=1ms"));
	is_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;distribution=constant"), "jitter", "a constant delay has no jitter");
	is_right(made_fault("f", "", "delay", "time=1ms;distribution=constant"));
	is_right(made_fault("f", "", "delay", "time=1ms;jitter=2ms;distribution=normal"));
	is_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;distribution=table"), "table", "needs the table's file");
	is_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;table=x.dist"), "table", "only be used with 'distribution: table'");
	is_wrong(made_fault("f", "", "delay", "time=1ms;jitter=1ms;distribution=table;table=/no/such.dist"), "table",
	         "the table /no/such.dist cannot be read: No such file");
	is_wrong(made_fault("f", "", "loss_state", "p13=60%;p14=41%"), "p14", "their sum is more than 100%");
	is_right(made_fault("f", "", "loss_state", "p13=60%;p14=40%"));
	is_wrong(made_fault("f", "", "loss_state", "p13=1%;p31=60%;p32=41%"), "p32", "their sum is more than 100%");
	is_right(made_fault("f", "", "loss_state", "p13=1%;p31=60%;p32=40%"));
	is_wrong(made_fault("f", "", "loss_state", "p13=1%;p32=2%"), "p32", "their sum is more than 100%");
	is_wrong(made_fault("f", "", "loss_state", "p13=1%;p31=60%;p32=40%;p23=0%"), "p23", "a state that loses nothing");
	is_right(made_fault("f", "", "loss_state", "p13=0%;p31=60%;p32=40%;p23=0%"));
	is_wrong(made_fault("f", "", "slot", "min_delay=2ms;max_delay=1ms"), "max_delay", "less than min_delay");
	is_wrong(made_fault("f", "", "slot", ""), "min_delay", "have no effect");
	is_wrong(made_fault("f", "", "slot", "min_delay=1ms;time=1ms"), "time", "not both");
	is_wrong(made_fault("f", "", "slot", "max_delay=1ms;time=1ms"), "time", "not both");
	is_wrong(made_fault("f", "", "slot", "time=1ms;jitter=2ms"), "jitter", "larger than the delay");
	is_wrong(made_fault("f", "", "slot", "min_delay=1ms;jitter=2ms"), "jitter", "larger than the delay");
	is_wrong(made_fault("f", "", "slot", "time=1ms;jitter=2ms;distribution=table"), "table", "needs the table's file");
	is_right(made_fault("f", "", "slot", "time=1ms;jitter=2ms;distribution=normal"));
	is_right(made_fault("f", "", "slot", "min_delay=0ns;max_delay=1ns"));
	is_wrong(made_fault("f", "", "duplicate", "copies=2;delay=183d"), "delay", "later than the maximum of 365d");
	is_right(made_fault("f", "", "duplicate", "copies=1;delay=365d"));
	is_wrong(made_fault("f", "", "gemodel", "p=0%;r=0%"), "p", "never changes its state");
	is_right(made_fault("f", "", "gemodel", "p=0%;r=1%"));
	is_wrong(made_fault("f", "", "tx_flags", ""), "tx_flags", "no flag given");
	is_right(made_fault("f", "", "tx_flags", "lose_txif=true"));
	is_right(made_fault("f", "", "tx_flags", "raise_txerif=true"));
	is_right(made_fault("f", "", "tx_flags", "early_txif=true"));
	is_right(made_fault("f", "", "tx_flags", "lose_txif=true;raise_txerif=true"));
	is_wrong(made_fault("f", "", "corrupt", ""), "corrupt", "either the number of bits or their positions");
	is_wrong(made_fault("f", "", "corrupt", "bits=1;xor=14:01"), "xor", "either the number of bits or their positions");
	is_wrong(made_fault("f", "", "corrupt", "xor=14:00"), "corrupt", "either the number of bits or their positions");
	is_right(made_fault("f", "", "corrupt", "xor=14:01"));
	is_wrong(made_fault("f", "", "truncate", ""), "truncate", "'to' or 'by'");
	is_wrong(made_fault("f", "", "truncate", "to=60;by=1"), "by", "'to' or 'by'");
	is_wrong(made_fault("f", "", "truncate", "to=13"), "to", "at least the 14 bytes");
	is_right(made_fault("f", "", "truncate", "to=14"));
	is_right(made_fault("f", "", "truncate", "by=1"));
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
	is_refused(action_find("corrupt")->params, "xor", more, "too many bytes: at most 32 can be changed");
}

static void a_window_that_ends_before_it_starts_is_refused_in_every_layer(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		is_wrong(ready(action_at(i), "from=2s;until=1s"), "until", "must be later");
		is_wrong(ready(action_at(i), "from=2s;until=2s"), "until", "must be later");
	}
	is_right(made_fault("f", "from=2s;until=2000000001ns", "brown_out", ""));
}

static void what_happens_at_power_on_takes_no_window(void)
{
	static const char *const names[] = {"clkrdy", "warm_start"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		is_wrong(ready(action_find(names[i]), "from=1s"), "from", "is about power on");
		is_wrong(ready(action_find(names[i]), "until=1s"), "until", "is about power on");
		is_wrong(ready(action_find(names[i]), "from=1s;until=2s"), "from", "is about power on");
		is_wrong(ready(action_find(names[i]), "nth=1"), "nth", "happens once, at its time");
	}
}

static void ordinals_exclude_each_other(void)
{
	is_wrong(made_fault("f", "nth=1;every=2", "brown_out", ""), "nth", "are mutually exclusive");
	is_wrong(made_fault("f", "nth=1;first=2", "brown_out", ""), "nth", "are mutually exclusive");
	is_wrong(made_fault("f", "every=1;first=2", "brown_out", ""), "every", "are mutually exclusive");
	is_right(made_fault("f", "nth=3", "brown_out", ""));
	is_right(made_fault("f", "every=3", "brown_out", ""));
	is_right(made_fault("f", "first=3", "brown_out", ""));
}

/* -- addresses -- */

static const char *const sites[] = {"enc.tx",   "enc.rx",  "enc.mii", "spi.msg", "int.edge", "nor.op",  "nor.read",
                                    "srv.dhcp", "srv.dns", "srv.ntp", "srv.tcp", "srv.tls",  "srv.http"};

static struct fault addressed(const struct action *action, const char *site, const char *rest, const char *more)
{
	char match[128];

	(void)snprintf(match, sizeof match, "at=%s%s%s", site, rest, more);
	return ready(action, match);
}

static void an_address_is_of_the_actions_own_site(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		unsigned own = 0;
		for (size_t s = 0; s < sizeof sites / sizeof sites[0]; s++) {
			bool is_own = strcmp(fault_sites[action->site].name, sites[s]) == 0;
			own += is_own;
			if (is_own)
				is_right(addressed(action, sites[s], "#7", ""));
			else
				is_wrong(addressed(action, sites[s], "#7", ""), "at",
				         action_layer(action) == LAYER_PROXY ? "acts on frames, and"
				         : action->site >= SITES             ? "so 'at' cannot be used here"
				                                             : "does not fit");
		}
		CU_ASSERT_EQUAL(own, action->site < SITES);
	}
}

static void an_address_counts_from_1(void)
{
	static const struct {
		const char *rest, *why;
	} wrong[] = {
		{"", "#1,"},
		{"#0", "counted from 1"},
		{"#00", "counted from 1"},
		{"#", ""},
		{"#x", ""},
		{"#-1", ""},
		{"#1.5", ""},
		{"##1", ""},
		{"#1#2", ""},
		{"#1 2", ""},
		{"x#1", "does not fit"},
		{" #1", "does not fit"},
		{"#18446744073709551616", ""},
		{"#1ms", ""},
	};
	const struct action *action = action_find("tx_stall");

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		is_wrong(addressed(action, "enc.tx", wrong[i].rest, ""), "at", wrong[i].why);
	is_wrong(addressed(action, "enc.t", "#1", ""), "at", "'enc.t#1' does not fit 'tx_stall', which happens at enc.tx#1");
	is_wrong(addressed(action, "", "#1", ""), "at", "does not fit");
	is_wrong(addressed(action, "ENC.TX", "#1", ""), "at", "does not fit");
	is_wrong(addressed(action, " enc.tx", "#1", ""), "at", "does not fit");
	is_right(addressed(action, "enc.tx", "#1", ""));
	is_right(addressed(action, "enc.tx", "#18446744073709551615", ""));
}

static void an_address_stands_alone_but_for_window_and_probability(void)
{
	const struct action *action = action_find("rx_error");

	is_wrong(addressed(action, "enc.rx", "#5", ";nth=1"), "at", "cannot be used with it");
	is_wrong(addressed(action, "enc.rx", "#5", ";every=1"), "at", "cannot be used with it");
	is_wrong(addressed(action, "enc.rx", "#5", ";first=1"), "at", "cannot be used with it");
	is_right(addressed(action, "enc.rx", "#5", ";from=1s;until=2s"));
	is_right(addressed(action, "enc.rx", "#5", ";probability=50%"));
}

static void direction_and_filter_are_the_proxys(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		static const struct {
			const char *match, *key;
		} rows[] = {{"direction=to-server", "direction"},
		            {"direction=to-device", "direction"},
		            {"filter=tcp", "filter"},
		            {"direction=to-device;filter=tcp", "direction"}};
		for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
			if (action_layer(action) == LAYER_PROXY)
				is_right(ready(action, rows[r].match));
			else
				is_wrong(ready(action, rows[r].match), rows[r].key, "cannot be used here");
		is_right(ready(action, "direction=both"));
	}
}

static void a_correlation_needs_frames_and_a_probability(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		if (action_layer(action) == LAYER_PROXY) {
			is_right(ready(action, "probability=5%;correlation=25%"));
			is_wrong(ready(action, "correlation=25%"), "correlation", "needs a probability below 100%");
		} else
			is_wrong(ready(action, "probability=5%;correlation=25%"), "correlation", "cannot be used here");
	}
}

static void a_message_is_bytes_in_hexadecimal(void)
{
	static const char *const right[] = {"9b", "9b80", "9B 80", " 9b  80 ", "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee"};
	static const char *const wrong[] = {"9", "9b 8", "9b8", "0x9b", "9b,80", "9b -1", " ", "EIE", "9b\t80"};
	char match[128];

	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		(void)snprintf(match, sizeof match, "message=%s", right[i]);
		is_right(made_fault("f", match, "brown_out", ""));
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		(void)snprintf(match, sizeof match, "message=%s", wrong[i]);
		is_wrong(made_fault("f", match, "brown_out", ""), "message", "two digits each, such as '9b 80'");
	}
	is_right(made_fault("f", "message=00112233445566778899aabbccddeeff", "brown_out", ""));
	is_wrong(made_fault("f", "message=00112233445566778899aabbccddeeff00", "brown_out", ""), "message", "expected at most 16 bytes");
	is_refused(match_params, "message", "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff ", "longer than 47 bytes");
}

static void messages_are_the_buses(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		if (action->site == SITE_SPI)
			is_right(ready(action, "message=9b80"));
		else
			is_wrong(ready(action, "message=9b80"), "message", "cannot be used here");
	}
}

/* -- which event -- */

/* One character for each of the first eight ordinals. */
static const char *picks(const char *match, const char *action)
{
	static char text[9];
	const struct fault fault = made_fault("f", match, action, "");

	for (uint64_t n = 1; n <= 8; n++)
		text[n - 1] = fault_picks(&fault, n) ? 'X' : '.';
	return text;
}

static void a_fault_picks_what_its_match_says(void)
{
	CU_ASSERT_STRING_EQUAL(picks("", "drop"), "XXXXXXXX");
	CU_ASSERT_STRING_EQUAL(picks("nth=1", "drop"), "X.......");
	CU_ASSERT_STRING_EQUAL(picks("nth=8", "drop"), ".......X");
	CU_ASSERT_STRING_EQUAL(picks("nth=9", "drop"), "........");
	CU_ASSERT_STRING_EQUAL(picks("every=1", "drop"), "XXXXXXXX");
	CU_ASSERT_STRING_EQUAL(picks("every=3", "drop"), "..X..X..");
	CU_ASSERT_STRING_EQUAL(picks("first=1", "drop"), "X.......");
	CU_ASSERT_STRING_EQUAL(picks("first=3", "drop"), "XXX.....");
	CU_ASSERT_STRING_EQUAL(picks("first=8", "drop"), "XXXXXXXX");
	/* The probability is asked elsewhere. */
	CU_ASSERT_STRING_EQUAL(picks("probability=0%", "drop"), "XXXXXXXX");
}

static void the_largest_ordinals_are_told_apart(void)
{
	const struct fault nth = made_fault("f", "nth=18446744073709551615", "drop", "");

	CU_ASSERT(fault_picks(&nth, UINT64_MAX));
	CU_ASSERT_FALSE(fault_picks(&nth, UINT64_MAX - 1));
}

static bool is_open(const struct fault *fault, sim_ns now)
{
	struct window window;

	window_init(&window, &fault->match);
	return window_is_open(&window, now);
}

static void a_window_has_its_first_instant_and_not_its_last(void)
{
	const struct fault always = made_fault("f", "", "drop", ""), from = made_fault("f", "from=1s", "drop", ""),
			   until = made_fault("f", "until=1s", "drop", ""),
			   both = made_fault("f", "from=1s;until=1000000001ns", "drop", "");

	CU_ASSERT(is_open(&always, 0) && is_open(&always, UINT64_MAX));
	CU_ASSERT_FALSE(is_open(&from, SIM_S - 1));
	CU_ASSERT(is_open(&from, SIM_S) && is_open(&from, UINT64_MAX));
	CU_ASSERT(is_open(&until, 0) && is_open(&until, SIM_S - 1));
	CU_ASSERT_FALSE(is_open(&until, SIM_S));
	CU_ASSERT_FALSE(is_open(&both, SIM_S - 1));
	CU_ASSERT(is_open(&both, SIM_S));
	CU_ASSERT_FALSE(is_open(&both, SIM_S + 1));
}

/* -- streams -- */

static uint64_t key_of(struct fault fault)
{
	return fault_stream(&fault, 0, 1).key;
}

static void draws_do_not_move_with_parameters_or_probability(void)
{
	uint64_t key = key_of(made_fault("f", "probability=1%;nth=2", "delay", "time=1ms"));

	CU_ASSERT_EQUAL(key_of(made_fault("f", "probability=2%;nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "probability=2%;correlation=9%;nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "probability=0%;nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "nth=2", "delay", "time=2ms;jitter=1ms;keep_order=false")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "", "rx_pointer", "xor=1")), key_of(made_fault("f", "", "rx_pointer", "xor=2")));
}

static void draws_are_others_with_another_name_action_match_or_seed(void)
{
	static const char *const matches[] = {
		"at=enc.rx#1",
		"direction=to-server",
		"direction=to-device",
		"filter=tcp",
		"from=1s",
		"until=1s",
		"nth=1",
		"nth=2",
		"every=1",
		"first=1",
		"message=9b",
	};
	const struct fault fault = made_fault("f", "", "drop", "");
	uint64_t keys[17];
	size_t count = 0;

	keys[count++] = key_of(fault);
	keys[count++] = key_of(made_fault("g", "", "drop", ""));
	keys[count++] = key_of(made_fault("f", "", "rx_error", ""));
	keys[count++] = fault_stream(&fault, 0, 2).key;
	for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++)
		keys[count++] = key_of(made_fault("f", matches[i], "drop", ""));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(keys[i], keys[k]);
}

/* Runs that were recorded by an older version keep their draws. */
static void the_draws_of_a_fault_never_change(void)
{
	CU_ASSERT_EQUAL(key_of(made_fault("f", "", "drop", "")), UINT64_C(0x3a858818cda97361));
}

static void identical_faults_draw_independently(void)
{
	const struct fault twin = made_fault("f", "probability=1%", "delay", "time=1ms"),
			   other = made_fault("f", "probability=7%", "delay", "time=9ms");
	const struct fault twins[] = {twin, twin, other};
	uint64_t keys[3];

	for (size_t i = 0; i < 3; i++)
		keys[i] = fault_stream(twins, i, 1).key;
	CU_ASSERT_NOT_EQUAL(keys[0], keys[1]);
	CU_ASSERT_NOT_EQUAL(keys[1], keys[2]);
	CU_ASSERT_NOT_EQUAL(keys[0], keys[2]);
	CU_ASSERT_EQUAL(keys[0], key_of(twin));
}

static void a_fault_put_in_front_moves_no_draw(void)
{
	const struct fault a = made_fault("a", "", "drop", ""), b = made_fault("b", "nth=2", "rx_error", ""),
			   new = made_fault("new", "", "drop", "");
	const struct fault before[] = {a, b, a}, after[] = {new, a, b, new, a};

	CU_ASSERT_EQUAL(fault_stream(before, 0, 1).key, fault_stream(after, 1, 1).key);
	CU_ASSERT_EQUAL(fault_stream(before, 1, 1).key, fault_stream(after, 2, 1).key);
	CU_ASSERT_EQUAL(fault_stream(before, 2, 1).key, fault_stream(after, 4, 1).key);
	CU_ASSERT_NOT_EQUAL(fault_stream(before, 0, 1).key, fault_stream(before, 2, 1).key);
}

/* Of what draws and could as well be certain it is said that it draws. */
static void what_draws_is_told_from_what_does_not(void)
{
	const struct fault draw[] = {made_checked_fault("f", "", "loss", "percent=1%"),
	                             made_checked_fault("f", "", "gemodel", "p=1%;r=1%"),
	                             made_checked_fault("f", "probability=99.999%", "drop", "enabled=true"),
	                             made_checked_fault("f", "", "delay", "time=2ms;jitter=1ms"),
	                             made_checked_fault("f", "", "slot", "min_delay=1ms;max_delay=2ms"),
	                             made_checked_fault("f", "", "corrupt", "bits=1"),
	                             made_checked_fault("f", "probability=1%", "spi_bit", "bit=3"),
	                             made_checked_fault("f", "", "http_body", "kind=garbage")};
	const struct fault none[] = {made_checked_fault("f", "at=tcp.syn#1", "drop", "enabled=true"),
	                             made_checked_fault("f", "", "delay", "time=2ms"),
	                             made_checked_fault("f", "", "slot", "min_delay=1ms"),
	                             made_checked_fault("f", "", "corrupt", "xor=54:01"),
	                             made_checked_fault("f", "probability=0%", "drop", "enabled=true"),
	                             made_checked_fault("f", "", "outage", "for=1s"),
	                             made_checked_fault("f", "", "http_body", "kind=empty")};

	for (size_t i = 0; i < sizeof draw / sizeof draw[0]; i++)
		CU_ASSERT(fault_draws(&draw[i]));
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		CU_ASSERT_FALSE(fault_draws(&none[i]));
}

const CU_TestInfo tests_fault[] = {
	{"a valid fault names no key", a_valid_fault_names_no_key},
	{"every action is found by its name", every_action_is_found_by_its_name},
	{"every action fills in what it can and asks for the rest", every_action_fills_in_what_it_can_and_asks_for_the_rest},
	{"tables refuse what makes no sense", tables_refuse_what_makes_no_sense},
	{"no time of a fault is longer than a year", no_time_of_a_fault_is_longer_than_a_year},
	{"parameters that exclude each other are refused", parameters_that_exclude_each_other_are_refused},
	{"bits are written as they are read", bits_are_written_as_they_are_read},
	{"there are no more bytes to change than a decision holds", there_are_no_more_bytes_to_change_than_a_decision_holds},
	{"a window that ends before it starts is refused in every layer", a_window_that_ends_before_it_starts_is_refused_in_every_layer},
	{"what happens at power on takes no window", what_happens_at_power_on_takes_no_window},
	{"ordinals exclude each other", ordinals_exclude_each_other},
	{"an address is of the actions own site", an_address_is_of_the_actions_own_site},
	{"an address counts from 1", an_address_counts_from_1},
	{"an address stands alone but for window and probability", an_address_stands_alone_but_for_window_and_probability},
	{"direction and filter are the proxys", direction_and_filter_are_the_proxys},
	{"a correlation needs frames and a probability", a_correlation_needs_frames_and_a_probability},
	{"a message is bytes in hexadecimal", a_message_is_bytes_in_hexadecimal},
	{"messages are the buses", messages_are_the_buses},
	{"a fault picks what its match says", a_fault_picks_what_its_match_says},
	{"the largest ordinals are told apart", the_largest_ordinals_are_told_apart},
	{"a window has its first instant and not its last", a_window_has_its_first_instant_and_not_its_last},
	{"draws do not move with parameters or probability", draws_do_not_move_with_parameters_or_probability},
	{"draws are others with another name action match or seed", draws_are_others_with_another_name_action_match_or_seed},
	{"the draws of a fault never change", the_draws_of_a_fault_never_change},
	{"identical faults draw independently", identical_faults_draw_independently},
	{"a fault put in front moves no draw", a_fault_put_in_front_moves_no_draw},
	{"what draws is told from what does not", what_draws_is_told_from_what_does_not},
	CU_TEST_INFO_NULL,
};
