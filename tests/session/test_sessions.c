/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole sessions: the program as users start it, an emulated device in QEMU, and the files that a
 * run leaves.
 *
 * Most tests let the device download a small image, since most of a session is its download.
 */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_sessions[];

#define OUTPUT_MAX 65536
#define DIGEST_LENGTH 32
#define PIDS_MAX 64
#define WAIT_S 60

enum { STATUS_PASSED = 0, STATUS_FAILED = 1, STATUS_INCONCLUSIVE = 125 };

#define CLEAN "scenarios/first/clean.yaml"
#define LOST_SYN "scenarios/first/lost-syn.yaml"
#define SMALL "name: small\nimage: small.bin\ndeadline: 5min\n"

static char output[OUTPUT_MAX];

/* -- running -- */

/*
 * Runs stutter in the test's folder, in which small.bin lies; what it printed is left in `output`.
 */
#define stutter(...) session_fixture_run(output, sizeof output, __VA_ARGS__)

/* -- what a run leaves behind -- */

static double verdict_number(const char *session, const char *key)
{
	char name[PATH_MAX];

	(void)snprintf(name, sizeof name, "%s/verdict.json", session);
	json_t *json = session_fixture_load(name);
	double value = json_number_value(json_object_get(json, key));
	json_decref(json);
	return value;
}

static void expect_same_digest(const char *session, const char *other)
{
	const char *digest = session_fixture_verdict(session, "digest");

	CU_ASSERT_EQUAL(strlen(digest), DIGEST_LENGTH);
	TEST_SAME_TEXT(session_fixture_verdict(other, "digest"), digest);
}

/* -- the promise: the same plan, the same digest -- */

static void the_same_plan_twice_side_by_side(void)
{
	char clean[PATH_MAX], line[128];

	test_expect_status(output, stutter("run %s --twice --jobs 2 --out r", session_fixture_absolute(CLEAN, clean)), STATUS_PASSED);
	expect_same_digest("r/clean/seed-1", "r/clean/seed-1-again");
	(void)snprintf(line, sizeof line, "clean on reference, seed 1: the same twice, digest %s\n",
	               session_fixture_verdict("r/clean/seed-1", "digest"));
	TEST_CONTAINS(output, line);
	char *once = session_fixture_file("r/clean/seed-1", "trace.txt"),
	     *again = session_fixture_file("r/clean/seed-1-again", "trace.txt");
	TEST_SAME_TEXT(again, once);
	free(once);
	free(again);
	TEST_SAME_TEXT(session_fixture_verdict("r/clean/seed-1", "verdict"), "pass");
}

/* Keeps every core busy until it is killed. */
static void start_spinning(pid_t pids[], long cores)
{
	for (long i = 0; i < cores; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			(void)alarm(WAIT_S);
			for (volatile unsigned n = 0;; n++)
				;
		}
		CU_ASSERT_FATAL(pids[i] > 0);
	}
}

static void end_all(const pid_t pids[], long number)
{
	for (long i = 0; i < number; i++) {
		(void)kill(pids[i], SIGKILL);
		(void)waitpid(pids[i], NULL, 0);
	}
}

static void the_same_plan_on_busy_cores(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	char clean[PATH_MAX];
	pid_t pids[PIDS_MAX];

	cores = cores > PIDS_MAX ? PIDS_MAX : cores;
	test_expect_status(output, stutter("run %s --jobs 1 --out quiet", session_fixture_absolute(CLEAN, clean)), STATUS_PASSED);
	start_spinning(pids, cores);
	int status = stutter("run %s --jobs 1 --out busy", clean);
	end_all(pids, cores);
	test_expect_status(output, status, STATUS_PASSED);
	expect_same_digest("quiet/clean/seed-1", "busy/clean/seed-1");
}

