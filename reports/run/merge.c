/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/run/merge.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "reports/run/shard.h"

/* A session, where its folder is taken from, and its place among all that were read. */
struct part {
	const struct run *run;
	const struct run_session *session;
	size_t place;
};

/* -- which sessions there are -- */

static bool proves(const struct run_session *session)
{
	return session->json != NULL && session->outcome != RUN_INCONCLUSIVE;
}

/*
 * Of two of the same session, takes the one that tells more. @return false if they contradict each
 * other.
 */
static bool choose(struct part *known, const struct part *other, struct error *err)
{
	const struct run_session *a = known->session, *b = other->session;

	if (strcmp(a->plan_hash, b->plan_hash) != 0)
		return error_set(err, "%s in %s is not the same session as in %s: their plans or the files they use differ", a->folder,
		                 known->run->dir, other->run->dir);
	if (proves(a) && proves(b) && strcmp(a->digest, b->digest) != 0)
		return error_set(err, "NOT REPEATABLE: %s has the digest %s in %s, and %s in %s; compare the two traces", a->folder,
		                 a->digest, known->run->dir, b->digest, other->run->dir);
	if (!proves(a) && (proves(b) || (a->json == NULL && b->json != NULL))) {
		known->run = other->run;
		known->session = b;
	}
	return true;
}

static int compare_folders(const void *a, const void *b)
{
	const struct part *left = a, *right = b;
	int order = strcmp(left->session->folder, right->session->folder);

	return order != 0 ? order : left->place < right->place ? -1 : left->place > right->place;
}

static int compare_places(const void *a, const void *b)
{
	size_t left = ((const struct part *)a)->place, right = ((const struct part *)b)->place;

	return left < right ? -1 : left > right;
}

/*
 * The shards of a run have its sessions by turns: so the places of the first shard's are 0, N, 2N
 * and so on.
 */
static size_t place_of(const struct run *run, size_t index, size_t runs_before)
{
	struct shard shard;

	return shard_read(run->shard, &shard) ? index * shard.of + shard.number - 1 : runs_before + index;
}

static struct part *collect(const struct run *runs, size_t count, size_t *ret_count)
{
	struct part *parts = memory_new(sizeof *parts);
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const size_t before = used;
		parts = memory_resize(parts, used + runs[i].count + 1, sizeof *parts);
		for (size_t j = 0; j < runs[i].count; j++)
			parts[used++] = (struct part){&runs[i], &runs[i].sessions[j], place_of(&runs[i], j, before)};
	}
	*ret_count = used;
	return parts;
}

/* Leaves each session once, in the order of places. */
static bool unite(struct part *parts, size_t *count, struct error *err)
{
	size_t kept = 0;

	qsort(parts, *count, sizeof *parts, compare_folders);
	for (size_t i = 0; i < *count; i++) {
		if (kept > 0 && strcmp(parts[kept - 1].session->folder, parts[i].session->folder) == 0) {
			if (!choose(&parts[kept - 1], &parts[i], err))
				return false;
		} else {
			parts[kept++] = parts[i];
		}
	}
	*count = kept;
	qsort(parts, kept, sizeof *parts, compare_places);
	return true;
}

/* -- their folders -- */

static bool copy_bytes(FILE *from, FILE *to)
{
	char bytes[65536];
	size_t length;

	while ((length = fread(bytes, 1, sizeof bytes, from)) > 0)
		if (fwrite(bytes, 1, length, to) != length)
			return false;
	return ferror(from) == 0;
}

static bool copy_file(const char *from, const char *to, struct error *err)
{
	FILE *source = fopen(from, "re"), *target;
	bool good;

	if (source == NULL)
		return error_set(err, "%s cannot be read: %s", from, strerror(errno));
	target = fopen(to, "wxe");
	good = target != NULL && copy_bytes(source, target);
	(void)fclose(source);
	if (target != NULL && fclose(target) != 0)
		good = false;
	return good || error_set(err, "%s cannot be written: %s", to, strerror(errno));
}

/* Files of a session stay as they are, so they may have two names. */
static bool take_file(const char *from, const char *to, const char *name, struct error *err)
{
	char *source = memory_format("%s/%s", from, name), *target = memory_format("%s/%s", to, name);
	bool good = link(source, target) == 0 || copy_file(source, target, err);

	free(source);
	free(target);
	return good;
}

