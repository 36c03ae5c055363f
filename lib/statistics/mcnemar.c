/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/mcnemar.h"

#include "lib/statistics/binomial.h"

uint64_t mcnemar_one_sided(uint64_t against, uint64_t in_favour)
{
	return binomial_at_least(against, against + in_favour, BILLION / 2);
}

uint64_t mcnemar_two_sided(uint64_t a, uint64_t b)
{
	uint64_t tail = mcnemar_one_sided(a > b ? a : b, a > b ? b : a);

	return tail < BILLION / 2 ? 2 * tail : BILLION;
}