/* Builds the guest again, elsewhere and from its sources, boots it, and saves it anew. */
static void the_same_plan_on_a_freshly_built_device(void)
{
	char build[PATH_MAX];

	(void)session_fixture_absolute(test_build(), build);
	test_write("small.yaml", SMALL);
	test_expect_status(output, stutter("run small.yaml --out old"), STATUS_PASSED);
	int status = test_shell(
		output, sizeof output,
		"mkdir -p %s/tree/build %s/tree/emulator && cp -r emulator/devices %s/tree/emulator/ && cp %s %s/tree/build/stutter && "
		"cp %s/image.bin %s/tree/build/ && ln -s %s/kernel %s/sysroot %s/packages.stamp %s/tree/build/",
		test_folder(), test_folder(), test_folder(), test_program(), test_folder(), build, test_folder(), build, build, build,
		test_folder());
	test_expect_status(output, status, 0);
	status = test_shell(output, sizeof output,
	                    "env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make B=%s/tree/build -o %s/tree/build/packages.stamp guest",
	                    test_folder(), test_folder());
	test_expect_status(output, status, 0);
	status = test_shell(output, sizeof output,
	                    "for name in initramfs clients; do cmp %s/guest/$name.cpio %s/tree/build/guest/$name.cpio || exit; done", build,
	                    test_folder());
	test_expect_status(output, status, 0);
	status = test_shell(output, sizeof output, "cd %s && tree/build/stutter run small.yaml --out new", test_folder());
	test_expect_status(output, status, STATUS_PASSED);
	TEST_SAME_TEXT(session_fixture_verdict("new/small/seed-1", "device_image"),
	               session_fixture_verdict("old/small/seed-1", "device_image"));
	char *old = session_fixture_file("old/small/seed-1", "trace.txt"), *new = session_fixture_file("new/small/seed-1", "trace.txt");
	TEST_SAME_TEXT(new, old);
	free(old);
	free(new);
	expect_same_digest("old/small/seed-1", "new/small/seed-1");
}

static void another_seed_is_another_session(void)
{
	test_write("small.yaml", SMALL);
	test_expect_status(output, stutter("run small.yaml --seeds 1..2 --out r"), STATUS_PASSED);
	CU_ASSERT_STRING_NOT_EQUAL(session_fixture_verdict("r/small/seed-1", "digest"),
	                           session_fixture_verdict("r/small/seed-2", "digest"));
}

#define RANDOM_FAULTS \
	"faults:\n" \
	"  - {name: bursts, direction: to-device, gemodel: {p: 2%, r: 30%}}\n" \
	"  - {name: jitter, probability: 20%, delay: {time: 8ms, jitter: 5ms}}\n" \
	"  - {name: silence, filter: tcp, nth: 40, outage: 2s}\n"

static void a_plan_of_a_run_repeats_it(void)
{
	test_write("small.yaml", SMALL RANDOM_FAULTS "expect: {verdict: any}\n");
	test_expect_status(output, stutter("run small.yaml --seed 7 --out a"), STATUS_PASSED);
	test_expect_status(output, stutter("run a/small/seed-7/plan.yaml --out b"), STATUS_PASSED);
	expect_same_digest("a/small/seed-7", "b/small/seed-7");
	char *trace = session_fixture_file("a/small/seed-7", "trace.txt");
	CU_ASSERT(test_count(trace, "'bursts' drop") > 0 && test_count(trace, "'jitter' delay") > 0 &&
	          test_count(trace, "'silence' drop") > 0);
	free(trace);
	/* All but the comment in front, which tells where the plan came from. */
	char *a = session_fixture_file("a/small/seed-7", "plan.yaml"), *b = session_fixture_file("b/small/seed-7", "plan.yaml");
	TEST_SAME_TEXT(strchr(b, '\n'), strchr(a, '\n'));
	free(a);
	free(b);
}

