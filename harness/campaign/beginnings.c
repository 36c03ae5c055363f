/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "campaign/beginnings.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "campaign/handover.h"

#define AWAIT_MS 120000

/* Before the first frame of the device, before its first connection, and before its first image. */
static const char *const phases[BEGINNING_DEPTH] = {"dhcp", "connect", "download"};

/*
 * What the members of a family have in common: the plan but for its faults, its name and what is expected. When a session is over, at its deadline or because the device is
 * silent, is told to the guest as the time to call again, and so has to be the same.
 */
static struct plan common_plan(const struct plan *plan)
{
	struct plan common = *plan;

	common.fault_count = 0;
	common.faults = NULL;
	common.scenario = NULL;
	common.replay = false;
	common.decisions = (struct decisions){0};
	memset(&common.made, 0, sizeof common.made);
	memset(common.summary, 0, sizeof common.summary);
	(void)snprintf(common.name, sizeof common.name, "beginning");
	memset(&common.expect, 0, sizeof common.expect);
	params_init(expect_params, &common.expect);
	common.expect.judges.hang_ns = plan->expect.judges.hang_ns;
	memcpy(common.expect.judges.signs_of_life, plan->expect.judges.signs_of_life, sizeof common.expect.judges.signs_of_life);
	return common;
}

uint64_t beginning_family(const struct plan *plan)
{
	const struct plan common = common_plan(plan);
	char *text = NULL;
	size_t size = 0;

	FILE *stream = open_memstream(&text, &size);
	if (stream == NULL)
		return 0;
	plan_write(&common, stream);
	(void)fclose(stream);
	uint64_t hash = XXH3_64bits(text, size);
	free(text);
	return hash != 0 ? hash : 1;
}

static bool is_addressed(const struct match *match)
{
	return match->at[0] != '\0' || match->during[0] != '\0' || match->from.kind == MOMENT_POINT || match->from.ns > 0 ||
	       match->nth.first > 1;
}

unsigned beginning_depth(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		if (!is_addressed(&plan->faults[i].match))
			return 1;
	return BEGINNING_DEPTH;
}

/* -- making one -- */

/* The folder of a held session has served its purpose: what it has open stays readable for its branches. */
static void remove_folder(const char *dir)
{
	char path[2 * DEVICE_PATH_MAX];
	const struct dirent *entry;
	DIR *folder = opendir(dir);

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)unlink(path);
	}
	if (folder != NULL)
		(void)closedir(folder);
	(void)rmdir(dir);
}

/* Lets a branch of @p from go on to a phase, where it is held; its folder, for that long, is beside another. @param job_fd What it is; -1: as it was. @return NULL if it never came there. */
static struct engine *hold_at(struct beginnings *beginnings, struct beginning *beginning, struct engine *from, const char *beside,
                              const char *phase, int job_fd)
{
	struct engine *held = NULL;
	char dir[DEVICE_PATH_MAX];
	struct error err;
	pid_t pid;

	if ((size_t)snprintf(dir, sizeof dir, "%s.beginning-XXXXXX", beside) >= sizeof dir || mkdtemp(dir) == NULL)
		return NULL;
	int nobody = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const struct engine_order order = {
		.branch = true, .hold_phase = phase, .dir = dir, .page_fd = beginning->page_fd, .job_fd = job_fd, .pipe_fd = nobody};
	if (nobody >= 0 && engine_order(from, &order, &pid, &held, &err) && !engine_await(held, AWAIT_MS, beginnings->stop, &err)) {
		engine_abandon(held);
		held = NULL;
	}
	if (nobody >= 0)
		(void)close(nobody);
	remove_folder(dir);
	return held;
}

static void make(struct beginnings *beginnings, struct beginning *beginning, struct engine *device, const char *image_hash,
                 const struct plan *plan, const char *dir)
{
	struct handover handover = {.places = *beginnings->places, .is_common = true};
	const struct plan common = common_plan(plan);
	struct error err;

	(void)snprintf(handover.image_hash, sizeof handover.image_hash, "%s", image_hash);
	beginning->page_fd = session_page_make(&beginning->page);
	if (beginning->page_fd < 0)
		return;
	int job_fd = handover_write(&common, &handover, &err);
	if (job_fd < 0)
		return;
	for (size_t i = 0; i < BEGINNING_DEPTH; i++) {
		struct engine *held = hold_at(beginnings, beginning, i == 0 ? device : beginning->held[i - 1], dir, phases[i],
		                              i == 0 ? job_fd : -1);
		if (held == NULL)
			break;
		beginning->held[beginning->count++] = held;
	}
	(void)close(job_fd);
}

static void close_beginning(struct beginning *beginning)
{
	if (beginning->family == 0)
		return;
	for (size_t i = 0; i < beginning->count; i++)
		engine_close(beginning->held[i]);
	if (beginning->page_fd >= 0) {
		session_page_unmap(beginning->page);
		(void)close(beginning->page_fd);
	}
	memset(beginning, 0, sizeof *beginning);
}

/* -- finding one -- */

static struct beginning *find(struct beginnings *beginnings, uint64_t family)
{
	for (size_t i = 0; i < BEGINNINGS_MAX; i++)
		if (beginnings->list[i].family == family)
			return &beginnings->list[i];
	return NULL;
}

static struct beginning *make_room(struct beginnings *beginnings, uint64_t family)
{
	struct beginning *oldest = &beginnings->list[0];

	for (size_t i = 1; i < BEGINNINGS_MAX; i++)
		if (beginnings->list[i].used < oldest->used)
			oldest = &beginnings->list[i];
	close_beginning(oldest);
	*oldest = (struct beginning){.family = family, .page_fd = -1};
	return oldest;
}

struct engine *beginnings_engine(struct beginnings *beginnings, struct engine *device, const char *image_hash, const struct plan *plan,
                                 const char *dir, unsigned depth, unsigned *ret_depth)
{
	const uint64_t family = beginning_family(plan);
	struct beginning *beginning = find(beginnings, family);

	if (beginning == NULL) {
		beginning = make_room(beginnings, family);
		make(beginnings, beginning, device, image_hash, plan, dir);
	}
	beginning->used = ++beginnings->uses;
	*ret_depth = depth < beginning->count ? depth : (unsigned)beginning->count;
	return *ret_depth > 0 ? beginning->held[*ret_depth - 1] : device;
}

void beginnings_close(struct beginnings *beginnings)
{
	for (size_t i = 0; i < BEGINNINGS_MAX; i++)
		close_beginning(&beginnings->list[i]);
}
