/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The failures in docs/catches.md fail as the page says. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/session/fixture.h"
#include "tests/structure/catches.h"
#include "tests/test.h"

extern const CU_TestInfo tests_catches[];

#define OUTPUT_MAX 65536
#define PLANS_MAX 8192

static char output[OUTPUT_MAX];

/* What a test runs: the plans below a folder, whose names begin so. */
struct wanted {
	const char *beginning;
	char plans[PLANS_MAX];
};

static bool is_wanted(const struct catch *catch, const struct wanted *wanted)
{
	return strncmp(catch->plan, wanted->beginning, strlen(wanted->beginning)) == 0;
}

static void add_plan(const struct catch *catch, void *ctx)
{
	char top[PATH_MAX];
	struct wanted *wanted = ctx;

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(top, sizeof top));
	if (is_wanted(catch, wanted))
		TEST_APPEND(wanted->plans, " %s/%s", top, catch->plan);
}

static void check_end(const struct catch *catch, void *ctx)
{
	char path[256], reason[512];

	if (!is_wanted(catch, ctx))
		return;
	(void)snprintf(path, sizeof path, "r/%s/seed-1/verdict.json", catch->name);
	char *verdict = test_read_own(path);
	TEST_CONTAINS(verdict, "\"verdict\": \"fail\"");
	(void)snprintf(reason, sizeof reason, "\"reason\": \"%s", catch->ends);
	TEST_CONTAINS(verdict, reason);
	free(verdict);
}

/*
 * Writes a plan without one of its faults, which a pass is expected of then. @param fault Counted
 * from 1. @return how many faults it has.
 */
static int write_without(const char *plan, int fault)
{
	char top[PATH_MAX];

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(top, sizeof top));
	const int status = test_shell(
		output, sizeof output,
		"awk -v left=%d '/^expect:/ { n = 0; print \"expect:\\n  verdict: pass\"; exit } /^  - name: / { n++ } n == left { next }"
		" { sub(/\\.\\.\\/\\.\\.\\/COPYING/, \"%s/COPYING\"); print }' %s >%s/w.yaml; grep -c '^  - name: ' %s",
		fault, top, plan, test_folder(), plan);
	CU_ASSERT_EQUAL_FATAL(status, 0);
	return atoi(output);
}

/* Of two faults each is needed: without either the session passes. */
static void check_each_is_needed(const struct catch *catch, void *ctx)
{
	(void)ctx;
	if (!catch_is_new(catch) || write_without(catch->plan, 1) != 2)
		return;
	for (int fault = 1; fault <= 2; fault++) {
		(void)write_without(catch->plan, fault);
		test_expect_status(
			output,
			session_fixture_run(output, sizeof output, "run w.yaml --quiet --history none --out %s-%d", catch->name, fault), 0);
	}
}

static void of_two_faults_each_is_needed(void)
{
	session_fixture_needs("clients.cpio");
	catches_visit(check_each_is_needed, NULL);
}

static void run(const char *beginning, const char *needs)
{
	static struct wanted wanted;

	session_fixture_needs(needs);
	wanted.beginning = beginning;
	wanted.plans[0] = '\0';
	catches_visit(add_plan, &wanted);
	CU_ASSERT_FATAL(wanted.plans[0] != '\0');
	test_expect_status(output, session_fixture_run(output, sizeof output, "run --quiet --history none --out r%s", wanted.plans), 0);
	catches_visit(check_end, &wanted);
}

static void those_of_the_driver_in_the_scenarios(void)
{
	run("scenarios/chip/", "initramfs.cpio");
}

static void single_bits_of_the_bus(void)
{
	run("docs/catches/bit-", "initramfs.cpio");
}

static void what_else_the_driver_does_not_expect(void)
{
	run("docs/catches/chip-", "initramfs.cpio");
}

static void those_of_curl(void)
{
	run("docs/catches/curl-", "clients.cpio");
}

static void those_of_swupdate(void)
{
	run("docs/catches/swupdate-", "clients.cpio");
}

const CU_TestInfo tests_catches[] = {
	{"those of the driver in the scenarios", those_of_the_driver_in_the_scenarios},
	{"single bits of the bus", single_bits_of_the_bus},
	{"what else the driver does not expect", what_else_the_driver_does_not_expect},
	{"those of curl", those_of_curl},
	{"those of SWUpdate", those_of_swupdate},
	{"of two faults each is needed", of_two_faults_each_is_needed},
	CU_TEST_INFO_NULL,
};
