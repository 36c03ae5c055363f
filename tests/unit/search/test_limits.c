/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/search/fixture.h"

extern const CU_TestInfo tests_limits[];

#define DRAWS 4000

static unsigned count_limits(void)
{
	unsigned count = 0;

	while (limits[count].action != NULL)
		count++;
	return count;
}

/* What a good client may not survive, whole links, and what needs a rule of its own. */
static const char *const left_out[] = {"pad",     "firewall", "mahimahi",   "link_trace",   "loss_state",
                                       "reorder", "nor_rot",  "rx_pattern", "http_redirect"};

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
		if (strcmp(left_out[i], name) == 0)
			return true;
	return false;
}

static bool has_limit(const char *name)
{
	for (size_t i = 0; limits[i].action != NULL; i++)
		if (strcmp(limits[i].action, name) == 0)
			return true;
	return false;
}

static void every_action_has_limits_or_is_left_out(void)
{
	const struct action *action;

	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		if (has_limit(action->name) == is_left_out(action->name))
			printf("    %s\n", action->name);
		CU_ASSERT_NOT_EQUAL(has_limit(action->name), is_left_out(action->name));
	}
}

static void every_row_is_of_the_catalogue_and_drawn(void)
{
	struct draw_fixture f;
	struct drawn drawn;
	bool seen[256] = {false};
	const unsigned count = count_limits();

	draw_fixture_open(&f);
	CU_ASSERT_FATAL(count < 256);
	for (uint64_t i = 0; i < DRAWS; i++) {
		struct dice dice = draw_fixture_dice(1, i);
		CU_ASSERT_FATAL(limits_draw(&f.grounds, &dice, &drawn));
		seen[drawn.limit] = true;
	}
	for (unsigned i = 0; i < count; i++) {
		CU_ASSERT_PTR_NOT_NULL(action_find(limits[i].action));
		/*
		 * The device of the test runs in half duplex, in which there are no pause frames.
		 */
		if (seen[i] == (strcmp(limits[i].action, "pause") == 0))
			printf("    %s: %s\n", limits[i].action, seen[i] ? "drawn" : "never drawn");
		CU_ASSERT_NOT_EQUAL(seen[i], strcmp(limits[i].action, "pause") == 0);
	}
	draw_fixture_close(&f);
}

static void what_is_drawn_is_within_the_limits(void)
{
	struct draw_fixture f;
	struct drawn drawn;

	draw_fixture_open(&f);
	for (uint64_t i = 0; i < DRAWS; i++) {
		struct dice dice = draw_fixture_dice(2, i);
		CU_ASSERT_FATAL(limits_draw(&f.grounds, &dice, &drawn));
		if (!limits_hold(&drawn))
			printf("    %s at '%s'\n", drawn.fault.name, drawn.fault.match.at);
		CU_ASSERT(limits_hold(&drawn));
		(void)limits_alter(&f.grounds, &dice, &drawn);
		(void)limits_aim(&f.grounds, &dice, &drawn);
		CU_ASSERT(limits_hold(&drawn));
	}
	draw_fixture_close(&f);
}

/* Draws until a fault of this action, placed like this, comes. */
static void draw(const struct draw_fixture *f, const char *action, unsigned how, struct drawn *ret_drawn)
{
	for (uint64_t i = 0; i < DRAWS; i++) {
		struct dice dice = draw_fixture_dice(3, i);
		if (limits_draw(&f->grounds, &dice, ret_drawn) && strcmp(ret_drawn->fault.action->name, action) == 0 &&
		    limits[ret_drawn->limit].how == how)
			return;
	}
	CU_FAIL_FATAL("never drawn");
}

static void what_is_beyond_the_limits_is_known(void)
{
	struct draw_fixture f;
	struct drawn drawn;

	draw_fixture_open(&f);
	draw(&f, "outage", LIMIT_FRAME, &drawn);
	action_set_quantity(drawn.fault.action, &drawn.fault.params, "for", UINT64_C(61) * 1000000000);
	CU_ASSERT_FALSE(limits_hold(&drawn));
	draw(&f, "loss", LIMIT_WINDOW, &drawn);
	drawn.fault.match.until.kind = EDGE_TIME;
	CU_ASSERT_FALSE(limits_hold(&drawn));
	draw(&f, "drop", LIMIT_FRAME, &drawn);
	(void)snprintf(drawn.fault.match.at, sizeof drawn.fault.match.at, "tcp.data");
	CU_ASSERT_FALSE(limits_hold(&drawn));
	(void)snprintf(drawn.fault.match.at, sizeof drawn.fault.match.at, "tcp.data#1..5");
	CU_ASSERT_FALSE(limits_hold(&drawn));
	draw(&f, "spi_bit", LIMIT_MESSAGE, &drawn);
	drawn.fault.match.nth.last = UINT64_MAX;
	CU_ASSERT_FALSE(limits_hold(&drawn));
	draw_fixture_close(&f);
}

