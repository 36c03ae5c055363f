/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports of a device in a world that consists of a clock, a fault chain and the service log; there
 * is no device and no network.
 */
#include "harness/session/decide.h"

#include <string.h>

#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/proxy/submit.h"

#define IMAGE_SIZE 1000U

static struct plan plan;
static struct world world;
static struct account account;
static struct verdict verdict;

static void ignore_fate(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	(void)ctx;
	(void)frame;
	(void)event;
	(void)fate;
}

/* A world with one fault, "silence", an outage of a second that the first frame begins. */
static void begin(void)
{
	static const uint8_t image[IMAGE_SIZE];
	static struct fault fault;

	memset(&fault, 0, sizeof fault);
	(void)snprintf(fault.name, sizeof fault.name, "silence");
	params_init(match_params, &fault.match);
	fault.action = action_find("outage");
	action_set_quantity(fault.action, &fault.params, "for", SIM_S);
	memset(&world, 0, sizeof world);
	memset(&verdict, 0, sizeof verdict);
	sim_open(&world.sim, 0);
	world.trace = trace_open_null();
	world.namer = namer_open();
	world.proxy = proxy_open(&fault, 1, 1, (struct proxy_ops){.decided = ignore_fate}, NULL);
	plan.faults = &fault;
	plan.fault_count = 1;
	world.plan = &plan;
	world.board.board_faults = board_faults_open(&fault, 1, 1, world.trace, (struct armed_ops){0}, NULL);
	world.service_faults = service_faults_open(&fault, 1, 1, world.trace, (struct armed_ops){0}, NULL);
	world.cable = cable_open(&fault, 1, 1, NULL, &world.sim, world.trace, (struct armed_ops){0}, NULL);
	world.far_end.service.image = bytes_of(image, sizeof image);
	judge_settings_set(&plan.expect.judges, "whole", "true");
	judges_open(&world.judges, &plan.expect.judges);
	account_init(&account);
}

/* The far end has handed out so much of the image. */
static void serve(uint64_t from, uint64_t to)
{
	world.far_end.service.log.requests++;
	coverage_add(&service_log_image(&world.far_end.service.log, "os.bin", IMAGE_SIZE)->coverage, from, to);
}

/* One more judge, or one less. */
static void set_judge(const char *key, const char *value)
{
	judges_close(&world.judges);
	judge_settings_set(&plan.expect.judges, key, value);
	judges_open(&world.judges, &plan.expect.judges);
}

static void end(void)
{
	judges_close(&world.judges);
	memset(&plan.expect.judges, 0, sizeof plan.expect.judges);
	service_log_close(&world.far_end.service.log);
	proxy_close(world.proxy);
	namer_close(world.namer);
	board_faults_close(world.board.board_faults);
	service_faults_close(world.service_faults);
	cable_close(world.cable);
	trace_close(world.trace);
	sim_close(&world.sim);
}

static bool report_at(sim_ns now, const char *text)
{
	const struct report report = report_read(text);

	sim_run_until(&world.sim, now);
	return account_hear(&account, &world, &report);
}

static void decide(enum session_end how, const char *why)
{
	decide_verdict(&account, &world, how, why, &verdict);
}

static void a_device_that_has_the_image_and_says_so_passes(void)
{
	begin();
	CU_ASSERT_FALSE(report_at(SIM_S, "phase dhcp begin"));
	CU_ASSERT_FALSE(report_at(2 * SIM_S, "phase download begin"));
	CU_ASSERT_FALSE(report_at(3 * SIM_S, "phase reboot begin"));
	CU_ASSERT(report_at(4 * SIM_S, "result pass"));
	serve(0, IMAGE_SIZE);
	decide(END_RESULT, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_PASS);
	CU_ASSERT_STRING_EQUAL(verdict.phase, "reboot");
	CU_ASSERT(verdict.retries == 0 && verdict.problem[0] == '\0' && verdict.faults[0] == '\0');
	end();
}

