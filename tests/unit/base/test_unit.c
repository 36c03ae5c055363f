/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/unit.h"

#include <string.h>

#include "lib/sim/random.h"
#include "tests/test.h"

static const enum unit all_units[] = {UNIT_NONE, UNIT_DURATION, UNIT_SIZE, UNIT_FREQUENCY, UNIT_RATE, UNIT_PROBABILITY};
#define UNITS (sizeof all_units / sizeof all_units[0])

struct reading {
	enum unit unit;
	const char *text;
	uint64_t value;
};

static void every_unit_is_read(void)
{
	static const struct reading readings[] = {
		{UNIT_NONE, "0", 0},
		{UNIT_NONE, "42", 42},
		{UNIT_NONE, "007", 7},
		{UNIT_NONE, "3.0", 3},
		{UNIT_NONE, "18446744073709551615", UINT64_MAX},
		{UNIT_DURATION, "7ns", 7},
		{UNIT_DURATION, "7us", 7000},
		{UNIT_DURATION, "1.5ms", 1500000},
		{UNIT_DURATION, "0.000000001s", 1},
		{UNIT_DURATION, "17min", 1020000000000},
		{UNIT_DURATION, "2h", 7200000000000},
		{UNIT_DURATION, "1d", 86400000000000},
		{UNIT_DURATION, "0.5d", 43200000000000},
		{UNIT_SIZE, "9B", 9},
		{UNIT_SIZE, "9kB", 9000},
		{UNIT_SIZE, "9KiB", 9216},
		{UNIT_SIZE, "0.5KiB", 512},
		{UNIT_SIZE, "2MB", 2000000},
		{UNIT_SIZE, "4MiB", 4194304},
		{UNIT_SIZE, "1GiB", 1073741824},
		{UNIT_FREQUENCY, "1Hz", 1},
		{UNIT_FREQUENCY, "32.768kHz", 32768},
		{UNIT_FREQUENCY, "20MHz", 20000000},
		{UNIT_RATE, "1bit", 1},
		{UNIT_RATE, "56kbit", 56000},
		{UNIT_RATE, "10Mbit", 10000000},
		{UNIT_PROBABILITY, "0", 0},
		{UNIT_PROBABILITY, "0.0", 0},
		{UNIT_PROBABILITY, "0%", 0},
		{UNIT_PROBABILITY, "12.5%", 125000000},
		{UNIT_PROBABILITY, "0.0000001%", 1},
		{UNIT_PROBABILITY, "100%", 1000000000},
		{UNIT_PROBABILITY, "100.000%", 1000000000},
	};
	struct error err;

	for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
		uint64_t value = 99;
		CU_ASSERT(unit_parse(readings[i].unit, readings[i].text, &value, &err));
		CU_ASSERT_EQUAL(value, readings[i].value);
	}
}

static void the_largest_exact_unit_is_written(void)
{
	static const struct reading readings[] = {
		{UNIT_NONE, "0", 0},
		{UNIT_NONE, "18446744073709551615", UINT64_MAX},
		{UNIT_DURATION, "0ns", 0},
		{UNIT_DURATION, "999ns", 999},
		{UNIT_DURATION, "1us", 1000},
		{UNIT_DURATION, "1001ns", 1001},
		{UNIT_DURATION, "20ms", 20000000},
		{UNIT_DURATION, "90s", 90000000000},
		{UNIT_DURATION, "2min", 120000000000},
		{UNIT_DURATION, "36h", 129600000000000},
		{UNIT_DURATION, "3d", 259200000000000},
		{UNIT_SIZE, "1000KiB", 1024000},
		{UNIT_SIZE, "1kB", 1000},
		{UNIT_SIZE, "1MB", 1000000},
		{UNIT_SIZE, "128MiB", 134217728},
		{UNIT_SIZE, "3GiB", 3221225472},
		{UNIT_FREQUENCY, "20MHz", 20000000},
		{UNIT_FREQUENCY, "32768Hz", 32768},
		{UNIT_RATE, "64kbit", 64000},
		{UNIT_PROBABILITY, "0%", 0},
		{UNIT_PROBABILITY, "0.0000001%", 1},
		{UNIT_PROBABILITY, "10%", 100000000},
		{UNIT_PROBABILITY, "12.5%", 125000000},
		{UNIT_PROBABILITY, "99.9999999%", 999999999},
		{UNIT_PROBABILITY, "100%", 1000000000},
	};
	char text[UNIT_TEXT_MAX];

	for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++)
		TEST_SAME_TEXT(unit_format(readings[i].unit, readings[i].value, text), readings[i].text);
}

static void what_is_written_is_read_back(void)
{
	const struct random_stream stream = random_stream(1, "units");
	char text[UNIT_TEXT_MAX];
	struct error err;

	for (size_t u = 0; u < UNITS; u++)
		for (uint64_t i = 0; i < 20000; i++) {
			/* Of every order of magnitude, and often a round number. */
			uint64_t value = random_bits(stream, u, 2 * i) >> random_below(stream, u, 2 * i + 1, 64), back = ~value;
			if (i % 3 == 0 && value < UINT64_MAX / 1000000)
				value *= i % 2 ? 1000000 : 1024;
			if (all_units[u] == UNIT_PROBABILITY)
				value %= UNIT_PROBABILITY_ONE + 1;
			bool read = unit_parse(all_units[u], unit_format(all_units[u], value, text), &back, &err);
			if (!read || back != value)
				CU_FAIL_FATAL("a value was not read back");
		}
	for (size_t u = 0; u < UNITS; u++) {
		uint64_t last = all_units[u] == UNIT_PROBABILITY ? UNIT_PROBABILITY_ONE : UINT64_MAX, back = 0;
		CU_ASSERT(unit_parse(all_units[u], unit_format(all_units[u], last, text), &back, &err) && back == last);
		CU_ASSERT(strlen(text) < UNIT_TEXT_MAX);
	}
}

