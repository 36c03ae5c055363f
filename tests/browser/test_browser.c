/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages in Debian's Chromium as a reader sees them: on a wide screen and on a phone, in dark
 * mode and in print, by mouse and by keyboard. look.mjs drives the browser.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/gate/told.h"
#include "reports/search/told.h"
#include "harness/session/folder.h"
#include "tests/test.h"
#include "tests/unit/reports/recorded.h"

extern const CU_TestInfo tests_browser[];

/* As JSON has it, in a text. */
#define HOSTILE "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 1'> \\u202e\\u0007"
#define HOSTILE_TEXT "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 1'> \xe2\x80\xae\x07"

static void make_session(const char *name, unsigned lost_every, const char *outcome, const char *reason, bool as_expected)
{
	char *dir = memory_format("%s/%s", test_folder(), name), *verdict = memory_format("%s/verdict.json", name),
	     *plan = memory_format("%s/plan.yaml", name);
	char *text = memory_format("{\"version\": 1, \"verdict\": \"%s\", \"reason\": \"%s\", \"as_expected\": %s, \"expectation\": "
	                           "\"pass was expected\", \"phase\": \"download\", \"digest\": \"0123456789abcdef0123456789abcdef\", "
	                           "\"first_trouble\": \"%s\", \"rules\": [{\"name\": \"%s\", \"action\": \"drop\", \"matched\": 3, "
	                           "\"applied\": 2}]}",
	                           outcome, reason, as_expected ? "true" : "false", as_expected ? "" : "at 1.000 s: retry 1",
	                           as_expected ? "idle" : reason);
	struct recorded recorded;
	struct error err;

	CU_ASSERT_FATAL(folder_make(dir, &err));
	recorded_begin(&recorded, dir);
	recorded_line(&recorded, 0, "phase", "download");
	recorded_download(&recorded, 400, lost_every);
	if (!as_expected)
		recorded_line(&recorded, 1000000, "retry", "1: curl 28");
	recorded_end(&recorded);
	(void)test_write(verdict, text);
	(void)test_write(plan, "name: x\n");
	free(dir);
	free(verdict);
	free(plan);
	free(text);
}

static void make_gate(void)
{
	const struct told_scenario scenarios[] = {
		{.name = "lost", .finding = {.decision = GATE_BLOCK, .frozen_broke = 1}, .fixed = 1, .text = "a frozen plan broke"},
		{.name = "hostile",
	         .finding = {.decision = GATE_PROMOTE, .pairs = 44, .same = 44},
	         .text = HOSTILE_TEXT,
	         .quarantine = HOSTILE_TEXT}};
	const struct told_example example = {.scenario = "lost",
	                                     .seed = "1",
	                                     .why = HOSTILE_TEXT,
	                                     .replay = "stutter replay r/lost/seed-1/plan.yaml",
	                                     .folder = "candidate/lost/seed-1",
	                                     .like = 2};
	static const char *const changes[] = {"lost: it has to come out as expected on 22.01", NULL}, *const exceptions[] = {HOSTILE_TEXT,
	                                                                                                                     NULL};
	const struct told_gate told = {.decision = GATE_BLOCK,
	                               .tool = "stutter",
	                               .started = "2022-01-20T00:00:00Z",
	                               .baseline = "21.10",
	                               .candidate = "22.01",
	                               .suites = "release",
	                               .scenarios = scenarios,
	                               .scenario_count = sizeof scenarios / sizeof scenarios[0],
	                               .examples = &example,
	                               .example_count = 1,
	                               .changes = changes,
	                               .exceptions = exceptions,
	                               .sessions = 90};
	char *dir = memory_format("%s/gate", test_folder()), *candidate = memory_format("%s/candidate/lost/seed-1", dir),
	     *baseline = memory_format("%s/baseline", dir);
	struct error err = {.text = ""};

	CU_ASSERT_FATAL(folder_make(candidate, &err) && folder_make(baseline, &err) && told_files(dir, &told, &err));
	/* What its links lead to. */
	(void)test_write("gate/candidate/index.html", "");
	(void)test_write("gate/candidate/lost/seed-1/session.html", "");
	(void)test_write("gate/baseline/index.html", "");
	free(dir);
	free(candidate);
	free(baseline);
}

