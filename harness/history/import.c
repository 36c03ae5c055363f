/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/history/import.h"

#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/hash.h"
#include "lib/base/memory.h"
#include "lib/base/timestamp.h"

#define SUMMARY "summary.json"
#define VERDICT "verdict.json"
#define BEGINNING "run.json"
#define SECOND_NS 1000000000U
/* In an error. */
#define RUNS_NAMED 3

/*
 * Seeds have 64 bits, and jansson refuses whole numbers of more than 63. So it is told to read them
 * as reals, which holds all but seeds exactly; these are in the names of the sessions' folders,
 * too.
 */
static json_t *load(const char *path, struct error *err)
{
	json_error_t wrong;
	json_t *json = json_load_file(path, JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES, &wrong);

	if (json != NULL)
		return json;
	error_set(err, "%s", wrong.text);
	error_at(err, path, wrong.line > 0 ? wrong.line : 0, wrong.column > 0 ? wrong.column : 0);
	return NULL;
}

/* Keeps a text that was allocated, until the import is closed. */
static const char *keep(struct import *import, char *text)
{
	import->texts = memory_resize(import->texts, import->text_count + 1, sizeof *import->texts);
	import->texts[import->text_count++] = text;
	return text;
}

static const char *text_of(struct import *import, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? keep(import, memory_text(text)) : "";
}

static uint64_t number_of(const json_t *object, const char *key, double unit)
{
	double value = json_number_value(json_object_get(object, key)) * unit;

	return value >= 0 && value < 0x1p63 ? (uint64_t)(value + 0.5) : 0;
}

/* @return seconds since 1970; 0 if it is not known. */
static int64_t time_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	int64_t s = 0;

	return text != NULL && timestamp_read(text, &s) && s > 0 ? s : 0;
}

static uint64_t seed_of(const json_t *object, const char *folder)
{
	const char *name = strstr(folder, "/seed-");
	char *end = NULL;

	if (name == NULL)
		return number_of(object, "seed", 1);
	errno = 0;
	uint64_t seed = strtoull(name + strlen("/seed-"), &end, 10);
	return errno == 0 && end != name + strlen("/seed-") ? seed : number_of(object, "seed", 1);
}

static const char *hash_of_plan(struct import *import, const char *dir, const char *folder)
{
	char *path = memory_format("%s/%s/plan.yaml", dir, folder), hash[HASH_TEXT_MAX];

	hash_file(path, hash);
	free(path);
	return keep(import, memory_text(hash));
}

static bool add_session(struct import *import, const char *dir, const char *folder, const json_t *object, struct error *err)
{
	static const char *const needed[] = {"scenario", "device", "verdict"};
	const int64_t ended_s = time_of(object, "ended");

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!json_is_string(json_object_get(object, needed[i])))
			return error_set(err, "%s: the session '%s' has no '%s'; is this the folder of a run?", dir, folder, needed[i]);
	if (ended_s > import->run.ended_s)
		import->run.ended_s = ended_s;
	import->sessions = memory_resize(import->sessions, import->run.count + 1, sizeof *import->sessions);
	import->run.sessions = import->sessions;
	import->sessions[import->run.count++] = (struct history_session){
		.folder = keep(import, memory_text(folder)),
		.scenario = text_of(import, object, "scenario"),
		.device = text_of(import, object, "device"),
		.seed = seed_of(object, folder),
		.verdict = text_of(import, object, "verdict"),
		.as_expected = json_is_true(json_object_get(object, "as_expected")),
		.judge = text_of(import, object, "judge"),
		.phase = text_of(import, object, "phase"),
		.reason = text_of(import, object, "reason"),
		.digest = text_of(import, object, "digest"),
		.device_image = text_of(import, object, "device_image"),
		.plan_hash = hash_of_plan(import, dir, folder),
		.image_hash = text_of(import, object, "image_hash"),
		.kernel_hash = text_of(import, object, "kernel_hash"),
		.virtual_ns = number_of(object, "virtual_s", 1e9),
		.wall_ns = number_of(object, "wall_s", 1e9),
		.requests = number_of(object, "requests", 1),
		.retries = number_of(object, "retries", 1),
		.frames = number_of(object, "frames", 1),
		.spi_messages = number_of(object, "spi_messages", 1),
		.image_bytes = number_of(object, "image_bytes", 1),
	};
	return true;
}

/*
 * When the run ended, if none of its sessions says it. @param beginning What says when it was
 * started. @param written_s When its file was written.
 */
static void estimate_end(struct import *import, const json_t *beginning, int64_t written_s)
{
	const int64_t started_s = time_of(beginning, "started");
	uint64_t longest_ns = 0;

	for (size_t i = 0; i < import->run.count; i++)
		if (import->sessions[i].wall_ns > longest_ns)
			longest_ns = import->sessions[i].wall_ns;
	if (import->run.ended_s == 0)
		import->run.ended_s = started_s > 0 ? started_s + (int64_t)(longest_ns / SECOND_NS) : written_s;
}

static int64_t written_at(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (int64_t)status.st_mtime : 0;
}

