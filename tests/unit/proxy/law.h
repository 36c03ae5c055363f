/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What was drawn, against its closed form. Seeds are fixed, so that a test either always passes or
 * always fails; critical values are those of a significance of 0.001.
 */
#ifndef TESTS_UNIT_PROXY_LAW_H
#define TESTS_UNIT_PROXY_LAW_H

#include <stdbool.h>

/** Whether @p value is less than @p limit; prints both if not. */
bool law_is_below(double value, double limit);
/** Whether @p value is less than @p tolerance away from what is expected; prints all if not. */
bool law_is_near(double value, double expected, double tolerance);

/** Chi-square's 0.999 by degrees of freedom, from 1 to 10. */
extern const double law_chi_critical[11];
/** P(Z > z) of the normal distribution. */
double law_normal_above(double z);

#endif
