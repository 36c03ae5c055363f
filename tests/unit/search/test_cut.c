/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/cut.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/pool/beginnings.h"
#include "harness/search/results.h"
#include "tests/test.h"
#include "tests/unit/fault/made.h"

extern const CU_TestInfo tests_cut[];

static struct cut_curve curve;

static void put(uint64_t at_s, uint64_t passed, uint64_t failed)
{
	cut_put(&curve, &(struct cut){.at_ns = at_s * SIM_S, .tally = {.passed = passed, .same = failed}});
}

/* From power on to 100 s. */
static void begin(void)
{
	cut_curve_close(&curve);
	curve.end_ns = 100 * SIM_S;
}

static void cuts_stand_in_their_order_and_one_place_is_one_cut(void)
{
	begin();
	put(50, 1, 2);
	put(0, 3, 0);
	put(75, 0, 3);
	put(50, 1, 1);
	CU_ASSERT_EQUAL_FATAL(curve.count, 3);
	CU_ASSERT(curve.list[0].at_ns == 0 && curve.list[1].at_ns == 50 * SIM_S && curve.list[2].at_ns == 75 * SIM_S);
	CU_ASSERT(curve.list[1].tally.passed == 2 && curve.list[1].tally.same == 3);
	cut_curve_close(&curve);
}

static void the_border_is_behind_the_last_that_passed(void)
{
	uint64_t at = 0;

	begin();
	put(0, 4, 0);
	put(20, 0, 4);
	put(40, 1, 3);
	put(60, 0, 4);
	put(80, 0, 4);
	CU_ASSERT_EQUAL(cut_last_passed(&curve), 3);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 3);
	CU_ASSERT(cut_between(&curve, &at) && at == 50 * SIM_S);
	/* What the proof has seen pass moves it on. */
	put(60, 1, 7);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 4);
	CU_ASSERT(cut_between(&curve, &at) && at == 70 * SIM_S);
	cut_curve_close(&curve);
}

static void what_nothing_is_known_of_is_no_border(void)
{
	uint64_t at = 0;

	begin();
	put(0, 2, 2);
	put(50, 0, 0);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 2);
	CU_ASSERT(cut_between(&curve, &at) && at == 50 * SIM_S);
	put(60, 0, 1);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 2);
	CU_ASSERT_EQUAL(curve.list[2].at_ns, 60 * SIM_S);
	cut_curve_close(&curve);
}

static void where_nothing_ever_passed_there_is_nothing_between(void)
{
	uint64_t at = 0;

	begin();
	put(0, 0, 4);
	put(50, 0, 4);
	CU_ASSERT_EQUAL(cut_last_passed(&curve), 0);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 0);
	CU_ASSERT_FALSE(cut_between(&curve, &at));
	cut_curve_close(&curve);
}

static void cuts_do_not_come_closer_than_they_tell_anything(void)
{
	uint64_t at = 0;

	begin();
	cut_put(&curve, &(struct cut){.at_ns = SIM_S, .tally = {.passed = 1}});
	cut_put(&curve, &(struct cut){.at_ns = SIM_S + SIM_MS, .tally = {.same = 1}});
	CU_ASSERT_FALSE(cut_between(&curve, &at));
	CU_ASSERT_FALSE(cut_of_jump(&curve, &at));
	cut_curve_close(&curve);
}

static void the_largest_jump_is_looked_into(void)
{
	uint64_t at = 0;

	begin();
	put(0, 10, 0);
	put(40, 7, 3);
	put(60, 1, 9);
	put(90, 0, 10);
	CU_ASSERT(cut_of_jump(&curve, &at) && at == 50 * SIM_S);
	begin();
	put(0, 10, 0);
	put(50, 9, 1);
	CU_ASSERT_FALSE(cut_of_jump(&curve, &at));
	cut_curve_close(&curve);
}

static void surely_below_is_said_of_the_interval_and_not_of_the_rate(void)
{
	begin();
	put(0, 10, 10);
	put(20, 1, 2);
	CU_ASSERT_EQUAL(cut_surely_below(&curve, 900000000), 1);
	CU_ASSERT_EQUAL(cut_surely_below(&curve, 500000000), 0);
	cut_curve_close(&curve);
}

