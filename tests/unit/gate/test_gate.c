/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/gate_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sim/random.h"
#include "tests/test.h"

extern const CU_TestInfo tests_gate[];

#define PAIRS_MAX 340
#define SCENARIOS_MAX 10

/* -- by hand -- */

/*
 * Pairs and frozen plans as a letter each: '.' both survived, 'x' both broke, 'c' and 'b' only one
 * broke, '?' and '!' the candidate or the baseline unknown.
 */
struct gate_fixture {
	struct gate_pair pairs[SCENARIOS_MAX][PAIRS_MAX];
	enum gate_outcome frozen[SCENARIOS_MAX][PAIRS_MAX];
	struct gate_scenario scenarios[SCENARIOS_MAX];
	struct gate_finding findings[SCENARIOS_MAX];
	size_t count;
};

static struct gate_pair pair_of(char letter)
{
	enum gate_outcome baseline = letter == 'x' || letter == 'b' ? GATE_BROKE : letter == '!' ? GATE_UNKNOWN : GATE_SURVIVED;

	return (struct gate_pair){baseline, letter == 'x' || letter == 'c' ? GATE_BROKE : letter == '?' ? GATE_UNKNOWN : GATE_SURVIVED};
}

/* @param pairs NULL: the scenario takes no fresh plans. */
static void add(struct gate_fixture *f, const char *frozen, const char *pairs)
{
	size_t i = f->count++;

	CU_ASSERT_FATAL(i < SCENARIOS_MAX && strlen(frozen) <= PAIRS_MAX && (pairs == NULL || strlen(pairs) <= PAIRS_MAX));
	for (size_t j = 0; frozen[j] != '\0'; j++)
		f->frozen[i][j] = pair_of(frozen[j]).candidate;
	for (size_t j = 0; pairs != NULL && pairs[j] != '\0'; j++)
		f->pairs[i][j] = pair_of(pairs[j]);
	f->scenarios[i] = (struct gate_scenario){f->frozen[i], strlen(frozen), pairs != NULL, f->pairs[i],
	                                         pairs != NULL ? strlen(pairs) : 0};
}

static enum gate_decision judge(struct gate_fixture *f)
{
	return gate_judge(&gate_standard, f->scenarios, f->count, f->findings);
}

/* A release of one scenario. */
static void check(const char *frozen, const char *pairs, enum gate_decision decision, enum gate_reason reason, const char *words)
{
	static struct gate_fixture f;
	char text[GATE_TEXT_MAX];

	memset(&f, 0, sizeof f);
	add(&f, frozen, pairs);
	CU_ASSERT_EQUAL(judge(&f), decision);
	CU_ASSERT_EQUAL(f.findings[0].decision, decision);
	CU_ASSERT_EQUAL(f.findings[0].reason, reason);
	CU_ASSERT_EQUAL(gate_wants_more(&f.findings[0]), reason == GATE_UNDECIDED);
	TEST_SAME_TEXT(gate_tell(&f.findings[0], text), words);
}

/* @p text, and '.' until there are @p length. */
static const char *filled(const char *text, size_t length)
{
	static char all[PAIRS_MAX + 1];

	CU_ASSERT_FATAL(length <= PAIRS_MAX);
	memset(all, '.', length);
	memcpy(all, text, strlen(text));
	all[length] = '\0';
	return all;
}

static void one_frozen_failure_blocks(void)
{
	check("....", NULL, GATE_PROMOTE, GATE_FROZEN_PASSED, "all frozen plans passed");
	check("...c", NULL, GATE_BLOCK, GATE_FROZEN_BROKE, "1 of the frozen plans broke: a frozen plan blocks, whatever else was seen");
	check("...?", NULL, GATE_NOT_ENOUGH, GATE_FROZEN_UNKNOWN,
	      "1 of the frozen plans proved nothing: a frozen plan that proves nothing does not pass");
	check("?..c", NULL, GATE_BLOCK, GATE_FROZEN_BROKE, "1 of the frozen plans broke: a frozen plan blocks, whatever else was seen");
	check("...c", filled("", 120), GATE_BLOCK, GATE_FROZEN_BROKE,
	      "1 of the frozen plans broke: a frozen plan blocks, whatever else was seen");
	check("...?", filled("", 120), GATE_NOT_ENOUGH, GATE_FROZEN_UNKNOWN,
	      "1 of the frozen plans proved nothing: a frozen plan that proves nothing does not pass");
}

