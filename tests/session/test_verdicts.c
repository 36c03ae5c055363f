/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts of whole sessions are right. */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_verdicts[];

#define OUTPUT_MAX 16384

static char output[OUTPUT_MAX];

static void run(const char *scenario, const char *options, int status)
{
	session_fixture_scenario(output, sizeof output, 102400, scenario, options, status);
}

static json_int_t verdict_number(const char *member)
{
	char *text = test_read_own("r/s/seed-1/verdict.json");
	json_t *json = json_loads(text, 0, NULL);
	json_int_t number = (json_int_t)json_number_value(json_object_get(json, member));

	json_decref(json);
	free(text);
	return number;
}

/*
 * A queue of 256 kbit/s holds most of what a server hands to TCP when a connection is reset: the
 * device never pays for that.
 */
static void traffic_is_what_reaches_the_device(void)
{
	static const char scenario[] = "name: s\nimage: image.bin\ndeadline: 30min\nfaults:\n"
				       "- {name: slow, rate: 256kbit, direction: to-device}\n"
				       "- {name: r3, forge: {what: rst, to: both}, at: 'tcp.data[http/3]#4'}\n"
				       "- {name: r4, forge: {what: rst, to: both}, at: 'tcp.data[http/4]#4'}\n"
				       "- {name: r5, forge: {what: rst, to: both}, at: 'tcp.data[http/5]#4'}\n"
				       "- {name: r6, forge: {what: rst, to: both}, at: 'tcp.data[http/6]#4'}\n"
				       "expect: {verdict: pass, traffic: 2}\n";

	session_fixture_needs("initramfs.cpio");
	run(scenario, "", 0);
	CU_ASSERT(verdict_number("image_bytes") > 102400 && verdict_number("image_bytes") < 204800);
	TEST_FILE_CONTAINS("r/s/seed-1/trace.txt", "forged by 'r3'");
}

static void every_flow_counts_its_image_bytes(void)
{
	session_fixture_needs("clients.cpio");
	run("name: s\nimage: image.bin\ndeadline: 5min\nexpect: {verdict: pass}\n", "--device swupdate", 0);
	CU_ASSERT(verdict_number("image_bytes") > 102400);
	run("name: s\ndevice: \"22.01\"\nserver: {os_size: 16KiB, app_size: 4KiB}\nexpect: {verdict: pass}\n", "", 0);
	CU_ASSERT(verdict_number("image_bytes") > 20480);
}

/* A device of which the client is this command. */
static const char *device_with(const char *client, const char *more)
{
	static char options[PATH_MAX];
	char device[1024];

	(void)snprintf(device, sizeof device,
	               "name: own\nsummary: a client of a test\noverlay: clients\nclient: >-\n"
	               "  . /usr/lib/client.sh; wait_for_lease; begin download; %s\n",
	               client);
	(void)snprintf(options, sizeof options, "--device %s%s", test_write("own.yaml", device), more);
	return options;
}

#define ASKS_FOR_ITS_IMAGE "name: s\nimage: image.bin\ndeadline: 5min\nexpect: {verdict: pass}\n"

/* The second half before the first, as parallel downloads and delta clients ask for them. */
static void an_image_may_come_out_of_order(void)
{
	session_fixture_needs("clients.cpio");
	run(ASKS_FOR_ITS_IMAGE,
	    device_with("curl -s -o /dev/null -r 51200- $update/images/os.bin && curl -s -o /dev/null -r 0-51199 $update/images/os.bin",
	                ""),
	    0);
	run(ASKS_FOR_ITS_IMAGE, device_with("curl -s -o /dev/null -r 51200- $update/images/os.bin", ""), 1);
	TEST_CONTAINS(output, "judge whole: the device reports success, but was served only 51200 of 102400 bytes of os.bin");
	run("name: s\nimage: image.bin\nexpect: {verdict: pass, whole: false}\n",
	    device_with("curl -s -o /dev/null -r 51200- $update/images/os.bin", ""), 0);
}