static void a_redraw_is_the_plan_s_faults_with_another_seed_from_there_on(void)
{
	struct fault fault = made_checked_fault("lost", "", "loss", "percent=30%");
	struct decision decision = {.at = "tcp.syn#1"};
	struct plan plan = {.seed = 5, .faults = &fault, .fault_count = 1, .decisions = {&decision, 1, 1}, .replay = true};
	struct trial trial;

	cut_trial(&trial, &plan, 41 * SIM_S, 77);
	CU_ASSERT(trial.plan.redraw.asked && trial.plan.redraw.from_ns == 41 * SIM_S && trial.plan.redraw.seed == 77);
	CU_ASSERT(!trial.plan.replay && trial.plan.seed == 5 && trial.plan.fault_count == 1 && trial.plan.decisions.count == 0);
	TEST_CONTAINS(trial.name, "41 s");
	trial_close(&trial);
	CU_ASSERT_EQUAL(cut_seed(5, SIM_S, 1), cut_seed(5, SIM_S, 1));
	CU_ASSERT(cut_seed(5, SIM_S, 1) != cut_seed(5, SIM_S, 2) && cut_seed(5, SIM_S, 1) != cut_seed(5, 2 * SIM_S, 1) &&
	          cut_seed(5, SIM_S, 1) != cut_seed(6, SIM_S, 1));
}

static uint64_t family_of(const struct plan *plan, uint64_t at_ns, uint64_t seed)
{
	struct trial trial;

	cut_trial(&trial, plan, at_ns, seed);
	const uint64_t family = beginning_family(&trial.plan);
	trial_close(&trial);
	return family;
}

/*
 * What they have in common is the session with its faults, and so it is not what sessions with
 * other faults have.
 */
static void redraws_of_one_session_share_their_beginning(void)
{
	struct fault faults[] = {made_checked_fault("lost", "", "loss", "percent=30%"),
	                         made_checked_fault("lost", "", "loss", "percent=31%")};
	const struct plan plan = {.name = "x", .seed = 5, .faults = faults, .fault_count = 1};
	const struct plan other = {.name = "x", .seed = 5, .faults = &faults[1], .fault_count = 1};
	const uint64_t family = family_of(&plan, SIM_S, 1);

	CU_ASSERT_EQUAL(family_of(&plan, 2 * SIM_S, 2), family);
	CU_ASSERT_NOT_EQUAL(family_of(&other, SIM_S, 1), family);
	CU_ASSERT_NOT_EQUAL(beginning_family(&plan), family);
	CU_ASSERT_EQUAL(beginning_family(&plan), beginning_family(&other));
}

/* -- many redraws -- */