static void bus_faults_are_aimed_by_what_a_message_is(void)
{
	struct draw_fixture f;
	struct drawn drawn;

	draw_fixture_open(&f);
	draw(&f, "spi_bit", LIMIT_MESSAGE, &drawn);
	CU_ASSERT_STRING_EQUAL(drawn.fault.match.at, "");
	CU_ASSERT_STRING_NOT_EQUAL(drawn.fault.match.message, "");
	TEST_CONTAINS(drawn.fault.name, "spi_bit, ");
	draw_fixture_close(&f);
}

static void a_device_without_flash_gets_no_fault_of_one(void)
{
	struct draw_fixture f;
	struct drawn drawn;

	draw_fixture_open(&f);
	f.plan.device.flash.fitted = false;
	for (uint64_t i = 0; i < DRAWS; i++) {
		struct dice dice = draw_fixture_dice(4, i);
		CU_ASSERT_FATAL(limits_draw(&f.grounds, &dice, &drawn));
		CU_ASSERT(drawn.fault.action->site != SITE_NOR_OP && drawn.fault.action->site != SITE_NOR_READ);
	}
	draw_fixture_close(&f);
}

static void what_another_plan_cannot_meet_is_not_drawn(void)
{
	struct draw_fixture f;
	struct drawn drawn;
	struct plan other;

	draw_fixture_open(&f);
	other = f.plan;
	other.device.flash.fitted = false;
	f.grounds.plans[1] = &other;
	for (uint64_t i = 0; i < DRAWS; i++) {
		struct dice dice = draw_fixture_dice(5, i);
		CU_ASSERT_FATAL(limits_draw(&f.grounds, &dice, &drawn));
		CU_ASSERT(drawn.fault.action->site != SITE_NOR_OP && drawn.fault.action->site != SITE_NOR_READ);
	}
	draw_fixture_close(&f);
}

static void each_word_is_as_likely_as_the_next(void)
{
	struct draw_fixture f;
	unsigned syns = 0, datas = 0;

	draw_fixture_open(&f);
	for (uint64_t i = 0; i < DRAWS; i++) {
		struct dice dice = draw_fixture_dice(6, i);
		const struct aim *aim = aims_draw(&f.aims, AIMS_FRAMES, true, &dice);
		CU_ASSERT_FATAL(aim != NULL && aim->is_tcp);
		syns += strcmp(aim->text, "tcp.syn[80/1]") == 0;
		datas += strcmp(aim->text, "tcp.data[80/1]") == 0;
	}
	/* One in four each. */
	CU_ASSERT(syns > DRAWS / 5 && syns < DRAWS / 3 && datas > DRAWS / 5 && datas < DRAWS / 3);
	draw_fixture_close(&f);
}

static void addresses_that_cannot_be_read_are_told_with_their_line(void)
{
	struct aims aims;
	struct error err = {.text = ""};

	CU_ASSERT_FALSE(aims_parse(&aims, "to-server tcp.syn#1\nto-server tcp.sin#1\n", &err));
	TEST_CONTAINS(err.text, "line 2");
	CU_ASSERT_FALSE(aims_parse(&aims, "", &err));
	TEST_CONTAINS(err.text, "nothing");
}

const CU_TestInfo tests_limits[] = {
	{"every action has limits or is left out", every_action_has_limits_or_is_left_out},
	{"every row is of the catalogue and drawn", every_row_is_of_the_catalogue_and_drawn},
	{"what is drawn is within the limits", what_is_drawn_is_within_the_limits},
	{"what is beyond the limits is known", what_is_beyond_the_limits_is_known},
	{"bus faults are aimed by what a message is", bus_faults_are_aimed_by_what_a_message_is},
	{"a device without flash gets no fault of one", a_device_without_flash_gets_no_fault_of_one},
	{"what another plan cannot meet is not drawn", what_another_plan_cannot_meet_is_not_drawn},
	{"each word is as likely as the next", each_word_is_as_likely_as_the_next},
	{"addresses that cannot be read are told with their line", addresses_that_cannot_be_read_are_told_with_their_line},
	CU_TEST_INFO_NULL,
};
