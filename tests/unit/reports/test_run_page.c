/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a run: what it says first, and what it takes from guests. */
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/reports/run_fixture.h"
#include "tests/unit/reports/written.h"

#define SCRIPT "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>{{causes}}\" onclick=\"alert(1)"

static struct run_fixture f;
static char output[65536];

/* Of tags and attributes there are just those of the page's own. */
static void text_from_guests_can_neither_break_the_page_nor_run_scripts(void)
{
	run_fixture_make_sessions(&f);
	run_fixture_make_run(&f);
	char *plain = test_read_own("index.html");
	run_fixture_make_hostile(&f, SCRIPT);
	(void)snprintf(f.verdicts[3].phase, sizeof f.verdicts[3].phase, "other");
	f.folders[1] = "javascript:alert(1)//\"><script>/1";
	run_fixture_make_run(&f);
	char *page = test_read_own("index.html");
	CU_ASSERT_EQUAL(test_count(plain, "<script"), 1);
	CU_ASSERT_EQUAL(test_count(page, "<script"), 1);
	CU_ASSERT_EQUAL(test_count(page, "</style>"), 1);
	CU_ASSERT_EQUAL(test_count(page, "<img"), 0);
	CU_ASSERT_EQUAL(test_count(page, "\" onclick="), 0);
	CU_ASSERT_EQUAL(test_count(page, "href=\"j"), 0);
	CU_ASSERT(test_count(page, "&lt;script&gt;alert(1)&lt;/script&gt;") > 4);
	CU_ASSERT(test_count(page, "{{causes}}") > 4);
	free(plain);
	free(page);
}

static void the_page_is_valid(void)
{
	test_needs_program("tidy");
	run_fixture_make_hostile(&f, RUN_FIXTURE_HOSTILE SCRIPT);
	run_fixture_make_run(&f);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "tidy -e -q %s/index.html", test_folder()), 0);
	TEST_SAME_TEXT(output, "");
}

/* What asks the network for something, or is asked for from elsewhere. */
static void the_page_is_self_contained(void)
{
	static const char *const foreign[] = {"http://", "https://", "src=", "<link", "@import", "url("};

	run_fixture_make_sessions(&f);
	run_fixture_make_run(&f);
	char *page = test_read_own("index.html");
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		CU_ASSERT_EQUAL(test_count(page, foreign[i]), 0);
	TEST_CONTAINS(page, "content=\"default-src 'none'; ");
	free(page);
}

/*
 * A browser takes the page's own style and script only if their hashes are those that the policy
 * names.
 */
static void the_content_security_policy_allows_what_is_in_the_page(void)
{
	static const char *const parts[] = {"style", "script"};

	test_needs_program("openssl");
	run_fixture_make_sessions(&f);
	run_fixture_make_run(&f);
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(
			test_shell(output, sizeof output,
		                   "cd %s && perl -0777 -ne 'print $1 if m{<%s>(.*)</%s>}s' index.html | openssl dgst -sha256 -binary | "
		                   "openssl base64 | { read -r hash && grep -qF \"%s-src 'sha256-$hash'\" index.html; }",
		                   test_folder(), parts[i], parts[i], parts[i]),
			0);
}

static void the_page_says_first_what_went_wrong(void)
{
	run_fixture_make_many(&f);
	const char *page = written_by(report_page, &f.causes);
	TEST_CONTAINS(page, "<h1>40 of 40 sessions did not come out as expected, for 2 causes</h1>");
	TEST_CONTAINS(page, "<li><bdi>clean on box, seeds 1..30</bdi></li>");
	TEST_CONTAINS(page, "40 failed</span></td>");
	CU_ASSERT(strstr(page, "HTTP status 404") < strstr(page, "Scenarios by device"));
}

const CU_TestInfo tests_run_page[] = {
	{"text from guests can neither break the page nor run scripts", text_from_guests_can_neither_break_the_page_nor_run_scripts},
	{"the page is valid", the_page_is_valid},
	{"the page is self-contained", the_page_is_self_contained},
	{"the content security policy allows what is in the page", the_content_security_policy_allows_what_is_in_the_page},
	{"the page says first what went wrong", the_page_says_first_what_went_wrong},
	CU_TEST_INFO_NULL,
};