/* Its budget is used up before it begins, so no session is ever run. */
static struct search *open_search(void)
{
	static const struct paths paths;
	const struct search_options options = {.paths = &paths, .side_by_side = 1, .dir = test_folder(), .budget_ms = 1};
	struct error err;
	struct search *search = search_open(&options, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(search);
	(void)usleep(2000);
	return search;
}

/* A curve from 0 to 100 s of a plan whose losses are drawn. */
static void make_curve(const struct plan *plan, uint64_t redraws, uint64_t cuts)
{
	const struct cut_options options = {.redraws = redraws, .cuts = cuts};
	const struct trial drawn = {.state = TRIAL_DONE, .ending = {.kind = VERDICT_FAIL, .digest = "d"}};
	struct search *search = open_search();
	struct error err;

	cut_curve_close(&curve);
	CU_ASSERT(cut_run(search, plan, &drawn.ending, &drawn, 0, 100 * SIM_S, &options, &curve, &err));
	CU_ASSERT_PTR_NULL(curve.why_not);
	search_close(search);
}

/*
 * Lets the search know what redraws of a cut come to: each passes but the first @p failed of them.
 */
static void know(const struct plan *plan, uint64_t at_ns, uint64_t redraws, uint64_t failed)
{
	struct search *search = open_search();
	struct trial trial;
	struct results results;
	struct error err;
	char path[600];

	(void)snprintf(path, sizeof path, "%s/" SEARCH_RESULTS, test_folder());
	CU_ASSERT_FATAL(results_open(&results, path, &err));
	for (uint64_t i = 0; i < redraws; i++) {
		const struct ending ending = {.kind = i < failed ? VERDICT_FAIL : VERDICT_PASS};
		cut_trial(&trial, plan, at_ns, cut_seed(plan->seed, at_ns, i));
		CU_ASSERT(search_run(search, &trial, 1, NULL, NULL, &err));
		CU_ASSERT(results_add(&results, trial.key, "x", &ending, &err));
		trial_close(&trial);
	}
	results_close(&results);
	search_close(search);
}

/* A batch ends amid a cut. */
static void redraws_of_several_batches_are_counted_at_their_cuts(void)
{
	struct fault fault = made_checked_fault("lost", "", "loss", "percent=30%");
	const struct plan plan = {.name = "x", .seed = 5, .faults = &fault, .fault_count = 1};
	const uint64_t redraws = CUT_BATCH_MAX / 2 + 3;

	for (uint64_t i = 0; i < 3; i++)
		know(&plan, 100 * SIM_S / 3 * i, redraws, 10 * i);
	make_curve(&plan, redraws, 3);
	CU_ASSERT(curve.whole);
	CU_ASSERT_EQUAL_FATAL(curve.count, 3);
	for (uint64_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(tally_failed(&curve.list[i].tally), 10 * i);
		CU_ASSERT_EQUAL(curve.list[i].tally.passed, redraws - 10 * i);
	}
	CU_ASSERT(curve.has_saved && curve.saved_ns == curve.list[2].at_ns);
	/* Of a cut that is not run to its end nothing is known. */
	make_curve(&plan, redraws + 1, 3);
	CU_ASSERT(!curve.whole && curve.count == 0);
	cut_curve_close(&curve);
}

/* What the kernel says of this process, in kB. */
static unsigned long memory_kb(const char *what)
{
	char line[256];
	unsigned long found = 0;
	FILE *stream = fopen("/proc/self/status", "re");

	while (stream != NULL && fgets(line, sizeof line, stream) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			(void)sscanf(line + strlen(what), ": %lu", &found);
	if (stream != NULL)
		(void)fclose(stream);
	return found;
}

/* All redraws at once would take some 40 kB each. */
static void memory_does_not_grow_with_what_was_asked_for(void)
{
	struct fault fault = made_checked_fault("lost", "", "loss", "percent=30%");
	const struct plan plan = {.name = "x", .seed = 5, .faults = &fault, .fault_count = 1};

#ifdef __SANITIZE_ADDRESS__
	test_skip("the address sanitizer keeps what was freed");
#endif
	/* The peak begins anew. */
	FILE *stream = fopen("/proc/self/clear_refs", "we");
	if (stream == NULL || fputs("5", stream) == EOF || fclose(stream) != 0)
		test_skip("the kernel does not let a process reset the peak of its memory");
	const unsigned long before = memory_kb("VmRSS");
	make_curve(&plan, 100, 50);
	CU_ASSERT(!curve.whole);
	CU_ASSERT(before > 0 && memory_kb("VmHWM") < before + 64 * 1024);
	cut_curve_close(&curve);
}

const CU_TestInfo tests_cut[] = {
	{"cuts_stand_in_their_order_and_one_place_is_one_cut", cuts_stand_in_their_order_and_one_place_is_one_cut},
	{"the_border_is_behind_the_last_that_passed", the_border_is_behind_the_last_that_passed},
	{"what_nothing_is_known_of_is_no_border", what_nothing_is_known_of_is_no_border},
	{"where_nothing_ever_passed_there_is_nothing_between", where_nothing_ever_passed_there_is_nothing_between},
	{"cuts_do_not_come_closer_than_they_tell_anything", cuts_do_not_come_closer_than_they_tell_anything},
	{"the_largest_jump_is_looked_into", the_largest_jump_is_looked_into},
	{"surely_below_is_said_of_the_interval_and_not_of_the_rate", surely_below_is_said_of_the_interval_and_not_of_the_rate},
	{"a_redraw_is_the_plan_s_faults_with_another_seed_from_there_on", a_redraw_is_the_plan_s_faults_with_another_seed_from_there_on},
	{"redraws_of_one_session_share_their_beginning", redraws_of_one_session_share_their_beginning},
	{"redraws_of_several_batches_are_counted_at_their_cuts", redraws_of_several_batches_are_counted_at_their_cuts},
	{"memory_does_not_grow_with_what_was_asked_for", memory_does_not_grow_with_what_was_asked_for},
	CU_TEST_INFO_NULL};
