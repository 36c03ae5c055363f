/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The expected values are those that tc of iproute2 6.1 sends in its netlink messages for the same
 * words.
 */
#include "lib/fault/netem.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

/* " key=value" for what is not the standard. */
static size_t tell(const struct param *table, const void *object, char *text, size_t size)
{
	union {
		struct action_params params;
		struct match match;
	} standard;
	char value[PARAM_VALUE_MAX], usual[PARAM_VALUE_MAX];
	size_t used = 0;

	memset(&standard, 0, sizeof standard);
	params_init(table, &standard);
	for (const struct param *row = table; row->key != NULL; row++)
		if (row->standard == NULL || strcmp(param_get(row, object, value), param_get(row, &standard, usual)) != 0)
			used += (size_t)snprintf(text + used, size - used, " %s=%s", row->key, param_get(row, object, value));
	return used;
}

/*
 * "WHAT: action key=value" for each fault, with commas between them; or the error. Every fault must
 * be a right one.
 */
static const char *resolved(const char *words)
{
	static char text[2048];
	const struct fault base = made_fault("n", "", "drop", "");
	struct fault faults[NETEM_FAULTS_MAX];
	struct error err = {0};
	const char *key = NULL;
	size_t count = 99, used = 0;

	if (!netem_parse(words, &base, faults, &count, &err)) {
		CU_ASSERT_EQUAL(count, 99);
		(void)snprintf(text, sizeof text, "%s", err.text);
		return text;
	}
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT(strncmp(faults[i].name, "n: ", 3) == 0);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s: %s", i > 0 ? ", " : "", faults[i].name + 3,
		                         faults[i].action->name);
		used += tell(faults[i].action->params, &faults[i].params, text + used, sizeof text - used);
		used += tell(match_params, &faults[i].match, text + used, sizeof text - used);
		if (!fault_check(&faults[i], &key, &err))
			used += (size_t)snprintf(text + used, sizeof text - used, " !%s", err.text);
	}
	return text;
}

struct row {
	const char *words, *expected;
};

static void are_resolved(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TEST_SAME_TEXT(resolved(rows[i].words), rows[i].expected);
}
#define ARE_RESOLVED(rows) are_resolved(rows, sizeof rows / sizeof rows[0])

static void are_refused(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TEST_CONTAINS(resolved(rows[i].words), rows[i].expected);
}
#define ARE_REFUSED(rows) are_refused(rows, sizeof rows / sizeof rows[0])

#define DELAY "delay: delay time="
#define FREE " keep_order=false"

static void delays_are_tcs(void)
{
	static const struct row rows[] = {
		{"delay 100ms", DELAY "100ms" FREE},
		{"delay 10", DELAY "10us" FREE},
		{"latency 1.5s", DELAY "1500ms" FREE},
		{"delay 1.5", DELAY "1500ns" FREE},
		{"delay 0.0001us", DELAY "0ns" FREE},
		{"d 1MSEC", DELAY "1ms" FREE},
		{"la 1secs", DELAY "1s" FREE},
		{"delay 10ms 5", DELAY "10ms jitter=5us" FREE},
		{"delay 100ms 20ms 25%", DELAY "100ms jitter=20ms correlation=25%" FREE},
		{"delay 100ms 20ms 25", DELAY "100ms jitter=20ms correlation=25%" FREE},
		{"delay 100ms 20ms distribution normal", DELAY "100ms jitter=20ms distribution=normal" FREE},
		{"distribution pareto delay 100ms 20ms", DELAY "100ms jitter=20ms distribution=pareto" FREE},
		{"delay 100ms 20ms 7% di paretonormal", DELAY "100ms jitter=20ms distribution=paretonormal correlation=7%" FREE},
		{"delay 100ms 20ms distribution uniform", DELAY "100ms jitter=20ms" FREE},
		{"delay 1ms 1us 3% delay 2ms", DELAY "2ms" FREE},
		{" \tdelay\n 1ms ", DELAY "1ms" FREE},
	};
	static const struct row wrong[] = {
		{"delay", "'delay' must be followed by a time"},
		{"delay 10xs", "'10xs' in 'delay' is not a time"},
		{"delay 10m", "'10m' in 'delay' is not a time"},
		{"delay 10ns", "'10ns' in 'delay' is not a time"},
		{"delay -1ms", "'-1ms' in 'delay' is not a time"},
		{"delay 1e3ms", "'1e3ms' in 'delay' is not a time"},
		{"delay 366000000s", "'366000000s' in 'delay' is not a time"},
		{"delay 99999999999999999999", "'99999999999999999999' in 'delay' is not a time"},
		{"latency normal", "'normal' in 'latency' is not a time"},
		{"delay 10ms 5ms 101", "'101' in 'delay' is not a percentage from 0 to 100"},
		{"delay 10ms 5ms 5% 7", "unknown netem option '7'; allowed: limit, delay,"},
		{"delay 10ms jitter 5ms", "unknown netem option 'jitter'"},
		{"distribution normal", "'distribution' needs a 'delay' with jitter"},
		{"delay 10ms distribution normal", "'distribution' needs a 'delay' with jitter"},
		{"delay 10ms 1ms distribution", "'distribution' must be followed by uniform,"},
		{"delay 10ms 1ms distribution norm",
	         "unknown distribution 'norm'; allowed: uniform, normal, pareto, paretonormal, or a file"},
		{"", "no netem option given"},
		{" ", "no netem option given"},
		{"help", "unknown netem option 'help'"},
		{"delayy 1ms", "unknown netem option 'delayy'"},
	};

	ARE_RESOLVED(rows);
	ARE_REFUSED(wrong);
}