static void a_device_that_only_says_so_fails(void)
{
	begin();
	CU_ASSERT(report_at(SIM_S, "result pass"));
	/* Served often enough in sum, but never to its end. */
	for (unsigned i = 0; i < 5; i++)
		serve(0, IMAGE_SIZE - 1);
	decide(END_RESULT, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	TEST_SAME_TEXT(verdict.reason, "judge whole: the device reports success, but was served only 999 of 1000 bytes of os.bin");
	end();
}

static const char *passes_with(void)
{
	CU_ASSERT(report_at(SIM_S, "result pass"));
	decide(END_RESULT, NULL);
	end();
	return verdict.reason;
}

/* Parallel downloads and ranges: what counts is what there is in the end. */
static void an_image_may_come_in_parts_and_out_of_order(void)
{
	begin();
	serve(500, 750);
	serve(750, IMAGE_SIZE);
	serve(0, 500);
	TEST_SAME_TEXT(passes_with(), "updated");
	begin();
	serve(500, IMAGE_SIZE);
	serve(0, 499);
	TEST_SAME_TEXT(passes_with(), "judge whole: the device reports success, but was served only 999 of 1000 bytes of os.bin");
	begin();
	serve(500, IMAGE_SIZE);
	set_judge("whole", "false");
	TEST_SAME_TEXT(passes_with(), "updated");
}

/* A request that was answered so. */
static void answer(enum service_kind kind, unsigned status)
{
	struct service_log *log = &world.far_end.service.log;

	log->requests++;
	log->refused += status >= 400;
	log->checks += kind == SERVICE_UPDATE && status < 400;
	service_log_visit(log, &(struct service_visit){.kind = kind, .status = status});
}

static void a_success_that_nothing_supports_is_none(void)
{
	begin();
	TEST_SAME_TEXT(passes_with(), "judge whole: the device reports success, but has asked the service for nothing");
	begin();
	answer(SERVICE_CONNECT, 200);
	answer(SERVICE_OTHER, 404);
	TEST_SAME_TEXT(passes_with(),
	               "judge whole: the device reports success, but was handed out nothing of an image; 1 of its 2 requests "
	               "were refused");
	begin();
	answer(SERVICE_UPDATE, 200);
	answer(SERVICE_OTHER, 404);
	TEST_SAME_TEXT(passes_with(),
	               "judge whole: the device reports success, but was handed out nothing of an image; 1 of its 2 requests "
	               "were refused");
	begin();
	answer(SERVICE_UPDATE, 503);
	answer(SERVICE_UPDATE, 200);
	TEST_SAME_TEXT(passes_with(), "the client reports success; it never asked for an image");
}

/* The judges that ask at the end what there was no time for are not asked. */
static void a_session_that_a_judge_ends_is_that_judges(void)
{
	uint8_t frame[54] = {[12] = 0x08, [14] = 0x45, [17] = 40, [23] = IP_TCP, [37] = 80, [46] = 5 << 4, [47] = TCP_FLAG_SYN};

	begin();
	set_judge("told", "true");
	set_judge("poll", "true");
	set_judge("storm", "3");
	CU_ASSERT_FALSE(report_at(SIM_S, "phase download failed: it storms"));
	for (; frame[41] < 4; frame[41]++)
		judges_see(&world.judges, bytes_of(frame, sizeof frame), SIM_S);
	decide(END_LOST, NULL);
	CU_ASSERT_STRING_EQUAL(verdict.judge, "storm");
	TEST_SAME_TEXT(verdict.reason, "judge storm: at 1.000000 s the device had begun 4 connections within 10 s, in phase download");
	end();
}

/* What the device says itself stands behind what the judge has found. */
static void a_judge_goes_before_the_devices_reason(void)
{
	begin();
	set_judge("told", "true");
	CU_ASSERT(report_at(SIM_S, "result fail download: 404 not found"));
	decide(END_RESULT, NULL);
	CU_ASSERT_STRING_EQUAL(verdict.judge, "told");
	TEST_SAME_TEXT(verdict.reason,
	               "judge told: the service was never told of a failure; 0 reports came; besides: download: 404 not found");
	end();
}

static void a_failure_has_the_devices_reason_and_phase(void)
{
	begin();
	CU_ASSERT_FALSE(report_at(SIM_S, "phase dhcp begin"));
	CU_ASSERT(report_at(1500 * SIM_MS, "result fail download: 404 not found"));
	decide(END_RESULT, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(verdict.reason, "download: 404 not found");
	CU_ASSERT_STRING_EQUAL(verdict.phase, "download");
	CU_ASSERT_STRING_EQUAL(verdict.problem, "at 1.500 s: result fail download: 404 not found");
	end();
}

static void a_result_that_names_no_phase_keeps_the_last_one(void)
{
	static const char *const results[] = {"result fail", "result", "result fail no idea", "result perhaps"};

	for (unsigned i = 0; i < sizeof results / sizeof results[0]; i++) {
		begin();
		CU_ASSERT_FALSE(report_at(SIM_S, "phase verify begin"));
		CU_ASSERT(report_at(SIM_S, results[i]));
		decide(END_RESULT, NULL);
		CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
		CU_ASSERT_STRING_EQUAL(verdict.phase, "verify");
		CU_ASSERT(verdict.reason[0] != '\0');
		end();
	}
}

static void words_are_compared_as_a_whole(void)
{
	begin();
	CU_ASSERT_FALSE(report_at(0, "results pass"));
	CU_ASSERT_FALSE(report_at(0, "phases download"));
	CU_ASSERT_FALSE(report_at(0, ""));
	CU_ASSERT_STRING_EQUAL(account.phase, "start");
	CU_ASSERT(report_at(0, "result passed"));
	decide(END_RESULT, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	end();
}

static void retries_are_counted_and_the_first_failure_is_kept(void)
{
	begin();
	CU_ASSERT_FALSE(report_at(SIM_S, "phase download begin"));
	submit(world.namer, world.proxy, frame_new((const uint8_t *)"x", 1), TO_SERVER, 1200 * SIM_MS);
	CU_ASSERT_FALSE(report_at(1234 * SIM_MS, "phase download retry 1: connection timed out"));
	CU_ASSERT_FALSE(report_at(9 * SIM_S, "phase download retry 2: reset"));
	CU_ASSERT_FALSE(report_at(10 * SIM_S, "phase download retrying"));
	CU_ASSERT(report_at(11 * SIM_S, "result pass"));
	serve(0, IMAGE_SIZE);
	decide(END_RESULT, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_PASS);
	CU_ASSERT_EQUAL(verdict.retries, 2);
	CU_ASSERT_STRING_EQUAL(verdict.problem, "at 1.234 s: phase download retry 1: connection timed out");
	CU_ASSERT_STRING_EQUAL(verdict.faults, "'silence' outage (1 applied, the last 0.0 s before)");
	end();
}

static void a_failed_phase_is_a_failure_but_no_result(void)
{
	begin();
	CU_ASSERT_FALSE(report_at(3 * SIM_S, "phase ntp failed: no answer"));
	CU_ASSERT_STRING_EQUAL(account.phase, "ntp");
	CU_ASSERT_STRING_EQUAL(account.problem, "at 3.000 s: phase ntp failed: no answer");
	CU_ASSERT_EQUAL(account.faults[0], '\0');
	CU_ASSERT_EQUAL(account.retries, 0);
	end();
}

static void a_session_without_result_fails_where_it_hangs(void)
{
	begin();
	CU_ASSERT_FALSE(report_at(2 * SIM_S, "phase download begin"));
	submit(world.namer, world.proxy, frame_new((const uint8_t *)"x", 1), TO_SERVER, 59500 * SIM_MS);
	sim_run_until(&world.sim, 60 * SIM_S);
	decide(END_DEADLINE, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	TEST_SAME_TEXT(verdict.reason, "download: no result before the deadline; the last report, at 2.000 s, was 'phase download begin'");
	CU_ASSERT_STRING_EQUAL(verdict.phase, "download");
	/* Nothing went wrong before that the device has told. */
	CU_ASSERT_STRING_EQUAL(verdict.problem, "");
	CU_ASSERT_STRING_EQUAL(verdict.stretch.report, "phase download begin");
	CU_ASSERT_EQUAL(verdict.stretch.report_ns, 2 * SIM_S);
	CU_ASSERT_STRING_EQUAL(verdict.stretch.waits, "for nothing");
	TEST_SAME_TEXT(verdict.stretch.faults, "'silence' outage (the last 0.500 s before)");
	end();
}

static void a_device_that_never_spoke_proves_nothing(void)
{
	begin();
	decide(END_DEADLINE, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_INCONCLUSIVE);
	TEST_CONTAINS(verdict.reason, "the device reported nothing before the deadline; see console.log");
	CU_ASSERT_STRING_EQUAL(verdict.phase, "start");
	end();
}

static void what_is_not_modelled_proves_nothing(void)
{
	begin();
	CU_ASSERT(report_at(SIM_S, "result pass"));
	serve(0, IMAGE_SIZE);
	trace_not_modelled(world.trace, SIM_S, "link", "collision");
	trace_not_modelled(world.trace, SIM_S, "chip", "loopback");
	decide(END_RESULT, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_INCONCLUSIVE);
	TEST_SAME_TEXT(verdict.reason, "the session relied on something that is not modelled: collision");
	end();
}

/* Nor is a judge asked, who would not be content. */
static void what_broke_on_our_side_proves_nothing(void)
{
	begin();
	CU_ASSERT(report_at(SIM_S, "result pass"));
	decide(END_BROKEN, "QEMU ended");
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(verdict.reason, "QEMU ended");
	decide_verdict(&account, NULL, END_BROKEN, "no kernel", &verdict);
	CU_ASSERT_STRING_EQUAL(verdict.reason, "no kernel");
	end();
}

static void reports_of_any_length_are_cut(void)
{
	static char text[4000];

	for (size_t length = 20; length < sizeof text; length += length < 700 ? 1 : 501) {
		begin();
		memset(text, 'y', sizeof text);
		memcpy(text, "phase ", 6);
		text[length] = '\0';
		CU_ASSERT_FALSE(report_at(0, text));
		CU_ASSERT_FATAL(strlen(account.phase) < sizeof account.phase && strlen(account.last) < sizeof account.last);
		memcpy(text, "phase download retry ", 20 < length ? 21 : 0);
		(void)report_at(0, text);
		memcpy(text, "result fail ", 12);
		CU_ASSERT(report_at(0, text));
		decide(END_RESULT, NULL);
		decide(END_DEADLINE, NULL);
		CU_ASSERT_FATAL(strlen(verdict.reason) < sizeof verdict.reason && strlen(verdict.problem) < sizeof verdict.problem);
		end();
	}
}

/* -- expectations -- */

struct expected_case {
	enum expected expected;
	enum verdict_kind kind;
	bool met;
};

static void expectation_and_verdict_meet_or_do_not(void)
{
	static const struct expected_case cases[] = {
		{EXPECT_PASS, VERDICT_PASS, true},  {EXPECT_PASS, VERDICT_FAIL, false}, {EXPECT_PASS, VERDICT_INCONCLUSIVE, false},
		{EXPECT_FAIL, VERDICT_PASS, false}, {EXPECT_FAIL, VERDICT_FAIL, true},  {EXPECT_FAIL, VERDICT_INCONCLUSIVE, false},
		{EXPECT_ANY, VERDICT_PASS, true},   {EXPECT_ANY, VERDICT_FAIL, true},   {EXPECT_ANY, VERDICT_INCONCLUSIVE, false},
	};

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct expectation expect = {.verdict = cases[i].expected};
		memset(&verdict, 0x55, sizeof verdict);
		verdict.kind = cases[i].kind;
		decide_expectation(&expect, &verdict);
		CU_ASSERT_EQUAL(verdict.met_expectation, cases[i].met);
		CU_ASSERT_EQUAL(verdict.expectation[0] == '\0', cases[i].met);
	}
}

static const char *missed(struct expectation expect, enum verdict_kind kind, const char *phase, uint64_t virtual_ns)
{
	memset(&verdict, 0, sizeof verdict);
	verdict.kind = kind;
	(void)snprintf(verdict.phase, sizeof verdict.phase, "%s", phase);
	verdict.virtual_ns = virtual_ns;
	decide_expectation(&expect, &verdict);
	CU_ASSERT_EQUAL(verdict.met_expectation, verdict.expectation[0] == '\0');
	return verdict.expectation;
}

static void what_was_missed_is_told(void)
{
	const struct expectation pass = {.verdict = EXPECT_PASS}, fail = {.verdict = EXPECT_FAIL},
				 in_download = {.verdict = EXPECT_FAIL, .phase = "download"},
				 any_in_download = {.verdict = EXPECT_ANY, .phase = "download"},
				 from_2s_to_3s = {.verdict = EXPECT_ANY, .at_least_ns = 2 * SIM_S, .at_most_ns = 3 * SIM_S};

	TEST_SAME_TEXT(missed(pass, VERDICT_FAIL, "dhcp", 0), "pass was expected");
	TEST_SAME_TEXT(missed(fail, VERDICT_PASS, "dhcp", 0), "fail was expected");
	TEST_SAME_TEXT(missed(pass, VERDICT_INCONCLUSIVE, "dhcp", 0), "nothing is proved");
	TEST_SAME_TEXT(missed(in_download, VERDICT_FAIL, "download", 0), "");
	TEST_SAME_TEXT(missed(in_download, VERDICT_FAIL, "verify", 0), "a failure in phase download was expected, not in verify");
	TEST_SAME_TEXT(missed(any_in_download, VERDICT_FAIL, "verify", 0), "a failure in phase download was expected, not in verify");
	TEST_SAME_TEXT(missed(any_in_download, VERDICT_PASS, "reboot", 0), "");
	TEST_SAME_TEXT(missed(from_2s_to_3s, VERDICT_PASS, "", 2 * SIM_S - 1), "at least 2s was expected");
	TEST_SAME_TEXT(missed(from_2s_to_3s, VERDICT_PASS, "", 2 * SIM_S), "");
	TEST_SAME_TEXT(missed(from_2s_to_3s, VERDICT_FAIL, "", 3 * SIM_S), "");
	TEST_SAME_TEXT(missed(from_2s_to_3s, VERDICT_FAIL, "", 3 * SIM_S + 1), "at most 3s was expected");
}

static void verdicts_have_names(void)
{
	CU_ASSERT_STRING_EQUAL(verdict_name(VERDICT_PASS), "pass");
	CU_ASSERT_STRING_EQUAL(verdict_name(VERDICT_FAIL), "fail");
	CU_ASSERT_STRING_EQUAL(verdict_name(VERDICT_INCONCLUSIVE), "inconclusive");
}

static void a_silence_that_is_too_long_is_a_hang(void)
{
	begin();
	set_judge("hang", "60s");
	CU_ASSERT_FALSE(report_at(SIM_S, "phase download begin"));
	wire_log_sign(&world.wire, "report 'phase download begin'", true, SIM_S);
	world.wire.others = 7;
	(void)snprintf(world.wire.last_other, sizeof world.wire.last_other, "dhcp.request#3");
	sim_run_until(&world.sim, 61 * SIM_S);
	decide(END_OVERDUE, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(verdict.judge, "hang");
	TEST_SAME_TEXT(verdict.reason,
	               "judge hang: no sign of life for 1min since 1.000 s, in phase download; the last was report 'phase "
	               "download begin'; since then 7 other frames came, the last dhcp.request#3; the far end waits for nothing");
	end();
}

static void a_failure_may_be_expected_of_a_judge(void)
{
	struct expectation expect = {.verdict = EXPECT_FAIL, .judge = "hang"};

	memset(&verdict, 0, sizeof verdict);
	verdict.kind = VERDICT_FAIL;
	(void)snprintf(verdict.judge, sizeof verdict.judge, "storm");
	decide_expectation(&expect, &verdict);
	TEST_SAME_TEXT(verdict.expectation, "a failure found by the judge 'hang' was expected, not by 'storm'");
	(void)snprintf(verdict.judge, sizeof verdict.judge, "hang");
	decide_expectation(&expect, &verdict);
	CU_ASSERT(verdict.met_expectation);
}

static void a_device_that_boots_over_and_over_fails(void)
{
	begin();
	decide(END_DEADLINE, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_INCONCLUSIVE);
	account_reset(&account);
	account_reset(&account);
	decide(END_DEADLINE, NULL);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	TEST_SAME_TEXT(verdict.reason, "start: the device booted 3 times before the deadline and reported nothing; see console.log");
	CU_ASSERT_FALSE(report_at(SIM_S, "phase dhcp begin"));
	decide(END_DEADLINE, NULL);
	TEST_SAME_TEXT(verdict.reason, "dhcp: no result before the deadline; the last report, at 1.000 s, was 'phase dhcp begin'; "
	                               "it had booted 3 times");
	end();
}

static void a_failure_may_be_expected_for_a_reason(void)
{
	struct expectation expect = {.verdict = EXPECT_FAIL, .reason = "timed out*after [0-9]* ms"};

	memset(&verdict, 0, sizeof verdict);
	verdict.kind = VERDICT_FAIL;
	(void)snprintf(verdict.reason, sizeof verdict.reason, "ntp: timed out, after 5000 ms and 2 tries");
	decide_expectation(&expect, &verdict);
	CU_ASSERT(verdict.met_expectation);
	(void)snprintf(verdict.reason, sizeof verdict.reason, "ntp: no address");
	decide_expectation(&expect, &verdict);
	TEST_SAME_TEXT(verdict.expectation, "a failure with 'timed out*after [0-9]* ms' in its reason was expected");
	/* A pass, where it may be one, has another. */
	expect.verdict = EXPECT_ANY;
	verdict.kind = VERDICT_PASS;
	decide_expectation(&expect, &verdict);
	CU_ASSERT(verdict.met_expectation);
}

static void a_fault_that_was_to_act_must_have(void)
{
	struct expectation expect = {.verdict = EXPECT_ANY, .acted = {"lost", "late"}};

	memset(&verdict, 0, sizeof verdict);
	verdict.kind = VERDICT_PASS;
	verdict.acted = 1;
	decide_expectation(&expect, &verdict);
	TEST_SAME_TEXT(verdict.expectation, "the fault 'late' was to act, and never did");
	verdict.kind = VERDICT_FAIL;
	decide_expectation(&expect, &verdict);
	CU_ASSERT_FALSE(verdict.met_expectation);
	verdict.acted = 3;
	decide_expectation(&expect, &verdict);
	CU_ASSERT(verdict.met_expectation);
}

static void a_frozen_plan_of_other_files_shows_nothing(void)
{
	static struct plan frozen;

	memset(&frozen, 0, sizeof frozen);
	memset(&verdict, 0, sizeof verdict);
	verdict.kind = VERDICT_FAIL;
	(void)snprintf(verdict.reason, sizeof verdict.reason, "dhcp: no address");
	(void)snprintf(verdict.image_hash, sizeof verdict.image_hash, "b");
	decide_origin(&frozen, &verdict);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	(void)snprintf(frozen.made.device_image, sizeof frozen.made.device_image, "a");
	frozen.may_differ = true;
	decide_origin(&frozen, &verdict);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	frozen.may_differ = false;
	decide_origin(&frozen, &verdict);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_INCONCLUSIVE);
	TEST_SAME_TEXT(
		verdict.reason,
		"not what the plan was made from: the device as it boots (--anyway is content with that); without that: fail, dhcp: no address");
}

const CU_TestInfo tests_decide[] = {
	{"a device that boots over and over fails", a_device_that_boots_over_and_over_fails},
	{"a failure may be expected for a reason", a_failure_may_be_expected_for_a_reason},
	{"a fault that was to act must have", a_fault_that_was_to_act_must_have},
	{"a frozen plan of other files shows nothing", a_frozen_plan_of_other_files_shows_nothing},
	{"a device that has the image and says so passes", a_device_that_has_the_image_and_says_so_passes},
	{"a device that only says so fails", a_device_that_only_says_so_fails},
	{"an image may come in parts and out of order", an_image_may_come_in_parts_and_out_of_order},
	{"a success that nothing supports is none", a_success_that_nothing_supports_is_none},
	{"a session that a judge ends is that judge's", a_session_that_a_judge_ends_is_that_judges},
	{"a judge goes before the device's reason", a_judge_goes_before_the_devices_reason},
	{"a failure has the device's reason and phase", a_failure_has_the_devices_reason_and_phase},
	{"a result that names no phase keeps the last one", a_result_that_names_no_phase_keeps_the_last_one},
	{"words are compared as a whole", words_are_compared_as_a_whole},
	{"retries are counted and the first failure is kept", retries_are_counted_and_the_first_failure_is_kept},
	{"a failed phase is a failure but no result", a_failed_phase_is_a_failure_but_no_result},
	{"a session without result fails where it hangs", a_session_without_result_fails_where_it_hangs},
	{"a device that never spoke proves nothing", a_device_that_never_spoke_proves_nothing},
	{"what is not modelled proves nothing", what_is_not_modelled_proves_nothing},
	{"what broke on our side proves nothing", what_broke_on_our_side_proves_nothing},
	{"reports of any length are cut", reports_of_any_length_are_cut},
	{"expectation and verdict meet or do not", expectation_and_verdict_meet_or_do_not},
	{"what was missed is told", what_was_missed_is_told},
	{"verdicts have names", verdicts_have_names},
	{"a silence that is too long is a hang", a_silence_that_is_too_long_is_a_hang},
	{"a failure may be expected of a judge", a_failure_may_be_expected_of_a_judge},
	CU_TEST_INFO_NULL,
};