static void lost_syns_make_it_later(void)
{
	char clean[PATH_MAX], lost[PATH_MAX];

	test_expect_status(
		output,
		stutter("run %s %s --jobs 2 --out r", session_fixture_absolute(CLEAN, clean), session_fixture_absolute(LOST_SYN, lost)),
		STATUS_PASSED);
	double later = verdict_number("r/lost-syn/seed-1", "virtual_s") - verdict_number("r/clean/seed-1", "virtual_s");
	/* RFC 6298 5.7: the retransmission timer of a SYN starts at 1 s and doubles. */
	CU_ASSERT(later > 2.9 && later < 3.2);
	char *trace = session_fixture_file("r/lost-syn/seed-1", "trace.txt");
	CU_ASSERT_EQUAL(test_count(trace, "'lost SYN' drop -> dropped\n"), 2);
	TEST_CONTAINS(trace, "fault   'lost SYN': ");
	TEST_CONTAINS(trace, " 2 applied\n");
	free(trace);
}

/* -- frozen plans -- */

#define FROZEN_FAULTS \
	RANDOM_FAULTS \
	"  - {name: stall, at: 'enc.tx#30', tx_stall: false}\n" \
	"  - {name: flap, from: 'http.request#3', carrier: 1s}\n" \
	"  - {name: unplugged, from: 'enc.tx#60', carrier: 500ms}\n" \
	"  - {name: late, at: 'http.response[http]', during: download, delay: 50ms}\n"

static void a_replay_repeats_what_took_effect_without_dice(void)
{
	test_write("small.yaml", SMALL FROZEN_FAULTS "expect: {verdict: any}\n");
	test_expect_status(output, stutter("run small.yaml --seed 7 --out a"), STATUS_PASSED);
	/* The faults themselves are taken out: only the decisions are left to act. */
	test_expect_status(output,
	                   test_shell(output, sizeof output,
	                              "cd %s && sed '/^faults:/,/^expect:/{/^expect:/!d}' a/small/seed-7/plan.yaml >frozen.yaml",
	                              test_folder()),
	                   0);
	test_expect_status(output, stutter("replay frozen.yaml --out b"), STATUS_PASSED);
	expect_same_digest("a/small/seed-7", "b/small/seed-7");
	char *trace = session_fixture_file("b/small/seed-7", "trace.txt"), *list = session_fixture_file("b/small/seed-7", "replay.txt");
	CU_ASSERT(test_count(trace, "'bursts' drop") > 0 && test_count(trace, "'stall' tx_stall") == 1 &&
	          test_count(trace, "'flap' carrier") == 1);
	CU_ASSERT(test_count(list, "found  ") > 3 && test_count(list, "not found") == 0);
	free(trace);
	free(list);
}

static void a_replay_on_another_device_lists_what_it_did_not_find(void)
{
	test_write("small.yaml", SMALL RANDOM_FAULTS "  - {name: fourth, at: 'tcp.syn#3', drop: true}\nexpect: {verdict: any}\n");
	test_write("other.yaml", "name: other\nagent: {retries: 1, backoff: 3s, connect_timeout: 2s}\ndhcp: {tries: 1}\n");
	test_expect_status(output, stutter("run small.yaml --seed 7 --out a"), STATUS_PASSED);
	test_expect_status(output,
	                   test_shell(output, sizeof output,
	                              "cd %s && sed 's|tcp.syn.80.3.#1|tcp.syn[80/9]#1|' a/small/seed-7/plan.yaml >frozen.yaml",
	                              test_folder()),
	                   0);
	test_expect_status(output, stutter("replay frozen.yaml --device other.yaml --out b"), STATUS_INCONCLUSIVE);
	TEST_CONTAINS(output, "decisions before the end found their address");
	char *list = session_fixture_file("b/small/seed-7", "replay.txt");
	CU_ASSERT(test_count(list, "not found") > 0 && test_count(list, "found  ") > 0);
	free(list);
	test_expect_status(output, stutter("replay frozen.yaml --device other.yaml --least 0%% --out c"), STATUS_PASSED);
	test_expect_status(output, stutter("replay small.yaml --out d"), 2);
	TEST_CONTAINS(output, "small.yaml:1:1: this is not a frozen plan");
}

