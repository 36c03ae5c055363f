/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Keyed parameters: one table a struct, from which the parser, the writer of plans, the help and
 * the reference all come.
 *
 * A table is an array of rows that ends with a row without a key. A row says where in the struct a
 * value lies, of what type and unit it is, and what it is when the user does not say. Texts lie in
 * the struct as char arrays.
 */
#ifndef BASE_PARAM_H
#define BASE_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/error.h"
#include "lib/base/unit.h"

enum param_type {
	PARAM_BOOL,     /**< `bool`: true or false */
	PARAM_QUANTITY, /**< `uint64_t` in the base unit of `unit` */
	PARAM_TEXT,     /**< `char[size]` */
	PARAM_CHOICE,   /**< `unsigned`: the index into `choices` */
	PARAM_MAC,      /**< `uint8_t[6]` */
	PARAM_CUSTOM,   /**< what its codec reads and writes */
};

struct param;

/** How a value of a type of its own is read and written. */
struct param_codec {
	/** Reads @p text into @p value. @return false with @p err (no place). */
	bool (*set)(void *value, const char *text, struct error *err);
	/** Writes what set() reads to the same value. @p size is PARAM_VALUE_MAX. */
	void (*get)(const void *value, char *ret_text, size_t size);
	const char *allowed; /**< "a time or an address", for people */
	bool is_number;      /**< is written without quotes */
};

struct param {
	const char *key;
	enum param_type type;
	enum unit unit; /**< of a PARAM_QUANTITY */
	size_t offset;  /**< in the struct */
	size_t size;    /**< of a PARAM_TEXT, with its end */
	/** the value when none is given, as text; NULL: must be given */
	const char *standard;
	uint64_t min, max;               /**< of a PARAM_QUANTITY; max 0: no limit */
	const char *const *choices;      /**< of a PARAM_CHOICE, ends with NULL */
	const struct param_codec *codec; /**< of a PARAM_CUSTOM */
	const char *summary;             /**< half a sentence for the help */
};

/* Rows, for tables that are easy to read. */
#define PARAM_ROW_QUANTITY(s, field, name, u, std, lo, hi, text) \
	{ \
		.key = (name), .type = PARAM_QUANTITY, .unit = (u), .offset = offsetof(struct s, field), .standard = (std), .min = (lo), \
		.max = (hi), .summary = (text) \
	}
#define PARAM_ROW_BOOL(s, field, name, std, text) \
	{ \
		.key = (name), .type = PARAM_BOOL, .offset = offsetof(struct s, field), .standard = (std), .summary = (text) \
	}
#define PARAM_ROW_TEXT(s, field, name, std, text) \
	{ \
		.key = (name), .type = PARAM_TEXT, .offset = offsetof(struct s, field), .size = sizeof(((struct s *)0)->field), \
		.standard = (std), .summary = (text) \
	}
#define PARAM_ROW_CHOICE(s, field, name, list, std, text) \
	{ \
		.key = (name), .type = PARAM_CHOICE, .offset = offsetof(struct s, field), .choices = (list), .standard = (std), \
		.summary = (text) \
	}
#define PARAM_ROW_MAC(s, field, name, std, text) \
	{ \
		.key = (name), .type = PARAM_MAC, .offset = offsetof(struct s, field), .standard = (std), .summary = (text) \
	}

#define PARAM_ROW_CUSTOM(s, field, name, how, std, text) \
	{ \
		.key = (name), .type = PARAM_CUSTOM, .offset = offsetof(struct s, field), .codec = (how), .standard = (std), \
		.summary = (text) \
	}

#define PARAM_VALUE_MAX 512

/** Sets every parameter of @p object that has a standard value to it. */
void params_init(const struct param *table, void *object);

/** @return the row of @p key, or NULL. */
const struct param *param_find(const struct param *table, const char *key);

/**
 * Sets one parameter of @p object from @p text. @return false with @p err (no place) if the text
 * does not fit.
 */
bool param_set(const struct param *row, void *object, const char *text, struct error *err);

/** The value of a PARAM_QUANTITY, as it is. */
uint64_t param_quantity(const struct param *row, const void *object);
void param_set_quantity(const struct param *row, void *object, uint64_t value);

/** Writes the value that @p object has, as text that param_set() takes. @return ret_text. */
const char *param_get(const struct param *row, const void *object, char ret_text[PARAM_VALUE_MAX]);

/** Says what is allowed, e.g. "a duration (ns, us, ms, s, min, h or d)". */
const char *param_allowed(const struct param *row, char ret_text[PARAM_VALUE_MAX]);

/**
 * Says within which limits a value is, e.g. "from 1s to 365d"; empty if there are none but those of
 * its type. @return ret_text.
 */
const char *param_limits(const struct param *row, char ret_text[PARAM_VALUE_MAX]);

/**
 * The row of @p table or the name in @p names (ends with NULL) that is spelled most like @p word.
 * @return NULL if nothing is near.
 */
const char *param_nearest(const struct param *table, const char *const *names, const char *word);

/** "; did you mean 'drop'?"; empty if @p near is NULL. @return ret_text. */
const char *param_did_you_mean(const char *near, char ret_text[PARAM_VALUE_MAX]);

#endif
