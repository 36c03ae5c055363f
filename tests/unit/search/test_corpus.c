/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/corpus.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/search/fixture.h"

extern const CU_TestInfo tests_corpus[];

/* Takes a session that reached these, a letter each. @return how many were new. */
static size_t take(struct corpus *corpus, uint64_t seed, const char *letters)
{
	const struct candidate candidate = {.seed = seed};
	struct reach reach = {0};

	for (; *letters != '\0'; letters++)
		reach_count(&reach, (const char[]){*letters, '\0'}, 1);
	reach_settle(&reach);
	return corpus_take(corpus, &candidate, &reach);
}

static void only_what_reached_something_new_is_kept(void)
{
	struct corpus corpus = {0};

	CU_ASSERT_EQUAL(take(&corpus, 1, "abc"), 3);
	CU_ASSERT_EQUAL(take(&corpus, 2, "ab"), 0);
	CU_ASSERT_EQUAL(take(&corpus, 3, "abd"), 1);
	CU_ASSERT_EQUAL(corpus.count, 2);
	CU_ASSERT_EQUAL(corpus.list[1].candidate.seed, 3);
	CU_ASSERT_EQUAL(corpus.map.count, 4);
	CU_ASSERT_EQUAL(reach_find(&corpus.map, "a")->sessions, 3);
	corpus_close(&corpus);
}

static void the_session_of_no_plan_counts_and_is_not_kept(void)
{
	struct corpus corpus = {0};
	struct reach reach = {0};

	reach_count(&reach, "a", 1);
	reach_settle(&reach);
	CU_ASSERT_EQUAL(corpus_take(&corpus, NULL, &reach), 1);
	CU_ASSERT_EQUAL(corpus.count, 0);
	CU_ASSERT_EQUAL(take(&corpus, 1, "a"), 0);
	corpus_close(&corpus);
}

static void the_rarest_have_most_energy_and_lose_it_with_use(void)
{
	struct corpus corpus = {0};
	unsigned chosen[3] = {0};

	(void)take(&corpus, 0, "ab");
	(void)take(&corpus, 1, "ac");
	for (unsigned i = 0; i < 20; i++)
		(void)take(&corpus, 9, "abc");
	(void)take(&corpus, 2, "ad");
	CU_ASSERT_EQUAL_FATAL(corpus.count, 3);
	CU_ASSERT(corpus_energy(&corpus, 2) > 10 * corpus_energy(&corpus, 0));
	const uint64_t before = corpus_energy(&corpus, 2);
	for (uint64_t i = 0; i < 300; i++) {
		struct dice dice = draw_fixture_dice(1, i);
		chosen[corpus_choose(&corpus, &dice)->seed]++;
	}
	CU_ASSERT(chosen[2] > chosen[0] && chosen[2] > chosen[1]);
	CU_ASSERT(chosen[0] > 0 && chosen[1] > 0);
	CU_ASSERT(corpus_energy(&corpus, 2) < before / 10);
	corpus_close(&corpus);
}

const CU_TestInfo tests_corpus[] = {
	{"only what reached something new is kept", only_what_reached_something_new_is_kept},
	{"the session of no plan counts and is not kept", the_session_of_no_plan_counts_and_is_not_kept},
	{"the rarest have most energy and lose it with use", the_rarest_have_most_energy_and_lose_it_with_use},
	CU_TEST_INFO_NULL,
};
