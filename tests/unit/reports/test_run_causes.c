/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sessions of a run have in common: why they failed, and faults that never matched. */
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/reports/run_fixture.h"
#include "tests/unit/reports/written.h"

static struct run_fixture f;

static void amounts_make_no_other_cause(void)
{
	static const struct {
		const char *text, *normal;
	} rows[] = {
		{"curl 28: Operation timed out after 20001 milliseconds with 4096 out of 65536 bytes",
	         "curl 28: Operation timed out after # milliseconds with # out of # bytes"},
		{"HTTP status 404", "HTTP status 404"},
		{"killed by signal 9", "killed by signal 9"},
		{"at 7.169 s, in 10min, 203.0.113.30:443, 0x7f1c", "at # s, in #min, #, #"},
		{"SHA-256 of os-22.02.bin is 352b1897..., not deadbeef", "SHA-# of os-#.bin is #..., not deadbeef"},
		{"updated to version 22.02", "updated to version 22.02"},
		{"enc28j60 spi0.0 eth0", "enc28j60 spi0.# eth0"},
		{"28", "#"},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *normal = cause_normal(rows[i].text);
		TEST_SAME_TEXT(normal, rows[i].normal);
		free(normal);
	}
}

static void the_same_failure_in_many_sessions_is_one_entry(void)
{
	run_fixture_make_many(&f);
	CU_ASSERT_EQUAL_FATAL(f.causes.count, 2);
	CU_ASSERT_EQUAL(f.causes.list[0].count, 30);
	CU_ASSERT_EQUAL(f.causes.list[1].count, 10);
	const char *text = written_by(report_terminal, &f.causes);
	TEST_CONTAINS(text, "FAIL in 30 sessions: download: HTTP status 404 after 0.0 s (pass was expected)\n  replay          stutter ");
	TEST_CONTAINS(text, "  sessions        clean on box, seeds 1..30\n");
	TEST_CONTAINS(text, "  sessions        clean on box, seeds 31..40\n");
	CU_ASSERT(strstr(text, "FAIL in 30") < strstr(text, "not as expected"));
}

static void judge_and_phase_make_another_cause(void)
{
	run_fixture_make_sessions(&f);
	f.verdicts[3] = f.verdicts[1];
	run_fixture_make_run(&f);
	CU_ASSERT_EQUAL(f.causes.count, 2);
	(void)snprintf(f.verdicts[3].judge, sizeof f.verdicts[3].judge, "told");
	run_fixture_make_run(&f);
	CU_ASSERT_EQUAL(f.causes.count, 3);
	f.verdicts[3].judge[0] = '\0';
	(void)snprintf(f.verdicts[3].phase, sizeof f.verdicts[3].phase, "auth");
	run_fixture_make_run(&f);
	CU_ASSERT_EQUAL(f.causes.count, 3);
}

static void a_guest_cannot_send_control_sequences_to_the_terminal(void)
{
	run_fixture_make_hostile(&f, RUN_FIXTURE_HOSTILE "\xe2\x80\xae");
	run_fixture_make_run(&f);
	const char *text = written_by(report_terminal, &f.causes);
	CU_ASSERT_PTR_NULL(strchr(text, '\x1b'));
	CU_ASSERT_PTR_NULL(strstr(text, "\xe2\x80\xae"));
}

static void a_fault_that_never_matched_is_told_everywhere(void)
{
	run_fixture_make_sessions(&f);
	(void)snprintf(f.fault.name, sizeof f.fault.name, "idle");
	f.fault.action = action_at(0);
	for (size_t i = 0; i < 2; i++) {
		f.plans[i].faults = &f.fault;
		f.plans[i].fault_count = 1;
	}
	for (size_t i = 0; i < RUN_FIXTURE_SESSIONS; i++)
		f.verdicts[i].rule_count = 1;
	f.verdicts[3].rules[0].matched = 1;
	run_fixture_make_run(&f);
	const char *text = written_by(report_terminal, &f.causes);
	TEST_CONTAINS(text, "WARNING: lost-syn: fault 'idle' never matched anything in 2 sessions");
	CU_ASSERT_PTR_NULL(strstr(text, "WARNING: clean"));
	TEST_CONTAINS(written_by(report_tap, &f.causes), "\n# fault that never matched: lost-syn: idle\n");
	TEST_CONTAINS(written_by(report_github, &f.causes),
	              "::warning file=dir/lost-syn.yaml,line=1,title=A fault never matched::lost-syn: idle\n");
	TEST_CONTAINS(written_by(report_page, &f.causes),
	              "<bdi>lost-syn</bdi>: the fault <bdi>idle</bdi> never matched anything, in 2 sessions");
	test_needs_program("xmllint");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/properties/property[@name='fault that never matched']/@value)"), "idle");
	TEST_SAME_TEXT(run_fixture_xpath("count(//testsuite[2]/properties/property[@name='fault that never matched'])"), "0");
}

const CU_TestInfo tests_run_causes[] = {
	{"amounts make no other cause", amounts_make_no_other_cause},
	{"the same failure in many sessions is one entry", the_same_failure_in_many_sessions_is_one_entry},
	{"judge and phase make another cause", judge_and_phase_make_another_cause},
	{"a guest cannot send control sequences to the terminal", a_guest_cannot_send_control_sequences_to_the_terminal},
	{"a fault that never matched is told everywhere", a_fault_that_never_matched_is_told_everywhere},
	CU_TEST_INFO_NULL,
};
