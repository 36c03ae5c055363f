/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/run/before.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "reports/json.h"
#include "reports/member.h"

#define BEFORE_FILE "before.json"
#define BEFORE_VERSION 1

bool before_write(const char *dir, const struct before *before, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, BEFORE_FILE, err))
		return false;
	struct json json = {.stream = file.stream};
	json_object_begin(&json, NULL);
	json_number(&json, "version", BEFORE_VERSION);
	json_array_begin(&json, "runs");
	for (size_t i = 0; i < before->run_count; i++) {
		const struct before_run *run = &before->runs[i];
		json_object_begin(&json, NULL);
		json_number(&json, "ended_s", (uint64_t)run->ended_s);
		json_number(&json, "sessions", run->sessions);
		json_number(&json, "as_expected", run->as_expected);
		json_number(&json, "failed", run->failed);
		json_number(&json, "inconclusive", run->inconclusive);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_array_begin(&json, "failures");
	for (size_t i = 0; i < before->failure_count; i++) {
		char seed[24];
		(void)snprintf(seed, sizeof seed, "%" PRIu64, before->failures[i].seed);
		json_object_begin(&json, NULL);
		json_text(&json, "scenario", before->failures[i].scenario);
		json_text(&json, "device", before->failures[i].device);
		json_text(&json, "seed", seed);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	return report_file_close(&file, err);
}

/* -- what has changed -- */

/* A session that failed then, and what became of it. */
struct failed {
	char *key;
	bool fails, good;
};

static char *key_of(const char *scenario, const char *device, const char *seed)
{
	return memory_format("%s\n%s\n%s", scenario, device, seed);
}

static int compare_failed(const void *a, const void *b)
{
	return strcmp(((const struct failed *)a)->key, ((const struct failed *)b)->key);
}

static struct failed *read_failures(const json_t *list, size_t *ret_count)
{
	const size_t count = json_array_size(list);
	struct failed *failures = memory_new((count + 1) * sizeof *failures);

	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_array_get(list, i);
		failures[i] =
			(struct failed){.key = key_of(member_text(one, "scenario"), member_text(one, "device"), member_text(one, "seed"))};
	}
	qsort(failures, count, sizeof *failures, compare_failed);
	*ret_count = count;
	return failures;
}

/* Of a session that was run several times each counts by itself: new are all of them, or none. */
static void compare_session(struct changes *changes, const struct run_session *session, bool *ret_new, struct failed *failures,
                            size_t count)
{
	struct failed wanted = {.key = key_of(session->scenario, session->device, session->seed)};
	struct failed *failed = bsearch(&wanted, failures, count, sizeof *failures, compare_failed);

	free(wanted.key);
	if (session->outcome == RUN_FAILED) {
		*ret_new = failed == NULL;
		changes->new += failed == NULL && !session->again;
	}
	if (failed == NULL)
		return;
	failed->fails = failed->fails || session->outcome == RUN_FAILED;
	failed->good = failed->good || session->outcome == RUN_SURVIVED || session->outcome == RUN_CONFIRMED;
}

static void compare(struct changes *changes, const struct run *run, const json_t *list)
{
	size_t count;
	struct failed *failures = read_failures(list, &count);

	for (size_t i = 0; i < run->count; i++)
		compare_session(changes, &run->sessions[i], &changes->is_new[i], failures, count);
	for (size_t i = 0; i < count; i++) {
		changes->lasting += failures[i].fails;
		changes->fixed += !failures[i].fails && failures[i].good;
		changes->not_seen += !failures[i].fails && !failures[i].good;
		free(failures[i].key);
	}
	free(failures);
}

static void read_runs(struct changes *changes, const json_t *list)
{
	changes->run_count = json_array_size(list);
	changes->runs = memory_new((changes->run_count + 1) * sizeof *changes->runs);
	for (size_t i = 0; i < changes->run_count; i++) {
		const json_t *run = json_array_get(list, i);
		changes->runs[i] = (struct before_run){.ended_s = (int64_t)member_number(run, "ended_s"),
		                                       .sessions = member_number(run, "sessions"),
		                                       .as_expected = member_number(run, "as_expected"),
		                                       .failed = member_number(run, "failed"),
		                                       .inconclusive = member_number(run, "inconclusive")};
	}
}

void changes_open(struct changes *ret_changes, const struct run *run)
{
	char *path = memory_format("%s/" BEFORE_FILE, run->dir);
	json_t *json = json_load_file(path, 0, NULL);
	struct changes changes = {.is_new = memory_new((run->count + 1) * sizeof *changes.is_new)};
	struct tm utc;

	if (member_number(json, "version") == BEFORE_VERSION)
		read_runs(&changes, json_object_get(json, "runs"));
	changes.known = changes.run_count > 0;
	if (changes.known) {
		const time_t ended = (time_t)changes.runs[0].ended_s;
		compare(&changes, run, json_object_get(json, "failures"));
		if (gmtime_r(&ended, &utc) != NULL)
			(void)strftime(changes.since, sizeof changes.since, "%Y-%m-%d %H:%M UTC", &utc);
	}
	json_decref(json);
	free(path);
	*ret_changes = changes;
}

void changes_close(struct changes *changes)
{
	free(changes->is_new);
	free(changes->runs);
	*changes = (struct changes){.known = false};
}
