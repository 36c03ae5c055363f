/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the user gave for the options of a command, by their names. A name that the command has no
 * option of is a mistake of ours (CHECK).
 *
 * The functions that read leave what they return untouched where the option is not given, and so
 * take the default from there. They return false with an error that names the option.
 */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stdint.h>

#include "lib/base/unit.h"
#include "harness/cli/cli.h"

/** @return what was given, "" for an option without argument; NULL: it was not given. */
const char *cli_value(const struct cli_values *values, const char *name);
bool cli_is_given(const struct cli_values *values, const char *name);

/** Puts @p value, borrowed, in the place of what was given; NULL: nothing. */
void cli_replace(struct cli_values *values, const char *name, const char *value);

/** Reads a whole number. */
bool cli_read_number(const struct cli_values *values, const char *name, uint64_t min, uint64_t max, uint64_t *ret_value, struct error *err);

/** Reads a quantity, in the unit's base. */
bool cli_read_quantity(const struct cli_values *values, const char *name, enum unit unit, uint64_t *ret_value, struct error *err);

/** The seeds of sessions, from --seed or --seeds; both must not be given. */
struct cli_seeds {
	bool given;
	uint64_t first, last;
};
bool cli_read_seeds(const struct cli_values *values, struct cli_seeds *ret_seeds, struct error *err);

/** Reads a whole number from @p text. */
bool cli_number(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *ret_value, struct error *err);

/** Reads "A..B", or with @p mark "/" "K/N". */
bool cli_two(const char *option, const char *text, const char *mark, uint64_t *ret_first, uint64_t *ret_last, struct error *err);

/**
 * Takes what is given now into the values that a run, or whatever @p what says, was begun with.
 * @param free Names of the options that may be given anew; ends with NULL.
 * @param operands What it was begun with, in a message: "the scenarios that the run".
 */
bool cli_take_anew(struct cli_values *begun, const struct cli_values *now, const char *const *free, const char *operands, const char *what,
                   struct error *err);

#endif