static void a_client_that_was_only_refused_has_not_succeeded(void)
{
	session_fixture_needs("clients.cpio");
	run(ASKS_FOR_ITS_IMAGE, device_with("curl -s -o /dev/null $update/no-such-image", ""), 1);
	TEST_CONTAINS(output,
	              "judge whole: the device reports success, but was handed out nothing of an image; 1 of its 1 requests were refused");
}

/* As curl --http2 and libostree do on every connection. */
static void an_upgrade_to_http2_is_no_fault_of_the_device(void)
{
	session_fixture_needs("clients.cpio");
	run(ASKS_FOR_ITS_IMAGE, device_with("curl -s --http2 -o /dev/null $update/images/os.bin -o /dev/null $update/images/os.bin", ""),
	    0);
	char *trace = test_read_own("r/s/seed-1/trace.txt");
	CU_ASSERT_PTR_NULL(strstr(trace, "finding:"));
	free(trace);
}

/* A client that hangs for ever, beside a udhcpc that renews its lease. */
static void a_hang_is_seen_beside_a_lease_that_is_renewed(void)
{
	session_fixture_needs("clients.cpio");
	run("name: s\nimage: image.bin\ndeadline: 1h\nserver: {lease: 60s}\nexpect: {verdict: fail, judge: hang, hang: 5min, told: true, poll: true}\n",
	    device_with("while :; do sleep 1; done", ""), 0);
	TEST_CONTAINS(output, "judge hang: no sign of life for 5min");
	TEST_CONTAINS(output, "the last was report 'phase download begin'; since then ");
	TEST_CONTAINS(output, " other frames came, the last ");
	CU_ASSERT(verdict_number("virtual_s") < 400);
}

/* A session ends once its verdict is certain, unless the scenario asks for more. */
static void a_storm_ends_the_session(void)
{
	static const char storms[] = "while :; do curl -s -o /dev/null $update/nothing; usleep 100000; done";

	session_fixture_needs("clients.cpio");
	/* Judges that are asked at the end had no time to be satisfied. */
	run("name: s\nimage: image.bin\ndeadline: 20s\nexpect: {verdict: fail, judge: storm, storm: 5, told: true, poll: true}\n",
	    device_with(storms, ""), 0);
	TEST_CONTAINS(output, "judge storm: at ");
	CU_ASSERT(verdict_number("virtual_s") < 15);
	run("name: s\nimage: image.bin\ndeadline: 20s\nexpect: {verdict: fail, judge: storm, storm: 5}\n",
	    device_with(storms, " --keep-going"), 0);
	CU_ASSERT(verdict_number("virtual_s") >= 20);
}

static void a_session_may_have_a_limit_on_the_wall(void)
{
	session_fixture_needs("clients.cpio");
	run("name: s\nimage: image.bin\ndeadline: 10h\n", device_with("while :; do :; done", " --wall-limit 4s"), 125);
	TEST_CONTAINS(output, "the session took longer than --wall-limit, 4.000 s");
}

/* The right verdict for another reason than the scenario is about shows nothing of it. */
static void what_was_expected_must_have_had_its_cause(void)
{
	static const char idle[] = "name: s\nimage: image.bin\nfaults:\n- {name: never, drop: true, at: 'tcp.syn#99'}\n"
				   "- {name: lost, drop: true, at: 'tcp.syn#1'}\nexpect: {verdict: pass, acted: [lost]}\n";

	session_fixture_needs("initramfs.cpio");
	run(idle, "", 0);
	TEST_CONTAINS(output, "WARNING: s: fault 'never' never matched anything in 1 session");
	TEST_FILE_CONTAINS("r/junit.xml", "<property name=\"never matched\" value=\"never\"/>");
	run(idle, "--strict --seeds 1..2", 1);
	TEST_CONTAINS(output, "(--strict: the fault 'never' never matched anything)");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && grep -c '\"as_expected\": false' r/summary.json", test_folder()), 0);
	TEST_SAME_TEXT(output, "2\n");
	run("name: s\nimage: image.bin\nfaults:\n- {name: never, drop: true, at: 'tcp.syn#99'}\nexpect: {acted: [never]}\n", "", 1);
	TEST_CONTAINS(output, "the fault 'never' was to act, and never did");
}

