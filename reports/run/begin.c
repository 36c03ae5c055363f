/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a run begins, and goes on: run.json, which says what is to be run, and a lock on it for as
 * long as somebody is at work.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "reports/json.h"
#include "reports/run/run.h"

static void write_session(struct json *json, const struct run_planned *session)
{
	const struct planned_session *of = &session->of;
	char seed[24];

	(void)snprintf(seed, sizeof seed, "%" PRIu64, of->seed);
	json_object_begin(json, NULL);
	json_text(json, "folder", session->folder);
	json_text(json, "scenario", of->scenario);
	json_text(json, "source", of->source);
	json_text(json, "device", of->device);
	json_text(json, "seed", seed);
	json_text(json, "plan", session->hash);
	json_bool(json, "again", session->again);
	json_bool(json, "replay", of->replay);
	json_object_end(json);
}

static bool write_plan(const char *dir, const struct run_plan *plan, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, RUN_FILE, err))
		return false;
	struct json json = {.stream = file.stream};
	json_object_begin(&json, NULL);
	json_number(&json, "version", RUN_VERSION);
	json_text(&json, "tool", "stutter " STUTTER_VERSION);
	json_text(&json, "started", plan->started);
	if (plan->device != NULL)
		json_text(&json, "device", plan->device);
	if (plan->strict)
		json_bool(&json, "strict", true);
	if (plan->shard != NULL)
		json_text(&json, "shard", plan->shard);
	json_array_begin(&json, "arguments");
	for (size_t i = 0; plan->arguments != NULL && plan->arguments[i] != NULL; i++)
		json_text(&json, NULL, plan->arguments[i]);
	json_array_end(&json);
	json_array_begin(&json, "notes");
	for (size_t i = 0; plan->notes[i] != NULL; i++)
		json_text(&json, NULL, plan->notes[i]);
	json_array_end(&json);
	json_array_begin(&json, "sessions");
	for (size_t i = 0; i < plan->count; i++)
		write_session(&json, &plan->sessions[i]);
	json_array_end(&json);
	json_object_end(&json);
	return report_file_close(&file, err);
}

/*
 * A lock ends with whoever holds it, however that ends; so it is no lie after a crash, as a word in
 * the file would be.
 */
static int lock(const char *dir, struct error *err)
{
	char *path = memory_format("%s/" RUN_FILE, dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		error_set(err, "%s cannot be opened: %s", path, strerror(errno));
	} else if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		error_set(err, "another process is working on the run in %s; wait until it ends", dir);
		(void)close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

int run_begin(const char *dir, const struct run_plan *plan, struct error *err)
{
	return write_plan(dir, plan, err) ? lock(dir, err) : -1;
}

int run_go_on(const char *dir, struct error *err)
{
	char *path = memory_format("%s/" RUN_HELD_FILE, dir);
	int fd = lock(dir, err);

	if (fd >= 0 && unlink(path) != 0 && errno != ENOENT) {
		error_set(err, "%s cannot be removed: %s", path, strerror(errno));
		(void)close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

bool run_hold(const char *dir, const char *why, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, RUN_HELD_FILE, err))
		return false;
	struct json json = {.stream = file.stream};
	json_object_begin(&json, NULL);
	json_text(&json, "why", why);
	json_object_end(&json);
	return report_file_close(&file, err);
}
