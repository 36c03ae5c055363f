/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Third-party clients, beyond what scenarios/clients shows. Images are small, since most of a
 * session is its download.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_clients[];

#define OUTPUT_MAX 16384

static char output[OUTPUT_MAX];

static void run(const char *scenario, const char *options, int status)
{
	session_fixture_scenario(output, sizeof output, 200001, scenario, options, status);
}

static void trace_has(const char *part)
{
	char *trace = test_read_own("r/s/seed-1/trace.txt");

	TEST_CONTAINS(trace, part);
	free(trace);
}

#define SMALL "name: s\nimage: image.bin\ndeadline: 5min\n"

static void curl_updates_the_same_twice(void)
{
	session_fixture_needs("clients.cpio");
	run(SMALL "expect: {verdict: pass}\n", "--device curl --twice", 0);
	TEST_CONTAINS(output, "the same twice");
	trace_has("] device  phase verify ok\n");
	trace_has("GET /images/os.bin -> 200, 200001 B\n");
	trace_has("POST /report -> 204");
	trace_has("] session pass: updated\n");
}

static void swupdate_installs_the_same_twice(void)
{
	session_fixture_needs("clients.cpio");
	run(SMALL "expect: {verdict: pass}\n", "--device swupdate --twice", 0);
	TEST_CONTAINS(output, "the same twice");
	trace_has("GET /images/os.swu -> 200, ");
	trace_has("] device  phase download ok\n");
	trace_has("POST /report -> 204");
	trace_has("] session pass: updated\n");
}

/* A bit that the link turns in the image gets past TCP here, since the checksums are mended. */
static void a_damaged_image_is_refused(void)
{
	static const char scenario[] = SMALL "faults:\n  - {name: bit, at: 'tcp.data[http/1]#20', direction: to-device, "
					     "corrupt: {bits: 1, part: payload, mend: true}}\n"
					     "expect: {verdict: fail, phase: download}\n";

	session_fixture_needs("clients.cpio");
	run(scenario, "--device swupdate", 0);
	TEST_CONTAINS(output, "HASH mismatch");
}

/* emulator/devices/example, as its README tells one to make it. */
static void the_example_in_the_readme_works(void)
{
	char device[PATH_MAX], options[2 * PATH_MAX];

	session_fixture_needs("clients.cpio");
	(void)snprintf(device, sizeof device, "%s/example", test_folder());
	int status = test_shell(output, sizeof output,
	                        "cp -r emulator/devices/example %s && %s/guest/mkinitramfs %s/wget.cpio %s/wget.list", device, test_build(),
	                        device, device);
	CU_ASSERT_EQUAL_FATAL(status, 0);
	(void)snprintf(options, sizeof options, "--device %s/wget.yaml", device);
	run(SMALL "expect: {verdict: pass}\n", options, 0);
	trace_has("] device  phase download begin\n");
	trace_has("] session pass: updated\n");
	run(SMALL "faults:\n  - {http_status: {code: 404}, path: /images/os.bin}\nexpect: {verdict: fail}\n", options, 0);
	trace_has("] device  result fail client: exit status 1\n");
}

const CU_TestInfo tests_clients[] = {
	{"curl updates, the same twice", curl_updates_the_same_twice},
	{"SWUpdate installs, the same twice", swupdate_installs_the_same_twice},
	{"a damaged image is refused", a_damaged_image_is_refused},
	{"the example in the README works", the_example_in_the_readme_works},
	CU_TEST_INFO_NULL,
};