static void the_summary_tells_what_each_fault_did(void)
{
	test_write("small.yaml",
	           SMALL "faults:\n  - {name: never, at: 'tcp.rst#99', drop: true}\n  - {name: once, at: 'tcp.syn#1', drop: true}\n");
	test_expect_status(output, stutter("run small.yaml --out r"), STATUS_PASSED);
	TEST_CONTAINS(output, "'never' never matched anything");
	CU_ASSERT_PTR_NULL(strstr(output, "'once' never"));
	json_t *summary = session_fixture_load("r/summary.json");
	json_t *rules = json_object_get(json_array_get(json_object_get(summary, "sessions"), 0), "rules");
	CU_ASSERT_EQUAL(json_array_size(rules), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(rules, 0), "matched")), 0);
	CU_ASSERT(json_integer_value(json_object_get(json_array_get(rules, 0), "seen")) > 100);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(rules, 1), "applied")), 1);
	json_decref(summary);
}

static void the_addresses_of_a_session_can_be_listed(void)
{
	test_write("small.yaml", SMALL);
	test_expect_status(output, stutter("run small.yaml --addresses --out r"), STATUS_PASSED);
	TEST_CONTAINS(output, "  to-server dhcp.discover#1\n");
	TEST_CONTAINS(output, "  to-device tcp.synack[80/1]#1\n");
	TEST_CONTAINS(output, "  to-server http.request[80/1]#1");
	TEST_CONTAINS(output, "  board     enc.tx#1..");
}

/* -- the folder -- */

/* A line of tc gets a note on its meaning here, unless the meaning of Linux was asked for. */
static void a_correlation_of_tcs_is_noted(void)
{
	test_write("small.yaml", SMALL "faults: [{name: tc, netem: loss 5% 25%}]\nexpect: {verdict: any}\n");
	test_expect_status(output, stutter("run small.yaml --out r"), STATUS_PASSED);
	TEST_CONTAINS(output,
	              "NOTE: small: fault 'tc: loss' loses 5% of the frames here and 0.189% on Linux, where a correlation moves the rate; "
	              "`netem_exact: true` means Linux' arithmetic");
	test_expect_status(output, stutter("check small.yaml"), STATUS_PASSED);
	TEST_CONTAINS(output, "# note: fault 'tc: loss' loses 5%");
	test_write("small.yaml",
	           SMALL "faults: [{name: tc, netem: loss 20% 25% duplicate 50%, netem_exact: true}]\nexpect: {verdict: any}\n");
	test_expect_status(output, stutter("run small.yaml --twice --out exact"), STATUS_PASSED);
	CU_ASSERT_PTR_NULL(strstr(output, "NOTE"));
	test_expect_status(output, stutter("replay exact/small/seed-1/plan.yaml --out again"), STATUS_PASSED);
	expect_same_digest("exact/small/seed-1", "again/small/seed-1");
}

static void the_folder_holds_all_that_is_promised(void)
{
	static const char *const names[] = {"r/run.json",
	                                    "r/index.html",
	                                    "r/results.tap",
	                                    "r/junit.xml",
	                                    "r/summary.json",
	                                    "r/small/seed-1/plan.yaml",
	                                    "r/small/seed-1/trace.txt",
	                                    "r/small/seed-1/device.pcapng",
	                                    "r/small/seed-1/server.pcapng",
	                                    "r/small/seed-1/console.log",
	                                    "r/small/seed-1/series.csv",
	                                    "r/small/seed-1/verdict.json",
	                                    "r/small/seed-1/session.html",
	                                    "r/small/seed-1/data.js",
	                                    "r/compare.html",
	                                    "r/assets/session.js"};
	struct stat status;

	test_write("small.yaml", SMALL);
	test_expect_status(output, stutter("run small.yaml --seeds 1..2 --out r"), STATUS_PASSED);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		CU_ASSERT(stat(test_path(names[i]), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0);
	json_t *summary = session_fixture_load("r/summary.json");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "sessions_run")), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "passed")), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "not_as_expected")), 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(summary, "sessions")), 2);
	json_decref(summary);
}