static bool read_summary(const char *dir, const char *path, struct import *import, struct error *err)
{
	json_t *json = load(path, err);
	const json_t *sessions = json_object_get(json, "sessions"), *object;
	bool good = json != NULL;
	size_t i;

	if (good && !json_is_array(sessions))
		good = error_set(err, "%s has no list 'sessions'; is %s the folder of a run?", path, dir);
	import->run.tool = text_of(import, json, "tool");
	json_array_foreach(sessions, i, object)
	{
		const char *folder = json_string_value(json_object_get(object, "folder"));
		const char *verdict = json_string_value(json_object_get(object, "verdict"));
		if (good && folder == NULL)
			good = error_set(err, "%s: a session without 'folder'", path);
		/* What was not run came to nothing. */
		else if (good && (verdict == NULL || strcmp(verdict, "none") != 0))
			good = add_session(import, dir, folder, object, err);
	}
	estimate_end(import, json, written_at(path));
	json_decref(json);
	return good;
}

/* -- a run that died, or has no reports yet -- */

static void read_beginning(const char *dir, struct import *import, int64_t written_s)
{
	char *path = memory_format("%s/" BEGINNING, dir);
	json_t *json = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);

	import->run.tool = text_of(import, json, "tool");
	estimate_end(import, json, written_s);
	json_decref(json);
	free(path);
}

static bool add_verdict(struct import *import, const char *dir, const FTSENT *entry, struct error *err)
{
	const char *below = entry->fts_path + strlen(dir);
	json_t *json = load(entry->fts_path, err);

	if (json == NULL)
		return false;
	below += strspn(below, "/");
	char *folder = memory_format("%.*s", (int)(strlen(below) - strlen("/" VERDICT)), below);
	bool good = add_session(import, dir, folder, json, err);
	free(folder);
	json_decref(json);
	return good;
}

static bool read_verdicts(const char *dir, struct import *import, struct error *err)
{
	char *top = memory_text(dir), *const tops[] = {top, NULL};
	FTS *tree = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool good = tree != NULL || error_set(err, "the folder %s cannot be read: %s", dir, strerror(errno));
	int64_t written_s = 0;
	const FTSENT *entry;

	/* A verdict in the folder itself is that of a session, not of a run. */
	while (good && (entry = fts_read(tree)) != NULL)
		if (entry->fts_info == FTS_F && entry->fts_level > 1 && strcmp(entry->fts_name, VERDICT) == 0) {
			good = add_verdict(import, dir, entry, err);
			written_s = entry->fts_statp->st_mtime > written_s ? (int64_t)entry->fts_statp->st_mtime : written_s;
		}
	if (tree != NULL)
		(void)fts_close(tree);
	free(top);
	read_beginning(dir, import, written_s);
	return good && (import->run.count > 0 || error_set(err, "%s has no session with a verdict", dir));
}

/* -- which folder it is -- */

static bool has_file(const char *dir, const char *name)
{
	char *path = memory_format("%s/%s", dir, name);
	struct stat status;
	bool there = stat(path, &status) == 0;

	free(path);
	return there;
}

static bool is_run(const char *dir)
{
	return has_file(dir, BEGINNING) || has_file(dir, SUMMARY);
}

/*
 * A folder that holds runs, such as a gate's or stutter-runs, is a likely mistake: so they are
 * named. @return false.
 */
static bool refuse(const char *dir, struct error *err)
{
	struct dirent **entries = NULL;
	const int count = scandir(dir, &entries, NULL, alphasort);
	size_t runs = 0;
	char *names = memory_text("");

	for (int i = 0; i < count; i++) {
		char *path = memory_format("%s/%s", dir, entries[i]->d_name), *longer;
		if (entries[i]->d_name[0] != '.' && is_run(path) && runs++ < RUNS_NAMED) {
			longer = memory_format("%s %s", names, path);
			free(names);
			names = longer;
		}
		free(path);
		free(entries[i]);
	}
	free(entries);
	if (runs == 0)
		error_set(err, "%s is not the folder of a run: there is neither " BEGINNING " nor " SUMMARY " in it", dir);
	else
		error_set(err, "%s is not the folder of a run, but holds %zu; import these:%s%s", dir, runs, names,
		          runs > RUNS_NAMED ? " and so on" : "");
	free(names);
	return false;
}

bool import_open(struct import *ret_import, const char *dir, struct error *err)
{
	char *path = memory_format("%s/" SUMMARY, dir), *name = realpath(dir, NULL);
	struct import import = {.run = {.tool = ""}};
	struct stat status;
	bool good;

	import.run.name = keep(&import, name != NULL ? name : memory_text(dir));
	if (stat(dir, &status) != 0)
		good = error_set(err, "the folder %s cannot be read: %s", dir, strerror(errno));
	else if (!is_run(dir))
		good = refuse(dir, err);
	else
		good = stat(path, &status) == 0 ? read_summary(dir, path, &import, err) : read_verdicts(dir, &import, err);
	free(path);
	if (good)
		*ret_import = import;
	else
		import_close(&import);
	return good;
}

void import_close(struct import *import)
{
	for (size_t i = 0; i < import->text_count; i++)
		free(import->texts[i]);
	free(import->texts);
	free(import->sessions);
}
