/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/param.h"

#include <string.h>

#include "tests/test.h"

struct sample {
	bool lid;
	uint64_t age_ns, count, share, weight;
	char label[8];
	unsigned colour;
	uint8_t mac[6];
	char behind[4]; /* nothing may be written here */
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct param table[] = {
	PARAM_ROW_BOOL(sample, lid, "lid", "true", "whether it has one"),
	PARAM_ROW_QUANTITY(sample, age_ns, "age", UNIT_DURATION, "1s", 1000, 60000000000, "since it was made"),
	PARAM_ROW_QUANTITY(sample, count, "count", UNIT_NONE, "3", 0, 0, "of pieces"),
	PARAM_ROW_QUANTITY(sample, share, "share", UNIT_PROBABILITY, "50%", 0, 0, "of the whole"),
	PARAM_ROW_QUANTITY(sample, weight, "weight", UNIT_SIZE, NULL, 0, 0, "must be given"),
	PARAM_ROW_TEXT(sample, label, "label", "none", "on the lid"),
	PARAM_ROW_CHOICE(sample, colour, "colour", colours, "green", "of the paint"),
	PARAM_ROW_MAC(sample, mac, "mac", "02:00:00:12:34:56", "of the port"),
	{0},
};

static const struct param *row(const char *key)
{
	const struct param *found = param_find(table, key);

	CU_ASSERT_FATAL(found != NULL);
	return found;
}

static void refuses(const char *key, const char *text, const char *why)
{
	struct sample sample, before;
	struct error err = {0};

	memset(&sample, 0x5a, sizeof sample);
	before = sample;
	CU_ASSERT_FALSE(param_set(row(key), &sample, text, &err));
	CU_ASSERT(memcmp(&sample, &before, sizeof sample) == 0);
	TEST_CONTAINS(err.text, why);
}

static void standard_values_are_set_and_others_stay(void)
{
	static const uint8_t mac[6] = {0x02, 0, 0, 0x12, 0x34, 0x56};
	struct sample sample = {.weight = 77, .behind = "abc"};

	params_init(table, &sample);
	CU_ASSERT(sample.lid);
	CU_ASSERT_EQUAL(sample.age_ns, 1000000000);
	CU_ASSERT_EQUAL(sample.count, 3);
	CU_ASSERT_EQUAL(sample.share, 500000000);
	CU_ASSERT_EQUAL(sample.weight, 77);
	CU_ASSERT_STRING_EQUAL(sample.label, "none");
	CU_ASSERT_EQUAL(sample.colour, 1);
	CU_ASSERT(memcmp(sample.mac, mac, sizeof mac) == 0);
	CU_ASSERT_STRING_EQUAL(sample.behind, "abc");
}

static void a_row_is_found_by_its_whole_key(void)
{
	CU_ASSERT_PTR_EQUAL(param_find(table, "count"), &table[2]);
	CU_ASSERT_PTR_NULL(param_find(table, "coun"));
	CU_ASSERT_PTR_NULL(param_find(table, "counts"));
	CU_ASSERT_PTR_NULL(param_find(table, ""));
}

static void every_type_is_read_back_as_it_was_set(void)
{
	static const struct {
		const char *key, *text;
	} values[] = {
		{"lid", "true"},      {"lid", "false"},      {"age", "1us"},    {"age", "1min"},    {"count", "0"},
		{"count", "999"},     {"share", "0.0001%"},  {"share", "100%"}, {"weight", "4MiB"}, {"label", ""},
		{"label", "1234567"}, {"label", "a b'\"\\"}, {"colour", "red"}, {"colour", "blue"}, {"mac", "02:ab:cd:ef:00:ff"},
	};
	char text[PARAM_VALUE_MAX];
	struct sample sample = {.behind = "abc"};
	struct error err;

	params_init(table, &sample);
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		CU_ASSERT(param_set(row(values[i].key), &sample, values[i].text, &err));
		TEST_SAME_TEXT(param_get(row(values[i].key), &sample, text), values[i].text);
	}
	CU_ASSERT_STRING_EQUAL(sample.behind, "abc");
}

static void a_shorter_text_leaves_nothing_of_the_longer_one(void)
{
	struct sample sample;
	struct error err;

	memset(&sample, 'x', sizeof sample);
	CU_ASSERT(param_set(row("label"), &sample, "1234567", &err));
	CU_ASSERT(param_set(row("label"), &sample, "a", &err));
	CU_ASSERT(memcmp(sample.label, "a\0\0\0\0\0\0", sizeof sample.label) == 0);
}

static void limits_are_inclusive_and_named(void)
{
	struct sample sample;
	struct error err;

	CU_ASSERT(param_set(row("age"), &sample, "1us", &err));
	CU_ASSERT(param_set(row("age"), &sample, "1min", &err));
	CU_ASSERT(param_set(row("count"), &sample, "18446744073709551615", &err));
	refuses("age", "999ns", "999ns is below the minimum of 1us");
	refuses("age", "60.000000001s", "60.000000001s is above the maximum of 1min");
}

