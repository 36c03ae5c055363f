/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/jobs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/scenario/sense.h"

static struct job *add_job(struct jobs *jobs)
{
	jobs->list = memory_resize(jobs->list, jobs->count + 1, sizeof *jobs->list);
	memset(&jobs->list[jobs->count], 0, sizeof *jobs->list);
	return &jobs->list[jobs->count++];
}

/*
 * "clean/seed-1"; on several devices "clean/worst/seed-1"; the second time "clean/seed-1-again",
 * the third "clean/seed-1-again-2".
 */
static void name_job(struct job *job, const struct choice *choice, size_t time)
{
	char suffix[32] = "";

	if (time == 1)
		(void)snprintf(suffix, sizeof suffix, "-again");
	else if (time > 1)
		(void)snprintf(suffix, sizeof suffix, "-again-%zu", time);
	(void)snprintf(job->name, sizeof job->name, "%s%s%s/seed-%" PRIu64 "%s", job->plan.name, choice->several ? "/" : "",
	               choice->several ? job->plan.device.name : "", job->plan.seed, suffix);
}

/*
 * A plan for each session: they differ in the seed, and own their faults each. @param like Another
 * of them, which has looked at their files.
 */
static bool add_session(struct jobs *jobs, const struct choice *choice, const struct plan *like, uint64_t seed, size_t time,
                        const struct jobs_wish *wish, const struct reading *reading, struct error *err)
{
	struct plan plan;

	if (!reading_again(reading, choice, &plan, err))
		return false;
	/* The place of what the command line asks of a scenario is its beginning. */
	if (!sense_seed(&plan, seed, err)) {
		error_at(err, plan.path, 1, 1);
		plan_close(&plan);
		return false;
	}
	plan_set_seed(&plan, seed);
	plan.present = like->present;
	plan.may_differ = wish->may_differ;
	plan.least_found = wish->least;
	plan.keeps_going = wish->keeps_going;
	struct job *job = add_job(jobs);
	job->plan = plan;
	job->alone = time > 0;
	name_job(job, choice, time);
	return true;
}

void jobs_find_seeds(const struct plan *plan, const struct choice *choice, const struct jobs_wish *wish, uint64_t *ret_first,
                     uint64_t *ret_last)
{
	const struct ordinals *own = choice->seeds.first != 0 ? &choice->seeds : &plan->seeds;

	*ret_first = wish->has_seeds ? wish->first_seed : own->first != 0 ? own->first : plan->seed;
	*ret_last = wish->has_seeds ? wish->last_seed : own->first != 0 ? own->last : plan->seed;
}

static bool is_mine(struct jobs *jobs, const struct jobs_wish *wish)
{
	return wish->shards == 0 || jobs->sessions++ % wish->shards == wish->shard - 1;
}

bool jobs_add_seeds(struct jobs *jobs, const struct choice *choice, const struct plan *like, uint64_t first, uint64_t last,
                    const struct jobs_wish *wish, const struct reading *reading, struct error *err)
{
	bool good = true;

	do {
		const bool mine = is_mine(jobs, wish);
		for (size_t time = 0; good && mine && time < wish->times; time++)
			good = add_session(jobs, choice, like, first, time, wish, reading, err);
	} while (good && first++ != last);
	return good;
}

bool jobs_add(struct jobs *jobs, const struct choice *choice, const struct jobs_wish *wish, struct reading *reading, struct error *err)
{
	uint64_t first, last;
	struct plan plan;

	if (!reading_next(reading, choice, &plan, err))
		return false;
	plan_look(&plan);
	jobs_find_seeds(&plan, choice, wish, &first, &last);
	bool good = jobs_add_seeds(jobs, choice, &plan, first, last, wish, reading, err);
	plan_close(&plan);
	return good;
}

void jobs_place(struct jobs *jobs, const char *dir)
{
	for (size_t i = 0; i < jobs->count; i++)
		(void)snprintf(jobs->list[i].dir, sizeof jobs->list[i].dir, "%.*s/%s", JOBS_FOLDER_MAX, dir, jobs->list[i].name);
}

struct costed {
	struct job job;
	size_t place;
};

static int compare_costs(const void *a, const void *b)
{
	const struct costed *left = a, *right = b;
	/* 0 is not known, and wraps round to the largest. */
	const uint64_t left_cost = left->job.expected_ms - 1, right_cost = right->job.expected_ms - 1;

	if (left_cost != right_cost)
		return left_cost < right_cost ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

void jobs_sort_by_cost(struct jobs *jobs)
{
	struct costed *costed = memory_new((jobs->count + 1) * sizeof *costed);

	for (size_t i = 0; i < jobs->count; i++)
		costed[i] = (struct costed){jobs->list[i], i};
	qsort(costed, jobs->count, sizeof *costed, compare_costs);
	for (size_t i = 0; i < jobs->count; i++)
		jobs->list[i] = costed[i].job;
	free(costed);
}

void jobs_close(struct jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++)
		plan_close(&jobs->list[i].plan);
	free(jobs->list);
	*jobs = (struct jobs){.count = 0};
}