/* A table with all senses, and the share of failures against the cut. */
static void tell_search(json_t *told)
{
	static const char *const columns[] = {"phase", "drop", "delay", "corrupt", NULL};
	static const char long_words[] =
		", since the session without faults comes to its end before there is any such place, so nothing is known of it";
	json_t *table = told_table(told, "Faults by phase", columns), *curve;

	for (unsigned i = 0; i < 12; i++) {
		json_t *row = told_row(table);
		told_cell(row, TOLD_PLAIN, NULL, "phase %u", i + 1);
		told_cell(row, TOLD_GOOD, NULL, "survived %u", i + 3);
		told_cell(row, TOLD_BAD, "plans/1.yaml", "failed %u of %u", i, i + 3);
		told_cell(row, TOLD_UNKNOWN, NULL, "not tried%s", i == 0 ? long_words : "");
	}
	curve = told_curve(told, "How many fail when all is drawn anew from a moment on", "seconds since power on", "share that fails");
	for (unsigned i = 0; i < 9; i++)
		told_point(curve, 5 * i, i < 5 ? i * 50000000U : i * 120000000U, i * 40000000U, i < 5 ? i * 90000000U : 1000000000,
		           i == 4 ? HOSTILE_TEXT : "tcp.data#1");
	told_mark(curve, 21.5, "tls.server_hello#1 is lost");
	told_mark(curve, 22.5, "too late from here on");
}

static void make_search(void)
{
	char *dir = memory_format("%s/search", test_folder()), *plans = memory_format("%s/plans", dir);
	json_t *told = told_new();
	struct error err = {.text = ""};

	told_result(told, TOLD_BAD, "3 of 40 faults kill the update");
	told_heading(told, "Where");
	told_text(told, "%s", HOSTILE_TEXT);
	tell_search(told);
	told_lines(told, "A plan",
	           "name: x\nfaults:\n  - {name: a-name-that-makes-a-line-longer-than-any-phone-is-wide, at: tcp.syn#1, drop: }\n");
	told_link(told, "plans/1.yaml", "the plan");
	json_t *search = json_pack("{s:s, s:s, s:[s, s], s:o}", "command", "sweep", "title", "clean", "arguments", "sweep",
	                           "scenarios/first/clean.yaml", "told", told);
	CU_ASSERT_FATAL(folder_make(plans, &err) && search_page_write(search, dir, &err));
	/* What its links lead to. */
	(void)test_write("search/plans/1.yaml", "");
	(void)test_write("search/search.json", "{}");
	(void)test_write("search/results.jsonl", "");
	json_decref(search);
	free(dir);
	free(plans);
}

static const char *modules(void)
{
	return memory_format("%s/browser/node_modules", test_build());
}

static void needs_browser(void)
{
	if (access("/usr/bin/chromium", X_OK) != 0 || access("/usr/bin/node", X_OK) != 0 || access(modules(), R_OK) != 0)
		test_skip("no browser to test with; `make browser-tools` installs one");
}

static void needs_schema(void)
{
	char *schema = memory_format("%s/surefire-test-report.xsd", test_build());
	const bool there = access(schema, R_OK) == 0 && access("/usr/bin/xmllint", X_OK) == 0;

	free(schema);
	if (!there)
		test_skip("no schema of junit.xml, or no xmllint; `make browser-tools` fetches them");
}

/*
 * A run of four sessions, a gate's page and a search's, and the pages that the program makes of
 * them.
 */
static void make_pages(void)
{
	static char output[16384];

	needs_browser();
	make_session("lost/seed-1", 50, "fail", "download: curl 28", false);
	make_session("lost/seed-2", 40, "fail", "download: curl 28", false);
	make_session("good/seed-1", 0, "pass", "updated", true);
	make_session("hostile/seed-1", 60, "fail", HOSTILE, false);
	(void)test_write("run.json",
	                 "{\"version\": 1, \"tool\": \"stutter\", \"started\": \"2022-01-20T00:00:00Z\", \"notes\": [], \"sessions\": ["
	                 "{\"folder\": \"lost/seed-1\", \"scenario\": \"lost\", \"device\": \"box\", \"seed\": \"1\"},"
	                 "{\"folder\": \"lost/seed-2\", \"scenario\": \"lost\", \"device\": \"box\", \"seed\": \"2\"},"
	                 "{\"folder\": \"good/seed-1\", \"scenario\": \"good\", \"device\": \"other\", \"seed\": \"1\"},"
	                 "{\"folder\": \"hostile/seed-1\", \"scenario\": \"hostile\", \"device\": \"box\", \"seed\": \"1\"}]}");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s report %s", test_program(), test_folder()), 1);
	make_gate();
	make_search();
}

static void look_at(const char *check)
{
	static char output[16384];

	if (test_shell(output, sizeof output, "NODE_PATH=%s SUREFIRE_SCHEMA=%s/surefire-test-report.xsd node tests/browser/look.mjs %s %s",
	               modules(), test_build(), check, test_folder()) == 0)
		return;
	printf("    %s\n", output);
	CU_FAIL("the browser shows something else");
}

static void look(const char *check)
{
	make_pages();
	look_at(check);
}

/* -- junit.xml -- */

