/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results of a search as text and as a page: all kinds of blocks, none, hostile text, and files
 * of other versions.
 */
#include "reports/search/told.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

extern const CU_TestInfo tests_told[];

#define HOSTILE "</p><script>alert(1)</script> \" onclick=\"alert(1) {{style}} & ' \x1b[31m \xff\xe2\x80\xae"

static char output[65536];

static char *printed(const json_t *told, bool colours)
{
	char *text = NULL;
	size_t size;

	FILE *stream = open_memstream(&text, &size);
	told_print(told, stream, colours);
	(void)fclose(stream);
	return text;
}

static void check_text(json_t *told, bool colours, const char *expected)
{
	char *text = printed(told, colours);

	TEST_SAME_TEXT(text, expected);
	free(text);
	json_decref(told);
}

/* @param told Becomes the search's own. */
static json_t *search_of(json_t *told)
{
	return json_pack("{s:i, s:s, s:s, s:[s, s, s], s:o, s:{s:i, s:i, s:i}, s:b, s:i}", "version", SEARCH_VERSION, "command", "sweep",
	                 "title", "clean", "arguments", "sweep", "my scenario.yaml", "--quiet", "told", told, "sessions", "run", 3, "known",
	                 1, "checked", 1, "whole", 1, "status", 1);
}

