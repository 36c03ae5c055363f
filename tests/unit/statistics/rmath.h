/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file R's own functions, as a second opinion. They are found when the test runs, so that the
 * tests can be built without them.
 */
#ifndef TESTS_STATISTICS_RMATH_H
#define TESTS_STATISTICS_RMATH_H

struct rmath {
	/** As R documents them: x, parameters, lower tail, logarithm. */
	double (*pbinom)(double x, double n, double p, int lower, int logarithm);
	double (*qbeta)(double p, double a, double b, int lower, int logarithm);
	double (*qchisq)(double p, double degrees, int lower, int logarithm);
};

/** R's functions; ends the test as skipped if this machine lacks them. */
struct rmath rmath_open(void);

#endif
