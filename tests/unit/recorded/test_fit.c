/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans that need services which their recorded session lacks. */
#include "harness/recorded/fit.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/scenario/fixture.h"

extern const CU_TestInfo tests_recorded_fit[];

/* @return what is wrong with it. */
static const char *refusal(const char *faults)
{
	static struct error err;
	struct plan plan;
	char text[512];

	memset(&err, 0, sizeof err);
	(void)test_write("session.yaml", "session: 1\nsteps:\n  - tcp: {address: 1.2.3.4, port: 80, turns: [{from: device, text: a}]}\n");
	(void)snprintf(text, sizeof text, "name: x\nsession: session.yaml\n%s", faults);
	TEST_SAME_TEXT(plan_fixture_open(&plan, text, "box"), "");
	const bool good = recording_check_plan(&plan, &err) && recording_check_judges(&plan, &err);
	plan_close(&plan);
	CU_ASSERT_EQUAL(good, err.text[0] == '\0');
	return err.text;
}

static void what_waits_for_a_service_that_is_not_there_is_refused(void)
{
	TEST_SAME_TEXT(refusal("faults: [{name: a, from: srv.dns#1, until: 'tcp.syn#2', drop: true}]\n"), "");
	TEST_CONTAINS(refusal("faults: [{name: a, from: srv.http#3, drop: true}]\n"), "the fault 'a' would never act");
	TEST_CONTAINS(refusal("faults: [{name: a, until: srv.tls#1, drop: true}]\n"), "'until: srv.tls#1' could happen");
	TEST_CONTAINS(refusal("faults: [{name: a, http_status: {code: 503}}]\n"), "there is no HTTP or TLS service");
}

static void who_asks_a_service_that_is_not_there_is_refused(void)
{
	TEST_SAME_TEXT(refusal("expect: {told: false, poll: true}\n"), "");
	TEST_CONTAINS(refusal("expect: {told: true}\n"), "'told' under 'expect:' asks about the update service");
	TEST_CONTAINS(refusal("expect: {traffic: 3}\n"), "'traffic' under 'expect:'");
}

const CU_TestInfo tests_recorded_fit[] = {
	{"what waits for a service that is not there is refused", what_waits_for_a_service_that_is_not_there_is_refused},
	{"who asks a service that is not there is refused", who_asks_a_service_that_is_not_there_is_refused},
	CU_TEST_INFO_NULL,
};