/* The reports made at the end of a run are those made from its folder later. */
static void a_report_made_anew_is_the_same(void)
{
	test_write("small.yaml", SMALL "expect: {verdict: fail}\n");
	test_expect_status(output, stutter("run small.yaml --seeds 1..2 --out r"), STATUS_FAILED);
	char *at = strstr(output, "\nFAIL") != NULL ? strstr(output, "\nFAIL") : strstr(output, "\nPASS, UNEXPECTED");
	CU_ASSERT_FATAL(at != NULL);
	char *told = strdup(at);
	test_expect_status(output,
	                   test_shell(output, sizeof output,
	                              "cd %s/r && mkdir ../old && mv index.html junit.xml results.tap summary.json ../old", test_folder()),
	                   0);
	test_expect_status(output, stutter("report r"), STATUS_FAILED);
	TEST_SAME_TEXT(output, told);
	test_expect_status(
		output, test_shell(output, sizeof output, "cd %s && for f in old/*; do cmp $f r/${f#old/} || exit 1; done", test_folder()),
		0);
	free(told);
}

static void the_verdict_has_its_members(void)
{
	static const char *const texts[] = {"scenario", "device", "verdict", "reason", "digest", "ended"};
	static const char *const seconds[] = {"virtual_s", "wall_s", "restore_s", "harness_cpu_s"};

	test_write("small.yaml", SMALL);
	test_expect_status(output, stutter("run small.yaml --seed 5 --out r"), STATUS_PASSED);
	json_t *json = session_fixture_load("r/small/seed-5/verdict.json");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		CU_ASSERT(json_is_string(json_object_get(json, texts[i])));
	for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
		CU_ASSERT(json_is_real(json_object_get(json, seconds[i])) && json_real_value(json_object_get(json, seconds[i])) > 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json, "scenario")), "small");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json, "device")), "reference");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json, "verdict")), "pass");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "seed")), 5);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "image_bytes")), 200000);
	CU_ASSERT(json_is_true(json_object_get(json, "as_expected")));
	json_decref(json);
}

static void the_digest_is_that_of_the_trace(void)
{
	char digest[DIGEST_LENGTH + 1];

	test_write("small.yaml", SMALL);
	test_expect_status(output, stutter("run small.yaml --out r"), STATUS_PASSED);
	test_expect_status(
		output,
		test_shell(output, sizeof output, "cd %s/r/small/seed-1 && grep -v '^# ' trace.txt >trace.txt.digested", test_folder()), 0);
	char *trace = session_fixture_file("r/small/seed-1", "trace.txt.digested");
	XXH128_hash_t hash = XXH3_128bits(trace, strlen(trace));
	(void)snprintf(digest, sizeof digest, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64, (uint64_t)hash.low64);
	TEST_SAME_TEXT(session_fixture_verdict("r/small/seed-1", "digest"), digest);
	free(trace);
}

static void junit_is_well_formed(void)
{
	test_needs_program("xmllint");
	test_write("odd.yaml", "name: \"<odd> & \\\"quoted\\\"\"\nimage: small.bin\nexpect: {verdict: fail}\n");
	test_expect_status(output, stutter("run odd.yaml --out r"), STATUS_FAILED);
	test_expect_status(output, test_shell(output, sizeof output, "xmllint --noout %s", test_path("r/junit.xml")), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "xmllint --xpath 'string(/testsuites/testsuite/testcase/failure/@message)' %s",
	                           test_path("r/junit.xml")),
	                0);
	TEST_CONTAINS(output, "fail was expected");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "xmllint --xpath 'string(/testsuites/testsuite/@name)' %s", test_path("r/junit.xml")), 0);
	TEST_CONTAINS(output, "<odd> & \"quoted\"");
}

/* -- verdicts -- */