/* Makes @p path and what is missing above it, from @p skip bytes on. */
static bool make_folders(char *path, size_t skip, struct error *err)
{
	for (char *slash = strchr(path + skip, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		bool good = mkdir(path, 0777) == 0 || errno == EEXIST || error_set(err, "%s cannot be made: %s", path, strerror(errno));
		if (slash == NULL || !good)
			return good;
		*slash = '/';
	}
}

static bool take_files(const char *from, const char *to, struct error *err)
{
	DIR *folder = opendir(from);
	const struct dirent *entry;
	bool good = true;

	if (folder == NULL)
		return error_set(err, "%s cannot be read: %s", from, strerror(errno));
	while (good && (entry = readdir(folder)) != NULL)
		good = entry->d_type == DT_DIR || take_file(from, to, entry->d_name, err);
	(void)closedir(folder);
	return good;
}

static bool take_folder(const char *dir, const struct part *part, struct error *err)
{
	char *from = memory_format("%s/%s", part->run->dir, part->session->folder);
	char *to = memory_format("%s/%s", dir, part->session->folder);
	bool good = access(from, F_OK) != 0 || (make_folders(to, strlen(dir) + 1, err) && take_files(from, to, err));

	free(from);
	free(to);
	return good;
}

/* -- what is told of them -- */

static bool knows(const json_t *notes, const char *note)
{
	for (size_t i = 0; i < json_array_size(notes); i++)
		if (strcmp(json_string_value(json_array_get(notes, i)), note) == 0)
			return true;
	return false;
}

static json_t *collect_notes(const struct run *runs, size_t count)
{
	json_t *notes = json_array();
	const char *note;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; (note = run_note(&runs[i], j)) != NULL; j++)
			if (!knows(notes, note))
				json_array_append_new(notes, json_string(note));
	return notes;
}

/* Those of runs that were merged themselves, too. */
static json_t *list_shards(const struct run *runs, size_t count)
{
	json_t *shards = json_array();

	for (size_t i = 0; i < count; i++) {
		const json_t *merged = json_object_get(runs[i].plan, "shards");
		for (size_t j = 0; j < json_array_size(merged); j++)
			json_array_append(shards, json_array_get(merged, j));
		if (runs[i].shard[0] != '\0')
			json_array_append_new(shards, json_string(runs[i].shard));
	}
	return shards;
}

/*
 * @return what run.json is to say of a session: what its run says, and why it was held back, which
 * another of the runs may not have been.
 */
static json_t *describe_session(const struct part *part)
{
	const size_t index = (size_t)(part->session - part->run->sessions);
	json_t *json = json_copy(json_array_get(json_object_get(part->run->plan, "sessions"), index));

	if (part->session->outcome == RUN_HELD)
		json_object_set_new(json, "held", json_string(part->session->held));
	return json;
}

static json_t *list_sessions(const struct part *parts, size_t count)
{
	json_t *sessions = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(sessions, describe_session(&parts[i]));
	return sessions;
}

static const char *earliest(const struct run *runs, size_t count)
{
	const char *first = runs[0].started;

	for (size_t i = 1; i < count; i++)
		if (strcmp(runs[i].started, first) < 0)
			first = runs[i].started;
	return first;
}

static json_t *describe(const struct run *runs, size_t count, const struct part *parts, size_t part_count)
{
	json_t *json = json_object();
	const json_t *device = json_object_get(runs[0].plan, "device");
	bool strict = false;

	for (size_t i = 0; i < count; i++)
		strict = strict || runs[i].strict;
	json_object_set_new(json, "version", json_integer(RUN_VERSION));
	json_object_set_new(json, "tool", json_string(runs[0].tool));
	json_object_set_new(json, "started", json_string(earliest(runs, count)));
	if (device != NULL)
		json_object_set_new(json, "device", json_string(json_string_value(device)));
	if (strict)
		json_object_set_new(json, "strict", json_true());
	json_object_set_new(json, "shards", list_shards(runs, count));
	json_object_set_new(json, "notes", collect_notes(runs, count));
	json_object_set_new(json, "sessions", list_sessions(parts, part_count));
	return json;
}

static bool write_run(const char *dir, json_t *json, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, RUN_FILE, err))
		return false;
	(void)json_dumpf(json, file.stream, JSON_INDENT(2));
	fputc('\n', file.stream);
	return report_file_close(&file, err);
}

bool run_merge(const char *dir, const struct run *runs, size_t count, struct error *err)
{
	size_t part_count;
	struct part *parts = collect(runs, count, &part_count);
	bool good = unite(parts, &part_count, err);

	for (size_t i = 0; good && i < part_count; i++)
		good = take_folder(dir, &parts[i], err);
	if (good) {
		json_t *json = describe(runs, count, parts, part_count);
		good = write_run(dir, json, err);
		json_decref(json);
	}
	free(parts);
	return good;
}
