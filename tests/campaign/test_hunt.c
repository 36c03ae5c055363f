/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/hunt.h"

#include <jansson.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_hunting[];

/* A client that soon gives up on what fails, and never on what is silent. */
#define BOARD(name) "name: " name "\nspi_clock: 20MHz\nchip_revision: B7\nmac: \"02:00:5e:00:53:01\"\n"
#define DEVICE(name) \
	BOARD(name) \
	"agent: {connect_timeout: 10s, low_speed: 0B, low_speed_time: 0ns, retries: 1, backoff: 1s, backoff_max: 1s, resume: false}\n"
/* One that goes on trying. */
#define PATIENT \
	BOARD("patient") "agent: {connect_timeout: 10s, low_speed: 100B, low_speed_time: 20s, retries: 9, backoff: 1s, backoff_max: 1s}\n"
#define SCENARIO "name: hunted\nimage: small.bin\ndevice: ./weak.yaml\ndeadline: 10min\nexpect: {hang: 3min}\n"
#define WORDS "hunt s.yaml --seed 1 --most 8 --quiet"

static json_t *read_json(const char *dir)
{
	char path[700];

	(void)snprintf(path, sizeof path, "%s/%s/search.json", test_folder(), dir);
	json_t *json = json_load_file(path, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

/* Whether two hunts came to the same; all but their words is. */
static bool are_same(const char *one, const char *other)
{
	json_t *left = read_json(one), *right = read_json(other);
	const bool same = json_equal(json_object_get(left, "hunt"), json_object_get(right, "hunt")) != 0 &&
	                  json_equal(json_object_get(left, "title"), json_object_get(right, "title")) != 0;

	if (!same) {
		char *text = json_dumps(json_object_get(left, "hunt"), JSON_INDENT(1));
		char *wanted = json_dumps(json_object_get(right, "hunt"), JSON_INDENT(1));
		TEST_SAME_TEXT(text, wanted);
		free(text);
		free(wanted);
	}
	json_decref(left);
	json_decref(right);
	return same;
}

static json_int_t number_of(const char *dir, const char *key)
{
	json_t *json = read_json(dir), *rounds = json_object_get(json_object_get(json, "hunt"), "rounds"), *round;
	json_int_t sum = 0;
	size_t i;

	json_array_foreach(rounds, i, round) sum += json_integer_value(json_object_get(round, key));
	json_decref(json);
	return sum;
}

static void write_files(void)
{
	(void)test_write("s.yaml", SCENARIO);
	(void)test_write("weak.yaml", DEVICE("weak"));
	(void)test_write("twin.yaml", DEVICE("twin"));
}

static void hunt(const char *words, int status)
{
	char output[16384];

	test_expect_status(output, session_fixture_run(output, sizeof output, "%s", words), status);
}

static void a_hunt_finds_the_same_at_any_number_of_jobs_and_when_it_goes_on(void)
{
	char output[8192];

	write_files();
	hunt(WORDS " --jobs 2 --out a", 1);
	CU_ASSERT(number_of("a", "failures") > 0);
	CU_ASSERT(number_of("a", "new") > 50);
	/* What it found fails again, without the hunt. */
	const int status = session_fixture_run(output, sizeof output, "replay a/finds/001.yaml --out replayed");
	test_expect_status(output, status, 1);

	hunt(WORDS " --jobs 1 --out b", 1);
	CU_ASSERT(are_same("a", "b"));

	/* As if it had been left after some sessions. */
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s && cp -a a c && head -n 6 a/results.jsonl >c/results.jsonl", test_folder()), 0);
	hunt("hunt --resume c --quiet", 1);
	CU_ASSERT(are_same("a", "c"));
}

static void failures_that_the_control_device_shares_do_not_count(void)
{
	write_files();
	/* The same device under another name. */
	hunt(WORDS " --control ./twin.yaml --out d", 0);
	CU_ASSERT(number_of("d", "failures") > 0);
	CU_ASSERT_EQUAL(number_of("d", "also_control"), number_of("d", "failures"));
}

static void what_the_control_device_does_with_a_shrunk_plan_is_told(void)
{
	char output[16384];

	write_files();
	(void)test_write("patient.yaml", PATIENT);
	test_expect_status(output, session_fixture_run(output, sizeof output, WORDS " --first 1 --control ./patient.yaml --shrink --out f"),
	                   1);
	TEST_CONTAINS(output, "The shrunk plan of failure 1 passes on patient, the control device.");
	json_t *json = read_json("f"), *find = json_array_get(json_object_get(json_object_get(json, "hunt"), "finds"), 0);
	TEST_CONTAINS(json_string_value(json_object_get(find, "shrunk")), "finds/001-shrunk.yaml");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_object_get(find, "shrunk_on_control"), "verdict")), "pass");
	json_decref(json);
	TEST_FILE_CONTAINS("f/index.html", "The shrunk plan of failure 1 passes on patient, the control device.");
	/* It was that plan, with its decision, which acted, and that device. */
	char *results = test_read_own("f/results.jsonl");
	const char *line = strstr(results, "\"finds/001-shrunk.yaml, on the control device\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	char *end = strchr(line, '\n');
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	*end = '\0';
	TEST_CONTAINS(line, "\"decisions\":1,\"unfound_before\":0,");
	free(results);
	const int status = session_fixture_run(output, sizeof output,
	                                       "replay f/finds/001-shrunk.yaml --device ./patient.yaml --anyway --out again");
	test_expect_status(output, status, 0);
}

