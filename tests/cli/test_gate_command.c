/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `stutter gate`: which devices are run, what decides, and what is skipped. */
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_gate_command[];

#define OUTPUT_MAX 65536

static char output[OUTPUT_MAX];

#define stutter(...) session_fixture_run(output, sizeof output, __VA_ARGS__)

/*
 * A device that survives a lost SYN and one that does not wait for the second; `lost` hits both,
 * `drawn` is a plan a seed.
 */
static void write_suite(const char *suite)
{
	(void)test_write("good.yaml", "name: good\nagent: {retries: 5, backoff: 100ms, backoff_max: 1s}\n");
	(void)test_write("bad.yaml", "name: bad\nagent: {retries: 0, connect_timeout: 1s}\n");
	(void)test_write("lost.yaml", "name: lost\nimage: small.bin\ndevice: ./good.yaml\ndeadline: 2min\n"
	                              "faults: [{name: lost, at: 'tcp.syn#1..2', drop: true}]\n");
	(void)test_write("drawn.yaml", "name: drawn\nimage: small.bin\ndevice: ./good.yaml\ndeadline: 2min\n"
	                               "faults: [{name: some, at: tcp.syn, probability: 10%, drop: true}]\n");
	(void)test_write("x.yaml", suite);
}

static json_t *gate_json(const char *dir)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/%s/gate.json", test_folder(), dir);
	json_t *json = json_load_file(path, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text != NULL ? text : "";
}

static void a_fixed_plan_that_breaks_blocks(void)
{
	write_suite("suite: x\nscenarios: [lost.yaml]\n");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./bad.yaml --out g"), 1);
	json_t *json = gate_json("g");
	const json_t *example = json_array_get(json_object_get(json, "examples"), 0);
	TEST_SAME_TEXT(text_of(json, "decision"), "BLOCK");
	TEST_SAME_TEXT(text_of(example, "scenario"), "lost");
	TEST_SAME_TEXT(text_of(example, "folder"), "candidate/lost/seed-1");
	TEST_CONTAINS(text_of(example, "replay"), "stutter replay g/candidate/lost/seed-1/plan.yaml");
	TEST_CONTAINS(output, "lost: it has to come out as expected on ./bad.yaml; no number of other plans changes that");
	json_decref(json);
	/* The device from before is promoted by it. */
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./good.yaml --out h"), 0);
	TEST_CONTAINS(output, "PROMOTE. Candidate ./good.yaml, baseline ./good.yaml. Fixed plans: 0 of 1 broke on the candidate.");
	/* Each side is a run, which can be reported by itself. */
	test_expect_status(output, stutter("report g/candidate"), 1);
}

static void too_few_plans_are_not_enough(void)
{
	write_suite("suite: x\nscenarios: [{path: drawn.yaml, seeds: 1..2}]\n");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./bad.yaml --out g"), 125);
	TEST_CONTAINS(output, "NOT ENOUGH EVIDENCE. Candidate ./bad.yaml, baseline ./good.yaml. Fixed plans: 0 of 0 broke");
	TEST_CONTAINS(output, "It took 4 sessions");
	/* Of one device each plan is run once. */
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./good.yaml --out h"), 125);
	TEST_CONTAINS(output, "It took 2 sessions");
}

/* Makes the history refuse further records. */
static void break_history(const char *name)
{
	sqlite3 *db;

	CU_ASSERT_FATAL(sqlite3_open(test_path(name), &db) == SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, "CREATE TRIGGER broken BEFORE INSERT ON session BEGIN SELECT RAISE(ABORT, 'no more'); END", NULL,
	                             NULL, NULL),
	                SQLITE_OK);
	sqlite3_close(db);
}

/* Nothing is promoted of which the record is not whole; a block stands. */
static void what_cannot_be_recorded_is_not_promoted(void)
{
	write_suite("suite: x\nscenarios: [lost.yaml]\n");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./good.yaml --history h.db --out g"), 0);
	test_expect_status(output, stutter("history show --history h.db"), 0);
	break_history("h.db");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./good.yaml --history h.db --out h"), 125);
	TEST_CONTAINS(output, "PROMOTE. ");
	TEST_CONTAINS(output, "no more");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./bad.yaml --history h.db --out i"), 1);
	TEST_CONTAINS(output, "no more");
}

/* A gate has two devices of its own. */
static void the_devices_of_a_suite_do_not_count(void)
{
	write_suite("suite: x\ndevices: [./good.yaml]\n"
	            "scenarios: [lost.yaml, {path: lost.yaml, devices: [./good.yaml, ./bad.yaml]}]\n");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./good.yaml --out g"), 0);
	TEST_CONTAINS(output, "Fixed plans: 0 of 1 broke on the candidate.");
	TEST_CONTAINS(output, "It took 1 sessions");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./bad.yaml --out h"), 1);
}

