/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/gate_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/statistics/binomial.h"
#include "lib/statistics/holm.h"
#include "lib/statistics/mcnemar.h"
#include "lib/statistics/sequential.h"

const struct gate_rules gate_standard = {
	.alpha = BILLION / 20, .beta = BILLION / 20, .odds = 4, .negligible = BILLION / 50, .tolerated = BILLION / 10, .runs_max = 300};

static size_t count_outcomes(const enum gate_outcome *outcomes, size_t count, enum gate_outcome wanted)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += outcomes[i] == wanted;
	return found;
}

struct tests {
	/* of the pairs that come out differently: a hit is against the candidate */
	struct sequential worse;
	/*
	 * of all that the baseline proved: a hit is one in which the candidate broke alone, or
	 * proved nothing
	 */
	struct sequential breaks;
};

static void add_pair(struct gate_finding *finding, struct tests *tests, const struct gate_pair *pair)
{
	bool against = pair->candidate == GATE_BROKE;

	finding->pairs++;
	if (pair->baseline == GATE_UNKNOWN) {
		finding->baseline_unknown++;
		return;
	}
	if (pair->candidate == GATE_UNKNOWN) {
		finding->unknown++;
	} else if (pair->candidate == pair->baseline) {
		finding->same++;
	} else {
		*(against ? &finding->candidate_only : &finding->baseline_only) += 1;
		sequential_add(&tests->worse, against);
	}
	sequential_add(&tests->breaks, pair->candidate != GATE_SURVIVED && pair->candidate != pair->baseline);
}

static struct gate_finding look_at(const struct gate_rules *rules, const struct gate_scenario *scenario)
{
	struct gate_finding finding = {.frozen_broke = count_outcomes(scenario->frozen, scenario->frozen_count, GATE_BROKE),
	                               .frozen_unknown = count_outcomes(scenario->frozen, scenario->frozen_count, GATE_UNKNOWN)};
	struct tests tests;

	sequential_of_odds(&tests.worse, rules->odds);
	sequential_of_shares(&tests.breaks, rules->negligible, rules->tolerated);
	for (size_t i = 0; i < scenario->pair_count && i < rules->runs_max; i++)
		add_pair(&finding, &tests, &scenario->pairs[i]);
	finding.equal = tests.worse.first;
	finding.worse = tests.worse.second;
	finding.not_tolerated = tests.breaks.second;
	finding.mcnemar = mcnemar_one_sided(finding.candidate_only, finding.baseline_only);
	return finding;
}

static enum gate_reason find_reason(const struct gate_rules *rules, const struct gate_scenario *scenario,
                                    const struct gate_finding *finding)
{
	if (finding->frozen_broke > 0)
		return GATE_FROZEN_BROKE;
	if (finding->equal_corrected <= rules->alpha)
		return GATE_WORSE;
	if (finding->frozen_unknown > 0)
		return GATE_FROZEN_UNKNOWN;
	if (!scenario->takes_fresh)
		return scenario->frozen_count > 0 ? GATE_FROZEN_PASSED : GATE_NOTHING;
	if (finding->worse <= rules->beta / 2)
		return GATE_NOT_WORSE;
	if (finding->not_tolerated <= rules->beta / 2)
		return GATE_TOLERATED;
	return finding->pairs < rules->runs_max ? GATE_UNDECIDED : GATE_BOUND;
}

static enum gate_decision decision_of(enum gate_reason reason)
{
	return reason <= GATE_WORSE ? GATE_BLOCK : reason <= GATE_NOTHING ? GATE_NOT_ENOUGH : GATE_PROMOTE;
}

/*
 * Corrects over the scenarios that are tested; one without fresh plans asks no question that could
 * be answered by chance.
 */
