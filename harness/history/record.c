/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs go into a history: one by one, or all of another history at once. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/memory.h"
#include "harness/history/schema.h"

static int compare_folders(const void *a, const void *b)
{
	return strcmp((*(const struct history_session *const *)a)->folder, (*(const struct history_session *const *)b)->folder);
}

/*
 * What its sessions came to and how long they took on the wall, to the nanosecond: no two runs have
 * that in common.
 */
static void make_key(const struct history_run *run, char ret_key[HASH_TEXT_MAX])
{
	const struct history_session **sorted = memory_new((run->count + 1) * sizeof(struct history_session *));
	XXH3_state_t *hash = hash_begin();

	for (size_t i = 0; i < run->count; i++)
		sorted[i] = &run->sessions[i];
	qsort(sorted, run->count, sizeof(struct history_session *), compare_folders);
	for (size_t i = 0; i < run->count; i++) {
		const char *const texts[] = {sorted[i]->folder, sorted[i]->scenario, sorted[i]->device, sorted[i]->verdict,
		                             sorted[i]->digest};
		const uint64_t numbers[] = {sorted[i]->seed, sorted[i]->virtual_ns, sorted[i]->wall_ns};
		for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
			hash_add(hash, texts[j], strlen(texts[j]) + 1);
		hash_add(hash, numbers, sizeof numbers);
	}
	hash_end(hash, ret_key);
	free(sorted);
}

static bool add_session(struct history *history, int64_t run, const struct history_session *s, struct error *err)
{
	sqlite3_stmt *statement = store_prepare(
		history, err,
		"INSERT INTO session (run, folder, scenario, device, seed, verdict, as_expected, judge, phase, reason, digest, "
		"device_image, plan_hash, image_hash, kernel_hash, virtual_ns, wall_ns, requests, retries, frames, spi_messages, image_bytes) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ntttntntttttttt"
		"nnnnnnn",
		run, s->folder, s->scenario, s->device, (int64_t)s->seed, s->verdict, (int64_t)s->as_expected, s->judge, s->phase,
		s->reason, s->digest, s->device_image, s->plan_hash, s->image_hash, s->kernel_hash, (int64_t)s->virtual_ns,
		(int64_t)s->wall_ns, (int64_t)s->requests, (int64_t)s->retries, (int64_t)s->frames, (int64_t)s->spi_messages,
		(int64_t)s->image_bytes);

	return statement != NULL && store_end(history, statement, sqlite3_step(statement), err);
}

/*
 * A part of a whole has all that came to a verdict in the whole too: with the same digest, in the
 * same nanoseconds; and something in common with it. So is what a run was before it was resumed, or
 * the shards that it was merged from. Recorded beside the whole it would count its sessions twice.
 */
#define IS_SAME(one, other) \
	other ".folder = " one ".folder AND " other ".verdict = " one ".verdict AND " other ".digest = " one ".digest AND " other \
	      ".wall_ns = " one ".wall_ns"
#define IS_PART(part, whole) \
	"NOT EXISTS (SELECT 1 FROM session AS s WHERE s.run = " part " AND s.verdict <> 'inconclusive' AND NOT EXISTS " \
	"(SELECT 1 FROM session AS n WHERE n.run = " whole " AND " IS_SAME("s", "n") "))"

/*
 * The runs that have something in common with run ?1, found by the index session_by_time. What took
 * no time did not run.
 */
#define KIN "(SELECT d.run FROM session AS c JOIN session AS d ON " IS_SAME("c", "d") " WHERE c.run = ?1 AND c.wall_ns > 0 AND d.run <> ?1)"

/*
 * Of two that are parts of each other, since they differ in what proved nothing, the larger stays,
 * else the one that ended later, else the first.
 */
#define COUNTS(run) "(SELECT count(*) FROM session WHERE run = " run "), (SELECT ended_s FROM run WHERE id = " run "), -" run
#define IS_DROPPED(part, whole) IS_PART(part, whole) " AND (NOT (" IS_PART(whole, part) ") OR (" COUNTS(part) ") < (" COUNTS(whole) "))"

