/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How small an amount can be that still does it: the border between values that fail in one way and
 * values that do not, by asking for values in batches.
 */
#ifndef SEARCH_MAGNITUDE_H
#define SEARCH_MAGNITUDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/fault/action.h"

/** What a session says of a candidate. */
enum answer {
	ANSWER_UNKNOWN, /**< it was not run, or is inconclusive */
	ANSWER_SAME,    /**< it fails in the same way */
	ANSWER_OTHER,   /**< it passes, or fails otherwise */
};

struct borders;

/** How values are asked for. */
struct magnitude {
	uint64_t least, most; /**< that can be asked for */
	/** a border is not looked for any finer than this, nor than a hundredth of it */
	uint64_t step;
	/** borders of something alike, which may be the same here; NULL: none */
	const struct borders *hint;
	/**
	 * Asks for several values at once. @return false: it is over, and nothing more can be
	 * asked.
	 */
	bool (*ask)(void *ctx, const uint64_t *values, size_t count, enum answer *ret_answers);
	void *ctx;
};

/** The range of values that fail so. */
struct borders {
	uint64_t low; /**< the smallest that fails so, as far as is known */
	/**
	 * a smaller one that does not, if has_below; nothing between both was asked, and they are
	 * as near as asked for
	 */
	uint64_t below;
	bool has_below; /**< false: even the least fails so */
	uint64_t high;  /**< the largest that fails so, as far as is known */
	uint64_t above; /**< a larger one that does not, if has_above */
	bool has_above; /**< false: all larger ones that were tried, up to the most, fail so */
	/** all that was asked farther below does not fail so, and all between both borders does */
	bool sharp_below;
	bool sharp_above; /**< all that was asked farther above does not fail so */
	/**
	 * if not sharp: a value for which that is not so; 0: none is known, only some that show
	 * nothing
	 */
	uint64_t odd_below;
	uint64_t odd_above; /**< the same above */
	/** the search for the lower border has come to its end, and what was found holds */
	bool low_is_found;
	bool high_is_found; /**< the same for the upper one */
};

/**
 * Looks for the lower border from a value that fails so.
 * @param borders In: of an earlier search, or all zero. If that found its border at this value, it
 * is only asked whether it still holds. Out: with low, below, sharp_below.
 */
void magnitude_find_low(const struct magnitude *magnitude, uint64_t value, struct borders *borders);

/** Looks for the upper border from borders->low on. */
void magnitude_find_high(const struct magnitude *magnitude, struct borders *borders);

/**
 * Judges anew how sharp the lower border is, when both borders are found: magnitude_find_low()
 * keeps what it was judged before, and all else may have become smaller since. Where the search
 * ends before this is known, the border counts as not found.
 */
void magnitude_judge(const struct magnitude *magnitude, struct borders *borders);

/**
 * The parameter of an action that says how much, the more the worse: a duration, or a number of
 * times. @return NULL if it has none.
 */
const struct param *magnitude_of(const struct action *action);

/** Its value. */

/** The limits of a parameter for a session that lasts at most @p deadline_ns. */
void magnitude_limits(const struct param *param, uint64_t deadline_ns, struct magnitude *ret_magnitude);

#endif