static void an_impatient_device_fails(void)
{
	char lost[PATH_MAX];

	test_write("impatient.yaml", "name: impatient\nagent: {retries: 0, connect_timeout: 2s}\n");
	test_expect_status(output, stutter("run %s --device ./impatient.yaml --out r", session_fixture_absolute(LOST_SYN, lost)),
	                   STATUS_FAILED);
	TEST_SAME_TEXT(session_fixture_verdict("r/lost-syn/seed-1", "verdict"), "fail");
	TEST_SAME_TEXT(session_fixture_verdict("r/lost-syn/seed-1", "device"), "impatient");
	CU_ASSERT_EQUAL(strncmp(session_fixture_verdict("r/lost-syn/seed-1", "reason"), "connect: ", 9), 0);
	TEST_SAME_TEXT(session_fixture_verdict("r/lost-syn/seed-1", "expectation"), "pass was expected");
	TEST_CONTAINS(session_fixture_verdict("r/lost-syn/seed-1", "first_trouble"), " s: phase connect failed: ");
}

static void a_client_that_hangs_meets_the_deadline(void)
{
	test_write("hang.yaml", "name: hang\ndeadline: 30s\ndevice: {name: d, client: sleep 100000}\n");
	test_expect_status(output, stutter("run hang.yaml --out r"), STATUS_FAILED);
	TEST_SAME_TEXT(session_fixture_verdict("r/hang/seed-1", "verdict"), "fail");
	TEST_CONTAINS(session_fixture_verdict("r/hang/seed-1", "reason"), ": no result before the deadline; the last report, at ");
	CU_ASSERT_EQUAL(verdict_number("r/hang/seed-1", "virtual_s"), 30.0);
}

static void a_client_of_ones_own_is_judged(void)
{
	test_write("three.yaml", "name: three\ndevice: {name: d, client: exit 3}\n");
	test_write("zero.yaml", "name: zero\nimage: small.bin\ndevice: {name: d, client: \"true\"}\nexpect: {whole: false}\n");
	test_expect_status(output, stutter("run three.yaml zero.yaml --out r"), STATUS_FAILED);
	TEST_SAME_TEXT(session_fixture_verdict("r/three/seed-1", "verdict"), "fail");
	TEST_SAME_TEXT(session_fixture_verdict("r/three/seed-1", "reason"), "client: exit status 3");
	TEST_SAME_TEXT(session_fixture_verdict("r/zero/seed-1", "verdict"), "pass");
	TEST_SAME_TEXT(session_fixture_verdict("r/zero/seed-1", "reason"), "the client reports success; it never asked for an image");
}

/* What a session comes to, what is expected of it, and whether that is met. */
struct expected {
	const char *name, *rest, *expectation; /* expectation: what is missed, "" if nothing */
};

static void expectations_decide_the_exit_status(void)
{
	static const char fails[] = "device: {name: d, client: exit 3}\n", passes[] = "image: small.bin\n";
	static const struct expected rows[] = {
		{"pass-any", "{verdict: any}", ""},
		{"pass-fail", "{verdict: fail}", "fail was expected"},
		{"pass-late", "{at_least: 4min}", "at least 4min was expected"},
		{"pass-soon", "{at_most: 1ms}", "at most 1ms was expected"},
		{"pass-between", "{at_least: 1ms, at_most: 1h}", ""},
		{"fail-any", "{verdict: any}", ""},
		{"fail-fail", "{verdict: fail}", ""},
		{"fail-pass", "{verdict: pass}", "pass was expected"},
		{"fail-client", "{verdict: fail, phase: client}", ""},
		{"fail-other", "{verdict: fail, phase: download}", "a failure in phase download was expected, not in client"},
	};
	char name[64], text[512], session[64];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(name, sizeof name, "%s.yaml", rows[i].name);
		(void)snprintf(text, sizeof text, "name: %s\n%sexpect: %s\n", rows[i].name, rows[i].name[0] == 'f' ? fails : passes,
		               rows[i].rest);
		test_write(name, text);
	}
	test_expect_status(output, stutter("run pass-*.yaml fail-*.yaml --jobs 2 --out r"), STATUS_FAILED);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(session, sizeof session, "r/%s/seed-1", rows[i].name);
		TEST_SAME_TEXT(session_fixture_verdict(session, "verdict"), rows[i].name[0] == 'f' ? "fail" : "pass");
		TEST_SAME_TEXT(session_fixture_verdict(session, "expectation"), rows[i].expectation);
	}
	json_t *summary = session_fixture_load("r/summary.json");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "not_as_expected")), 5);
	json_decref(summary);
	test_expect_status(output, stutter("run pass-any.yaml pass-between.yaml fail-any.yaml fail-fail.yaml fail-client.yaml --out met"),
	                   STATUS_PASSED);
	test_expect_status(output, stutter("run pass-any.yaml fail-other.yaml --out missed"), STATUS_FAILED);
}