static bool drop(struct history *history, int64_t run, struct error *err)
{
	sqlite3_stmt *sessions = store_prepare(history, err, "DELETE FROM session WHERE run = ?", "n", run), *itself;

	if (sessions == NULL || !store_end(history, sessions, sqlite3_step(sessions), err))
		return false;
	itself = store_prepare(history, err, "DELETE FROM run WHERE id = ?", "n", run);
	return itself != NULL && store_end(history, itself, sqlite3_step(itself), err);
}

static bool drop_parts_of(struct history *history, int64_t run, struct error *err)
{
	sqlite3_stmt *statement = store_prepare(
		history, err, "CREATE TEMP TABLE part AS SELECT id FROM run WHERE id IN " KIN " AND " IS_DROPPED("run.id", "?1"), "n", run);

	return statement != NULL && store_end(history, statement, sqlite3_step(statement), err) &&
	       store_run(history,
	                 "DELETE FROM session WHERE run IN (SELECT id FROM part);"
	                 "DELETE FROM run WHERE id IN (SELECT id FROM part);"
	                 "DROP TABLE part",
	                 err);
}

/*
 * Of two runs of which one is a part of the other, keeps the whole. @param ret_run The run, or the
 * whole that it is a part of.
 */
static bool count_once(struct history *history, int64_t run, int64_t *ret_run, struct error *err)
{
	int64_t whole = 0;

	*ret_run = run;
	if (!drop_parts_of(history, run, err) ||
	    !store_number(history,
	                  store_prepare(history, err,
	                                "SELECT id FROM run WHERE id IN " KIN " AND " IS_DROPPED("?1", "run.id") " ORDER BY id LIMIT 1",
	                                "n", run),
	                  &whole, err))
		return false;
	if (whole == 0)
		return true;
	*ret_run = whole;
	return drop(history, run, err);
}

/*
 * What a session is judged to be is in no run's key: a report that is made anew may judge
 * otherwise.
 */
static bool update_session(struct history *history, int64_t run, const struct history_session *s, size_t *updated, struct error *err)
{
	sqlite3_stmt *statement =
		store_prepare(history, err,
	                      "UPDATE session SET (as_expected, judge, phase, reason) = (?3, ?4, ?5, ?6) "
	                      "WHERE run = ?1 AND folder = ?2 AND (as_expected, judge, phase, reason) <> (?3, ?4, ?5, ?6)",
	                      "ntnttt", run, s->folder, (int64_t)s->as_expected, s->judge, s->phase, s->reason);

	if (statement == NULL || !store_end(history, statement, sqlite3_step(statement), err))
		return false;
	*updated += (size_t)sqlite3_changes(history->db);
	return true;
}

static bool update_run(struct history *history, const struct history_run *run, const char *key, struct history_recorded *recorded,
                       struct error *err)
{
	bool good = store_number(history, store_prepare(history, err, "SELECT id FROM run WHERE key = ?", "t", key), &recorded->run, err);

	for (size_t i = 0; good && i < run->count; i++)
		good = update_session(history, recorded->run, &run->sessions[i], &recorded->updated, err);
	return good;
}

/* Within a transaction. @param recorded Zero, but for the count of sessions. */
static bool add_run(struct history *history, const struct history_run *run, struct history_recorded *recorded, struct error *err)
{
	char key[HASH_TEXT_MAX];

	make_key(run, key);
	sqlite3_stmt *statement =
		store_prepare(history, err, "INSERT INTO run (key, name, tool, ended_s) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
	                      "tttn", key, run->name, run->tool, run->ended_s);
	if (statement == NULL || !store_end(history, statement, sqlite3_step(statement), err))
		return false;
	if (sqlite3_changes(history->db) == 0)
		return update_run(history, run, key, recorded, err);
	int64_t id = sqlite3_last_insert_rowid(history->db);
	bool good = true;
	for (size_t i = 0; good && i < run->count; i++)
		good = add_session(history, id, &run->sessions[i], err);
	good = good && count_once(history, id, &recorded->run, err);
	recorded->is_new = good && recorded->run == id;
	return good;
}