/* @return the page; @p told is released. */
static char *page_of(json_t *told)
{
	struct error err = {.text = ""};
	json_t *search = search_of(told);
	char *path = memory_format("%s/index.html", test_folder());

	CU_ASSERT_FATAL(search_page_write(search, test_folder(), &err));
	char *page = test_read(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	json_decref(search);
	free(path);
	return page;
}

static json_t *tell_table(void)
{
	static const char *const columns[] = {"phase", "survived", "drop", NULL};
	json_t *told = told_new(), *table = told_table(told, "Faults by phase", columns);
	json_t *row = told_row(table);

	told_cell(row, TOLD_PLAIN, NULL, "dhcp");
	told_cell(row, TOLD_PLAIN, NULL, "%d", 12);
	told_cell(row, TOLD_GOOD, NULL, "survived %d", 3);
	row = told_row(table);
	told_cell(row, TOLD_PLAIN, "plans/a b#1.yaml", "t\xc3\xa9l\xc3\xa9");
	told_cell(row, TOLD_PLAIN, NULL, "%d", 7);
	told_cell(row, TOLD_BAD, NULL, "failed %d", 1);
	row = told_row(table);
	told_cell(row, TOLD_PLAIN, NULL, "%s", "");
	told_cell(row, TOLD_UNKNOWN, NULL, "%s", "");
	return told;
}

static json_t *tell_curve(void)
{
	json_t *told = told_new(), *curve = told_curve(told, "Failures by cut", "seconds since power on", "failed");

	told_point(curve, 40, 1000000000, 900000000, 1000000000, "tcp.fin#1");
	told_point(curve, 0, 0, 0, 100000000, NULL);
	told_point(curve, 12.5, 250000000, 100000000, 450000000, "tls.client_hello#1");
	told_mark(curve, 13, "too late from here on");
	return told;
}

/* -- for a terminal -- */

static void paragraphs_stand_apart(void)
{
	json_t *told = told_new();

	told_result(told, TOLD_BAD, "%d of %d faults kill the update", 2, 40);
	told_heading(told, "What kills it");
	told_text(told, "All in the phase %s.", "download");
	told_link(told, "plans/1.yaml", "plan %d", 1);
	told_link(told, "plans/2.yaml", "plan %d", 2);
	told_lines(told, "The plan", "name: x\nfaults: []\n");
	check_text(told, false,
	           "\n2 of 40 faults kill the update\n"
	           "\nWhat kills it\n"
	           "\nAll in the phase download.\n"
	           "  plan 1: plans/1.yaml\n"
	           "  plan 2: plans/2.yaml\n"
	           "\nThe plan:\n"
	           "  name: x\n"
	           "  faults: []\n");
}

static void columns_stand_below_each_other(void)
{
	check_text(tell_table(), false,
	           "\nFaults by phase:\n"
	           "  phase  survived  drop\n"
	           "  dhcp         12  survived 3\n"
	           "  t\xc3\xa9l\xc3\xa9          7  failed 1\n"
	           "                   \n");
}

static void colours_repeat_what_the_words_say(void)
{
	json_t *told = tell_table();

	told_result(told, TOLD_GOOD, "fine");
	told_result(told, TOLD_PLAIN, "done");
	check_text(told, true,
	           "\nFaults by phase:\n"
	           "  phase  survived  drop\n"
	           "  dhcp         12  \033[32msurvived 3\033[0m\n"
	           "  t\xc3\xa9l\xc3\xa9          7  \033[31mfailed 1\033[0m\n"
	           "                 \033[33m\033[0m  \n"
	           "\n\033[1;32mfine\033[0m\n"
	           "\n\033[1mdone\033[0m\n");
}

static void a_curve_is_rows_in_order(void)
{
	check_text(tell_curve(), false,
	           "\nFailures by cut:\n"
	           "  seconds since power on: failed (interval)\n"
	           "             0  ....................    0.0 % (  0.0 % to  10.0 %)  \n"
	           "          12.5  #####...............   25.0 % ( 10.0 % to  45.0 %)  tls.client_hello#1\n"
	           "            13  -- too late from here on\n"
	           "            40  ####################  100.0 % ( 90.0 % to 100.0 %)  tcp.fin#1\n");
}

static void what_is_empty_says_so(void)
{
	static const char *const columns[] = {"plan", NULL};
	json_t *told = told_new();

	(void)told_table(told, "Faults that kill", columns);
	(void)told_curve(told, "Nothing", "s", "failed");
	told_lines(told, "No lines", "");
	check_text(told, false, "\nFaults that kill:\n  plan\n  (none)\n\nNothing:\n  s: failed (interval)\n\nNo lines:\n");
	check_text(told_new(), true, "");
}

static void no_control_sequences_reach_a_terminal(void)
{
	json_t *told = told_new();

	told_text(told, "%s", HOSTILE);
	told_lines(told, HOSTILE, "a\r\x1b[2Jb\n");
	char *text = printed(told, false);
	CU_ASSERT_PTR_NULL(strpbrk(text, "\x1b\r\xff"));
	TEST_CONTAINS(text, "' \xef\xbf\xbd[31m \xef\xbf\xbd\xef\xbf\xbd");
	free(text);
	json_decref(told);
}

static void bytes_that_are_no_text_leave_json_sound(void)
{
	json_t *told = told_new();

	told_text(told, "%s", "\xff\xc3(\xed\xa0\x80 end");
	TEST_SAME_TEXT(json_string_value(json_object_get(json_array_get(told, 0), "text")),
	               "\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd end");
	json_decref(told);
}

/* -- as a page -- */

static void a_page_says_what_it_is_and_what_came_out(void)
{
	json_t *told = told_new();

	told_result(told, TOLD_BAD, "2 faults kill the update");
	char *page = page_of(told);
	TEST_CONTAINS(page, "<title>sweep: clean \xe2\x80\x93 Stutter</title>");
	TEST_CONTAINS(page, "<code>stutter sweep &#39;my scenario.yaml&#39; --quiet</code>");
	TEST_CONTAINS(page, "<p class=\"result fail\"><span aria-hidden=\"true\">\xe2\x9c\x96</span> <span class=\"word\">bad: "
	                    "</span><bdi>2 faults kill the update</bdi></p>");
	CU_ASSERT_PTR_NULL(strstr(page, "<script"));
	CU_ASSERT_PTR_NULL(strstr(page, "{{"));
	free(page);
}

static void a_page_has_tables_with_links_and_words(void)
{
	char *page = page_of(tell_table());

	TEST_CONTAINS(page, "<caption><bdi>Faults by phase</bdi></caption>");
	TEST_CONTAINS(page, "<td class=\"number\"><bdi>12</bdi></td>");
	TEST_CONTAINS(page, "<a href=\"./plans/a%20b%231.yaml\"><bdi>t\xc3\xa9l\xc3\xa9</bdi></a>");
	TEST_CONTAINS(page, "<span class=\"mark fail\"><span aria-hidden=\"true\">\xe2\x9c\x96</span> <span class=\"word\">bad: "
	                    "</span><bdi>failed 1</bdi></span>");
	free(page);
}

static void a_page_draws_curves(void)
{
	char *page = page_of(tell_curve());

	CU_ASSERT_EQUAL(test_count(page, "<svg class=\"curve\" role=\"img\""), 1);
	CU_ASSERT_EQUAL(test_count(page, "<circle "), 3);
	CU_ASSERT_EQUAL(test_count(page, "<path class=\"interval\""), 3);
	/*
	 * In the order of their places: from the left end of the axis to the right, from the bottom
	 * to the top.
	 */
	TEST_CONTAINS(page, "<polyline points=\"64.0,330.0 261.5,256.5 696.0,36.0\"/>");
	TEST_CONTAINS(page, "<title>12.5: 25.0 %, 10.0 % to 45.0 %: tls.client_hello#1</title>");
	TEST_CONTAINS(page, ">too late from here on</text>");
	TEST_CONTAINS(page, ">seconds since power on</text>");
	TEST_CONTAINS(page, "text-anchor=\"middle\">40</text>");
	TEST_CONTAINS(page, "<td class=\"number\">10.0 % to 45.0 %</td><td><bdi>tls.client_hello#1</bdi></td>");
	free(page);
}

static void a_curve_needs_no_points(void)
{
	json_t *told = told_new();

	(void)told_curve(told, "Nothing", "s", "failed");
	told_point(told_curve(told, "One", "s", "failed"), 7, 500000000, 500000000, 500000000, NULL);
	char *page = page_of(told);
	CU_ASSERT_EQUAL(test_count(page, "<svg "), 2);
	CU_ASSERT_EQUAL(test_count(page, "<circle cx=\"64.0\""), 1);
	CU_ASSERT_EQUAL(test_count(page, "<polyline") + test_count(page, "nan") + test_count(page, "inf"), 0);
	free(page);
}

/* Where a double tells steps no longer apart, an axis goes without. */
static void a_curve_accepts_any_number(void)
{
	static const double places[][2] = {{-1e300, 1e300}, {1e17, 1.0000001e17}, {1e-12, 2e-12}, {-3, -2}};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		json_t *told = told_new(), *curve = told_curve(told, "Far", "s", "failed");
		told_point(curve, places[i][0], 0, 0, UINT64_MAX, NULL);
		told_point(curve, places[i][1], UINT64_MAX, 0, 1, NULL);
		char *page = page_of(told);
		TEST_CONTAINS(page, "<polyline points=\"64.0,330.0 696.0,");
		free(page);
	}
}