static void what_cannot_be_hunted_is_refused_before_a_session_is_run(void)
{
	char output[8192];

	write_files();
	test_expect_status(output, session_fixture_run(output, sizeof output, "hunt s.yaml --judge storm"), 2);
	TEST_CONTAINS(output, "does not ask this judge");
	test_expect_status(output, session_fixture_run(output, sizeof output, "hunt s.yaml --judge nobody"), 2);
	TEST_CONTAINS(output, "unknown judge 'nobody'; allowed: applied, ");
	test_expect_status(output, session_fixture_run(output, sizeof output, "hunt s.yaml --judge hagn"), 2);
	TEST_CONTAINS(output, "unknown judge 'hagn'; did you mean 'hang'?");
	test_expect_status(output, session_fixture_run(output, sizeof output, "hunt s.yaml --control ./weak.yaml"), 2);
	TEST_CONTAINS(output, "the control device is the device itself");
	test_expect_status(output, session_fixture_run(output, sizeof output, "hunt"), 2);
	TEST_CONTAINS(output, "hunt needs a scenario");
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, "test -e %s/stutter-runs", test_folder()), 0);
}

static void a_device_that_fails_by_itself_is_not_hunted(void)
{
	char output[8192];

	(void)test_write("s.yaml",
	                 "name: broken\nimage: small.bin\ndeadline: 2min\nfaults:\n  - {name: cut, at: http.request#2, outage: 10min}\n");
	test_expect_status(output, session_fixture_run(output, sizeof output, WORDS " --keep-faults --out e"), 125);
	TEST_CONTAINS(output, "does not pass, so whatever is found could be its own");
	CU_ASSERT_PTR_NULL(strstr(output, "--resume"));
	TEST_FILE_CONTAINS("e/search.json", "does not pass, so whatever is found could be its own");
}

const CU_TestInfo tests_hunting[] = {
	{"a hunt finds the same at any number of jobs and when it goes on",
         a_hunt_finds_the_same_at_any_number_of_jobs_and_when_it_goes_on},
	{"failures that the control device shares do not count", failures_that_the_control_device_shares_do_not_count},
	{"what the control device does with a shrunk plan is told", what_the_control_device_does_with_a_shrunk_plan_is_told},
	{"what cannot be hunted is refused before a session is run", what_cannot_be_hunted_is_refused_before_a_session_is_run},
	{"a device that fails by itself is not hunted", a_device_that_fails_by_itself_is_not_hunted},
	CU_TEST_INFO_NULL,
};