static void an_empty_gate_promotes_nothing(void)
{
	check("", NULL, GATE_NOT_ENOUGH, GATE_NOTHING, "there was nothing to judge by");
	check("", "", GATE_NOT_ENOUGH, GATE_UNDECIDED, "more pairs may decide it");
	check("....", "", GATE_NOT_ENOUGH, GATE_UNDECIDED, "more pairs may decide it");
	CU_ASSERT_EQUAL(gate_judge(&gate_standard, NULL, 0, NULL), GATE_NOT_ENOUGH);
}

static void the_sequential_test_stops_early(void)
{
	/* 1.6^6 = 16.8 and 1.6^7 = 26.8, of which 20 is needed. */
	check("", "x.cc.ccxcc", GATE_NOT_ENOUGH, GATE_UNDECIDED,
	      "of 10 plans, 6 broke only on the candidate, 0 only on the baseline: more pairs may decide it");
	check("", "x.cc.ccxccc", GATE_BLOCK, GATE_WORSE,
	      "of 11 plans, 7 broke only on the candidate, 0 only on the baseline: more than chance explains, over all scenarios");
	/* 0.4^4 = 0.0256 and 0.4^5 = 0.01024, of which 0.025 is needed. */
	check("", "x.b.bb.b", GATE_NOT_ENOUGH, GATE_UNDECIDED,
	      "of 8 plans, 0 broke only on the candidate, 4 only on the baseline: more pairs may decide it");
	check("", "x.b.bb.bb", GATE_PROMOTE, GATE_NOT_WORSE,
	      "of 9 plans, 0 broke only on the candidate, 5 only on the baseline: the candidate is not worse");
}

static void few_enough_breaks_are_tolerated(void)
{
	/*
	 * (0.9/0.98)^43 = 0.0257 and ^44 = 0.0236, of which 0.025 is needed. A break costs a factor
	 * of 5, which 19 pairs make good.
	 */
	check("", filled("", 43), GATE_NOT_ENOUGH, GATE_UNDECIDED,
	      "of 43 plans, 0 broke only on the candidate, 0 only on the baseline: more pairs may decide it");
	check("", filled("", 44), GATE_PROMOTE, GATE_TOLERATED,
	      "of 44 plans, 0 broke only on the candidate, 0 only on the baseline: it breaks alone in fewer plans than is tolerated");
	check("", filled("cb", 63), GATE_NOT_ENOUGH, GATE_UNDECIDED,
	      "of 63 plans, 1 broke only on the candidate, 1 only on the baseline: more pairs may decide it");
	check("", filled("cb", 64), GATE_PROMOTE, GATE_TOLERATED,
	      "of 64 plans, 1 broke only on the candidate, 1 only on the baseline: it breaks alone in fewer plans than is tolerated");
}

static void reaching_the_bound_decides_nothing(void)
{
	char pairs[PAIRS_MAX + 1] = "ccbccbccbccbccbccbccb";

	check("", filled(pairs, 299), GATE_NOT_ENOUGH, GATE_UNDECIDED,
	      "of 299 plans, 14 broke only on the candidate, 7 only on the baseline: more pairs may decide it");
	check("", filled(pairs, 300), GATE_NOT_ENOUGH, GATE_BOUND,
	      "of 300 plans, 14 broke only on the candidate, 7 only on the baseline: all pairs are used up, and it may be worse than is "
	      "tolerated");
	/* What comes after the bound is not looked at. */
	(void)snprintf(pairs, sizeof pairs, "%s", filled(pairs, 300));
	memset(pairs + 300, 'c', 20);
	pairs[320] = '\0';
	check("", pairs, GATE_NOT_ENOUGH, GATE_BOUND,
	      "of 300 plans, 14 broke only on the candidate, 7 only on the baseline: all pairs are used up, and it may be worse than is "
	      "tolerated");
}