static void losses_are_tcs(void)
{
	static const struct row rows[] = {
		{"loss 1%", "loss: loss percent=1%"},
		{"loss 0.5", "loss: loss percent=0.5%"},
		{"drop 5", "loss: loss percent=5%"},
		{"lo 5", "loss: loss percent=5%"},
		{"loss random 10% 20%", "loss: loss percent=10% correlation=20%"},
		{"loss 10 20", "loss: loss percent=10% correlation=20%"},
		{"loss state 1", "loss: loss_state p13=1%"},
		{"loss state 1 2", "loss: loss_state p13=1% p31=2%"},
		{"loss state 1% 2% 3%", "loss: loss_state p13=1% p31=2% p32=3%"},
		{"loss state 1 2 3 4", "loss: loss_state p13=1% p31=2% p32=3% p23=4%"},
		{"loss state 1 2 3 4 5", "loss: loss_state p13=1% p31=2% p32=3% p23=4% p14=5%"},
		{"loss gemodel 1", "loss: gemodel p=1% r=99%"},
		{"loss gemodel 1 2", "loss: gemodel p=1% r=2%"},
		{"loss gemodel 1 2 3", "loss: gemodel p=1% r=2% 1-h=3%"},
		{"loss gemodel 1% 10% 70% 0.1%", "loss: gemodel p=1% r=10% 1-h=70% 1-k=0.1%"},
	};
	static const struct row wrong[] = {
		{"loss", "'' after 'loss' is not a percentage, random, state or gemodel"},
		{"loss rand 1", "'rand' after 'loss' is not a percentage, random, state or gemodel"},
		{"loss random", "'random' must be followed by a percentage"},
		{"loss 101%", "'101%' in 'loss' is not a percentage from 0 to 100"},
		{"loss 1%%", "'1%%' in 'loss' is not a percentage"},
		{"loss 5 5 5", "unknown netem option '5'"},
		{"loss state 1 2 3 4 5 6", "unknown netem option '6'"},
		{"loss state", "'state' must be followed by a percentage"},
		{"loss gemodel x", "'x' in 'loss' is not a percentage"},
		{"loss 1% loss gemodel 2%", "more than one loss model, at 'loss'"},
		{"loss 1% ecn", "'ecn' is not emulated"},
		{"loss state 60 41 60", "their sum is more than 100%"},
	};

	ARE_RESOLVED(rows);
	ARE_REFUSED(wrong);
}

