/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The draws of one thing that is made by chance, one after the other. Where they begin is addressed
 * (sim/random.h): another thing's draws do not move them.
 */
#ifndef SEARCH_DICE_H
#define SEARCH_DICE_H

#include "lib/sim/random.h"

struct dice {
	struct random_stream stream;
	uint64_t what;  /**< the thing */
	uint64_t drawn; /**< so many times */
};

/** A number from 0 to @p below - 1, which must not be 0. */
static inline uint64_t dice_below(struct dice *dice, uint64_t below)
{
	return random_below(dice->stream, dice->what, dice->drawn++, below);
}

/** True once in @p times. */
static inline bool dice_once_in(struct dice *dice, uint64_t times)
{
	return dice_below(dice, times) == 0;
}

/** A number from @p least to @p most, each power of two as likely as the next. */
static inline uint64_t dice_between(struct dice *dice, uint64_t least, uint64_t most)
{
	const uint64_t base = least > 0 ? least : 1;
	unsigned octaves = 0;

	if (least >= most)
		return least;
	while (octaves < 63 && base << octaves <= most / 2)
		octaves++;
	const uint64_t octave = dice_below(dice, octaves + 1);
	const uint64_t low = octave == 0 ? least : base << octave;
	const uint64_t high = octave == octaves ? most : (base << (octave + 1)) - 1;
	return low + dice_below(dice, (high > most ? most : high) - low + 1);
}

#endif
