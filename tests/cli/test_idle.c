/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/test.h"

#define SESSIONS 5

/* Three sessions of "a", two of "b", of two faults each. The first fault of "a" matched in its third session, the first of "b" in none; both second ones everywhere. */
static struct job *make_jobs(struct fault faults[2])
{
	struct job *jobs = memory_new(SESSIONS * sizeof *jobs);

	memset(faults, 0, 2 * sizeof *faults);
	(void)snprintf(faults[0].name, sizeof faults[0].name, "one");
	(void)snprintf(faults[1].name, sizeof faults[1].name, "two");
	for (size_t i = 0; i < SESSIONS; i++) {
		(void)snprintf(jobs[i].plan.name, sizeof jobs[i].plan.name, "%s", i < 3 ? "a" : "b");
		(void)snprintf(jobs[i].dir, sizeof jobs[i].dir, "%s/none", test_folder());
		jobs[i].plan.faults = faults;
		jobs[i].plan.fault_count = jobs[i].verdict.rule_count = 2;
		jobs[i].verdict.rules[0].matched = i == 2;
		jobs[i].verdict.rules[1].matched = 1;
		jobs[i].verdict.met_expectation = true;
	}
	return jobs;
}

static void a_scenario_is_asked_as_a_whole(void)
{
	struct fault faults[2];
	struct job *jobs = make_jobs(faults);
	size_t told;

	CU_ASSERT_EQUAL(idle_sessions(jobs, SESSIONS), 3);
	CU_ASSERT_EQUAL(idle_sessions(jobs + 3, 2), 2);
	CU_ASSERT_EQUAL(idle_sessions(jobs + 4, 1), 1);
	CU_ASSERT(!idle_rule(jobs, 3, 0, &told) && told == 3);
	CU_ASSERT(idle_rule(jobs + 3, 2, 0, &told) && told == 2);
	CU_ASSERT(!idle_rule(jobs + 3, 2, 1, &told));
	/* What cannot tell is not counted, and of nobody who can tell nothing follows. */
	jobs[3].verdict.rule_count = 0;
	CU_ASSERT(idle_rule(jobs + 3, 2, 0, &told) && told == 1);
	jobs[4].verdict.rule_count = 0;
	CU_ASSERT(!idle_rule(jobs + 3, 2, 0, &told) && told == 0);
	free(jobs);
}

static void strict_blames_the_sessions_of_an_idle_fault(void)
{
	struct fault faults[2];
	struct job *jobs = make_jobs(faults);

	jobs[4].verdict.met_expectation = false;
	(void)snprintf(jobs[4].verdict.expectation, sizeof jobs[4].verdict.expectation, "pass was expected");
	idle_enforce(jobs, SESSIONS);
	CU_ASSERT(jobs[0].verdict.met_expectation && jobs[1].verdict.met_expectation && jobs[2].verdict.met_expectation);
	CU_ASSERT(!jobs[3].verdict.met_expectation);
	TEST_SAME_TEXT(jobs[3].verdict.expectation, "--strict: the fault 'one' never matched anything");
	TEST_SAME_TEXT(jobs[4].verdict.expectation, "pass was expected");
	free(jobs);
}

const CU_TestInfo tests_idle[] = {
	{"a scenario is asked as a whole", a_scenario_is_asked_as_a_whole},
	{"strict blames the sessions of an idle fault", strict_blames_the_sessions_of_an_idle_fault},
	CU_TEST_INFO_NULL,
};