static void order_copies_and_corruption_are_tcs(void)
{
	static const struct row rows[] = {
		{"delay 10ms reorder 25% 50%", "reorder: reorder probability=25% correlation=50%, " DELAY "10ms" FREE},
		{"delay 10ms reorder 25 50 gap 5", "reorder: reorder gap=5 probability=25% correlation=50%, " DELAY "10ms" FREE},
		{"gap 5 delay 10ms reorder 100%", "reorder: reorder gap=5, " DELAY "10ms" FREE},
		{"delay 10ms reorder 100% 50%", "reorder: reorder, " DELAY "10ms" FREE},
		{"delay 10ms reorder 5% gap 0", "reorder: reorder probability=5%, " DELAY "10ms" FREE},
		{"delay 10ms reorder 0", DELAY "10ms" FREE},
		{"duplicate 1%", "duplicate: duplicate probability=1%"},
		{"du 1% 25%", "duplicate: duplicate probability=1% correlation=25%"},
	};
	static const struct row wrong[] = {
		{"reorder 25%", "'reorder' needs a 'delay'"},
		{"delay 0 reorder 25%", "'reorder' needs a 'delay'"},
		{"gap 5", "'gap' needs 'reorder'"},
		{"delay 1ms gap 5", "'gap' needs 'reorder'"},
		{"delay 1ms reorder 5% gap 1.5", "'1.5' in 'gap' is not a whole number"},
		{"delay 1ms reorder", "'reorder' must be followed by a percentage"},
		{"duplicate x", "'x' in 'duplicate' is not a percentage"},
		{"corrupt x", "'x' in 'corrupt' is not a percentage"},
	};

	ARE_RESOLVED(rows);
	ARE_REFUSED(wrong);
	if (action_find("corrupt") == NULL)
		TEST_SAME_TEXT(resolved("corrupt 0.1%"), "'corrupt' is not emulated by this version");
	else
		TEST_CONTAINS(resolved("corrupt 0.1% 5%"), "corrupt: corrupt ");
}

static void rates_and_slots_are_tcs(void)
{
	static const struct row rows[] = {
		{"rate 1mbit", "rate: rate rate=1Mbit"},
		{"rate 1000", "rate: rate rate=1kbit"},
		{"rate 1.5Mbit", "rate: rate rate=1500kbit"},
		{"rate 1KBps", "rate: rate rate=8kbit"},
		{"rate 1Kibit", "rate: rate rate=1024bit"},
		{"rate 1gibps", "rate: rate rate=8589934592bit"},
		{"rate 0", "rate: rate rate=0bit"},
		{"rate 5kbit 20 100 5", "rate: rate rate=5kbit overhead=20 cell_size=100 cell_overhead=5"},
		{"rate 1mbit -14 48 -5", "rate: rate rate=1Mbit overhead=-14 cell_size=48 cell_overhead=-5"},
		{"rate 1mbit 5 -4", "rate: rate rate=1Mbit overhead=5 cell_overhead=-4"},
		{"rate 1mbit limit 10", "rate: rate rate=1Mbit limit=10"},
		{"limit 2k", "limit: rate rate=0bit limit=2048"},
		{"l 1.5k", "limit: rate rate=0bit limit=1536"},
		{"slot 10", "slot: slot min_delay=10ns max_delay=10ns"},
		{"slot 10us 20us packets 5 bytes 100", "slot: slot min_delay=10us max_delay=20us packets=5 bytes=100B"},
		{"slot 1ms bytes 1.5kb", "slot: slot min_delay=1ms max_delay=1ms bytes=1536B"},
		{"slot distribution normal 1ms 2ms packets 3", "slot: slot packets=3 time=1ms jitter=2ms distribution=normal"},
		{"slot dist pareto 1ms 2000 delay 5ms", DELAY "5ms" FREE ", slot: slot time=1ms jitter=2us distribution=pareto"},
		{"slot 800us packets 3", "slot: slot min_delay=800us max_delay=800us packets=3"},
	};
	static const struct row wrong[] = {
		{"rate", "'rate' must be followed by a rate"},
		{"rate 1xx", "'1xx' in 'rate' is not a rate"},
		{"rate 1mbit -70000", "'-70000' in 'rate' is not a whole number of bytes from -65535 to 65535"},
		{"rate 1mbit 1 70000", "the cell size in 'rate' is above the maximum"},
		{"limit 0", "with 'limit 0' every frame is lost"},
		{"limit x", "'x' in 'limit' is not a number"},
		{"slot packets 5", "'packets' in 'slot' is not a time"},
		{"slot 1ms bytes 10k packets 5", "unknown netem option 'packets'"},
		{"slot 1ms packets", "'packets' must be followed by a whole number"},
		{"slot 20us 10us", "max_delay is less than min_delay"},
		{"slot 0", "have no effect"},
		{"slot distribution", "'distribution' must be followed by uniform,"},
		{"slot distribution norm 1ms 1ms", "unknown distribution 'norm'"},
		{"slot distribution normal", "'normal' must be followed by a time"},
		{"slot distribution normal 1ms packets 3", "'packets' in 'slot' is not a time"},
	};

	ARE_RESOLVED(rows);
	ARE_REFUSED(wrong);
}

