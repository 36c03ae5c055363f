/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/builds.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "reports/member.h"
#include "harness/search/command.h"
#include "harness/search/journal.h"

#define RECORD "builds.jsonl"
#define FOLDER "builds"
#define CHECKOUT "checkout"
#define DEVICE "device.yaml"
#define LOG "build.log"
/* With less than this left, a build may have failed for lack of room. */
#define ROOM_MIN (UINT64_C(1) << 20)
/* So often a build is begun that is killed. */
#define TRIES 2

/* -- the record: a line of JSON with both ends, then one a build -- */

bool builds_ends(const char *dir, char ret_good[REPOSITORY_HASH_MAX], char ret_bad[REPOSITORY_HASH_MAX])
{
	char *path = memory_format("%s/" RECORD, dir);
	FILE *stream = fopen(path, "re");
	json_t *json = stream != NULL ? json_loadf(stream, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	const bool known = member_text(json, "good")[0] != '\0' && member_text(json, "bad")[0] != '\0';

	if (known) {
		(void)snprintf(ret_good, REPOSITORY_HASH_MAX, "%s", member_text(json, "good"));
		(void)snprintf(ret_bad, REPOSITORY_HASH_MAX, "%s", member_text(json, "bad"));
	}
	json_decref(json);
	if (stream != NULL)
		(void)fclose(stream);
	free(path);
	return known;
}

static struct build *remember(struct builds *builds, const char *hash, bool is_good, const char *why)
{
	if (builds->count == builds->room) {
		builds->room = builds->room > 0 ? 2 * builds->room : 16;
		builds->list = memory_resize(builds->list, builds->room, sizeof *builds->list);
	}
	struct build *build = &builds->list[builds->count++];
	*build = (struct build){.is_good = is_good};
	(void)snprintf(build->hash, sizeof build->hash, "%s", hash);
	(void)snprintf(build->why, sizeof build->why, "%s", why);
	return build;
}

/* A revision whose line was cut off is built again. */
static void read_line(void *builds, const json_t *json)
{
	if (member_text(json, "revision")[0] != '\0')
		(void)remember(builds, member_text(json, "revision"), json_is_true(json_object_get(json, "built")),
		               member_text(json, "why"));
}

static bool write_line(struct builds *builds, json_t *json, struct error *err)
{
	char *line = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
	const bool good = line != NULL && fprintf(builds->record, "%s\n", line) > 0 && fflush(builds->record) == 0;

	free(line);
	json_decref(json);
	return good || error_set(err, "the record of builds cannot be written: %s", strerror(errno));
}

static json_t *text_of(const char *text)
{
	json_t *json = json_string(text);

	return json != NULL ? json : json_string("(no UTF-8)");
}

static bool write_build(struct builds *builds, const struct build *build, struct error *err)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "revision", json_string(build->hash));
	(void)json_object_set_new(json, "built", json_boolean(build->is_good));
	(void)json_object_set_new(json, "why", text_of(build->why));
	return write_line(builds, json, err);
}

static bool begin_record(struct builds *builds, const char *path, const char *good, const char *bad, struct error *err)
{
	const bool is_new = access(path, F_OK) != 0;

	builds->record = journal_open(path, read_line, builds);
	if (builds->record == NULL)
		return error_set(err, "%s cannot be written: %s", path, strerror(errno));
	if (!is_new)
		return true;
	json_t *json = json_object();
	(void)json_object_set_new(json, "good", json_string(good));
	(void)json_object_set_new(json, "bad", json_string(bad));
	return write_line(builds, json, err);
}

bool builds_open(struct builds *builds, const char *repo, const char *command, const char *dir, const char *good, const char *bad,
                 bool keeps, struct error *err)
{
	char whole[PATH_MAX];

	*builds = (struct builds){.repo = repo, .command = command, .keeps = keeps};
	if (realpath(dir, whole) == NULL || strlen(whole) + sizeof "/" FOLDER "//" DEVICE + REPOSITORY_HASH_MAX > sizeof builds->dir)
		return error_set(err, "%s: the name of the search's folder is too long for what is built in it", dir);
	(void)snprintf(builds->dir, sizeof builds->dir, "%s", whole);
	char *path = memory_format("%s/" RECORD, builds->dir);
	const bool good_so_far = report_folder_make(builds->dir, FOLDER, err) && begin_record(builds, path, good, bad, err);
	free(path);
	return good_so_far;
}

void builds_close(struct builds *builds)
{
	char *checkout = memory_format("%s/" CHECKOUT, builds->dir);

	if (builds->dir[0] != '\0' && access(checkout, F_OK) == 0)
		repository_remove(builds->repo, checkout);
	free(checkout);
	if (builds->record != NULL)
		(void)fclose(builds->record);
	free(builds->list);
	memset(builds, 0, sizeof *builds);
}

static const struct build *find(const struct builds *builds, const char *hash)
{
	for (size_t i = 0; i < builds->count; i++)
		if (strcmp(builds->list[i].hash, hash) == 0)
			return &builds->list[i];
	return NULL;
}

/* -- a build -- */

static bool is_disk_full(const struct builds *builds)
{
	struct statvfs about;

	return statvfs(builds->dir, &about) == 0 && (uint64_t)about.f_bavail * about.f_frsize < ROOM_MIN;
}

