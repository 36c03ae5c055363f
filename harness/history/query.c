/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/history/store.h"

/* Whether the run of the row `run` has sessions of a filter, ?1 and ?2. */
#define HAS_SESSIONS \
	"EXISTS (SELECT 1 FROM session AS s WHERE s.run = run.id AND (?1 IS NULL OR s.scenario = ?1) AND (?2 IS NULL OR s.device = ?2))"

/*
 * The runs are walked from the latest until one has them, by the index: SQLite would rather read
 * all sessions of each run.
 */
bool history_duration(struct history *history, const char *scenario, const char *device, bool *ret_known, uint64_t *ret_wall_ns,
                      struct error *err)
{
	int64_t run = 0, wall_ns = 0;

	if (!store_number(history,
	                  store_prepare(history, err,
	                                "SELECT id FROM run WHERE EXISTS (SELECT 1 FROM session AS s INDEXED BY session_by_place "
	                                "WHERE s.scenario = ?1 AND s.device = ?2 "
	                                "AND s.run = run.id AND s.wall_ns > 0) ORDER BY ended_s DESC, id DESC LIMIT 1",
	                                "tt", scenario, device),
	                  &run, err))
		return false;
	if (run != 0 && !store_number(history,
	                              store_prepare(history, err,
	                                            "SELECT CAST(avg(wall_ns) AS INTEGER) FROM session WHERE scenario = ?1 AND device = ?2 "
	                                            "AND run = ?3 AND wall_ns > 0",
	                                            "ttn", scenario, device, run),
	                              &wall_ns, err))
		return false;
	*ret_known = run != 0;
	*ret_wall_ns = (uint64_t)wall_ns;
	return true;
}

static uint64_t count_at(sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

/* Behind the four columns of a run. */
#define TREND_COLUMNS \
	"count(*), sum(as_expected), sum(NOT as_expected AND verdict <> 'inconclusive'), sum(verdict = 'inconclusive'), sum(virtual_ns), " \
	"sum(wall_ns) "

/* @param statement NULL: it could not be prepared, and @p err says why. */
static bool visit_trends(struct history *history, sqlite3_stmt *statement, history_trend_visitor *visit, void *ctx, struct error *err)
{
	int step;

	if (statement == NULL)
		return false;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		const struct history_trend trend = {.run = sqlite3_column_int64(statement, 0),
		                                    .name = store_text(statement, 1),
		                                    .tool = store_text(statement, 2),
		                                    .ended_s = sqlite3_column_int64(statement, 3),
		                                    .sessions = count_at(statement, 4),
		                                    .as_expected = count_at(statement, 5),
		                                    .failed = count_at(statement, 6),
		                                    .inconclusive = count_at(statement, 7),
		                                    .virtual_ns = count_at(statement, 8),
		                                    .wall_ns = count_at(statement, 9)};
		visit(ctx, &trend);
	}
	return store_end(history, statement, step, err);
}

bool history_trend(struct history *history, const struct history_filter *filter, size_t count, history_trend_visitor *visit, void *ctx,
                   struct error *err)
{
	sqlite3_stmt *statement =
		store_prepare(history, err,
	                      "SELECT r.id, r.name, r.tool, r.ended_s, " TREND_COLUMNS "FROM (SELECT * FROM run WHERE " HAS_SESSIONS
	                      " ORDER BY ended_s DESC, id DESC LIMIT ?3) AS r "
	                      "JOIN session AS t ON t.run = r.id AND (?1 IS NULL OR t.scenario = ?1) AND (?2 IS NULL OR t.device = ?2) "
	                      "GROUP BY r.id ORDER BY r.ended_s DESC, r.id DESC",
	                      "ttn", filter->scenario, filter->device, (int64_t)count);

	return visit_trends(history, statement, visit, ctx, err);
}

/* -- runs that are alike -- */

static bool has_run(struct history *history, int64_t run, struct error *err)
{
	int64_t found = 0;

	return store_number(history, store_prepare(history, err, "SELECT count(*) FROM run WHERE id = ?", "n", run), &found, err) &&
	       (found == 1 || error_set(err, "the history %s has no run %lld", history->path, (long long)run));
}

/* The table is of this connection alone. */
static bool ask_for(struct history *history, const struct history_place *places, size_t count, struct error *err)
{
	bool good = store_run(
		history, "CREATE TEMP TABLE asked (scenario TEXT NOT NULL, device TEXT NOT NULL, UNIQUE (scenario, device)) STRICT", err);

	for (size_t i = 0; good && i < count; i++) {
		sqlite3_stmt *statement = store_prepare(history, err, "INSERT OR IGNORE INTO asked VALUES (?, ?)", "tt", places[i].scenario,
		                                        places[i].device);
		good = statement != NULL && store_end(history, statement, sqlite3_step(statement), err);
	}
	return good;
}

/* The places that a run has sessions in, as far as a filter takes them. */
static bool ask_for_those_of(struct history *history, int64_t run, const struct history_filter *filter, struct error *err)
{
	sqlite3_stmt *statement;

	if (!ask_for(history, NULL, 0, err))
		return false;
	statement = store_prepare(history, err,
	                          "INSERT INTO asked SELECT DISTINCT scenario, device FROM session "
	                          "WHERE run = ?1 AND (?2 IS NULL OR scenario = ?2) AND (?3 IS NULL OR device = ?3)",
	                          "ntt", run, filter->scenario, filter->device);
	return statement != NULL && store_end(history, statement, sqlite3_step(statement), err);
}

/* Of the row `run`: whether it ended before run ?3. */
#define ENDED_BEFORE "(?3 = 0 OR (ended_s, id) < (SELECT ended_s, id FROM run WHERE id = ?3))"