bool history_record(struct history *history, const struct history_run *run, struct history_recorded *ret_recorded, struct error *err)
{
	struct history_recorded recorded = {.sessions = run->count};

	if (run->count == 0)
		return error_set(err, "%s has no sessions", run->name);
	if (!store_run(history, "BEGIN IMMEDIATE", err))
		return false;
	bool good = schema_check(history, err) && add_run(history, run, &recorded, err);
	if (!store_finish(history, good, err))
		return false;
	*ret_recorded = recorded;
	return true;
}

/* -- merging -- */

static bool is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Runs get new numbers here, all above @p last. */
static bool copy_runs(struct history *history, int64_t last, struct error *err)
{
	sqlite3_stmt *statement;

	if (!store_run(history,
	               "INSERT INTO main.run (key, name, tool, ended_s) SELECT key, name, tool, ended_s FROM other.run "
	               "WHERE key NOT IN (SELECT key FROM main.run) ORDER BY id",
	               err))
		return false;
	statement =
		store_prepare(history, err,
	                      "INSERT INTO main.session SELECT mine.id, s.folder, s.scenario, s.device, s.seed, s.verdict, s.as_expected, "
	                      "s.judge, s.phase, s.reason, s.digest, s.device_image, s.virtual_ns, s.wall_ns, s.requests, s.retries, "
	                      "s.frames, s.spi_messages, s.image_bytes, s.plan_hash, s.image_hash, s.kernel_hash "
	                      "FROM main.run AS mine JOIN other.run AS theirs ON theirs.key = mine.key "
	                      "JOIN other.session AS s ON s.run = theirs.id WHERE mine.id > ? ORDER BY mine.id, s.folder",
	                      "n", last);
	return statement != NULL && store_end(history, statement, sqlite3_step(statement), err);
}

/* Every run above @p last. */
static bool count_each_once(struct history *history, int64_t last, struct error *err)
{
	int64_t run = last, whole;

	for (;;) {
		last = run;
		if (!store_number(history, store_prepare(history, err, "SELECT id FROM run WHERE id > ? ORDER BY id LIMIT 1", "n", last),
		                  &run, err))
			return false;
		if (run == last)
			return true;
		if (!count_once(history, run, &whole, err))
			return false;
	}
}

static bool take_over(struct history *history, size_t *ret_count, struct error *err)
{
	int64_t last = 0, count = 0;

	if (!store_number(history, store_prepare(history, err, "SELECT coalesce(max(id), 0) FROM main.run", ""), &last, err) ||
	    !copy_runs(history, last, err) || !count_each_once(history, last, err) ||
	    !store_number(history, store_prepare(history, err, "SELECT count(*) FROM main.run WHERE id > ?", "n", last), &count, err))
		return false;
	*ret_count = (size_t)count;
	return true;
}

bool history_merge(struct history *history, const char *path, size_t *ret_count, struct error *err)
{
	size_t count = 0;

	/* ATTACH would make the file. */
	if (access(path, R_OK) != 0)
		return error_set(err, "there is no readable history %s", path);
	if (is_same_file(path, history->path))
		return error_set(err, "the history %s cannot be merged into itself", path);
	sqlite3_stmt *statement = store_prepare(history, err, "ATTACH ? AS other", "t", path);
	if (statement == NULL || !store_end(history, statement, sqlite3_step(statement), err))
		return error_context(err, "merging %s", path);
	bool good = schema_check_other(history, path, err) && store_run(history, "BEGIN IMMEDIATE", err);
	if (good)
		good = store_finish(history, schema_check(history, err) && take_over(history, &count, err), err);
	(void)sqlite3_exec(history->db, "DETACH other", NULL, NULL, NULL);
	if (good)
		*ret_count = count;
	return good;
}