static void add_time(FILE *plan, const char *scenario, unsigned seed, unsigned time, const char *outcome)
{
	char *folder = memory_format("%s/seed-%u-%u", scenario, seed, time), *dir = memory_format("%s/repeated/%s", test_folder(), folder);
	char *name = memory_format("repeated/%s/verdict.json", folder);
	char *verdict =
		memory_format("{\"version\": 1, \"verdict\": \"%s\", \"reason\": \"%s\", \"as_expected\": %s, \"expectation\": \"pass "
	                      "was expected\", \"digest\": \"0123456789abcdef0123456789abcdef\", \"wall_s\": 1234.5, \"rules\": "
	                      "[{\"name\": \"idle\", \"action\": \"drop\", \"matched\": 0, \"applied\": 0}]}",
	                      outcome, HOSTILE, strcmp(outcome, "pass") == 0 ? "true" : "false");
	struct error err;

	fprintf(plan,
	        "%s{\"folder\": \"%s\", \"scenario\": \"%s\", \"source\": \"%s.yaml\", \"device\": \"box\", \"seed\": \"%u\", \"again\": %s}",
	        seed == 1 && time == 1 && strcmp(scenario, "a") == 0 ? "" : ", ", folder, scenario, scenario, seed,
	        time > 1 ? "true" : "false");
	CU_ASSERT_FATAL(folder_make(dir, &err));
	if (strcmp(outcome, "held") != 0)
		(void)test_write(name, verdict);
	free(folder);
	free(dir);
	free(name);
	free(verdict);
}

/* Sessions that came to each of all kinds of ends, once and several times. */
static void junit_follows_its_schema(void)
{
	static const char *const ends[][3] = {{"pass"},
	                                      {"fail"},
	                                      {"inconclusive"},
	                                      {"fail", "fail", "inconclusive"},
	                                      {"inconclusive", "fail", "inconclusive"},
	                                      {"fail", "pass"},
	                                      {"inconclusive", "pass"},
	                                      {"held"},
	                                      {"fail", "held"},
	                                      {"held", "fail"}};
	static char output[16384];
	struct error err;

	needs_browser();
	needs_schema();
	char *dir = memory_format("%s/repeated", test_folder()), *path = memory_format("%s/run.json", dir);
	CU_ASSERT_FATAL(folder_make(dir, &err));
	FILE *plan = fopen(path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	fputs("{\"version\": 1, \"tool\": \"stutter\", \"started\": \"2022-01-20T00:00:00Z\", \"notes\": [], \"sessions\": [", plan);
	for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++)
		for (unsigned time = 0; time < 3 && ends[i][time] != NULL; time++)
			add_time(plan, "a", i + 1, time + 1, ends[i][time]);
	add_time(plan, "b", 1, 1, "pass");
	fputs("]}", plan);
	CU_ASSERT_EQUAL_FATAL(fclose(plan), 0);
	(void)test_write("repeated/held.json", "{\"why\": \"the budget of 3 s is used up\"}");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s report %s", test_program(), dir), 1);
	look_at("junit");
	free(dir);
	free(path);
}

/* -- pages -- */

static void a_run_is_searched_and_filtered(void)
{
	look("run");
}

static void every_link_has_a_target(void)
{
	look("links");
}

static void everything_can_be_reached_by_keyboard(void)
{
	look("keyboard");
}

static void nothing_is_cut_off_on_a_phone(void)
{
	look("phone");
}

static void the_print_style_has_a_white_background(void)
{
	look("print");
}

static void a_session_shows_time_and_conversation(void)
{
	look("session");
}

static void a_search_needs_no_script(void)
{
	look("search");
}

static void two_sessions_stand_side_by_side(void)
{
	look("compare");
}

static void text_from_a_guest_cannot_break_a_page(void)
{
	look("hostile");
}

static void axe_finds_nothing(void)
{
	look("axe");
}

static void the_pages_are_valid(void)
{
	look("valid");
}

const CU_TestInfo tests_browser[] = {
	{"a run is searched and filtered", a_run_is_searched_and_filtered},
	{"every link has a target", every_link_has_a_target},
	{"everything can be reached by keyboard", everything_can_be_reached_by_keyboard},
	{"nothing is cut off on a phone", nothing_is_cut_off_on_a_phone},
	{"the print style has a white background", the_print_style_has_a_white_background},
	{"a session shows time and conversation", a_session_shows_time_and_conversation},
	{"a search needs no script", a_search_needs_no_script},
	{"two sessions stand side by side", two_sessions_stand_side_by_side},
	{"text from a guest cannot break a page", text_from_a_guest_cannot_break_a_page},
	{"axe finds nothing", axe_finds_nothing},
	{"the pages are valid", the_pages_are_valid},
	{"junit.xml follows its schema", junit_follows_its_schema},
	CU_TEST_INFO_NULL,
};
