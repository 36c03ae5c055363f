/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/search.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/search/results.h"
#include "tests/test.h"

extern const CU_TestInfo tests_search_known[];

/*
 * Its budget is used up before it begins, so no session is ever run: whatever it comes to, it has
 * known.
 */
static struct search *open_search(const struct paths *paths)
{
	const struct search_options options = {.paths = paths, .side_by_side = 1, .share = true, .dir = test_folder(), .budget_ms = 1};
	struct error err;
	struct search *search = search_open(&options, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(search);
	(void)usleep(2000);
	return search;
}

static bool run(struct trial *trial, struct error *err, bool *ret_broken)
{
	static const struct paths paths;
	struct search *search = open_search(&paths);
	const bool good = search_run(search, trial, 1, NULL, NULL, err);

	*ret_broken = search_is_broken(search);
	CU_ASSERT_EQUAL(search_was_cut(search), trial->state == TRIAL_HELD);
	CU_ASSERT_EQUAL(search_counts(search).run, 0);
	CU_ASSERT_EQUAL(search_counts(search).checked, 0);
	search_close(search);
	return good;
}

/* What a plan is known by. */
static void find_key(struct plan *plan, bool alone, char ret_key[HASH_TEXT_MAX])
{
	struct trial trial;
	struct error err;
	bool broken;

	trial_with_faults(&trial, plan, NULL, 0);
	trial.alone = alone;
	CU_ASSERT(run(&trial, &err, &broken));
	CU_ASSERT_EQUAL(trial.state, TRIAL_HELD);
	memcpy(ret_key, trial.key, sizeof trial.key);
	trial_close(&trial);
}

static void know(const char *key, const char *digest)
{
	struct ending ending = {.kind = VERDICT_FAIL};
	struct results results;
	struct error err;
	char path[600];

	(void)snprintf(path, sizeof path, "%s/" SEARCH_RESULTS, test_folder());
	(void)snprintf(ending.digest, sizeof ending.digest, "%s", digest);
	CU_ASSERT_FATAL(results_open(&results, path, &err));
	CU_ASSERT(results_add(&results, key, "x", &ending, &err));
	results_close(&results);
}

static void what_was_found_to_be_wrong_stays_so_when_it_goes_on(void)
{
	struct plan plan = {.name = "x"};
	char shared[HASH_TEXT_MAX], alone[HASH_TEXT_MAX];
	struct error err = {.text = ""};
	struct trial trial;
	bool broken;

	find_key(&plan, false, shared);
	find_key(&plan, true, alone);
	CU_ASSERT_STRING_NOT_EQUAL(shared, alone);
	know(shared, "11111111");
	trial_with_faults(&trial, &plan, NULL, 0);
	CU_ASSERT(run(&trial, &err, &broken) && !broken && trial.state == TRIAL_DONE);
	know(alone, "22222222");
	CU_ASSERT_FALSE(run(&trial, &err, &broken));
	CU_ASSERT(broken);
	TEST_CONTAINS(err.text, "22222222 from power on and 11111111 with a shared beginning");
	trial_close(&trial);
}

static void a_frozen_plan_with_another_kernel_is_another(void)
{
	struct plan plan = {.name = "x", .made = {.tool = "1", .kernel = "aaaa"}, .present = {.tool = "1", .kernel = "aaaa"}};
	char one[HASH_TEXT_MAX], same[HASH_TEXT_MAX], other[HASH_TEXT_MAX];

	find_key(&plan, false, one);
	find_key(&plan, false, same);
	(void)snprintf(plan.present.kernel, sizeof plan.present.kernel, "bbbb");
	find_key(&plan, false, other);
	CU_ASSERT_STRING_EQUAL(one, same);
	CU_ASSERT_STRING_NOT_EQUAL(one, other);
}

/* A plan of which a fault is taken out cannot ask that it acts. */
static void a_removed_fault_is_not_expected_to_act(void)
{
	struct fault faults[] = {{.name = "lost"}, {.name = "slow: delay"}, {.name = "late"}};
	struct decision decisions[] = {{.name = "late"}, {.name = "lost"}};
	struct plan plan = {.faults = faults, .fault_count = 3, .expect.acted = {"slow", "lost", "late"}};
	struct trial trial;

	trial_with_faults(&trial, &plan, faults, 3);
	CU_ASSERT_EQUAL(memcmp(&trial.plan.expect, &plan.expect, sizeof plan.expect), 0);
	trial_close(&trial);
	trial_with_faults(&trial, &plan, faults + 1, 2);
	CU_ASSERT_STRING_EQUAL(trial.plan.expect.acted[0], "slow");
	CU_ASSERT_STRING_EQUAL(trial.plan.expect.acted[1], "late");
	CU_ASSERT_STRING_EQUAL(trial.plan.expect.acted[2], "");
	trial_close(&trial);
	trial_with_decisions(&trial, &plan, decisions, 2);
	CU_ASSERT_STRING_EQUAL(trial.plan.expect.acted[0], "lost");
	CU_ASSERT_STRING_EQUAL(trial.plan.expect.acted[1], "late");
	trial.plan.decisions.count = 1;
	trial_expect(&trial);
	CU_ASSERT_STRING_EQUAL(trial.plan.expect.acted[0], "late");
	CU_ASSERT_STRING_EQUAL(trial.plan.expect.acted[1], "");
	trial_close(&trial);
}

const CU_TestInfo tests_search_known[] = {
	{"a removed fault is not expected to act", a_removed_fault_is_not_expected_to_act},
	{"a frozen plan with another kernel is another", a_frozen_plan_with_another_kernel_is_another},
	{"what was found to be wrong stays so when it goes on", what_was_found_to_be_wrong_stays_so_when_it_goes_on},
	CU_TEST_INFO_NULL,
};
