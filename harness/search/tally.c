/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/tally.h"

#include "lib/base/unit.h"

/* What may lie beyond either end of an interval of 95 %, billionths. */
#define TAIL 25000000U

void tally_add(struct tally *tally, const struct trial *trial, const struct ending *failing)
{
	if (trial->state != TRIAL_DONE)
		return;
	if (trial->ending.kind == VERDICT_INCONCLUSIVE)
		tally->unknown++;
	else if (trial->ending.kind == VERDICT_PASS)
		tally->passed++;
	else if (ending_same(&trial->ending, failing))
		tally->same++;
	else
		tally->other++;
}

uint64_t tally_failed(const struct tally *tally)
{
	return tally->same + tally->other;
}

uint64_t tally_known(const struct tally *tally)
{
	return tally->passed + tally_failed(tally);
}

uint64_t tally_rate(const struct tally *tally)
{
	const uint64_t known = tally_known(tally);

	return known > 0 ? tally_failed(tally) * UNIT_PROBABILITY_ONE / known : 0;
}

struct interval tally_interval(const struct tally *tally)
{
	return interval_clopper_pearson(tally_failed(tally), tally_known(tally), TAIL);
}
