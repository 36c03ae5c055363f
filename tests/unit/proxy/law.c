/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/proxy/law.h"

#include <math.h>
#include <stdio.h>

const double law_chi_critical[11] = {0, 10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.125, 27.877, 29.588};

bool law_is_below(double value, double limit)
{
	if (value >= limit)
		printf("    %f is not below %f\n", value, limit);
	return value < limit;
}

bool law_is_near(double value, double expected, double tolerance)
{
	bool near = value > expected - tolerance && value < expected + tolerance;

	if (!near)
		printf("    %f is not %f +- %f\n", value, expected, tolerance);
	return near;
}

double law_normal_above(double z)
{
	return erfc(z / sqrt(2)) / 2;
}
