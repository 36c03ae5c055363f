/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/filter.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/search/places.h"

extern const CU_TestInfo tests_sweep_filter[];

/* How many pairs of kind and place some words leave. */
static size_t left(const char *only, const char *phases)
{
	struct targets targets;
	struct filter filter;
	struct error err;
	size_t count = 0;

	filter_init(&filter);
	CU_ASSERT_FATAL(filter_read(&filter, only, &err) && targets_parse(&targets, PLACES, &err));
	if (phases != NULL)
		CU_ASSERT_FATAL(filter_read_phases(&filter, phases, &targets, &err));
	for (size_t kind = 0; kinds[kind].name != NULL; kind++)
		for (size_t i = 0; i < targets.count && filter_takes_kind(&filter, kind); i++)
			count += filter_takes_target(&filter, &targets.list[i]) && kind_fits(&kinds[kind], &targets.list[i]);
	targets_close(&targets);
	return count;
}

static void words_narrow_faults_and_places(void)
{
	CU_ASSERT_EQUAL(left("drop", NULL), 11);
	CU_ASSERT_EQUAL(left("drop,tcp.syn", NULL), 1);
	CU_ASSERT_EQUAL(left("drop, tcp.syn ,tcp.fin", NULL), 2);
	CU_ASSERT_EQUAL(left("drop,control", NULL), 6);
	CU_ASSERT_EQUAL(left("drop,duplicate,control", NULL), 12);
	CU_ASSERT_EQUAL(left("brown_out,spi.msg", NULL), 5);
	/* An action stands for all its kinds, a kind for itself. */
	CU_ASSERT_EQUAL(left("outage,tcp.syn", NULL), 2);
	CU_ASSERT_EQUAL(left("outage 20s,tcp.syn", NULL), 1);
	CU_ASSERT_EQUAL(left("brown_out,drop,tcp.syn", NULL), 1);
}

static void phases_narrow_places(void)
{
	CU_ASSERT_EQUAL(left("drop", "dhcp"), 2);
	CU_ASSERT_EQUAL(left("drop", "dhcp,download"), 11);
	CU_ASSERT_EQUAL(left("brown_out", "start"), 1);
}

static void an_unknown_word_is_reported_with_the_nearest_spelling(void)
{
	struct filter filter;
	struct error err;

	filter_init(&filter);
	CU_ASSERT_FALSE(filter_read(&filter, "drop,tcp.sin", &err));
	TEST_CONTAINS(err.text, "unknown word 'tcp.sin'");
	TEST_CONTAINS(err.text, "did you mean 'tcp.syn'");
}

static void a_phase_that_is_not_there_is_told(void)
{
	struct targets targets;
	const struct device ours = {.client = DEVICE_CLIENT_AGENT}, another = {.client = "fetch"};
	struct filter filter;
	struct error err;

	filter_init(&filter);
	CU_ASSERT_FATAL(targets_parse(&targets, PLACES, &err));
	CU_ASSERT(filter_check_phases("dhcp,activate", &ours, &err));
	CU_ASSERT(filter_check_phases("dhcp,downlod", &another, &err));
	CU_ASSERT_FALSE(filter_check_phases("dhcp,downlod", &ours, &err));
	TEST_CONTAINS(err.text, "did you mean 'download'");
	CU_ASSERT_FALSE(filter_read_phases(&filter, "activate", &targets, &err));
	TEST_CONTAINS(err.text, "it has start, dhcp, download");
	targets_close(&targets);
}

static bool takes(const struct filter *filter, const char *name)
{
	for (size_t i = 0; kinds[i].name != NULL; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return filter_takes_kind(filter, i);
	CU_FAIL_FATAL("there is no such kind");
	return false;
}

static void what_a_device_cannot_meet_with_is_left_out(void)
{
	static struct plan plan;
	struct targets targets;
	struct filter filter;
	struct error err;

	filter_init(&filter);
	CU_ASSERT_FATAL(targets_parse(&targets, "1 to-server tcp.syn[80/1]#1\n2 board enc.tx#1\n", &err));
	plan.deadline_ns = 300 * SIM_S;
	plan.device.duplex = DEVICE_DUPLEX_FULL;
	filter_leave_out(&filter, &plan, &targets);
	CU_ASSERT_FALSE(takes(&filter, "collisions"));
	CU_ASSERT_FALSE(takes(&filter, "pause 5s"));
	CU_ASSERT(takes(&filter, "tx_stall"));
	CU_ASSERT(takes(&filter, "drop"));
	plan.device.duplex = DEVICE_DUPLEX_DRIVER;
	filter_leave_out(&filter, &plan, &targets);
	CU_ASSERT(takes(&filter, "collisions"));
	targets_close(&targets);
}

const CU_TestInfo tests_sweep_filter[] = {
	{"words narrow faults and places", words_narrow_faults_and_places},
	{"phases narrow places", phases_narrow_places},
	{"an unknown word is reported with the nearest spelling", an_unknown_word_is_reported_with_the_nearest_spelling},
	{"a phase that is not there is told", a_phase_that_is_not_there_is_told},
	{"what a device cannot meet with is left out", what_a_device_cannot_meet_with_is_left_out},
	CU_TEST_INFO_NULL,
};
