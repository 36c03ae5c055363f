/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/crandom.h"

#include "lib/base/unit.h"
#include "lib/sim/random.h"

#define RATE_DRAWS (UINT64_C(1) << 21)

uint32_t crandom_share(uint64_t billionths)
{
	/* tc rounds to the nearest. */
	return (uint32_t)((billionths * UINT32_MAX + UNIT_PROBABILITY_ONE / 2) / UNIT_PROBABILITY_ONE);
}

uint32_t crandom_mix(uint32_t drawn, uint32_t *last, uint32_t correlation)
{
	const uint64_t one = UINT64_C(1) << 32, weight = (uint64_t)correlation + 1;

	if (correlation == 0)
		return drawn;
	/* The weights add up to one, so the sum stays below 2^64. */
	*last = (uint32_t)((drawn * (one - weight) + *last * weight) >> 32);
	return *last;
}

uint64_t crandom_rate(uint64_t probability, uint64_t correlation)
{
	const struct random_stream stream = random_stream(1, "rate of a correlated draw");
	const uint32_t share = crandom_share(correlation);
	uint32_t last = UINT32_MAX / 2;
	uint64_t hits = 0;

	for (uint64_t i = 0; i < RATE_DRAWS; i++)
		hits += crandom_hits(probability, crandom_mix((uint32_t)(random_bits(stream, 0, i) >> 32), &last, share));
	return hits * UNIT_PROBABILITY_ONE / RATE_DRAWS;
}