/* -- failures of the device, and others -- */

static void shell(const char *command)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "cd %s && %s", test_folder(), command), 0);
}

static void a_device_that_boots_in_a_loop_fails(void)
{
	session_fixture_needs("initramfs.cpio");
	(void)test_write("own.yaml", "name: own\nclient: \"reboot -f\"\n");
	run("name: s\nimage: image.bin\ndeadline: 4s\n", "--device ./own.yaml", 1);
	TEST_CONTAINS(output, " times before the deadline and reported nothing; see console.log");
}

/* Makes the archive @p name of a file of these bytes at this path in the guest. */
static void make_archive(const char *name, const char *bytes, const char *dirs, const char *path)
{
	char command[PATH_MAX + 400];

	(void)snprintf(command, sizeof command,
	               "{ %s; } >content && printf '%sfile %s content 644\\n' >list && %s/guest/mkinitramfs %s list", bytes, dirs, path,
	               test_build(), name);
	shell(command);
}

static void what_does_not_fit_is_told_with_its_cure(void)
{
	static const char *const sizes[] = {"head -c 30000000 /dev/zero", "head -c 90000000 /dev/zero"};

	session_fixture_needs("initramfs.cpio");
	(void)test_write("own.yaml", "name: own\noverlay: big.cpio\n");
	for (size_t i = 0; i < 2; i++) {
		make_archive("big.cpio", sizes[i], "", "/big");
		run("name: s\nimage: image.bin\n", "--device ./own.yaml", 125);
		TEST_CONTAINS(output,
		              "the root file system does not fit into the device's memory of 128 MiB, of which it may take less than half\n"
		              "  Cure: a smaller overlay, or more 'memory:' in the device file");
	}
	(void)test_write("no.cpio", "this is no archive\n");
	(void)test_write("own.yaml", "name: own\noverlay: no.cpio\n");
	run("name: s\nimage: image.bin\n", "--device ./own.yaml --transport fifo", 125);
	TEST_CONTAINS(output, "Cure: an initramfs, or an overlay, that is a newc cpio archive");
	TEST_FILE_CONTAINS("r/s/seed-1/console.log", "Initramfs unpacking failed");
}

/* The modules of the standard root file system are not for this kernel. */
static void a_kernel_without_its_modules_is_told(void)
{
	session_fixture_needs("initramfs.cpio");
	make_archive("own.cpio", "echo none", "dir /lib 755\\ndir /lib/modules 755\\n", "/lib/modules/spi-stutter.ko");
	(void)test_write("own.yaml", "name: own\noverlay: own.cpio\n");
	run("name: s\nimage: image.bin\n", "--device ./own.yaml", 125);
	TEST_CONTAINS(output, "it could not load its modules; a kernel of its own needs an initramfs with modules made for it");
	TEST_CONTAINS(output, "init: cannot load spi-stutter.ko");
	TEST_FILE_CONTAINS("r/s/seed-1/console.log", "init: cannot load spi-stutter.ko");
}

/* -- frozen plans -- */

/* What `stutter WORDS --out NAME` in the test's folder comes to. */
static void stutter(const char *words, const char *name, int status)
{
	int found = test_shell(output, sizeof output, "cd %s && %s %s --out %s", test_folder(), test_program(), words, name);

	if (found != status)
		printf("    exit status %d, not %d; it printed\n%s\n", found, status, output);
	CU_ASSERT_EQUAL_FATAL(found, status);
}

