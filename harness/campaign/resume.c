/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/base/remove.h"
#include "reports/run/run.h"

/* -- how it was begun -- */

struct resume_words resume_words_of(const json_t *words)
{
	const size_t count = json_array_size(words);
	struct resume_words all = {.list = memory_new((count + 1) * sizeof *all.list)};

	for (; (size_t)all.count < count; all.count++) {
		const char *word = json_string_value(json_array_get(words, (size_t)all.count));
		all.list[all.count] = memory_text(word != NULL ? word : "");
	}
	return all;
}

bool resume_read(const char *dir, char ret_dir[DEVICE_PATH_MAX], struct resume_words *ret_words, struct error *err)
{
	struct run run;

	if (!run_open(&run, dir, err))
		return false;
	if (strlen(run.dir) > JOBS_FOLDER_MAX || !run_can_go_on(&run)) {
		run_close(&run);
		return error_set(err, "the run in %s cannot be resumed: " RUN_FILE " does not say how `stutter run` was called", dir);
	}
	*ret_words = resume_words_of(json_object_get(run.plan, "arguments"));
	(void)snprintf(ret_dir, DEVICE_PATH_MAX, "%s", run.dir);
	run_close(&run);
	return true;
}

void resume_free(struct resume_words *words)
{
	for (int i = 0; i < words->count; i++)
		free(words->list[i]);
	free(words->list);
	*words = (struct resume_words){.count = 0};
}

/* -- what is left of it -- */

/* The sessions must be those of then, made from the same. */
static bool check_sessions(const struct run *run, const struct jobs *jobs, struct error *err)
{
	char hash[HASH_TEXT_MAX];

	if (run->count != jobs->count)
		return error_set(err, "the run in %s had %zu sessions and would now have %zu; begin a new run", run->dir, run->count,
		                 jobs->count);
	for (size_t i = 0; i < jobs->count; i++) {
		const struct run_session *session = &run->sessions[i];
		plan_hash(&jobs->list[i].plan, hash);
		if (strcmp(session->folder, jobs->list[i].name) != 0)
			return error_set(err, "the run in %s had a session %s where there is %s now; begin a new run", run->dir,
			                 session->folder, jobs->list[i].name);
		if (strcmp(session->plan_hash, hash) != 0)
			return error_set(err,
			                 "%s, or the device, image or program that it is run with, has changed since the run in %s began; "
			                 "begin a new run",
			                 session->source, run->dir);
	}
	return true;
}

static bool is_done(const struct run_session *session)
{
	return session->json != NULL && session->outcome != RUN_INCONCLUSIVE;
}

static bool all_done(const struct run_session *sessions, size_t times)
{
	for (size_t i = 0; i < times; i++)
		if (!is_done(&sessions[i]))
			return false;
	return true;
}

static bool remove_folder(const char *dir, struct error *err)
{
	return access(dir, F_OK) != 0 || remove_tree(dir) || error_set(err, "%s cannot be removed: %s", dir, strerror(errno));
}

static bool drop_done(const struct run *run, struct jobs *jobs, size_t times, struct error *err)
{
	size_t kept = 0;
	bool good = true;

	for (size_t i = 0; i < jobs->count; i++) {
		struct job *job = &jobs->list[i];
		if (all_done(&run->sessions[i - i % times], times)) {
			plan_close(&job->plan);
			continue;
		}
		good = good && remove_folder(job->dir, err);
		jobs->list[kept++] = *job;
	}
	jobs->count = kept;
	return good;
}

int resume_begin(const char *dir, struct jobs *jobs, size_t times, struct error *err)
{
	struct run run;
	int fd = run_go_on(dir, err);

	if (fd < 0)
		return -1;
	bool good = run_open(&run, dir, err);
	if (good) {
		good = check_sessions(&run, jobs, err) && drop_done(&run, jobs, times, err);
		run_close(&run);
	}
	if (good)
		return fd;
	(void)close(fd);
	return -1;
}
