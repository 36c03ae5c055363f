/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docs/catches.md has the parts that it promises for each failure. The suite session/catches shows
 * that they fail as it says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/structure/catches.h"
#include "tests/test.h"

extern const CU_TestInfo tests_catches_page[];

#define CATCHES_LEAST 12
#define NEW_LEAST 4

struct counts {
	size_t all, new;
};

static void check_part(const struct catch *catch, const char *what, const char *text)
{
	if (text[0] == '\0')
		printf("    docs/catches.md: %s lacks '%s'\n", catch->name, what);
	CU_ASSERT_TRUE(text[0] != '\0');
}

static void check_parts(const struct catch *catch, void *ctx)
{
	struct counts *counts = ctx;

	check_part(catch, "Plan", catch->plan);
	check_part(catch, "Ends", catch->ends);
	check_part(catch, "Fails iff", catch->when);
	check_part(catch, "To blame", catch->blame);
	check_part(catch, "Linux 7.2.13", catch->newest);
	counts->all++;
	if (catch_is_new(catch))
		counts->new ++;
}

static void each_catch_has_its_parts(void)
{
	struct counts counts = {0};

	catches_visit(check_parts, &counts);
	CU_ASSERT_TRUE(counts.all >= CATCHES_LEAST);
	CU_ASSERT_TRUE(counts.new >= NEW_LEAST);
}

/* Its plan is a scenario of that name, with one or two faults, which expects a failure. */
static void check_plan(const struct catch *catch, void *ctx)
{
	char name[80];
	size_t faults = 0;
	char *plan = test_read(catch->plan);

	(void)ctx;
	if (plan == NULL)
		printf("    docs/catches.md: %s names '%s', which cannot be read\n", catch->name, catch->plan);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	(void)snprintf(name, sizeof name, "\nname: %s\n", catch->name);
	TEST_CONTAINS(plan, name);
	TEST_CONTAINS(plan, "\n  verdict: fail\n");
	for (const char *at = strstr(plan, "\nfaults:\n"); at != NULL && (at = strstr(at, "\n  - name: ")) != NULL; at++)
		faults++;
	if (faults < 1 || faults > 2)
		printf("    %s has %zu faults\n", catch->plan, faults);
	CU_ASSERT_TRUE(faults == 1 || faults == 2);
	free(plan);
}

static void each_plan_is_there_and_small(void)
{
	catches_visit(check_plan, NULL);
}

static void every_plan_is_described(void)
{
	char output[4096];
	char *page = test_read("docs/catches.md");

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "grep -l '^faults:' docs/catches/*.yaml"), 0);
	for (char *path = strtok(output, "\n"); path != NULL; path = strtok(NULL, "\n"))
		TEST_CONTAINS(page, path);
	free(page);
}

const CU_TestInfo tests_catches_page[] = {
	{"each catch has its parts", each_catch_has_its_parts},
	{"each plan is there and small", each_plan_is_there_and_small},
	{"every plan is described", every_plan_is_described},
	CU_TEST_INFO_NULL,
};
