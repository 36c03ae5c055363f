/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/preset.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

static struct fault faults[PRESET_FAULTS_MAX];
static size_t count;

static bool expand(const char *name, const char *match, struct error *err)
{
	struct fault base = made_fault("n", match, "drop", "");

	(void)snprintf(base.name, sizeof base.name, "my %s", name);
	count = 0;
	return preset_expand(name, &base, faults, &count, err);
}

static void every_preset_makes_valid_faults(void)
{
	for (const struct preset *preset = presets; preset->name != NULL; preset++) {
		struct error err = {0};
		char name[FAULT_NAME_MAX];
		CU_ASSERT_FATAL(expand(preset->name, "", &err));
		CU_ASSERT_FATAL(count > 0 && count <= PRESET_FAULTS_MAX);
		CU_ASSERT(strlen(preset->summary) > 0 && strlen(preset->source) > 0);
		for (size_t i = 0; i < count; i++) {
			const char *key = NULL;
			bool good = fault_check(&faults[i], &key, &err);
			if (!good)
				printf("    %s: %s\n", preset->name, err.text);
			CU_ASSERT(good);
			(void)snprintf(name, sizeof name, "my %s: %s", preset->name, preset->faults[i].action);
			TEST_SAME_TEXT(faults[i].name, name);
			CU_ASSERT_STRING_EQUAL(faults[i].action->name, preset->faults[i].action);
		}
	}
}

static void names_are_told_apart(void)
{
	for (const struct preset *a = presets; a->name != NULL; a++)
		for (const struct preset *b = presets; b != a; b++)
			CU_ASSERT_STRING_NOT_EQUAL(a->name, b->name);
}

static void an_access_network_has_a_rate_each_way_and_half_its_round_trip(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(expand("edge", "", &err));
	CU_ASSERT_EQUAL_FATAL(count, 3);
	CU_ASSERT(faults[0].match.direction == MATCH_TO_SERVER && action_quantity(faults[0].action, &faults[0].params, "rate") == 200000);
	CU_ASSERT(faults[1].match.direction == MATCH_TO_DEVICE && action_quantity(faults[1].action, &faults[1].params, "rate") == 240000);
	CU_ASSERT(faults[2].match.direction == MATCH_BOTH && action_quantity(faults[2].action, &faults[2].params, "time") == 420 * SIM_MS);
	/* Parameters that a row does not name are those of the action. */
	CU_ASSERT(action_quantity(faults[0].action, &faults[0].params, "limit") == 1000 &&
	          strcmp(made_value(&faults[2], "keep_order"), "true") == 0);
}

static void the_match_of_the_entry_holds_for_all_of_them(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(expand("gprs", "filter=tcp;from=5s;until=9s;probability=50%", &err));
	CU_ASSERT_EQUAL_FATAL(count, 3);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT(strcmp(faults[i].match.filter, "tcp") == 0 && faults[i].match.from.ns == 5 * SIM_S &&
		          faults[i].match.until.ns == 9 * SIM_S && faults[i].match.probability == 500000000);
}

static void one_direction_leaves_the_other_out(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(expand("edge", "direction=to-device", &err));
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT(action_quantity(faults[0].action, &faults[0].params, "rate") == 240000 && faults[1].match.direction == MATCH_TO_DEVICE);
	CU_ASSERT_FALSE(expand("rauc-1517", "direction=to-server", &err));
	TEST_CONTAINS(err.text, "the preset 'rauc-1517' has no faults in this direction");
}

static void who_says_which_events_has_said_all_of_it(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(expand("rauc-1517", "", &err));
	CU_ASSERT(faults[0].match.every == 500 && strcmp(faults[0].match.at, "tcp.data") == 0 &&
	          faults[0].match.direction == MATCH_TO_DEVICE);
	CU_ASSERT_FATAL(expand("rauc-1517", "nth=7", &err));
	CU_ASSERT(faults[0].match.every == 0 && faults[0].match.at[0] == '\0' && faults[0].match.nth.first == 7);
	CU_ASSERT_EQUAL(faults[0].match.direction, MATCH_TO_DEVICE);
	CU_ASSERT_FATAL(expand("zephyr-82529", "at=int.edge#3", &err));
	CU_ASSERT_STRING_EQUAL(faults[0].match.at, "int.edge#3");
	CU_ASSERT_FATAL(expand("riot-9043", "from=1s", &err));
	CU_ASSERT_STRING_EQUAL(faults[0].match.at, "enc.tx#100");
}

static void an_unknown_preset_gets_the_nearest_name(void)
{
	struct error err = {0};

	CU_ASSERT_FALSE(expand("gpsr", "", &err));
	TEST_SAME_TEXT(err.text, "unknown preset 'gpsr'; did you mean 'gprs'?; "
	                         "`stutter list presets` shows them all");
	CU_ASSERT_FALSE(expand("ostree-2384", "", &err));
	TEST_CONTAINS(err.text, "did you mean 'ostree-2383'?");
	CU_ASSERT_FALSE(expand("", "", &err));
	TEST_CONTAINS(err.text, "unknown preset ''; `stutter list presets` shows them all");
}

static void a_name_that_leaves_no_room_is_refused(void)
{
	struct fault base = made_fault("123456789012345678901234567890123456789012345678901234567", "", "drop", "");
	struct error err = {0};

	CU_ASSERT(preset_expand("mender-1821", &base, faults, &count, &err));
	TEST_SAME_TEXT(faults[0].name, "123456789012345678901234567890123456789012345678901234567: drop");
	(void)snprintf(base.name, sizeof base.name, "1234567890123456789012345678901234567890123456789012345678");
	CU_ASSERT_FALSE(preset_expand("mender-1821", &base, faults, &count, &err));
	TEST_CONTAINS(err.text, "is too long: ': drop' is appended to it");
}

const CU_TestInfo tests_preset[] = {
	{"every preset makes valid faults", every_preset_makes_valid_faults},
	{"names are told apart", names_are_told_apart},
	{"an access network has a rate each way and half its round trip", an_access_network_has_a_rate_each_way_and_half_its_round_trip},
	{"the match of the entry holds for all of them", the_match_of_the_entry_holds_for_all_of_them},
	{"one direction leaves the other out", one_direction_leaves_the_other_out},
	{"who says which events has said all of it", who_says_which_events_has_said_all_of_it},
	{"an unknown preset gets the nearest name", an_unknown_preset_gets_the_nearest_name},
	{"a name that leaves no room is refused", a_name_that_leaves_no_room_is_refused},
	CU_TEST_INFO_NULL,
};