/* The lines that the digest is of. */
static void has_the_trace_of_r(const char *name)
{
	char command[200];

	(void)snprintf(command, sizeof command, "grep -v '^#' r/s/seed-1/trace.txt >a && grep -v '^#' %s/s/seed-1/trace.txt | cmp a -",
	               name);
	shell(command);
}

#define FROZEN \
	"name: s\nimage: image.bin\ndeadline: 5min\nfaults:\n" \
	"- {name: slow, delay: {time: 20ms, jitter: 5ms, distribution: table, table: t.dist}}\n" \
	"expect: {verdict: pass, acted: [slow]}\n"

static void a_replay_of_another_image_shows_nothing(void)
{
	session_fixture_needs("initramfs.cpio");
	(void)test_write("t.dist", "-4000 0 4000\n");
	run(FROZEN, "", 0);
	stutter("replay r/s/seed-1/plan.yaml", "same", 0);
	has_the_trace_of_r("same");
	shell("tail -c 102400 /dev/urandom >image.bin");
	stutter("replay r/s/seed-1/plan.yaml", "other", 125);
	TEST_CONTAINS(output, "not what the plan was made from: the image (--anyway is content with that); without that: pass, updated");
	stutter("run r/s/seed-1/plan.yaml", "run", 125);
	stutter("replay r/s/seed-1/plan.yaml --anyway", "anyway", 0);
	TEST_CONTAINS(output, "WARNING: s: not what the plan was made from: the image\n");
	TEST_FILE_CONTAINS("anyway/s/seed-1/verdict.json", "\"differs\": \"the image\"");
}

/* The developer's machine: the tester's folders are not there, and the device is another. */
static void a_frozen_plan_works_elsewhere(void)
{
	session_fixture_needs("initramfs.cpio");
	(void)test_write("t.dist", "-4000 0 4000\n");
	run(FROZEN, "", 0);
	shell("mkdir desk && cp r/s/seed-1/plan.yaml desk && mv image.bin t.dist desk && mv desk desk2");
	stutter("replay desk2/plan.yaml", "again", 0);
	has_the_trace_of_r("again");
	stutter("run desk2/plan.yaml", "run", 0);
	shell("rm desk2/t.dist");
	stutter("replay desk2/plan.yaml --device patient", "patient", 0);
	stutter("run desk2/plan.yaml", "run2", 2);
	TEST_CONTAINS(output, "t.dist");
	shell("rm desk2/image.bin");
	stutter("replay desk2/plan.yaml", "gone", 2);
	TEST_CONTAINS(output, "image.bin cannot be read: No such file or directory; "
	                      "or put a file of the same name beside the plan");
}

const CU_TestInfo tests_verdicts[] = {
	{"a device that boots in a loop fails", a_device_that_boots_in_a_loop_fails},
	{"what does not fit is told with its cure", what_does_not_fit_is_told_with_its_cure},
	{"a kernel without its modules is told", a_kernel_without_its_modules_is_told},
	{"what was expected must have had its cause", what_was_expected_must_have_had_its_cause},
	{"a replay of another image shows nothing", a_replay_of_another_image_shows_nothing},
	{"a frozen plan works elsewhere", a_frozen_plan_works_elsewhere},
	{"traffic is what reaches the device", traffic_is_what_reaches_the_device},
	{"every flow counts its image bytes", every_flow_counts_its_image_bytes},
	{"an image may come out of order", an_image_may_come_out_of_order},
	{"a client that was only refused has not succeeded", a_client_that_was_only_refused_has_not_succeeded},
	{"a hang is seen beside a lease that is renewed", a_hang_is_seen_beside_a_lease_that_is_renewed},
	{"a storm ends the session", a_storm_ends_the_session},
	{"a session may have a limit on the wall", a_session_may_have_a_limit_on_the_wall},
	{"an upgrade to HTTP/2 is no fault of the device", an_upgrade_to_http2_is_no_fault_of_the_device},
	CU_TEST_INFO_NULL,
};
