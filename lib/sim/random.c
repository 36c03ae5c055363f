/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/sim/random.h"

#include <Random123/philox.h>
#include <string.h>
#include <xxhash.h>

#include "lib/base/check.h"

struct random_stream random_stream(uint64_t seed, const char *name)
{
	return (struct random_stream){XXH3_64bits_withSeed(name, strlen(name), seed)};
}

uint64_t random_bits(struct random_stream stream, uint64_t what, uint64_t which)
{
	const philox4x32_key_t key = {{(uint32_t)stream.key, (uint32_t)(stream.key >> 32)}};
	const philox4x32_ctr_t counter = {{(uint32_t)what, (uint32_t)(what >> 32), (uint32_t)which, (uint32_t)(which >> 32)}};
	const philox4x32_ctr_t drawn = philox4x32(counter, key);

	return (uint64_t)drawn.v[1] << 32 | drawn.v[0];
}

uint64_t random_below(struct random_stream stream, uint64_t what, uint64_t which, uint64_t below)
{
	CHECK(below > 0);
	return (uint64_t)((__extension__(unsigned __int128) random_bits(stream, what, which) * below) >> 64);
}

bool random_happens(struct random_stream stream, uint64_t what, uint64_t which, uint64_t billionths)
{
	return random_below(stream, what, which, 1000000000U) < billionths;
}
