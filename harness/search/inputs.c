/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/memory.h"

/*
 * File systems tell times apart by so much at worst: what was changed more lately may be changed
 * again without a sign of it.
 */
#define SETTLED_S 3

/* What the file system says of a file; 0: it says too little. */
static uint64_t mark_of(const char *path)
{
	struct stat about;
	struct timespec now;

	if (stat(path, &about) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	const int64_t since = now.tv_sec - (about.st_ctim.tv_sec > about.st_mtim.tv_sec ? about.st_ctim.tv_sec : about.st_mtim.tv_sec);
	if (since < SETTLED_S)
		return 0;
	const uint64_t parts[] = {about.st_dev,
	                          about.st_ino,
	                          (uint64_t)about.st_size,
	                          (uint64_t)about.st_mtim.tv_sec,
	                          (uint64_t)about.st_mtim.tv_nsec,
	                          (uint64_t)about.st_ctim.tv_sec,
	                          (uint64_t)about.st_ctim.tv_nsec};
	const uint64_t mark = XXH3_64bits(parts, sizeof parts);
	return mark != 0 ? mark : 1;
}

/* @param hash NULL: whatever it had when it was first asked for. */
static struct input *find(const struct inputs *inputs, const char *path, const char *hash)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (strcmp(inputs->list[i].path, path) == 0 && (hash == NULL || strcmp(inputs->list[i].hash, hash) == 0))
			return &inputs->list[i];
	return NULL;
}

static struct input *add(struct inputs *inputs, const char *path, const char *hash)
{
	if (inputs->count == inputs->room) {
		inputs->room = inputs->room > 0 ? 2 * inputs->room : 8;
		inputs->list = memory_resize(inputs->list, inputs->room, sizeof *inputs->list);
	}
	struct input *input = &inputs->list[inputs->count++];
	*input = (struct input){.path = memory_text(path)};
	(void)snprintf(input->hash, sizeof input->hash, "%s", hash);
	return input;
}

static bool check(struct inputs *inputs, const struct plan_file *file, struct error *err)
{
	struct input *known = find(inputs, file->path, file->hash);
	/* Before its content, so that a change after it is seen the next time. */
	const uint64_t mark = mark_of(file->path);
	char hash[HASH_TEXT_MAX];

	if (known != NULL && mark != 0 && mark == known->mark)
		return true;
	inputs->looks++;
	hash_file(file->path, hash);
	const char *wanted = known != NULL ? known->hash : file->hash != NULL ? file->hash : hash;
	if (strcmp(hash, wanted) != 0)
		return error_set(err,
		                 "%s was changed while the search was running: the findings so far are about the old content. Restore "
		                 "it to continue the search, or begin a new one",
		                 file->path);
	if (known == NULL)
		known = add(inputs, file->path, hash);
	known->mark = mark;
	return true;
}

bool inputs_check(struct inputs *inputs, const struct plan *plan, struct error *err)
{
	struct plan_file files[PLAN_FILES_MAX];
	const size_t count = plan->present.tool[0] != '\0' ? plan_files(plan, files) : 0;

	for (size_t i = 0; i < count; i++)
		if (!check(inputs, &files[i], err))
			return false;
	return true;
}

void inputs_close(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++)
		free(inputs->list[i].path);
	free(inputs->list);
	memset(inputs, 0, sizeof *inputs);
}
