/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/revisions.h"

#include "tests/test.h"
#include "tests/unit/search/simulated.h"

extern const CU_TestInfo tests_revisions[];

/* Asks until one suspect is left, or nothing tells them apart. @return how many were asked. */
static unsigned bisect(struct suspects *suspects, size_t culprit)
{
	unsigned looks = 0;
	size_t at;

	while (suspects->count > 1 && (at = suspects_halve(suspects)) != REVISION_NONE) {
		suspects_take(suspects, at, revisions_is_after(suspects->revisions, at, culprit));
		looks++;
	}
	return looks;
}

static void every_culprit_of_128_is_found_in_7_looks(void)
{
	struct revisions row;
	unsigned wrong = 0;

	simulated_row(&row, 128);
	for (size_t culprit = 1; culprit <= 128; culprit++) {
		struct suspects suspects;
		suspects_open(&suspects, &row);
		const unsigned looks = bisect(&suspects, culprit);
		wrong += looks != 7 || suspects.count != 1 || !suspects.is[culprit];
		suspects_close(&suspects);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(revisions_candidates(&row), 128);
	CU_ASSERT_EQUAL(revisions_bad(&row), 128);
	revisions_close(&row);
}

/*
 * 0 good - 1 - 2 - 3 ------ 6 - 7 bad
 *           \- 4 - 5 -----/
 */
static void make_diamond(struct revisions *ret_revisions)
{
	static const size_t parents[][3] = {[1] = {0}, [2] = {1}, [3] = {2}, [4] = {1}, [5] = {4}, [6] = {3, 5}, [7] = {6}};
	static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};

	*ret_revisions = (struct revisions){.count = 0};
	for (size_t i = 0; i < 8; i++) {
		(void)revisions_add(ret_revisions, names[i], names[i], i > 0);
		if (i > 0)
			revisions_add_parent(ret_revisions, i, parents[i][0]);
		if (i == 6)
			revisions_add_parent(ret_revisions, i, parents[i][1]);
	}
	revisions_link(ret_revisions);
}

static void bad_is_what_descends_from_the_culprit(void)
{
	struct revisions diamond;

	make_diamond(&diamond);
	CU_ASSERT(revisions_is_after(&diamond, 6, 2));
	CU_ASSERT(revisions_is_after(&diamond, 6, 4));
	CU_ASSERT(revisions_is_after(&diamond, 4, 4));
	CU_ASSERT(!revisions_is_after(&diamond, 5, 2));
	CU_ASSERT(!revisions_is_after(&diamond, 3, 6));
	CU_ASSERT(!revisions_is_after(&diamond, 0, 1));
	CU_ASSERT_EQUAL(revisions_find(&diamond, "5"), 5);
	CU_ASSERT_EQUAL(revisions_find(&diamond, "8"), REVISION_NONE);
	revisions_close(&diamond);
}

static void every_culprit_of_a_merged_history_is_found(void)
{
	struct revisions diamond;
	unsigned wrong = 0;

	make_diamond(&diamond);
	for (size_t culprit = 1; culprit <= 7; culprit++) {
		struct suspects suspects;
		suspects_open(&suspects, &diamond);
		wrong += bisect(&suspects, culprit) > 4 || suspects.count != 1 || !suspects.is[culprit];
		suspects_close(&suspects);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	revisions_close(&diamond);
}

static void a_revision_that_cannot_be_tested_stays_a_candidate(void)
{
	struct revisions row;
	struct suspects suspects;

	simulated_row(&row, 16);
	suspects_open(&suspects, &row);
	for (size_t at = 6; at <= 9; at++)
		suspects.untestable[at] = true;
	(void)bisect(&suspects, 8);
	CU_ASSERT_EQUAL(suspects.count, 5);
	for (size_t at = 1; at <= 16; at++)
		CU_ASSERT_EQUAL(suspects.is[at], at >= 6 && at <= 10);
	suspects_close(&suspects);
	revisions_close(&row);
}

/*
 * What breaks a build breaks it for a while: after each that cannot be tested, the next one asked
 * is not its neighbour.
 */
static void a_stretch_of_broken_revisions_is_skipped(void)
{
	struct revisions row;
	struct suspects suspects;
	unsigned broken = 0;
	size_t at;

	simulated_row(&row, 128);
	suspects_open(&suspects, &row);
	while (suspects.count > 1 && (at = suspects_halve(&suspects)) != REVISION_NONE)
		if (at >= 50 && at < 80) {
			suspects.untestable[at] = true;
			broken++;
		} else {
			suspects_take(&suspects, at, at >= 100);
		}
	CU_ASSERT_EQUAL(suspects.count, 1);
	CU_ASSERT(suspects.is[100]);
	CU_ASSERT(broken >= 1 && broken <= 3);
	suspects_close(&suspects);
	revisions_close(&row);
}

const CU_TestInfo tests_revisions[] = {
	{"every culprit of 128 is found in 7 looks", every_culprit_of_128_is_found_in_7_looks},
	{"bad is what descends from the culprit", bad_is_what_descends_from_the_culprit},
	{"every culprit of a merged history is found", every_culprit_of_a_merged_history_is_found},
	{"a revision that cannot be tested stays a candidate", a_revision_that_cannot_be_tested_stays_a_candidate},
	{"a stretch of broken revisions is skipped", a_stretch_of_broken_revisions_is_skipped},
	CU_TEST_INFO_NULL,
};
