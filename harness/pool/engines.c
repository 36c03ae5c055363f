/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a restored QEMU waits in each entry of the list, and a session is a branch of it.
 * An entry belongs to one device image with the content that its files had; with all entries in
 * use, the one that was used least lately is ended. An engine that has died is replaced once.
 */
#include "harness/pool/engines.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/pool/handover.h"
#include "harness/session/folder.h"
#include "harness/session/session.h"

static bool same_image(const struct device *a, const struct device *b)
{
	return strcmp(a->kernel, b->kernel) == 0 && strcmp(a->initramfs, b->initramfs) == 0 && strcmp(a->overlay, b->overlay) == 0 &&
	       a->memory == b->memory;
}

/*
 * What was looked at with other content is another image, though its files have the same names.
 * What nobody has looked at is as it is.
 */
static bool same_content(const struct made *a, const struct made *b)
{
	return strcmp(a->kernel, b->kernel) == 0 && strcmp(a->initramfs, b->initramfs) == 0 && strcmp(a->overlay, b->overlay) == 0;
}

/*
 * The place of the engine for a plan's device; a free one, made free if need be, if there is none.
 */
static size_t place_for(struct engines *engines, const struct plan *plan)
{
	size_t oldest = 0;

	for (size_t i = 0; i < ENGINES_MAX; i++) {
		if (engines->list[i].engine != NULL && same_image(&engines->list[i].device, &plan->device) &&
		    same_content(&engines->list[i].present, &plan->present))
			return i;
		if (engines->list[oldest].engine != NULL &&
		    (engines->list[i].engine == NULL || engines->list[i].used < engines->list[oldest].used))
			oldest = i;
	}
	engine_close(engines->list[oldest].engine);
	engines->list[oldest].engine = NULL;
	return oldest;
}

static struct engine *open_engine(struct engines *engines, const struct engines_job *job, char ret_hash[QEMU_HASH_SIZE], struct error *err)
{
	struct qemu_image image = session_image(&job->plan->device);
	struct qemu_snapshot snapshot;

	image.log_dir = job->dir;
	if (!folder_make(engines->paths->snapshots, err) ||
	    !qemu_snapshot_ensure(&image, engines->paths->snapshots, engines->stop, &snapshot, err))
		return NULL;
	/*
	 * Sessions of other plans that name the same files are to be branches of it, and these are
	 * known by what was in the files then.
	 */
	if (!plan_check_device(job->plan, err))
		return NULL;
	memcpy(ret_hash, snapshot.hash, QEMU_HASH_SIZE);
	return engine_open(&image, &snapshot, engines->stop, engines->lacks, sizeof engines->lacks, err);
}

static bool give_order(struct engines *engines, struct engine *engine, const struct engines_job *job, const char *hash, pid_t *ret_pid,
                       struct error *err)
{
	struct handover handover = {.paths = *engines->paths, .bus = job->bus};

	if (job->wall != NULL) {
		handover.is_live = true;
		handover.wall = *job->wall;
	}
	(void)snprintf(handover.image_hash, sizeof handover.image_hash, "%s", hash);
	int job_fd = handover_write(job->plan, &handover, err);
	if (job_fd < 0)
		return false;
	const struct engine_order order = {.branch = !job->alone,
	                                   .dir = job->dir,
	                                   .page_fd = job->page_fd,
	                                   .job_fd = job_fd,
	                                   .pipe_fd = job->pipe_fd,
	                                   .port_fd = job->port_fd};
	bool good = engine_order(engine, &order, ret_pid, NULL, err);
	(void)close(job_fd);
	return good;
}

static bool start_alone(struct engines *engines, const struct engines_job *job, pid_t *ret_pid, char *ret_hash, struct error *err)
{
	struct engine *engine = open_engine(engines, job, ret_hash, err);
	bool good = engine != NULL && give_order(engines, engine, job, ret_hash, ret_pid, err);

	engine_close(engine);
	return good;
}

/* From a beginning that it shares with others, or from its device. */
static bool branch_from(struct engines *engines, size_t i, const struct engines_job *job, pid_t *ret_pid, unsigned *ret_depth,
                        struct error *err)
{
	struct engine *engine = engines->list[i].engine;
	const char *hash = engines->list[i].hash;

	*ret_depth = 0;
	if (job->depth > 0) {
		const struct beginnings_wish wish = {.device = engine,
		                                     .image_hash = hash,
		                                     .plan = job->plan,
		                                     .dir = job->dir,
		                                     .depth = job->depth,
		                                     .request = job->request};
		engine = beginnings_engine(&engines->beginnings, &wish, ret_depth);
	}
	if (give_order(engines, engine, job, hash, ret_pid, err))
		return true;
	if (*ret_depth == 0)
		return false;
	if (!engine_refuses(engine))
		beginnings_drop(&engines->beginnings, job->plan);
	*ret_depth = 0;
	return give_order(engines, engines->list[i].engine, job, hash, ret_pid, err);
}

/* An engine that was there may have died since: a new one is tried once. */
static bool start_branch(struct engines *engines, const struct engines_job *job, pid_t *ret_pid, char *ret_hash, unsigned *ret_depth,
                         struct error *err)
{
	size_t i = place_for(engines, job->plan);

	for (bool is_new = false; !is_new;) {
		is_new = engines->list[i].engine == NULL;
		if (is_new) {
			engines->list[i].engine = open_engine(engines, job, engines->list[i].hash, err);
			engines->list[i].device = job->plan->device;
			engines->list[i].present = job->plan->present;
		}
		memcpy(ret_hash, engines->list[i].hash, QEMU_HASH_SIZE);
		engines->list[i].used = ++engines->uses;
		if (engines->list[i].engine == NULL)
			return false;
		if (branch_from(engines, i, job, ret_pid, ret_depth, err))
			return true;
		engines->refuses = engine_refuses(engines->list[i].engine);
		if (engines->refuses)
			return false;
		engine_close(engines->list[i].engine);
		engines->list[i].engine = NULL;
	}
	return false;
}

bool engines_start(struct engines *engines, const struct engines_job *job, pid_t *ret_pid, char *ret_hash, unsigned *ret_depth,
                   struct error *err)
{
	*ret_depth = 0;
	engines->refuses = false;
	return job->alone ? start_alone(engines, job, ret_pid, ret_hash, err)
	                  : start_branch(engines, job, ret_pid, ret_hash, ret_depth, err);
}

void engines_open(struct engines *engines, const struct paths *paths, const volatile sig_atomic_t *stop)
{
	*engines = (struct engines){.paths = paths, .stop = stop, .beginnings = {.paths = paths, .stop = stop}};
}

void engines_close(struct engines *engines)
{
	beginnings_close(&engines->beginnings);
	for (size_t i = 0; i < ENGINES_MAX; i++) {
		engine_close(engines->list[i].engine);
		engines->list[i].engine = NULL;
	}
}