static void what_proves_nothing_is_no_evidence_for_the_candidate(void)
{
	static struct gate_fixture f;

	check("", filled("????????????????", 300), GATE_NOT_ENOUGH, GATE_BOUND,
	      "of 284 plans, 0 broke only on the candidate, 0 only on the baseline (16 more proved nothing on the candidate, 0 on the "
	      "baseline): all pairs are used up, and it may be worse than is tolerated");
	check("", "!!!c", GATE_NOT_ENOUGH, GATE_UNDECIDED,
	      "of 1 plans, 1 broke only on the candidate, 0 only on the baseline (0 more proved nothing on the candidate, 3 on the "
	      "baseline): more pairs may decide it");
	add(&f, "", filled("!!!!!!!!!??cb", 120));
	CU_ASSERT_EQUAL(judge(&f), GATE_PROMOTE);
	CU_ASSERT_EQUAL(f.findings[0].unknown, 2);
	CU_ASSERT_EQUAL(f.findings[0].same, 107);
	CU_ASSERT_EQUAL(f.findings[0].baseline_unknown, 9);
	CU_ASSERT_EQUAL(gate_known(&f.findings[0]), 109);
	for (size_t i = 0; i < 120; i++)
		f.pairs[0][i].baseline = GATE_UNKNOWN;
	CU_ASSERT_EQUAL(judge(&f), GATE_NOT_ENOUGH);
}

static void more_scenarios_ask_for_stronger_evidence(void)
{
	static struct gate_fixture f;

	add(&f, "", "ccccccc");
	CU_ASSERT_EQUAL(judge(&f), GATE_BLOCK);
	for (size_t i = 1; i < 6; i++)
		add(&f, "", filled("", 120));
	CU_ASSERT_EQUAL(judge(&f), GATE_NOT_ENOUGH);
	CU_ASSERT_EQUAL(f.findings[0].equal_corrected, 6 * f.findings[0].equal);
	CU_ASSERT_EQUAL(f.findings[5].decision, GATE_PROMOTE);
	/* A scenario without fresh plans asks nothing of chance. */
	add(&f, "..", NULL);
	(void)judge(&f);
	CU_ASSERT_EQUAL(f.findings[0].equal_corrected, 6 * f.findings[0].equal);
	f.count = 0;
	add(&f, "", "ccccccccccc");
	CU_ASSERT_EQUAL(f.count, 1);
	f.count = 7;
	CU_ASSERT_EQUAL(judge(&f), GATE_BLOCK);
	CU_ASSERT_EQUAL(f.findings[1].decision, GATE_PROMOTE);
}

/* -- by simulation: how often it is right, and what that costs -- */

#define RELEASES 2000
#define ROUND 6 /* pairs of each scenario between two looks */

struct release_model {
	const char *name;
	/* how many there are, and how many of these are of the second kind */
	size_t scenarios, bad;
	/* of 1000 plans, how many break only on the candidate and only on the baseline */
	unsigned good_only[2], bad_only[2];
};

static const struct release_model models[] = {
	{"the same release again", 10, 0, {0, 0}, {0, 0}},
	{"equal: each breaks alone in 1 %", 10, 0, {10, 10}, {0, 0}},
	{"equal: each breaks alone in 3 %", 10, 0, {30, 30}, {0, 0}},
	{"equal: each breaks alone in 20 %", 10, 0, {200, 200}, {0, 0}},
	{"equal, one scenario: each breaks alone in 20 %", 1, 0, {200, 200}, {0, 0}},
	{"better: 2 % against 20 %", 10, 0, {20, 200}, {0, 0}},
	{"a little worse in one scenario: 5 % against 3 %", 10, 1, {10, 10}, {50, 30}},
	{"bad in one scenario: 10 % against 2.5 %", 10, 1, {0, 0}, {100, 25}},
	{"bad in one scenario: 20 % against 2 %", 10, 1, {10, 10}, {200, 20}},
	{"bad in one scenario: 40 % against none", 10, 1, {10, 10}, {400, 0}},
	{"bad, one scenario: 10 % against 2.5 %", 1, 1, {0, 0}, {100, 25}},
	{"bad, one scenario: 20 % against 5 %", 1, 1, {0, 0}, {200, 50}},
	{"bad, one scenario: 40 % against 10 %", 1, 1, {0, 0}, {400, 100}},
	{"bad in all: 10 % against 2.5 %", 10, 10, {0, 0}, {100, 25}},
	{"bad in all: 20 % against 2 %", 10, 10, {0, 0}, {200, 20}},
};

