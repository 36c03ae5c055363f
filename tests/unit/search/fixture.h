/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file For tests of drawn plans: addresses to aim at, and a device with everything that faults can
 * affect.
 */
#ifndef TESTS_UNIT_SEARCH_FIXTURE_H
#define TESTS_UNIT_SEARCH_FIXTURE_H

#include "harness/search/limits.h"

struct draw_fixture {
	struct aims aims;
	struct plan plan;
	struct grounds grounds;
};

/** To be closed with draw_fixture_close(). */
void draw_fixture_open(struct draw_fixture *f);
void draw_fixture_close(struct draw_fixture *f);

/** The dice of the @p index-th draw. */
struct dice draw_fixture_dice(uint64_t seed, uint64_t index);

#endif
