/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Many hypotheses at once: p-values corrected so that the chance of rejecting any true one stays
 * below the level (Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
 * Journal of Statistics 6, 1979).
 *
 * The smallest of m is multiplied by m, the next by m - 1, and so on; none comes out smaller than
 * one before it. A hypothesis is rejected if its corrected p-value is at most the level. Nothing is
 * asked about how the tests depend on each other.
 */
#ifndef STATISTICS_HOLM_H
#define STATISTICS_HOLM_H

#include <stddef.h>
#include <stdint.h>

/**
 * @param p Of each hypothesis, billionths.
 * @param ret_corrected In the order of @p p, billionths, at most BILLION.
 */
void holm_correct(const uint64_t *p, size_t count, uint64_t *ret_corrected);

#endif