/* @return the exit status of the command, or as command_run(). */
static int run_command(const struct builds *builds, const char *checkout, const char *folder, const char *device, const char *hash,
                       struct error *err)
{
	const char *const words[] = {"sh", "-c", builds->command, NULL};
	const char *const variables[] = {"STUTTER_DEVICE", device, "STUTTER_REVISION", hash, NULL};
	char *log = memory_format("%s/" LOG, folder);
	const struct command command = {.words = words,
	                                .dir = checkout,
	                                .log = log,
	                                .variables = variables,
	                                .is_over = builds->is_over,
	                                .tick = builds->tick,
	                                .ctx = builds->ctx};
	const int status = command_run(&command, NULL, err);

	free(log);
	return status;
}

/*
 * The signal that somebody else has ended a build with: the kernel for want of memory, an
 * administrator, a machine that shuts down. What a program brings upon itself (a compiler that
 * crashes) is the revision's own. 0: none. sh adds 128 when it is a command of its own that was
 * ended.
 */
static int outside_signal(int status)
{
	static const int outside[] = {SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGPWR, SIGXCPU};

	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
		if (status == COMMAND_BY_SIGNAL + outside[i])
			return outside[i];
	return 0;
}

/* What a build has come to, by its exit status and what it has left. */
static enum build_outcome judge(const struct builds *builds, int status, const char *device, char ret_why[BUILDS_WHY_MAX],
                                struct error *err)
{
	if (status == COMMAND_STOPPED)
		return BUILD_STOPPED;
	if (status == COMMAND_BROKEN)
		return BUILD_BROKEN;
	if (status == 0 && access(device, R_OK) == 0)
		return BUILD_GOOD;
	if (is_disk_full(builds)) {
		error_set(err, "not enough space in %s for the builds", builds->dir);
		return BUILD_BROKEN;
	}
	if (outside_signal(status) != 0) {
		error_set(err,
		          "the build command was ended by signal %d (%s) twice, from outside "
		          "or for lack of memory, which says nothing about the revision",
		          outside_signal(status), strsignal(outside_signal(status)));
		return BUILD_BROKEN;
	}
	if (status != 0)
		(void)snprintf(ret_why, BUILDS_WHY_MAX, "the build command ended with the exit status %d", status);
	else
		(void)snprintf(ret_why, BUILDS_WHY_MAX, "the build command left no device's file at $STUTTER_DEVICE");
	return BUILD_FAILED;
}

/* Readies checkout and folder, so that nothing there is of a build before. */
static bool prepare(struct builds *builds, const char *checkout, const char *folder, const char *device, const char *hash,
                    struct error *err)
{
	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return error_set(err, "%s cannot be made: %s", folder, strerror(errno));
	/* of a build that was killed: not to be taken for this one's */
	if (unlink(device) != 0 && errno != ENOENT)
		return error_set(err, "%s cannot be removed: %s", device, strerror(errno));
	return repository_checkout(builds->repo, checkout, hash, builds->keeps, err) ||
	       error_context(err, "the revision %.*s cannot be checked out", REVISION_DIGITS, hash);
}

static enum build_outcome build(struct builds *builds, const char *hash, const char *device, char ret_why[BUILDS_WHY_MAX],
                                struct error *err)
{
	char *checkout = memory_format("%s/" CHECKOUT, builds->dir), *folder = memory_format("%s/" FOLDER "/%s", builds->dir, hash);
	enum build_outcome outcome = BUILD_BROKEN;
	bool is_killed = true;

	for (unsigned tries = 0; tries < TRIES && is_killed && prepare(builds, checkout, folder, device, hash, err); tries++) {
		const int status = run_command(builds, checkout, folder, device, hash, err);
		is_killed = outside_signal(status) != 0;
		outcome = judge(builds, status, device, ret_why, err);
	}
	if (outcome == BUILD_BROKEN && is_disk_full(builds))
		error_context(err, "the disk is full");
	free(checkout);
	free(folder);
	return outcome;
}

enum build_outcome builds_get(struct builds *builds, const char *hash, char ret_device[DEVICE_PATH_MAX], char ret_why[BUILDS_WHY_MAX],
                              struct error *err)
{
	const struct build *known = find(builds, hash);
	char why[BUILDS_WHY_MAX] = "";

	(void)snprintf(ret_device, DEVICE_PATH_MAX, "%.*s/" FOLDER "/%s/" DEVICE, DEVICE_PATH_MAX - 100, builds->dir, hash);
	if (known == NULL || (known->is_good && access(ret_device, R_OK) != 0)) {
		const enum build_outcome outcome = build(builds, hash, ret_device, why, err);
		if (outcome == BUILD_STOPPED || outcome == BUILD_BROKEN)
			return outcome;
		known = remember(builds, hash, outcome == BUILD_GOOD, why);
		if (!write_build(builds, known, err))
			return BUILD_BROKEN;
	}
	(void)snprintf(ret_why, BUILDS_WHY_MAX, "%s", known->why);
	return known->is_good ? BUILD_GOOD : BUILD_FAILED;
}

bool builds_in_checkout(const struct builds *builds, const char *path)
{
	char whole[PATH_MAX];
	char *checkout = memory_format("%s/" CHECKOUT "/", builds->dir);
	const bool is_in = path[0] != '\0' && realpath(path, whole) != NULL && strncmp(whole, checkout, strlen(checkout)) == 0;

	free(checkout);
	return is_in;
}
