/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/guest/language/report.h"

#include <string.h>

#include "tests/test.h"

static void check_phase(const char *text, const char *phase, enum report_step step)
{
	const struct report report = report_read(text);

	CU_ASSERT_EQUAL(report.kind, REPORT_PHASE);
	TEST_SAME_TEXT(report.phase, phase);
	CU_ASSERT_EQUAL(report.step, step);
	CU_ASSERT_PTR_EQUAL(report.text, text);
}

static void a_phase_has_a_name_and_a_step(void)
{
	check_phase("phase download begin", "download", REPORT_STEP_BEGIN);
	check_phase("phase download retry 1: it timed out", "download", REPORT_STEP_RETRY);
	check_phase("phase download retry", "download", REPORT_STEP_RETRY);
	check_phase("phase check ok 22.02", "check", REPORT_STEP_OK);
	check_phase("phase ntp failed: no answer", "ntp", REPORT_STEP_FAILED);
	check_phase("phase ntp  failed", "ntp", REPORT_STEP_FAILED);
	check_phase("phase download retrying", "download", REPORT_STEP_OTHER);
	check_phase("phase download", "download", REPORT_STEP_OTHER);
	check_phase("phase", "", REPORT_STEP_OTHER);
}

static void check_result(const char *text, bool passed, const char *phase, const char *reason)
{
	const struct report report = report_read(text);

	CU_ASSERT_EQUAL(report.kind, REPORT_RESULT);
	CU_ASSERT_EQUAL(report.passed, passed);
	TEST_SAME_TEXT(report.phase, phase);
	TEST_SAME_TEXT(report.reason, reason);
}

static void a_result_that_is_no_pass_is_a_failure(void)
{
	check_result("result pass", true, "", "");
	check_result("result fail download: 404: not found", false, "download", "download: 404: not found");
	check_result("result fail no idea", false, "", "no idea");
	check_result("result fail", false, "", "");
	check_result("result", false, "", "");
	check_result("result perhaps", false, "", "perhaps");
	check_result("result passed", false, "", "passed");
}

static void a_boot_says_what_runs(void)
{
	struct report report = report_read("boot slot A version 21.10 state confirmed: slot A: confirmed");

	CU_ASSERT_EQUAL(report.kind, REPORT_BOOT);
	TEST_SAME_TEXT(report.slot, "A");
	TEST_SAME_TEXT(report.version, "21.10");
	TEST_SAME_TEXT(report.state, "confirmed");
	report = report_read("boot slot");
	CU_ASSERT_EQUAL(report.kind, REPORT_BOOT);
	TEST_SAME_TEXT(report.slot, "");
}

static void a_usage_is_two_numbers(void)
{
	const struct report report = report_read("usage files 7 heap 18446744073709551615");

	CU_ASSERT_EQUAL(report.kind, REPORT_USAGE);
	CU_ASSERT_EQUAL(report.files, 7);
	CU_ASSERT_EQUAL(report.heap, UINT64_MAX);
	CU_ASSERT_EQUAL(report_read("usage files many").kind, REPORT_OTHER);
}

static void what_the_system_says_is_told_apart(void)
{
	CU_ASSERT(report_read("dhcp leasefail").lost_lease && report_read("dhcp nak").lost_lease);
	CU_ASSERT_FALSE(report_read("dhcp bound 192.0.2.100 lease 3600").lost_lease);
	CU_ASSERT_EQUAL(report_read("dhcp renew 192.0.2.100 lease 3600").kind, REPORT_DHCP);
	CU_ASSERT_EQUAL(report_read("progress download 65536").kind, REPORT_PROGRESS);
	CU_ASSERT_EQUAL(report_read("link eth0 does not come up").kind, REPORT_LINK);
	CU_ASSERT_EQUAL(report_read("panic not syncing").kind, REPORT_PANIC);
	TEST_SAME_TEXT(report_read("panic not syncing").reason, "not syncing");
}

static void an_unknown_report_has_no_kind(void)
{
	static const char *const texts[] = {"", "results pass", "phases download", "progres download 65536", "pha"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		CU_ASSERT_EQUAL(report_read(texts[i]).kind, REPORT_OTHER);
		TEST_SAME_TEXT(report_read(texts[i]).phase, "");
	}
}

static void long_words_are_cut(void)
{
	static char text[4000] = "phase ";
	struct report report;

	memset(text + 6, 'y', sizeof text - 7);
	report = report_read(text);
	CU_ASSERT_EQUAL(strlen(report.phase), REPORT_PHASE_MAX - 1);
	memcpy(text, "boot slot ", 10);
	report = report_read(text);
	CU_ASSERT_EQUAL(strlen(report.slot), REPORT_SLOT_MAX - 1);
}

const CU_TestInfo tests_guest_report[] = {
	{"a phase has a name and a step", a_phase_has_a_name_and_a_step},
	{"a result that is no pass is a failure", a_result_that_is_no_pass_is_a_failure},
	{"a boot says what runs", a_boot_says_what_runs},
	{"a usage is two numbers", a_usage_is_two_numbers},
	{"what the system says is told apart", what_the_system_says_is_told_apart},
	{"an unknown report has no kind", an_unknown_report_has_no_kind},
	{"long words are cut", long_words_are_cut},
	CU_TEST_INFO_NULL,
};