struct outcome_counts {
	unsigned decisions[3];
	uint64_t pairs;
};

static struct gate_pair draw_pair(const struct release_model *model, unsigned release, size_t scenario, size_t i)
{
	struct random_stream stream = random_stream(1, model->name);
	const unsigned *only = scenario < model->bad ? model->bad_only : model->good_only;
	uint64_t drawn = random_below(stream, (uint64_t)release * SCENARIOS_MAX + scenario, i, 1000);

	return pair_of(drawn < only[0] ? 'c' : drawn < only[0] + only[1] ? 'b' : '.');
}

/*
 * A release is judged in rounds, as a campaign does: scenarios that are decided get no more pairs,
 * and a block ends it.
 */
static void release_one(const struct release_model *model, unsigned release, struct outcome_counts *counts)
{
	static struct gate_fixture f;
	enum gate_decision decision;
	bool more = true;

	memset(f.findings, 0, sizeof f.findings);
	for (size_t i = 0; i < model->scenarios; i++)
		f.scenarios[i] = (struct gate_scenario){NULL, 0, true, f.pairs[i], 0};
	f.count = model->scenarios;
	for (decision = judge(&f); more && decision != GATE_BLOCK; decision = judge(&f)) {
		more = false;
		for (size_t i = 0; i < f.count; i++)
			for (size_t j = 0; j < ROUND && gate_wants_more(&f.findings[i]); j++, more = true) {
				size_t at = f.scenarios[i].pair_count;
				f.pairs[i][at] = draw_pair(model, release, i, at);
				f.scenarios[i].pair_count++;
			}
	}
	counts->decisions[decision]++;
	for (size_t i = 0; i < f.count; i++)
		counts->pairs += f.scenarios[i].pair_count;
}

/* A line of the table in README.md. */
static void simulate(const struct release_model *model, struct outcome_counts *counts, char *ret_line, size_t size)
{
	memset(counts, 0, sizeof *counts);
	for (unsigned release = 0; release < RELEASES; release++)
		release_one(model, release, counts);
	(void)snprintf(ret_line, size, "| %s | %zu | %.1f %% | %.1f %% | %.1f %% | %.0f |\n", model->name, model->scenarios,
	               100.0 * counts->decisions[GATE_PROMOTE] / RELEASES, 100.0 * counts->decisions[GATE_BLOCK] / RELEASES,
	               100.0 * counts->decisions[GATE_NOT_ENOUGH] / RELEASES,
	               (double)counts->pairs / (RELEASES * (double)model->scenarios));
}

static bool is_bad(const struct release_model *model)
{
	return model->bad > 0 && model->bad_only[0] >= 100 && model->bad_only[0] >= 4 * model->bad_only[1];
}

static void the_characteristics_are_those_in_the_docs(void)
{
	char *docs = test_read("harness/gate/README.md"), line[256];
	struct outcome_counts counts;

	CU_ASSERT_PTR_NOT_NULL_FATAL(docs);
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
		simulate(&models[i], &counts, line, sizeof line);
		bool told = strstr(docs, line) != NULL;
		if (!told)
			printf("    README.md lacks: %s", line);
		CU_ASSERT(told);
		/* The promises, of 5 % each. */
		if (is_bad(&models[i]))
			CU_ASSERT(counts.decisions[GATE_PROMOTE] <= RELEASES / 20);
		if (models[i].bad == 0)
			CU_ASSERT(counts.decisions[GATE_BLOCK] <= RELEASES / 20);
	}
	free(docs);
}

const CU_TestInfo tests_gate[] = {
	{"one frozen failure blocks", one_frozen_failure_blocks},
	{"an empty gate promotes nothing", an_empty_gate_promotes_nothing},
	{"the sequential test stops early", the_sequential_test_stops_early},
	{"few enough breaks are tolerated", few_enough_breaks_are_tolerated},
	{"reaching the bound decides nothing", reaching_the_bound_decides_nothing},
	{"what proves nothing is no evidence for the candidate", what_proves_nothing_is_no_evidence_for_the_candidate},
	{"more scenarios ask for stronger evidence", more_scenarios_ask_for_stronger_evidence},
	{"the characteristics are those in the docs", the_characteristics_are_those_in_the_docs},
	CU_TEST_INFO_NULL,
};