/* Of the row `run`: whether it is not before the last ?1 of these. */
#define IS_LOOKED_AT \
	"(ended_s, id) >= (SELECT ended_s, id FROM (SELECT ended_s, id FROM run WHERE " ENDED_BEFORE \
	" ORDER BY ended_s DESC, id DESC LIMIT ?1) ORDER BY ended_s, id LIMIT 1)"

/*
 * Of the row `run`: whether it has at least half of the places. Its sessions are read one after the
 * other, which is faster than to look for each place in turn.
 */
#define IS_ALIKE \
	"2 * (SELECT count(DISTINCT a.rowid) FROM session AS s CROSS JOIN asked AS a USING (scenario, device) WHERE s.run = run.id) " \
	">= (SELECT count(*) FROM asked)"

/*
 * The runs that are like what was asked for: they are walked from the latest, by the index, until
 * there are enough. @param good Whether it could be.
 */
static bool visit_alike(struct history *history, bool good, int64_t before, size_t count, history_trend_visitor *visit, void *ctx,
                        struct error *err)
{
	sqlite3_stmt *statement = NULL;

	if (good)
		statement = store_prepare(history, err,
		                          "SELECT r.id, r.name, r.tool, r.ended_s, " TREND_COLUMNS
		                          "FROM (SELECT * FROM run WHERE " ENDED_BEFORE " AND " IS_LOOKED_AT " AND " IS_ALIKE
		                          " ORDER BY ended_s DESC, id DESC LIMIT ?2) AS r "
		                          "JOIN session AS t ON t.run = r.id JOIN asked USING (scenario, device) "
		                          "GROUP BY r.id ORDER BY r.ended_s DESC, r.id DESC",
		                          "nnn", (int64_t)HISTORY_LOOKED_AT, (int64_t)count, before);
	good = visit_trends(history, statement, visit, ctx, err);
	(void)sqlite3_exec(history->db, "DROP TABLE IF EXISTS temp.asked", NULL, NULL, NULL);
	return good;
}

bool history_alike(struct history *history, const struct history_place *places, size_t place_count, int64_t before, size_t count,
                   history_trend_visitor *visit, void *ctx, struct error *err)
{
	return visit_alike(history, ask_for(history, places, place_count, err), before, count, visit, ctx, err);
}

static void take_run(void *ctx, const struct history_trend *trend)
{
	*(int64_t *)ctx = trend->run;
}

bool history_before(struct history *history, int64_t run, const struct history_filter *filter, int64_t *ret_run, struct error *err)
{
	int64_t before = 0;

	if (!has_run(history, run, err) ||
	    !visit_alike(history, ask_for_those_of(history, run, filter, err), run, 1, take_run, &before, err))
		return false;
	*ret_run = before;
	return true;
}

/* -- two runs -- */

/*
 * A row for each session that failed in either run; the change is a number of enum history_change.
 * One that proved nothing neither fails nor succeeds, and its repetitions (--twice) are the same
 * session.
 */
#define COMPARE \
	"WITH outcome AS (" \
	"  SELECT scenario, device, seed, folder, judge, phase, reason, run = ?2 AS is_later," \
	"    NOT as_expected AND verdict <> 'inconclusive' AS fails, as_expected AND verdict <> 'inconclusive' AS succeeds" \
	"  FROM session WHERE run IN (?1, ?2) AND (?3 IS NULL OR scenario = ?3) AND (?4 IS NULL OR device = ?4))," \
	"failure AS (" \
	"  SELECT scenario, device, seed, sum(fails AND NOT is_later) AS before, sum(fails AND is_later) AS after," \
	"    sum(succeeds AND is_later) AS good" \
	"  FROM outcome GROUP BY scenario, device, seed HAVING sum(fails) > 0) " \
	"SELECT CASE WHEN after > 0 AND good > 0 THEN 1 WHEN after > 0 AND before > 0 THEN 2 WHEN after > 0 THEN 0 WHEN good > 0 THEN 3" \
	"  ELSE 4 END AS change, f.scenario, f.device, f.seed, o.judge, o.phase, o.reason, min(o.folder) " \
	"FROM failure AS f JOIN outcome AS o USING (scenario, device, seed) " \
	"WHERE o.fails AND o.is_later = (after > 0) GROUP BY f.scenario, f.device, f.seed ORDER BY change, f.scenario, f.device, f.seed"

bool history_compare(struct history *history, int64_t earlier, int64_t later, const struct history_filter *filter,
                     history_failure_visitor *visit, void *ctx, struct error *err)
{
	sqlite3_stmt *statement;
	int step;

	if (!has_run(history, earlier, err) || !has_run(history, later, err))
		return false;
	statement = store_prepare(history, err, COMPARE, "nntt", earlier, later, filter->scenario, filter->device);
	if (statement == NULL)
		return false;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		const struct history_failure failure = {.change = (enum history_change)sqlite3_column_int(statement, 0),
		                                        .scenario = store_text(statement, 1),
		                                        .device = store_text(statement, 2),
		                                        .seed = count_at(statement, 3),
		                                        .judge = store_text(statement, 4),
		                                        .phase = store_text(statement, 5),
		                                        .reason = store_text(statement, 6)};
		visit(ctx, &failure);
	}
	return store_end(history, statement, step, err);
}

bool history_last(struct history *history, const struct history_filter *filter, int64_t *ret_run, struct error *err)
{
	*ret_run = 0;
	return store_number(history,
	                    store_prepare(history, err, "SELECT id FROM run WHERE " HAS_SESSIONS " ORDER BY ended_s DESC, id DESC LIMIT 1",
	                                  "tt", filter->scenario, filter->device),
	                    ret_run, err);
}
