/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole update in whole sessions: stages, TLS, flash, reset, confirmation, and the verdicts of
 * the judges. Images are small, so that a session takes seconds.
 */
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_staged[];

#define SERVER "server: {os_size: 16KiB, app_size: 4KiB}\n"

static char output[262144];

/* Runs a scenario of this text with these words; expects this exit status. */
static void run(const char *text, const char *words, int expected)
{
	session_fixture_needs("initramfs.cpio");
	(void)test_write("s.yaml", text);
	int status = test_shell(output, sizeof output, "cd %s && %s run s.yaml %s", test_folder(), test_program(), words);
	if (status != expected)
		printf("    exit status %d; it printed\n%s\n", status, output);
	CU_ASSERT_EQUAL_FATAL(status, expected);
}

/* The parts must stand in the text in this order. */
static void expect_in_order(const char *text, const char *const parts[])
{
	for (; *parts != NULL; parts++) {
		const char *found = strstr(text, *parts);
		if (found == NULL)
			printf("    not there, or not in its place: %s\n", *parts);
		CU_ASSERT_PTR_NOT_NULL_FATAL(found);
		text = found + strlen(*parts);
	}
}

/*
 * Every message of the bus is a line of this form, the latest last; so two runs can be compared,
 * and the first line that differs shows where it began.
 */
static void expect_messages(const char *bus, const char *verdict)
{
	static const char form[] = "^[0-9]+ cs [01], [0-9]+ B, mosi [0-9a-f]{16} miso [0-9a-f]{16}: [0-9a-f]{2}/[0-9a-f]{2}"
				   "( [0-9a-f]{2}/[0-9a-f]{2}){0,7}\n";
	const char *messages = strstr(verdict, "\"spi_messages\": ");
	unsigned long lines = 0, flash = 0;
	unsigned long long last = 0;
	regmatch_t match;
	regex_t line;

	CU_ASSERT_PTR_NOT_NULL_FATAL(messages);
	CU_ASSERT_EQUAL_FATAL(regcomp(&line, form, REG_EXTENDED), 0);
	for (; *bus != '\0'; bus += match.rm_eo, lines++) {
		char text[128];
		(void)snprintf(text, sizeof text, "%.*s", (int)strcspn(bus, "\n") + 1, bus);
		if (regexec(&line, text, 1, &match, 0) != 0)
			printf("    not of the form: %s\n", text);
		CU_ASSERT_EQUAL_FATAL(regexec(&line, text, 1, &match, 0), 0);
		unsigned long long now = strtoull(text, NULL, 10);
		CU_ASSERT_FATAL(now >= last);
		last = now;
		flash += strstr(text, " cs 1, ") != NULL;
	}
	regfree(&line);
	CU_ASSERT_EQUAL(lines, strtoul(strchr(messages, ':') + 1, NULL, 10));
	CU_ASSERT(flash > 100 && lines - flash > 1000);
}

static void a_device_updates_in_three_stages_and_twice_the_same(void)
{
	static const char *const story[] = {"boot slot A version 21.10 state confirmed",
	                                    "client certificate of board-0001",
	                                    "phase download ok prerequisite, ",
	                                    "phase download ok os, 16384 bytes",
	                                    "phase activate ok",
	                                    "phase reboot begin",
	                                    "the device has booted again (boot 2)",
	                                    "boot slot B version 22.02 state trial",
	                                    "phase confirm ok slot B, version 22.02",
	                                    "phase download ok deployment, 4096 bytes",
	                                    "result pass",
	                                    "pass: updated to version 22.02",
	                                    NULL};

	run("name: s\ndevice: \"21.10\"\n" SERVER "expect: {told: true, poll: true, traffic: 1, storm: 25, leak: 64KiB, hang: 1min}\n",
	    "--jobs 2 --twice --bus --out r", 0);
	TEST_CONTAINS(output, "the same twice");
	char *trace = test_read_own("r/s/seed-1/trace.txt"), *first = test_read_own("r/s/seed-1/bus.txt"),
	     *again = test_read_own("r/s/seed-1-again/bus.txt");
	expect_in_order(trace, story);
	CU_ASSERT_EQUAL(strcmp(first, again), 0);
	char *verdict = test_read_own("r/s/seed-1/verdict.json");
	expect_messages(first, verdict);
	free(verdict);
	free(trace);
	free(first);
	free(again);
	/*
	 * The requests decrypted with the secrets of each capture are those that the service has
	 * logged.
	 */
	test_needs_program("tshark");
	CU_ASSERT_EQUAL_FATAL(
		test_shell(
			output, sizeof output,
			"cd %s/r/s/seed-1 && sed -n 's/.* http    #[0-9]* \\([A-Z]*\\) \\([^ ]*\\) -> .*/\\1\\t\\2/p' trace.txt >told && "
			"for end in device server; do tshark -r $end.pcapng -Y http.request -T fields -e http.request.method -e "
			"http.request.uri 2>/dev/null >seen; diff seen told || exit 1; done && wc -l <seen",
			test_folder()),
		0);
	CU_ASSERT(atoi(output) > 10);
}

