/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The SQLite file behind a history, for the files of this folder. */
#ifndef HISTORY_STORE_H
#define HISTORY_STORE_H

#include <sqlite3.h>

#include "harness/history/history.h"

struct history {
	sqlite3 *db;
	char path[ERROR_FILE_MAX];
};

/** Fills @p err with what SQLite has to say. @return false. */
bool store_failed(struct history *history, struct error *err);

/** Runs statements that give no rows. */
bool store_run(struct history *history, const char *sql, struct error *err);

/**
 * Prepares a statement with its parameters.
 * @param kinds A letter a parameter: 't' a text (NULL is SQL's NULL), 'n' an int64_t.
 * @return NULL with @p err; else to be ended with store_end() or sqlite3_finalize().
 */
sqlite3_stmt *store_prepare(struct history *history, struct error *err, const char *sql, const char *kinds, ...);

/**
 * Ends a statement whose last step came to @p step. @return whether that was its regular end,
 * SQLITE_DONE.
 */
bool store_end(struct history *history, sqlite3_stmt *statement, int step, struct error *err);

/** Runs a statement that gives one number; @p ret_value stays as it is if it gives none. */
bool store_number(struct history *history, sqlite3_stmt *statement, int64_t *ret_value, struct error *err);

/**
 * Ends the transaction that began with BEGIN IMMEDIATE: keeps it if all is @p good, else takes
 * everything back. @return whether it is kept.
 */
bool store_finish(struct history *history, bool good, struct error *err);

/** A text of a row; empty for SQL's NULL. */
const char *store_text(sqlite3_stmt *statement, int column);

#endif
