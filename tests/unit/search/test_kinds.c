/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/kinds.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/search/places.h"

extern const CU_TestInfo tests_kinds[];

/*
 * What a sweep of single faults has no use for: chances, whole links, and what needs a rule of its
 * own.
 */
static const char *const left_out[] = {"gemodel", "pad",  "mtu",     "firewall",   "mahimahi", "link_trace",    "loss", "loss_state",
                                       "rate",    "slot", "reorder", "rx_pattern", "spi_slow", "http_redirect", NULL};

static bool is_left_out(const char *name)
{
	for (size_t i = 0; left_out[i] != NULL; i++)
		if (strcmp(left_out[i], name) == 0)
			return true;
	return false;
}

static bool has_kind(const char *action)
{
	for (size_t i = 0; kinds[i].name != NULL; i++)
		if (strcmp(kinds[i].action, action) == 0)
			return true;
	return false;
}

static void every_action_is_tried_or_left_out(void)
{
	for (size_t i = 0; action_at(i) != NULL; i++) {
		if (has_kind(action_at(i)->name) == is_left_out(action_at(i)->name))
			printf("    %s\n", action_at(i)->name);
		CU_ASSERT_NOT_EQUAL(has_kind(action_at(i)->name), is_left_out(action_at(i)->name));
	}
}

static void names_are_different(void)
{
	for (size_t i = 0; kinds[i].name != NULL; i++)
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_STRING_NOT_EQUAL(kinds[i].name, kinds[k].name);
}

static const struct target *place_of(unsigned sort, struct target *target)
{
	*target = (struct target){.sort = sort, .direction = sort < TARGET_SITE ? MATCH_TO_SERVER : MATCH_BOTH, .is_tcp = true};
	if (sort < TARGET_SITE)
		strcpy(target->at, sort == TARGET_DATA ? "tcp.data[80/1]#3" : "tcp.syn[80/1]#1");
	else if (sort < TARGET_START)
		(void)snprintf(target->at, sizeof target->at, "%s#7", fault_sites[sort - TARGET_SITE].name);
	return target;
}

/*
 * A fault that the scenario's reader would refuse must not get into a plan; and one at a site that
 * is not its own would never act.
 */
static void faults_of_all_kinds_are_right(void)
{
	struct target target;
	struct fault fault;
	struct error err;
	const char *key;

	for (size_t i = 0; kinds[i].name != NULL; i++)
		for (unsigned sort = 0; sort < TARGET_SORTS; sort++) {
			if (!kind_fits(&kinds[i], place_of(sort, &target)))
				continue;
			kind_fault(&kinds[i], &target, &fault);
			if (!fault_check(&fault, &key, &err))
				printf("    %s: %s\n", kinds[i].name, err.text);
			CU_ASSERT(fault_check(&fault, &key, &err));
			CU_ASSERT_FALSE(fault_is_taken_out(&fault));
			const bool is_site = sort >= TARGET_SITE && sort < TARGET_START;
			CU_ASSERT_EQUAL(is_site, fault.action->site < SITES);
			if (is_site)
				CU_ASSERT_EQUAL(fault.action->site, sort - TARGET_SITE);
		}
}

static void a_fault_is_at_its_place(void)
{
	struct target target;
	struct fault fault;
	char text[200];

	(void)place_of(TARGET_CONTROL, &target);
	for (size_t i = 0; kinds[i].name != NULL; i++) {
		if (strcmp(kinds[i].name, "outage 20s") == 0) {
			kind_fault(&kinds[i], &target, &fault);
			CU_ASSERT_STRING_EQUAL(fault.match.at, "tcp.syn[80/1]#1");
			CU_ASSERT_EQUAL(fault.match.direction, MATCH_TO_SERVER);
			CU_ASSERT_EQUAL(action_quantity(fault.action, &fault.params, "for"), 20 * SIM_S);
			CU_ASSERT_STRING_EQUAL(kind_say(&kinds[i], &target, text, sizeof text), "outage 20s at to-server tcp.syn[80/1]#1");
		}
		if (strcmp(kinds[i].name, "carrier 5s") == 0) {
			kind_fault(&kinds[i], &target, &fault);
			CU_ASSERT_STRING_EQUAL(fault.match.at, "");
			CU_ASSERT_STRING_EQUAL(fault.match.from.at, "tcp.syn[80/1]#1");
			CU_ASSERT_STRING_EQUAL(kind_say(&kinds[i], &target, text, sizeof text), "carrier 5s from tcp.syn[80/1]#1");
		}
	}
}

static void a_reset_fits_frames_of_tcp_only(void)
{
	struct target target;

	(void)place_of(TARGET_CONTROL, &target);
	for (size_t i = 0; kinds[i].name != NULL; i++) {
		if (strcmp(kinds[i].action, "forge") != 0)
			continue;
		target.is_tcp = true;
		CU_ASSERT(kind_fits(&kinds[i], &target));
		target.is_tcp = false;
		CU_ASSERT_FALSE(kind_fits(&kinds[i], &target));
	}
}

/* As commas stand between words of --only. */
static void a_name_has_no_comma(void)
{
	for (size_t i = 0; kinds[i].name != NULL; i++)
		CU_ASSERT_PTR_NULL(strchr(kinds[i].name, ','));
}

const CU_TestInfo tests_kinds[] = {
	{"a name has no comma", a_name_has_no_comma},
	{"every action is tried or left out", every_action_is_tried_or_left_out},
	{"names are different", names_are_different},
	{"faults of all kinds are right", faults_of_all_kinds_are_right},
	{"a fault is at its place", a_fault_is_at_its_place},
	{"a reset fits frames of TCP only", a_reset_fits_frames_of_tcp_only},
	CU_TEST_INFO_NULL,
};
