/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What tests of drawn plans have in common: places to aim at, and a device with all that a fault can happen to. */
#ifndef TESTS_UNIT_SEARCH_DRAWING_H
#define TESTS_UNIT_SEARCH_DRAWING_H

#include "harness/search/limits.h"

struct drawing {
	struct aims aims;
	struct plan plan;
	struct grounds grounds;
};

/** To be closed with drawing_close(). */
void drawing_open(struct drawing *drawing);
void drawing_close(struct drawing *drawing);

/** The dice of the index-th thing. */
struct dice drawing_dice(uint64_t seed, uint64_t index);

#endif
