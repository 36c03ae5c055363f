/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/targets.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/search/places.h"

extern const CU_TestInfo tests_targets[];

static const struct target *find(const struct targets *targets, const char *at)
{
	for (size_t i = 0; i < targets->count; i++)
		if (strcmp(targets->list[i].at, at) == 0)
			return &targets->list[i];
	CU_FAIL_FATAL("there is no such place");
	return NULL;
}

static void read_places(struct targets *targets)
{
	struct error err;

	CU_ASSERT_FATAL(targets_parse(targets, PLACES, &err));
}

static void places_have_the_phase_in_which_they_passed(void)
{
	struct targets targets;

	read_places(&targets);
	CU_ASSERT_EQUAL(targets.phase_count, 3);
	CU_ASSERT_STRING_EQUAL(targets.phases[0], "start");
	CU_ASSERT_STRING_EQUAL(targets.phases[find(&targets, "spi.msg#1")->phase], "start");
	CU_ASSERT_STRING_EQUAL(targets.phases[find(&targets, "dhcp.offer[67/1]#1")->phase], "dhcp");
	CU_ASSERT_STRING_EQUAL(targets.phases[find(&targets, "tcp.fin[80/1]#1")->phase], "download");
	CU_ASSERT_EQUAL(find(&targets, "tcp.fin[80/1]#1")->time, 490);
	CU_ASSERT_EQUAL(targets_phase(&targets, "download"), 2);
	CU_ASSERT_EQUAL(targets_phase(&targets, "verify"), 3);
	targets_close(&targets);
}

static void a_phase_that_comes_again_is_the_same_one(void)
{
	struct targets targets;
	struct error err;

	CU_ASSERT_FATAL(targets_parse(&targets, "1 phase dns\n2 phase ntp\n3 phase dns\n4 board spi.msg#1\n", &err));
	CU_ASSERT_EQUAL(targets.phase_count, 3);
	CU_ASSERT_STRING_EQUAL(targets.phases[find(&targets, "spi.msg#1")->phase], "dns");
	targets_close(&targets);
}

static void frames_that_steer_are_told_from_data(void)
{
	struct targets targets;

	read_places(&targets);
	CU_ASSERT_EQUAL(targets.list[0].sort, TARGET_START);
	CU_ASSERT_EQUAL(find(&targets, "tcp.syn[80/1]#1")->sort, TARGET_CONTROL);
	CU_ASSERT_EQUAL(find(&targets, "http.request[80/1]#1")->sort, TARGET_CONTROL);
	CU_ASSERT_EQUAL(find(&targets, "tcp.data[80/1]#2")->sort, TARGET_DATA);
	CU_ASSERT_EQUAL(find(&targets, "tcp.ack[80/1]#1")->sort, TARGET_DATA);
	CU_ASSERT_EQUAL(find(&targets, "srv.dhcp#1")->sort, TARGET_SORT_OF(SITE_DHCP));
	CU_ASSERT_EQUAL(find(&targets, "tcp.ack[80/1]#1")->direction, MATCH_TO_SERVER);
	CU_ASSERT_EQUAL(find(&targets, "tcp.data[80/1]#1")->direction, MATCH_TO_DEVICE);
	CU_ASSERT_EQUAL(find(&targets, "spi.msg#1")->direction, MATCH_BOTH);
	CU_ASSERT(find(&targets, "tcp.syn[80/1]#1")->is_tcp);
	CU_ASSERT_FALSE(find(&targets, "dhcp.offer[67/1]#1")->is_tcp);
	targets_close(&targets);
}

static void what_is_no_address_is_told_with_its_line(void)
{
	struct targets targets;
	struct error err;

	CU_ASSERT_FALSE(targets_parse(&targets, "1 phase dns\n2 board nonsense#1\n", &err));
	TEST_CONTAINS(err.text, "line 2");
	CU_ASSERT_PTR_NULL(targets.list);
}

const CU_TestInfo tests_targets[] = {
	{"places have the phase in which they passed", places_have_the_phase_in_which_they_passed},
	{"a phase that comes again is the same one", a_phase_that_comes_again_is_the_same_one},
	{"frames that steer are told from data", frames_that_steer_are_told_from_data},
	{"what is no address is told with its line", what_is_no_address_is_told_with_its_line},
	CU_TEST_INFO_NULL,
};
