/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Random draws that are addressed, not sequential: a draw is a function of the seed, the name of
 * the stream and the thing that is decided.
 *
 * Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC11) with (seed,
 * stream) as its key and the thing as its counter. There is no state, so one draw more or less
 * moves no other draw.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/** A named stream of a seed. */
struct random_stream {
	uint64_t key;
};

/**
 * The stream called @p name of @p seed. The name may be any text; equal names are equal streams.
 */
struct random_stream random_stream(uint64_t seed, const char *name);

/** 64 uniform bits for the thing (@p what, @p which). */
uint64_t random_bits(struct random_stream stream, uint64_t what, uint64_t which);

/**
 * A number from 0 to @p below - 1, each equally likely to within 2^-64 x below; @p below must not
 * be 0.
 */
uint64_t random_below(struct random_stream stream, uint64_t what, uint64_t which, uint64_t below);

/** True with probability @p billionths / 1e9; always for 1e9, never for 0. */
bool random_happens(struct random_stream stream, uint64_t what, uint64_t which, uint64_t billionths);

#endif
