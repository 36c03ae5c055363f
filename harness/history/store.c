/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/history/store.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/history/schema.h"

bool store_failed(struct history *history, struct error *err)
{
	switch (sqlite3_errcode(history->db)) {
	case SQLITE_NOTADB:
		return error_set(err, "%s is not a history: it is not an SQLite file; name another file with --history", history->path);
	case SQLITE_BUSY:
		return error_set(err, "the history %s was locked by another process for %d s; try again when that has ended", history->path,
		                 HISTORY_PATIENCE_MS / 1000);
	case SQLITE_CORRUPT:
		return error_set(err, "the history %s is damaged (%s); start another one and import the run folders into it", history->path,
		                 sqlite3_errmsg(history->db));
	default:
		return error_set(err, "the history %s: %s", history->path, sqlite3_errmsg(history->db));
	}
}

bool store_run(struct history *history, const char *sql, struct error *err)
{
	return sqlite3_exec(history->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_failed(history, err);
}

sqlite3_stmt *store_prepare(struct history *history, struct error *err, const char *sql, const char *kinds, ...)
{
	sqlite3_stmt *statement = NULL;
	va_list args;

	if (sqlite3_prepare_v2(history->db, sql, -1, &statement, NULL) != SQLITE_OK) {
		store_failed(history, err);
		return NULL;
	}
	va_start(args, kinds);
	for (int i = 0; kinds[i] != '\0'; i++) {
		CHECK(kinds[i] == 't' || kinds[i] == 'n');
		if (kinds[i] == 't')
			(void)sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
		else
			(void)sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
	}
	va_end(args);
	return statement;
}

bool store_end(struct history *history, sqlite3_stmt *statement, int step, struct error *err)
{
	bool good = step == SQLITE_DONE || store_failed(history, err);

	(void)sqlite3_finalize(statement);
	return good;
}

bool store_number(struct history *history, sqlite3_stmt *statement, int64_t *ret_value, struct error *err)
{
	int step;

	if (statement == NULL)
		return false;
	if ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		*ret_value = sqlite3_column_int64(statement, 0);
		step = SQLITE_DONE;
	}
	return store_end(history, statement, step, err);
}

bool store_finish(struct history *history, bool good, struct error *err)
{
	if (good && store_run(history, "COMMIT", err))
		return true;
	(void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

const char *store_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	return text != NULL ? (const char *)text : "";
}

struct history *history_open(const char *path, enum history_use use, struct error *err)
{
	struct history *history;
	int flags = SQLITE_OPEN_READWRITE | (use == HISTORY_WRITE ? SQLITE_OPEN_CREATE : 0);

	if (strlen(path) >= sizeof history->path) {
		error_set(err, "the path of the history is longer than %zu bytes", sizeof history->path - 1);
		return NULL;
	}
	if (use == HISTORY_READ && access(path, F_OK) != 0) {
		error_set(err, "there is no history %s; `stutter history import DIR` makes one from the folder of a run", path);
		return NULL;
	}
	history = memory_new(sizeof *history);
	memcpy(history->path, path, strlen(path) + 1);
	/*
	 * The standard rollback journal, no write-ahead log: the history stays one file that can be
	 * copied, and works on file systems over a network.
	 */
	bool good = sqlite3_open_v2(path, &history->db, flags, NULL) == SQLITE_OK || store_failed(history, err);
	if (good) {
		(void)sqlite3_busy_timeout(history->db, HISTORY_PATIENCE_MS);
		good = schema_prepare(history, err);
	}
	if (good)
		return history;
	history_close(history);
	return NULL;
}

void history_close(struct history *history)
{
	if (history == NULL)
		return;
	CHECK(sqlite3_close(history->db) == SQLITE_OK);
	free(history);
}