static void values_that_do_not_fit_are_refused(void)
{
	refuses("lid", "yes", "invalid value 'yes': expected true or false");
	refuses("lid", "True", "expected true or false");
	refuses("lid", "", "expected true or false");
	refuses("age", "1", "is not a duration");
	refuses("count", "-1", "is not a whole number");
	refuses("share", "101%", "more than 100%");
	refuses("label", "12345678", "the text is longer than 7 bytes");
	refuses("label", "a\nb", "a single line");
	refuses("label", "a\rb", "a single line");
	refuses("colour", "gren", "'gren' is not one of red, green, blue; did you mean 'green'?");
	refuses("colour", "Blue", "did you mean 'blue'?");
	refuses("colour", "", "is not one of");
}

static void a_mac_address_has_one_spelling(void)
{
	refuses("mac", "02:00:00:12:34", "invalid MAC address");
	refuses("mac", "02:00:00:12:34:56:78", "invalid MAC address");
	refuses("mac", "02-00-00-12-34-56", "invalid MAC address");
	refuses("mac", "2:0:0:12:34:56", "invalid MAC address");
	refuses("mac", "02:00:00:12:34:5g", "invalid MAC address");
	refuses("mac", "02:00:00:12:34: 6", "invalid MAC address");
	refuses("mac", "02:00:00:12:34:+6", "invalid MAC address");
	refuses("mac", "02:00:00:12:34:-6", "invalid MAC address");
	refuses("mac", "02:00:00:12:34:0x", "invalid MAC address");
	refuses("mac", "", "invalid MAC address");
	refuses("mac", "01:00:5e:00:00:01", "is a multicast address");
	refuses("mac", "ff:ff:ff:ff:ff:ff", "is a multicast address");
}

static void what_is_allowed_is_told(void)
{
	char text[PARAM_VALUE_MAX];

	TEST_SAME_TEXT(param_allowed(row("lid"), text), "true or false");
	TEST_SAME_TEXT(param_allowed(row("age"), text), "a duration (ns, us, ms, s, min, h or d)");
	TEST_SAME_TEXT(param_allowed(row("count"), text), "a whole number");
	TEST_SAME_TEXT(param_allowed(row("share"), text), "a probability (%)");
	TEST_SAME_TEXT(param_allowed(row("label"), text), "a text");
	TEST_SAME_TEXT(param_allowed(row("colour"), text), "one of red, green, blue");
	TEST_SAME_TEXT(param_allowed(row("mac"), text), "a MAC address");
}

static bool nearest_is(const char *word, const char *expected)
{
	static const char *const others[] = {"agent", "faults", NULL};
	const char *near = param_nearest(table, others, word);

	return expected == NULL ? near == NULL : near != NULL && strcmp(near, expected) == 0;
}

static void the_nearest_spelling_is_suggested(void)
{
	CU_ASSERT(nearest_is("count", "count"));
	CU_ASSERT(nearest_is("cuont", "count"));  /* two neighbours exchanged */
	CU_ASSERT(nearest_is("cout", "count"));   /* one left out */
	CU_ASSERT(nearest_is("counnt", "count")); /* one too many */
	CU_ASSERT(nearest_is("coumt", "count"));  /* one wrong */
	CU_ASSERT(nearest_is("color", "colour"));
	CU_ASSERT(nearest_is("fault", "faults"));
	CU_ASSERT(nearest_is("wieght", "weight"));
	CU_ASSERT(nearest_is("temperature", NULL));
	/* Of two letters that are exchanged, each alone would be too much. */
	static const char *const two_letters[] = {"ab", NULL};
	CU_ASSERT_PTR_EQUAL(param_nearest(NULL, two_letters, "ba"), two_letters[0]);
	CU_ASSERT_PTR_NULL(param_nearest(NULL, two_letters, "bc"));
	CU_ASSERT(nearest_is("zzzzz", NULL));
}

static void a_very_long_word_has_no_near_spelling(void)
{
	char word[300];

	for (size_t length = 20; length < sizeof word; length++) {
		memset(word, 'q', length);
		word[length] = '\0';
		if (param_nearest(table, colours, word) != NULL)
			CU_FAIL_FATAL("a very long word is near to something");
	}
	CU_ASSERT_PTR_NULL(param_nearest(NULL, NULL, "word"));
}

const CU_TestInfo tests_param[] = {
	{"standard values are set and others stay", standard_values_are_set_and_others_stay},
	{"a row is found by its whole key", a_row_is_found_by_its_whole_key},
	{"every type is read back as it was set", every_type_is_read_back_as_it_was_set},
	{"a shorter text leaves nothing of the longer one", a_shorter_text_leaves_nothing_of_the_longer_one},
	{"limits are inclusive and named", limits_are_inclusive_and_named},
	{"values that do not fit are refused", values_that_do_not_fit_are_refused},
	{"a MAC address has one spelling", a_mac_address_has_one_spelling},
	{"what is allowed is told", what_is_allowed_is_told},
	{"the nearest spelling is suggested", the_nearest_spelling_is_suggested},
	{"a very long word has no near spelling", a_very_long_word_has_no_near_spelling},
	CU_TEST_INFO_NULL,
};
