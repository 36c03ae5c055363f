/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/number.h"

#include "lib/base/check.h"

__extension__ typedef unsigned __int128 wide;

static int leading_zeros(wide value)
{
	uint64_t high = (uint64_t)(value >> 64);

	return high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)value);
}

/*
 * The number value x 2^exponent, or the next above it if there is a remainder below the value's
 * last bit.
 */
static struct number rounded_up(wide value, int64_t exponent, bool has_remainder)
{
	struct number result = {0, 0};

	if (value == 0)
		return result;
	int zeros = leading_zeros(value);
	wide top = value << zeros;
	result.mantissa = (uint64_t)(top >> 64);
	result.exponent = exponent + 64 - zeros;
	if (((uint64_t)top != 0 || has_remainder) && ++result.mantissa == 0) {
		result.mantissa = UINT64_C(1) << 63;
		result.exponent++;
	}
	return result;
}

struct number number_of(uint64_t value)
{
	return rounded_up(value, 0, false);
}

struct number number_scale(struct number a, uint64_t numerator, uint64_t denominator)
{
	wide product = (wide)a.mantissa * numerator;

	CHECK(denominator != 0);
	if (product == 0)
		return number_of(0);
	/*
	 * With the top bit set, the quotient has 64 significant bits whatever the denominator is.
	 */
	int zeros = leading_zeros(product);
	product <<= zeros;
	return rounded_up(product / denominator, a.exponent - zeros, product % denominator != 0);
}

struct number number_multiply(struct number a, struct number b)
{
	return rounded_up((wide)a.mantissa * b.mantissa, a.exponent + b.exponent, false);
}

struct number number_add(struct number a, struct number b)
{
	struct number large = a, small = b;

	if (a.mantissa == 0 || (b.mantissa != 0 && b.exponent > a.exponent)) {
		large = b;
		small = a;
	}
	if (small.mantissa == 0)
		return large;
	/*
	 * One bit stays free for the carry; what is shifted out of the smaller one makes the sum
	 * round up.
	 */
	int64_t shift = large.exponent - small.exponent;
	wide first = (wide)large.mantissa << 63, second = (wide)small.mantissa << 63;
	wide kept = shift < 127 ? second >> shift : 0;
	bool lost = shift >= 127 || (kept << shift) != second;
	return rounded_up(first + kept, large.exponent - 63, lost);
}

struct number number_power(uint64_t numerator, uint64_t denominator, uint64_t n)
{
	struct number result = number_of(1), square = number_scale(result, numerator, denominator);

	for (; n > 0; n >>= 1) {
		if (n & 1)
			result = number_multiply(result, square);
		square = number_multiply(square, square);
	}
	return result;
}

uint64_t number_billionths(struct number a)
{
	struct number scaled = number_scale(a, BILLION, 1);

	if (scaled.mantissa == 0)
		return 0;
	/*
	 * The value is below 2^(exponent + 64): what is below one is rounded up to it, what has 31
	 * bits before the point is above the billion.
	 */
	if (scaled.exponent <= -64)
		return 1;
	if (scaled.exponent > -64 + 30)
		return BILLION;
	int below_point = (int)-scaled.exponent;
	uint64_t whole = scaled.mantissa >> below_point;
	whole += (whole << below_point) != scaled.mantissa;
	return whole < BILLION ? whole : BILLION;
}