/* The image stops in its middle, for good. */
#define STALLED \
	"name: s\ndevice: \"%s\"\n" SERVER \
	"faults:\n- name: peer gone\n  http_truncate: {at_byte: 9kB, end: stall}\n  path: '/images/os*'\n" \
	"  first: 1\nexpect: {hang: 5min}\n"

static void one_plan_has_another_verdict_with_another_release(void)
{
	char text[512];

	(void)snprintf(text, sizeof text, STALLED, "21.10");
	run(text, "--jobs 1 --out r", 0);
	run(text, "--jobs 1 --out w --device 22.01", 1);
	TEST_CONTAINS(output, "judge hang: no sign of life for 5min");
	TEST_CONTAINS(output, "the far end waits on 203.0.113.30:443 (ESTABLISHED");
	TEST_CONTAINS(output, "last frames ");
	TEST_FILE_CONTAINS("w/s/seed-1/verdict.json", "\"judge\": \"hang\"");
}

static void a_power_cut_costs_an_image_and_no_more(void)
{
	static const char *const story[] = {"'cut' power_cut",      "power   off",
	                                    "power   on",           "boot slot A version 21.10 state confirmed",
	                                    "phase download ok os", "boot slot B version 22.02 state trial",
	                                    "result pass",          NULL};

	run("name: s\ndevice: \"21.10\"\n" SERVER "faults:\n- name: cut\n  power_cut: {after: 50%, for: 2s}\n  nth: 40\n",
	    "--jobs 2 --twice --out r", 0);
	TEST_CONTAINS(output, "the same twice");
	char *trace = test_read_own("r/s/seed-1/trace.txt");
	expect_in_order(trace, story);
	TEST_CONTAINS(trace, " 1 torn, 0 findings");
	free(trace);
}

/*
 * The seed is the operation's number: the last of them must be one that there is, and the one
 * behind it one that there is not.
 */
static void the_library_cuts_every_operation_of_an_update(void)
{
	char library[PATH_MAX];

	session_fixture_needs("initramfs.cpio");
	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath("scenarios/flash/cut-every.yaml", library));
	char *text = test_read(library);
	const char *seeds = text != NULL ? strstr(text, "\nseeds: 1..") : NULL;
	CU_ASSERT_PTR_NOT_NULL_FATAL(seeds);
	unsigned long last = strtoul(strstr(seeds, "..") + 2, NULL, 10);
	free(text);
	int status =
		test_shell(output, sizeof output,
	                   "cd %s && %s run %s --seeds %lu..%lu --jobs 2 --out r && grep -c ' 1 torn, ' r/cut-every/seed-%lu/trace.txt; "
	                   "grep -c ' 0 torn, ' r/cut-every/seed-%lu/trace.txt",
	                   test_folder(), test_program(), library, last, last + 1, last, last + 1);
	CU_ASSERT_EQUAL(status, 0);
	TEST_CONTAINS(output, "\n1\n1\n");
}

static void a_system_that_crashes_is_rolled_back_and_told(void)
{
	run("name: s\ndevice: \"21.10\"\nserver: {os_size: 16KiB, app_size: 4KiB, os_behaviour: crash}\n"
	    "expect: {verdict: fail, phase: confirm, told: true, poll: true}\n",
	    "--jobs 1 --out r", 0);
	TEST_CONTAINS(output, "1 confirmed failure.");
	TEST_CONTAINS(output, "confirmed failure of 21.10: confirm: rolled back: slot B: no try is left");
	TEST_FILE_CONTAINS("r/s/seed-1/trace.txt", "(boot 5)");
}

static void faults_of_service_and_flash_are_replayed(void)
{
	run("name: s\ndevice: \"21.10\"\n" SERVER "faults:\n- name: busy\n  nor_stuck: 3s\n  nth: 30\n- name: refused\n"
	    "  http_status: {code: 503}\n  host: 'core*'\n  probability: 50%\n",
	    "--jobs 1 --out r", 0);
	TEST_FILE_CONTAINS("r/s/seed-1/trace.txt", "'refused' http_status");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output,
	                   "cd %s && %s replay r/s/seed-1/plan.yaml --jobs 1 --out p && grep -h '\"digest\"' r/s/seed-1/verdict.json "
	                   "p/s/seed-1/verdict.json | sort -u | wc -l && cat p/s/seed-1/replay.txt",
	                   test_folder(), test_program()),
		0);
	TEST_CONTAINS(output, "\n1\n");
	TEST_CONTAINS(output, "found       'busy' nor_stuck at nor.op#30");
}

const CU_TestInfo tests_staged[] = {
	{"a device updates in three stages, and twice the same", a_device_updates_in_three_stages_and_twice_the_same},
	{"one plan has another verdict with another release", one_plan_has_another_verdict_with_another_release},
	{"a power cut costs an image and no more", a_power_cut_costs_an_image_and_no_more},
	{"the library cuts every operation of an update", the_library_cuts_every_operation_of_an_update},
	{"a system that crashes is rolled back and told", a_system_that_crashes_is_rolled_back_and_told},
	{"faults of service and flash are replayed", faults_of_service_and_flash_are_replayed},
	CU_TEST_INFO_NULL,
};