static void text_can_neither_break_a_page_nor_run_scripts(void)
{
	static const char *const columns[] = {HOSTILE, NULL};
	json_t *told = told_new(), *table = told_table(told, HOSTILE, columns), *curve = told_curve(told, HOSTILE, HOSTILE, HOSTILE);

	told_cell(told_row(table), TOLD_BAD, "javascript:alert(1)\"><script>", "%s", HOSTILE);
	told_point(curve, 1, 1, 1, 1, HOSTILE);
	told_mark(curve, 1, HOSTILE);
	told_heading(told, HOSTILE);
	told_text(told, "%s", HOSTILE);
	told_result(told, TOLD_UNKNOWN, "%s", HOSTILE);
	told_link(told, HOSTILE, "%s", HOSTILE);
	told_lines(told, HOSTILE, HOSTILE);
	char *page = page_of(told);
	CU_ASSERT_EQUAL(test_count(page, "<script"), 0);
	CU_ASSERT_EQUAL(test_count(page, "onclick=\""), 0);
	CU_ASSERT_EQUAL(test_count(page, "href=\"./javascript%3Aalert%281%29%22%3E%3Cscript%3E\""), 1);
	CU_ASSERT_EQUAL(test_count(page, "<style>"), 1);
	CU_ASSERT_PTR_NULL(strpbrk(page, "\x1b\xff"));
	TEST_CONTAINS(page, "<pre>&lt;/p&gt;&lt;script&gt;alert(1)");
	free(page);
}

static void what_is_not_known_is_passed_over(void)
{
	json_error_t why;
	json_t *told = json_loads("[{\"kind\": \"hologram\"}, {\"kind\": \"text\"}, 7, {\"kind\": \"table\", \"rows\": [[7], 8]}, "
	                          "{\"kind\": \"curve\", \"points\": [{\"x\": \"a\", \"y_billionths\": -5}]}, {\"kind\": \"result\", "
	                          "\"sense\": \"odd\", \"text\": \"still here\"}]",
	                          0, &why);

	CU_ASSERT_PTR_NOT_NULL_FATAL(told);
	char *text = printed(told, true);
	TEST_CONTAINS(text, "still here");
	free(text);
	char *page = page_of(told);
	TEST_CONTAINS(page, "<p class=\"result held\"><bdi>still here</bdi></p>");
	free(page);
}

/* -- search.json -- */

static void write_search(json_t *search)
{
	char *text = json_dumps(search, JSON_ENSURE_ASCII);

	(void)test_write(SEARCH_FILE, text);
	free(text);
	json_decref(search);
}

