/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the user wants of the judges: the parameters of all of them, as they stand under `expect:`
 * of a scenario and under `judges:` of a suite. Plain data: a copy is as good. What type a judge's
 * parameters have its own file knows; others go by the keys.
 */
#ifndef JUDGE_SETTINGS_H
#define JUDGE_SETTINGS_H

#include "lib/base/param.h"
#include "harness/judge/catalogue.h"

struct judge;

#define JUDGE_PARAMS_MAX 272

struct judge_settings {
	struct judge_params {
		_Alignas(8) unsigned char bytes[JUDGE_PARAMS_MAX];
	} of[JUDGES_COUNT]; /**< in the order of the catalogue */
};

/** So many keys all judges have together, at most. */
#define JUDGE_ROWS_MAX (2 * JUDGES_COUNT)

/** The keys of all judges as one table of a struct judge_settings. */
struct judge_table {
	struct param rows[JUDGE_ROWS_MAX + 1];
};
struct judge_table judge_table(void);

/** Sets every key to its standard value. */
void judge_settings_init(struct judge_settings *settings);

/** The parameters of a judge, in its own type. */
const void *judge_params(const struct judge_settings *settings, const struct judge *judge);

bool judge_is_on(const struct judge_settings *settings, const struct judge *judge);

/**
 * @return the first judge that is on though none is asked for; NULL: there is none.
 * @param of_services Only those that ask services.
 */
const struct judge *judge_asked_for(const struct judge_settings *settings, bool of_services);

/**
 * Takes over what ends a session while nothing happens, for another session that must be told the
 * same times to wake up.
 */
void judge_settings_take_due(struct judge_settings *settings, const struct judge_settings *from);

/**
 * The value of a key, which there must be, as it is: a PARAM_TEXT; a PARAM_QUANTITY or a
 * PARAM_BOOL.
 */
const char *judge_settings_text(const struct judge_settings *settings, const char *key);
uint64_t judge_settings_number(const struct judge_settings *settings, const char *key);

/** Sets the value of a key, which there must be, from text that is right for it. */
void judge_settings_set(struct judge_settings *settings, const char *key, const char *text);

/**
 * Checks what the tables cannot.
 * @param ret_key The key that is wrong; untouched if none is.
 * @return false with @p err (no place).
 */
bool judge_settings_check(const struct judge_settings *settings, const char **ret_key,
                          struct error *err);

#endif