static void what_is_passed_over_is_told(void)
{
	static const char quarantine[] = "suite: x\nscenarios: [lost.yaml]\n"
					 "quarantine: [{scenario: lost, owner: net team, until: 2026-06-30, why: under repair}]\n";
	static const char waiver[] = "suite: x\nscenarios: [lost.yaml]\n"
				     "waivers: [{scenario: lost, reason: 'curl 28', owner: net team, until: 2026-06-30, why: known}]\n";
	static const char other[] = "suite: x\nscenarios: [lost.yaml]\n"
				    "waivers: [{scenario: lost, reason: 'curl 99', owner: net team, until: 2026-06-30, why: known}]\n";
#define GATE "gate x --baseline ./good.yaml --candidate ./bad.yaml"

	write_suite(quarantine);
	test_expect_status(output, stutter(GATE " --day 2026-06-30 --out q"), 125);
	TEST_CONTAINS(output, "decides nothing: in quarantine until 2026-06-30, by net team: under repair");
	test_expect_status(output, stutter(GATE " --day 2026-07-01 --out r"), 1);
	TEST_CONTAINS(output, "this has expired, and counts no more");
	write_suite(waiver);
	test_expect_status(output, stutter(GATE " --day 2026-06-30 --out w"), 0);
	TEST_CONTAINS(output, "lost: a failure is waived ('curl 28') until 2026-06-30, by net team: known");
	/* A waiver hides no other failure of its scenario. */
	write_suite(other);
	test_expect_status(output, stutter(GATE " --day 2026-06-30 --out o"), 1);
}

static void what_is_wrong_is_told_before_anything_runs(void)
{
	write_suite("suite: x\nscenarios: [lost.yaml]\n");
	test_expect_status(output, stutter("gate x --candidate ./bad.yaml --out g"), 2);
	TEST_CONTAINS(output, "no baseline given; name a device, such as --baseline 21.10 --candidate 22.01");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./none.yaml --out g"), 2);
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./bad.yaml --day 2026-02-30 --out g"), 2);
	TEST_CONTAINS(output, "--day: '2026-02-30' is not a date such as 2027-01-31");
	write_suite("suite: x\nscenarios: [lost.yaml]\nwaivers: [{scenario: lost, reason: '', owner: o, until: 2026-06-30, why: w}]\n");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./bad.yaml --out g"), 2);
	TEST_CONTAINS(output, "x.yaml:3:11: a waiver needs a reason");
	char *none = test_read("g/gate.json");
	CU_ASSERT_PTR_NULL(none);
	free(none);
}

/* A device in the feed `retail` is offered what was on evaluation, once a gate has let it go. */
static void a_promotion_is_honoured(void)
{
#define SCENARIO \
	"name: s\ndevice: '21.10'\ndeadline: 10min\nserver: {version: '22.02', eval_version: '22.03', os_size: 64KiB, app_size: 16KiB"

	write_suite("suite: x\nscenarios: [lost.yaml]\n");
	test_expect_status(
		output,
		stutter("gate x --baseline ./good.yaml --candidate ./good.yaml --feed retail-eval --to retail --release 22.03 --out g"), 0);
	TEST_CONTAINS(output, "22.03 is promoted from retail-eval to retail: g/promotion.json");
	(void)test_write("s.yaml", SCENARIO ", promotion: g/promotion.json}\n");
	test_expect_status(output, stutter("run s.yaml --out r"), 0);
	TEST_CONTAINS(output, "updated to version 22.03");
	/* One that was changed is not. */
	(void)test_shell(output, sizeof output, "cd %s && sed -i s/2026/2025/ g/promotion.json", test_folder());
	test_expect_status(output, stutter("run s.yaml --out q"), 0);
	TEST_CONTAINS(output, "updated to version 22.02");
	test_expect_status(output, stutter("gate x --baseline ./good.yaml --candidate ./good.yaml --feed retail --to retail-eval --out h"),
	                   2);
	TEST_CONTAINS(output, "a release goes from retail-eval to retail");
}

const CU_TestInfo tests_gate_command[] = {
	{"a fixed plan that breaks blocks", a_fixed_plan_that_breaks_blocks},
	{"too few plans are not enough", too_few_plans_are_not_enough},
	{"what cannot be recorded is not promoted", what_cannot_be_recorded_is_not_promoted},
	{"the devices of a suite do not count", the_devices_of_a_suite_do_not_count},
	{"what is passed over is told", what_is_passed_over_is_told},
	{"a promotion is honoured", a_promotion_is_honoured},
	{"what is wrong is told before anything runs", what_is_wrong_is_told_before_anything_runs},
	CU_TEST_INFO_NULL,
};
