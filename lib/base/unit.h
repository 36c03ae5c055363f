/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Numbers with units, as users write them: `1.5ms`, `17min`, `20%`, `4MiB`, `10Mbit`.
 *
 * All parsing is exact integer arithmetic: at most nine decimals are read, and what does not come
 * out as a whole number of the base unit is an error, never rounded. Formatting gives the shortest
 * text that parses back to the same number.
 */
#ifndef BASE_UNIT_H
#define BASE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

enum unit {
	UNIT_NONE,      /**< a plain whole number */
	UNIT_DURATION,  /**< ns, us, ms, s, min, h, d; base: nanoseconds */
	UNIT_SIZE,      /**< B, kB, KiB, MB, MiB, GiB; base: bytes */
	UNIT_FREQUENCY, /**< Hz, kHz, MHz; base: hertz */
	UNIT_RATE,      /**< bit, kbit, Mbit (per second); base: bits per second */
	/**
	 * `12.5%`, and `0`; any other bare number could mean a share or a percentage; base:
	 * billionths, 0 to UNIT_PROBABILITY_ONE
	 */
	UNIT_PROBABILITY,
};

/** A probability of one. */
#define UNIT_PROBABILITY_ONE 1000000000U

/** The most decimals that a number has. */
#define UNIT_DECIMALS_MAX 9

/** Room for any formatted quantity. */
#define UNIT_TEXT_MAX 40

/**
 * Reads a whole text as a quantity.
 * @param ret_value In the base unit; untouched on failure.
 * @return false with @p err set (no place) if the text is no such quantity; the error names the
 * units that are allowed.
 */
bool unit_parse(enum unit unit, const char *text, uint64_t *ret_value, struct error *err);

/** Writes @p value in the largest unit that keeps it exact. @return ret_text. */
const char *unit_format(enum unit unit, uint64_t value, char ret_text[UNIT_TEXT_MAX]);

/**
 * Writes a duration for people, rounded to hundredths of its unit: `31.79 s`, `20 ms`, `17 min`.
 * Not to be read back. @return ret_text.
 */
const char *unit_show_duration(uint64_t ns, char ret_text[UNIT_TEXT_MAX]);

/**
 * The allowed units as text for messages and help, e.g. "ns, us, ms, s, min, h or d"; empty for
 * UNIT_NONE.
 */
const char *unit_names(enum unit unit);

#endif