static void a_report_makes_the_page_anew(void)
{
	json_t *told = tell_curve();

	told_result(told, TOLD_BAD, "2 faults kill the update");
	write_search(search_of(told));
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s report %s", test_program(), test_folder()), 1);
	TEST_CONTAINS(output, "12.5  #####...............   25.0 %");
	TEST_CONTAINS(output, "\n2 faults kill the update\n");
	char *path = memory_format("%s/index.html", test_folder()), *page = test_read(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	TEST_CONTAINS(page, "<svg class=\"curve\"");
	free(page);
	free(path);
}

/* @param json What stands in search.json. */
static void check_refused(const char *json, int status, const char *options, const char *complaint)
{
	(void)test_write(SEARCH_FILE, json);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s report %s %s", test_program(), test_folder(), options), status);
	TEST_CONTAINS(output, complaint);
}

static void what_is_no_search_is_told_so(void)
{
	check_refused("{\"version\": 1,", 2, "", "/search.json cannot be read: line 1: ");
	check_refused("[]", 2, "", "/search.json does not describe a search: it needs 'command' and 'told'");
	check_refused("{\"version\": 2, \"command\": \"hunt\", \"told\": []}", 2, "", "/search.json is of version 2, and this stutter, ");
	check_refused("{\"version\": 1, \"command\": \"hunt\", \"told\": []}", 2, "", " has not finished; `stutter hunt --resume ");
	check_refused("{\"version\": 1, \"command\": \"hunt\", \"told\": [], \"status\": 0}", 2, "--github",
	              " is the folder of a search; --github is for one of a run");
}

#define VALIDATE \
	"/usr/bin/python3 -c 'import json, sys, jsonschema; s = json.load(open(\"reports/search/search.schema.json\")); " \
	"jsonschema.Draft202012Validator.check_schema(s); jsonschema.Draft202012Validator(s).validate(json.load(open(sys.argv[1])))' "

static void search_json_keeps_to_its_schema(void)
{
	test_needs_python("jsonschema");
	json_t *told = tell_curve();
	told_heading(told, HOSTILE);
	told_text(told, "text");
	told_result(told, TOLD_PLAIN, "result");
	told_link(told, "plan.yaml", "link");
	told_lines(told, "lines", "a\nb\n");
	json_t *tables = tell_table();
	(void)json_array_extend(told, tables);
	json_decref(tables);
	json_t *search = search_of(told);
	char *good = json_dumps(search, 0);
	(void)json_object_set_new(search, "error", json_string("the disk is full"));
	char *with_error = json_dumps(search, 0);
	(void)json_object_del(search, "whole");
	char *bad = json_dumps(search, 0);
	json_decref(search);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, VALIDATE "%s", test_write("good.json", good)), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, VALIDATE "%s", test_write("good.json", with_error)), 0);
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, VALIDATE "%s", test_write("bad.json", bad)), 0);
	char *at = strstr(good, "y_billionths");
	CU_ASSERT_FATAL(at != NULL);
	at[0] = 'Y';
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, VALIDATE "%s", test_write("bad.json", good)), 0);
	free(good);
	free(bad);
	free(with_error);
}

const CU_TestInfo tests_told[] = {
	{"paragraphs stand apart", paragraphs_stand_apart},
	{"columns stand below each other", columns_stand_below_each_other},
	{"colours repeat what the words say", colours_repeat_what_the_words_say},
	{"a curve is rows in order", a_curve_is_rows_in_order},
	{"what is empty says so", what_is_empty_says_so},
	{"no control sequences reach a terminal", no_control_sequences_reach_a_terminal},
	{"bytes that are no text leave JSON sound", bytes_that_are_no_text_leave_json_sound},
	{"a page says what it is and what came out", a_page_says_what_it_is_and_what_came_out},
	{"a page has tables with links and words", a_page_has_tables_with_links_and_words},
	{"a page draws curves", a_page_draws_curves},
	{"a curve needs no points", a_curve_needs_no_points},
	{"a curve accepts any number", a_curve_accepts_any_number},
	{"text can neither break a page nor run scripts", text_can_neither_break_a_page_nor_run_scripts},
	{"what is not known is passed over", what_is_not_known_is_passed_over},
	{"a report makes the page anew", a_report_makes_the_page_anew},
	{"what is no search is told so", what_is_no_search_is_told_so},
	{"search.json keeps to its schema", search_json_keeps_to_its_schema},
	CU_TEST_INFO_NULL,
};
