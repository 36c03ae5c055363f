/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/history/schema.h"

/* "Stut" */
#define APPLICATION 1400141172

/* From each version to the next. */
static const char *const steps[SCHEMA_VERSION] = {
	"CREATE TABLE run ("
	"  id INTEGER PRIMARY KEY,"
	"  key TEXT NOT NULL UNIQUE," /* of what its sessions came to */
	"  name TEXT NOT NULL, tool TEXT NOT NULL, ended_s INTEGER NOT NULL) STRICT;"
	"CREATE TABLE session ("
	"  run INTEGER NOT NULL REFERENCES run(id), folder TEXT NOT NULL,"
	"  scenario TEXT NOT NULL, device TEXT NOT NULL,"
	"  seed INTEGER NOT NULL," /* 64 bits, of which SQLite shows the top one as a sign */
	"  verdict TEXT NOT NULL, as_expected INTEGER NOT NULL,"
	"  judge TEXT NOT NULL, phase TEXT NOT NULL, reason TEXT NOT NULL,"
	"  digest TEXT NOT NULL, device_image TEXT NOT NULL,"
	"  virtual_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL,"
	"  requests INTEGER NOT NULL, retries INTEGER NOT NULL, frames INTEGER NOT NULL,"
	"  spi_messages INTEGER NOT NULL, image_bytes INTEGER NOT NULL,"
	"  PRIMARY KEY (run, folder)) STRICT, WITHOUT ROWID;",

	/* Which plan it was, and how to find a scenario on a device without reading everything. */
	"ALTER TABLE session ADD COLUMN plan_hash TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX session_by_place ON session (scenario, device, run);"
	"CREATE INDEX run_by_end ON run (ended_s);",

	/* Which other run has the same session. */
	"CREATE INDEX session_by_time ON session (wall_ns, folder);",

	/* What it was run with, by itself: the device's snapshot has the kernel and more in it. */
	("ALTER TABLE session ADD COLUMN image_hash TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE session ADD COLUMN kernel_hash TEXT NOT NULL DEFAULT '';"),
};

struct identity {
	int64_t application, version, tables;
};

static bool read_identity(struct history *history, const char *schema, struct identity *ret_identity, struct error *err)
{
	struct {
		const char *format;
		int64_t *value;
	} parts[] = {{"PRAGMA %s.application_id", &ret_identity->application},
	             {"PRAGMA %s.user_version", &ret_identity->version},
	             {"SELECT count(*) FROM %s.sqlite_schema", &ret_identity->tables}};
	bool good = true;

	for (size_t i = 0; good && i < sizeof parts / sizeof parts[0]; i++) {
		char *sql = sqlite3_mprintf(parts[i].format, schema);
		good = store_number(history, store_prepare(history, err, sql, ""), parts[i].value, err);
		sqlite3_free(sql);
	}
	return good;
}

/* In a transaction of its own: while it is read, another process may be making the very tables. */
static bool read_identity_alone(struct history *history, const char *schema, struct identity *ret_identity, struct error *err)
{
	return store_run(history, "BEGIN", err) && store_finish(history, read_identity(history, schema, ret_identity, err), err);
}

static bool check_identity(const struct identity *identity, const char *path, struct error *err)
{
	bool empty = identity->application == 0 && identity->version == 0 && identity->tables == 0;

	if (!empty && identity->application != APPLICATION)
		return error_set(err,
		                 "%s is not a history but another program's "
		                 "SQLite file; name another file with --history",
		                 path);
	if (identity->version > SCHEMA_VERSION)
		return error_set(err,
		                 "%s is a history of version %lld, and this stutter reads "
		                 "versions up to %d; use a newer stutter, or name another "
		                 "file",
		                 path, (long long)identity->version, SCHEMA_VERSION);
	return true;
}

static bool take_steps(struct history *history, int64_t version, struct error *err)
{
	char *end = sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION, SCHEMA_VERSION);
	bool good = true;

	for (; good && version < SCHEMA_VERSION; version++)
		good = store_run(history, steps[version], err);
	good = good && store_run(history, end, err);
	sqlite3_free(end);
	return good;
}

bool schema_prepare(struct history *history, struct error *err)
{
	struct identity identity = {0};

	if (!read_identity_alone(history, "main", &identity, err) || !check_identity(&identity, history->path, err))
		return false;
	if (identity.version == SCHEMA_VERSION)
		return true;
	if (!store_run(history, "BEGIN IMMEDIATE", err))
		return error_context(err, "upgrading it from version %lld to %d", (long long)identity.version, SCHEMA_VERSION);
	/* Another process may have done it meanwhile. */
	bool good = read_identity(history, "main", &identity, err) && check_identity(&identity, history->path, err) &&
	            take_steps(history, identity.version, err);
	return store_finish(history, good, err);
}

bool schema_check(struct history *history, struct error *err)
{
	struct identity identity = {0};

	return read_identity(history, "main", &identity, err) && check_identity(&identity, history->path, err);
}

bool schema_check_other(struct history *history, const char *path, struct error *err)
{
	struct identity identity = {0};

	if (!read_identity_alone(history, "other", &identity, err))
		return error_context(err, "merging %s", path);
	if (!check_identity(&identity, path, err))
		return false;
	return identity.version == SCHEMA_VERSION || error_set(err,
	                                                       "%s is a history of version %lld; `stutter history show "
	                                                       "--history %s` upgrades it to version %d, which can be merged",
	                                                       path, (long long)identity.version, path, SCHEMA_VERSION);
}