static void correct(const struct gate_scenario *scenarios, size_t count, struct gate_finding *findings)
{
	uint64_t *p = memory_new((count + 1) * sizeof *p), *corrected = memory_new((count + 1) * sizeof *corrected);
	size_t tested = 0;

	for (size_t i = 0; i < count; i++)
		if (scenarios[i].takes_fresh)
			p[tested++] = findings[i].equal;
	holm_correct(p, tested, corrected);
	tested = 0;
	for (size_t i = 0; i < count; i++)
		findings[i].equal_corrected = scenarios[i].takes_fresh ? corrected[tested++] : BILLION;
	free(p);
	free(corrected);
}

enum gate_decision gate_judge(const struct gate_rules *rules, const struct gate_scenario *scenarios, size_t count,
                              struct gate_finding *ret_findings)
{
	bool blocks = false, lacks = count == 0;

	CHECK(rules->runs_max >= 1 && rules->runs_max <= SAMPLE_MAX);
	for (size_t i = 0; i < count; i++) {
		CHECK(scenarios[i].takes_fresh || scenarios[i].pair_count == 0);
		ret_findings[i] = look_at(rules, &scenarios[i]);
	}
	correct(scenarios, count, ret_findings);
	for (size_t i = 0; i < count; i++) {
		ret_findings[i].reason = find_reason(rules, &scenarios[i], &ret_findings[i]);
		ret_findings[i].decision = decision_of(ret_findings[i].reason);
		blocks = blocks || ret_findings[i].decision == GATE_BLOCK;
		lacks = lacks || ret_findings[i].decision == GATE_NOT_ENOUGH;
	}
	return blocks ? GATE_BLOCK : lacks ? GATE_NOT_ENOUGH : GATE_PROMOTE;
}

bool gate_wants_more(const struct gate_finding *finding)
{
	return finding->reason == GATE_UNDECIDED;
}

uint64_t gate_known(const struct gate_finding *finding)
{
	return finding->candidate_only + finding->baseline_only + finding->same;
}

/* -- in words -- */

static const char *const meanings[] = {
	[GATE_FROZEN_BROKE] = "a frozen plan blocks, whatever else was seen",
	[GATE_WORSE] = "more than chance explains, over all scenarios",
	[GATE_FROZEN_UNKNOWN] = "a frozen plan that proves nothing does not pass",
	[GATE_UNDECIDED] = "more pairs may decide it",
	[GATE_BOUND] = "all pairs are used up, and it may be worse than is tolerated",
	[GATE_NOTHING] = "there was nothing to judge by",
	[GATE_NOT_WORSE] = "the candidate is not worse",
	[GATE_TOLERATED] = "it breaks alone in fewer plans than is tolerated",
	[GATE_FROZEN_PASSED] = "all frozen plans passed",
};

/* What the pairs showed; those that proved nothing are no part of "of N plans". */
static void tell_pairs(const struct gate_finding *finding, char *ret_text, size_t size)
{
	char lost[96] = "";

	if (finding->unknown > 0 || finding->baseline_unknown > 0)
		(void)snprintf(lost, sizeof lost, " (%" PRIu64 " more proved nothing on the candidate, %" PRIu64 " on the baseline)",
		               finding->unknown, finding->baseline_unknown);
	(void)snprintf(ret_text, size,
	               "of %" PRIu64 " plans, %" PRIu64 " broke only on the candidate, %" PRIu64 " only on the baseline%s: ",
	               gate_known(finding), finding->candidate_only, finding->baseline_only, lost);
}

const char *gate_tell(const struct gate_finding *finding, char ret_text[GATE_TEXT_MAX])
{
	char seen[256] = "";

	if (finding->frozen_broke > 0)
		(void)snprintf(seen, sizeof seen, "%zu of the frozen plans broke: ", finding->frozen_broke);
	else if (finding->frozen_unknown > 0 && finding->reason == GATE_FROZEN_UNKNOWN)
		(void)snprintf(seen, sizeof seen, "%zu of the frozen plans proved nothing: ", finding->frozen_unknown);
	else if (finding->pairs > 0)
		tell_pairs(finding, seen, sizeof seen);
	(void)snprintf(ret_text, GATE_TEXT_MAX, "%s%s", seen, meanings[finding->reason]);
	return ret_text;
}