static void every_scenario_comes_out_as_it_expects(void)
{
	char clean[PATH_MAX], lost[PATH_MAX], outage[PATH_MAX], chip[PATH_MAX];

	test_expect_status(output,
	                   stutter("run %s %s %s %s --out r", session_fixture_absolute(CLEAN, clean),
	                           session_fixture_absolute(LOST_SYN, lost),
	                           session_fixture_absolute("scenarios/first/long-outage.yaml", outage),
	                           session_fixture_absolute("scenarios/chip", chip)),
	                   STATUS_PASSED);
}

/* The scenario exists to show both outcomes. */
static void a_flaky_link_passes_with_some_seeds_and_fails_with_others(void)
{
	char flaky[PATH_MAX];

	test_expect_status(output,
	                   stutter("run %s --seeds 1..6 --out r", session_fixture_absolute("scenarios/first/flaky-link.yaml", flaky)),
	                   STATUS_FAILED);
	TEST_CONTAINS(output, "\npass ");
	TEST_CONTAINS(output, "first problem ");
	TEST_CONTAINS(output, "  faults then     'bursts' gemodel");
}

const CU_TestInfo tests_sessions[] = {
	{"every scenario comes out as it expects", every_scenario_comes_out_as_it_expects},
	{"a flaky link passes with some seeds and fails with others", a_flaky_link_passes_with_some_seeds_and_fails_with_others},
	{"the same plan twice, side by side", the_same_plan_twice_side_by_side},
	{"the same plan on busy cores", the_same_plan_on_busy_cores},
	{"the same plan on a freshly built device", the_same_plan_on_a_freshly_built_device},
	{"another seed is another session", another_seed_is_another_session},
	{"a plan of a run repeats it", a_plan_of_a_run_repeats_it},
	{"a replay repeats what took effect, without dice", a_replay_repeats_what_took_effect_without_dice},
	{"a replay on another device lists what it did not find", a_replay_on_another_device_lists_what_it_did_not_find},
	{"the summary tells what each fault did", the_summary_tells_what_each_fault_did},
	{"the addresses of a session can be listed", the_addresses_of_a_session_can_be_listed},
	{"lost SYNs make it later", lost_syns_make_it_later},
	{"a correlation of tc's is noted", a_correlation_of_tcs_is_noted},
	{"the folder holds all that is promised", the_folder_holds_all_that_is_promised},
	{"a report made anew is the same", a_report_made_anew_is_the_same},
	{"the verdict has its members", the_verdict_has_its_members},
	{"the digest is that of the trace", the_digest_is_that_of_the_trace},
	{"junit.xml is well formed", junit_is_well_formed},
	{"an impatient device fails", an_impatient_device_fails},
	{"a client that hangs meets the deadline", a_client_that_hangs_meets_the_deadline},
	{"a client of one's own is judged", a_client_of_ones_own_is_judged},
	{"expectations decide the exit status", expectations_decide_the_exit_status},
	CU_TEST_INFO_NULL,
};