static void a_text_that_is_no_quantity_is_refused(void)
{
	static const struct {
		enum unit unit;
		const char *text, *why;
	} bad[] = {
		{UNIT_NONE, "", "'' is not a whole number"},
		{UNIT_NONE, "-1", "'-1' is not a whole number"},
		{UNIT_NONE, "+1", "is not a whole number"},
		{UNIT_NONE, " 1", "is not a whole number"},
		{UNIT_NONE, "1 ", "is not a whole number"},
		{UNIT_NONE, "0x10", "is not a whole number"},
		{UNIT_NONE, "1e3", "is not a whole number"},
		{UNIT_NONE, "1.", "is not a whole number"},
		{UNIT_NONE, "1s", "is not a whole number"},
		{UNIT_NONE, "1.5", "'1.5' is finer than the resolution of a whole number"},
		{UNIT_NONE, "18446744073709551616", "'18446744073709551616' is too large"},
		{UNIT_NONE, "99999999999999999999999999", "is too large"},
		{UNIT_DURATION, "5", "'5' is not a duration: write a number and its unit, one of ns, us, ms, s, min, h or d"},
		{UNIT_DURATION, "s", "is not a duration"},
		{UNIT_DURATION, ".5s", "is not a duration"},
		{UNIT_DURATION, "1.s", "is not a duration"},
		{UNIT_DURATION, "1.2.3s", "is not a duration"},
		{UNIT_DURATION, "1 s", "is not a duration"},
		{UNIT_DURATION, "1S", "is not a duration"},
		{UNIT_DURATION, "1ss", "is not a duration"},
		{UNIT_DURATION, "1B", "is not a duration"},
		{UNIT_DURATION, "1.5ns", "'1.5ns' is finer than the resolution of a duration"},
		{UNIT_DURATION, "0.1234567891s", "has more than 9 decimals"},
		{UNIT_DURATION, "213504d", "'213504d' is too large"},
		{UNIT_SIZE, "1.0001kB", "is finer than the resolution of a size"},
		{UNIT_SIZE, "5", "one of B, kB, KiB, MB, MiB or GiB"},
		{UNIT_SIZE, "17179869184GiB", "is too large"},
		{UNIT_FREQUENCY, "5", "one of Hz, kHz or MHz"},
		{UNIT_RATE, "1Mbps", "one of bit, kbit or Mbit (per second)"},
		{UNIT_PROBABILITY, "1", "'1' is ambiguous without a unit: write 1% or 100%"},
		{UNIT_PROBABILITY, "0.125", "'0.125' is ambiguous without a unit: write 0.125% or 12.5%"},
		{UNIT_PROBABILITY, "1.1", "'1.1' has no unit: write 1.1%"},
		{UNIT_PROBABILITY, "100.1%", "is more than 100%"},
		{UNIT_PROBABILITY, "101", "'101' is more than 100%"},
		{UNIT_PROBABILITY, "0.00000001%", "is finer than the resolution of a probability"},
		{UNIT_PROBABILITY, "half", "is not a probability: write a number and its unit, one of %"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint64_t value = 4711;
		struct error err = {0};
		CU_ASSERT_FALSE(unit_parse(bad[i].unit, bad[i].text, &value, &err));
		CU_ASSERT_EQUAL(value, 4711);
		TEST_CONTAINS(err.text, bad[i].why);
	}
}

static void decimals_that_are_zeros_cost_no_room(void)
{
	struct error err = {0};
	uint64_t value = 0;

	CU_ASSERT(unit_parse(UNIT_DURATION, "1.500000000d", &value, &err));
	CU_ASSERT_EQUAL(value, 129600000000000);
	CU_ASSERT(unit_parse(UNIT_DURATION, "213503.000000000d", &value, &err));
	CU_ASSERT_EQUAL(value, 213503 * UINT64_C(86400000000000));
	CU_ASSERT_FALSE(unit_parse(UNIT_DURATION, "213504.000000000d", &value, &err));
	TEST_CONTAINS(err.text, "is too large");
}

static void durations_are_shown_to_people(void)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} shown[] = {
		{0, "0 ns"},
		{999, "999 ns"},
		{1000, "1 us"},
		{49878039, "49.88 ms"},
		{20000000, "20 ms"},
		{21500000, "21.5 ms"},
		{1050000000, "1.05 s"},
		{999999999, "1000 ms"},
		{31789654321, "31.79 s"},
		{1020000000000, "17 min"},
		{5400000000000, "90 min"},
		{86400000000000, "1 d"},
		{86401000000000, "86401 s"},
		{UINT64_MAX, "18446744073.71 s"},
	};
	char text[UNIT_TEXT_MAX];

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		TEST_SAME_TEXT(unit_show_duration(shown[i].ns, text), shown[i].text);
}

const CU_TestInfo tests_unit[] = {
	{"every unit is read", every_unit_is_read},
	{"the largest exact unit is written", the_largest_exact_unit_is_written},
	{"what is written is read back", what_is_written_is_read_back},
	{"a text that is no quantity is refused", a_text_that_is_no_quantity_is_refused},
	{"decimals that are zeros cost no room", decimals_that_are_zeros_cost_no_room},
	{"durations are shown to people", durations_are_shown_to_people},
	CU_TEST_INFO_NULL,
};