static void a_whole_line_comes_in_the_order_of_a_frame(void)
{
	TEST_SAME_TEXT(resolved("slot 5ms rate 1mbit reorder 25% 50% gap 5 duplicate 1% loss gemodel 1% 10% 70% 0.1% limit 50 "
	                        "delay 100ms 20ms distribution normal"),
	               "loss: gemodel p=1% r=10% 1-h=70% 1-k=0.1%, reorder: reorder gap=5 probability=25% correlation=50%, " DELAY
	               "100ms jitter=20ms distribution=normal" FREE
	               ", rate: rate rate=1Mbit limit=50, slot: slot min_delay=5ms max_delay=5ms, duplicate: duplicate probability=1%");
}

static void every_fault_has_the_match_of_its_entry(void)
{
	const struct fault base = made_fault("far", "direction=to-device;filter=tcp;from=1s;every=2", "drop", "");
	struct fault faults[NETEM_FAULTS_MAX], expected;
	char got[PARAM_VALUE_MAX], wanted[PARAM_VALUE_MAX];
	struct error err = {0};
	size_t count = 0;

	CU_ASSERT_FATAL(netem_parse("delay 1ms loss 1% duplicate 100%", &base, faults, &count, &err));
	CU_ASSERT_EQUAL_FATAL(count, 3);
	for (size_t i = 0; i < count; i++)
		for (const struct param *row = match_params; row->key != NULL; row++)
			CU_ASSERT_STRING_EQUAL(param_get(row, &faults[i].match, got), param_get(row, &base.match, wanted));
	expected = base;
	CU_ASSERT_STRING_EQUAL(faults[1].name, "far: delay");
	/* A name that leaves no room is cut, not the word behind it. */
	memset(expected.name, 'x', sizeof expected.name - 1);
	CU_ASSERT_FATAL(netem_parse("delay 1ms duplicate 1%", &expected, faults, &count, &err));
	CU_ASSERT_STRING_EQUAL(faults[1].name + 48, ": duplicate");
}

static void a_text_has_limits(void)
{
	char text[1024];

	memset(text, ' ', sizeof text);
	text[511] = '\0';
	memcpy(text, "delay 1ms", 9);
	TEST_SAME_TEXT(resolved(text), DELAY "1ms" FREE);
	text[511] = ' ';
	text[512] = '\0';
	TEST_CONTAINS(resolved(text), "longer than 511 bytes");
	for (size_t i = 0; i < 65; i++)
		memcpy(text + i * 2, "1 ", 2);
	text[130] = '\0';
	TEST_CONTAINS(resolved(text), "at most 64 are allowed");
	(void)snprintf(text, sizeof text, "delay 1ms 1us distribution /%0191d", 0);
	TEST_CONTAINS(resolved(text), "after 'distribution' is longer than 191 bytes");
}

const CU_TestInfo tests_netem[] = {
	{"delays are tc's", delays_are_tcs},
	{"losses are tc's", losses_are_tcs},
	{"order, copies and corruption are tc's", order_copies_and_corruption_are_tcs},
	{"rates and slots are tc's", rates_and_slots_are_tcs},
	{"a whole line comes in the order of a frame", a_whole_line_comes_in_the_order_of_a_frame},
	{"every fault has the match of its entry", every_fault_has_the_match_of_its_entry},
	{"a text has limits", a_text_has_limits},
	CU_TEST_INFO_NULL,
};
