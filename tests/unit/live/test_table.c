/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of faults that a proxy in wall time shows on a terminal. */
#include "harness/cli/live_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

static const struct bridge_status status = {.elapsed_ns = 3723 * SIM_S,
                                            .frames = {1200, 1400},
                                            .waiting = 3,
                                            .skew = {.p50_ns = 12000, .p99_ns = 90000, .max_ns = 2000000, .frames = 2600},
                                            .phase = "download"};

static unsigned line_count;

/* @return to be released with free(). */
static char *draw(const struct bridge_rule *rules, size_t count, struct live_table_form form)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	line_count = live_table_draw(stream, &status, rules, count, &form);
	(void)fclose(stream);
	unsigned feeds = 0;
	for (const char *at = text; *at != '\0'; at++)
		feeds += *at == '\n';
	CU_ASSERT_EQUAL(feeds, line_count);
	return text;
}

static struct bridge_rule rule_of(const char *name, sim_ns last, bool gone)
{
	return (struct bridge_rule){.fault = made_fault(name, "", "drop", ""),
	                            .counters = {.seen = 100, .matched = 20, .applied = 3, .last_applied = last},
	                            .gone = gone};
}

static void every_rule_has_a_line_with_its_counters(void)
{
	const struct bridge_rule rules[] = {rule_of("lost", SIM_NEVER, false), rule_of("was here", SIM_NEVER, true)};
	char *text = draw(rules, 2, (struct live_table_form){.columns = 120, .rows = 24});

	TEST_SAME_TEXT(text, "1:02:03  to-server 1200  to-device 1400  waiting 3  phase download\n"
	                     "later than asked: p50 12 us  p99 90 us  max 2 ms  beyond the limit 0  lost 0\n"
	                     "fault                                       seen    matched    applied\n"
	                     "lost                     drop                100         20          3\n"
	                     "was here                 drop                100         20          3  gone\n");
	free(text);
}

static void it_keeps_within_the_terminal(void)
{
	struct bridge_rule rules[40];

	for (size_t i = 0; i < 40; i++)
		rules[i] = rule_of("a name that is longer than its column is wide", SIM_NEVER, false);
	char *text = draw(rules, 40, (struct live_table_form){.columns = 30, .rows = 12});
	CU_ASSERT(line_count < 12);
	TEST_CONTAINS(text, "and 33 more\n");
	for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1)
		CU_ASSERT(strcspn(at, "\n") <= 30);
	free(text);
}

static void a_fault_that_acted_recently_is_highlighted_if_colours_are_wanted(void)
{
	const struct bridge_rule rules[] = {rule_of("lately", 10 * SIM_S, false), rule_of("long ago", 5 * SIM_S, false)};
	char *text = draw(rules, 2,
	                  (struct live_table_form){.columns = 120, .rows = 24, .in_place = true, .colours = true, .now = 10 * SIM_S});

	TEST_CONTAINS(text, "\n\033[33mlately ");
	TEST_CONTAINS(text, "\nlong ago ");
	free(text);
	text = draw(rules, 2, (struct live_table_form){.columns = 120, .rows = 24, .now = 10 * SIM_S});
	CU_ASSERT_PTR_NULL(strchr(text, '\033'));
	free(text);
}

const CU_TestInfo tests_live_table[] = {
	{"every rule has a line with its counters", every_rule_has_a_line_with_its_counters},
	{"it keeps within the terminal", it_keeps_within_the_terminal},
	{"a fault that acted recently is highlighted if colours are wanted",
         a_fault_that_acted_recently_is_highlighted_if_colours_are_wanted},
	CU_TEST_INFO_NULL,
};
