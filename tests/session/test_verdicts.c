/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a verdict says of a whole session must be so.
 */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/started.h"
#include "tests/test.h"

extern const CU_TestInfo tests_verdicts[];

#define OUTPUT_MAX 16384

static char output[OUTPUT_MAX];

/* Runs s.yaml, which is of this text, in the test's folder with an image of 102,400 bytes beside it. */
static void run(const char *scenario, const char *options, int status)
{
	(void)test_write("s.yaml", scenario);
	int found = test_shell(output, sizeof output,
	                       "cd %s && head -c 102400 /dev/zero >image.bin && rm -rf r && %s run s.yaml %s --out r", test_folder(),
	                       started_program(), options);
	if (found != status)
		printf("    exit status %d, not %d; it printed\n%s\n", found, status, output);
	CU_ASSERT_EQUAL_FATAL(found, status);
}

static json_int_t verdict_number(const char *member)
{
	char *text = started_read("r/s/seed-1/verdict.json");
	json_t *json = json_loads(text, 0, NULL);
	json_int_t number = (json_int_t)json_number_value(json_object_get(json, member));

	json_decref(json);
	free(text);
	return number;
}

/* A queue of 256 kbit/s holds most of what a server hands to TCP when a connection is reset: the device never pays for that. */
static void traffic_is_what_reaches_the_device(void)
{
	static const char scenario[] = "name: s\nimage: image.bin\ndeadline: 30min\nfaults:\n"
				       "- {name: slow, rate: 256kbit, direction: to-device}\n"
				       "- {name: r3, forge: {what: rst, to: both}, at: 'tcp.data[http/3]#4'}\n"
				       "- {name: r4, forge: {what: rst, to: both}, at: 'tcp.data[http/4]#4'}\n"
				       "- {name: r5, forge: {what: rst, to: both}, at: 'tcp.data[http/5]#4'}\n"
				       "- {name: r6, forge: {what: rst, to: both}, at: 'tcp.data[http/6]#4'}\n"
				       "expect: {verdict: pass, traffic: 2}\n";

	started_needs("initramfs.cpio");
	run(scenario, "", 0);
	CU_ASSERT(verdict_number("image_bytes") > 102400 && verdict_number("image_bytes") < 204800);
	char *trace = started_read("r/s/seed-1/trace.txt");
	TEST_CONTAINS(trace, "forged by 'r3'");
	free(trace);
}

static void every_flow_counts_its_image_bytes(void)
{
	started_needs("clients.cpio");
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
	started_needs("clients.cpio");
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
	started_needs("clients.cpio");
	run(ASKS_FOR_ITS_IMAGE, device_with("curl -s -o /dev/null $update/no-such-image", ""), 1);
	TEST_CONTAINS(output, "judge whole: the device reports success, but all of its 1 requests were refused");
}

/* As curl --http2 and libostree do on every connection. */
static void an_upgrade_to_http2_is_no_fault_of_the_device(void)
{
	started_needs("clients.cpio");
	run(ASKS_FOR_ITS_IMAGE, device_with("curl -s --http2 -o /dev/null $update/images/os.bin -o /dev/null $update/images/os.bin", ""),
	    0);
	char *trace = started_read("r/s/seed-1/trace.txt");
	CU_ASSERT_PTR_NULL(strstr(trace, "finding:"));
	free(trace);
}

/* A client that hangs for ever, beside a udhcpc that renews its lease. */
static void a_hang_is_seen_beside_a_lease_that_is_renewed(void)
{
	started_needs("clients.cpio");
	run("name: s\nimage: image.bin\ndeadline: 1h\nserver: {lease: 60s}\nexpect: {verdict: fail, judge: hang, hang: 5min}\n",
	    device_with("while :; do sleep 1; done", ""), 0);
	TEST_CONTAINS(output, "judge hang: no sign of life for 5min");
	TEST_CONTAINS(output, "the last was report 'phase download begin'; since then ");
	TEST_CONTAINS(output, " other frames came, the last ");
	CU_ASSERT(verdict_number("virtual_s") < 400);
}

/* What is decided is not gone on with, unless somebody wants it. */
static void a_storm_ends_the_session(void)
{
	static const char storms[] = "while :; do curl -s -o /dev/null $update/nothing; usleep 100000; done",
			  expected[] = "expect: {verdict: fail, judge: storm, storm: 5, whole: false}\n";
	char scenario[512];

	started_needs("clients.cpio");
	(void)snprintf(scenario, sizeof scenario, "name: s\nimage: image.bin\ndeadline: 20s\n%s", expected);
	run(scenario, device_with(storms, ""), 0);
	TEST_CONTAINS(output, "judge storm: at ");
	CU_ASSERT(verdict_number("virtual_s") < 15);
	run(scenario, device_with(storms, " --keep-going"), 0);
	CU_ASSERT(verdict_number("virtual_s") >= 20);
}

static void a_session_may_have_a_limit_on_the_wall(void)
{
	started_needs("clients.cpio");
	run("name: s\nimage: image.bin\ndeadline: 10h\n", device_with("while :; do :; done", " --wall-limit 4s"), 125);
	TEST_CONTAINS(output, "the session took longer than --wall-limit, 4.000 s");
}

const CU_TestInfo tests_verdicts[] = {
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
