/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a batch's trials go by their keys. Those whose results are known take them, and of
 * several that are the same plan the first runs for all. The rest become jobs of the pool, and what
 * each comes to is in results.jsonl before its folder goes. Then a sample of them runs once more,
 * from power on; a digest that differs breaks the search for good.
 *
 * An error in mid-batch is kept until its end: no further job begins, and the trials without a
 * result are held.
 */
#include "harness/search/search.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/base/remove.h"
#include "harness/search/inputs.h"
#include "harness/search/results.h"
#include "harness/session/folder.h"

/* Folders of sessions, below the search's. */
#define SESSIONS "sessions"
/* So much of a key names a session's folder. */
#define FOLDER_DIGITS 12

struct search {
	struct search_options options;
	struct results results;
	struct engines engines;
	struct inputs inputs;
	struct search_counts counts;
	struct error err; /* of what cannot be written, or was changed */
	bool has_failed, is_broken, is_settled, was_cut, has_told_mistake;
	uint64_t began_ms;
	size_t running, expected;
	char stage[160];
};

/* -- one batch -- */

struct batch {
	struct search *search;
	struct trial *trials;
	struct trial **of; /* of a job, by its index */
	struct job *jobs;
	size_t count; /* of jobs */
	bool (*look)(void *ctx, struct trial *trial, const char *dir, struct error *err);
	void *ctx;
};

/*
 * A frozen plan says what it was made from. That of now may be another, with --anyway or another
 * device, and so may what it comes to.
 */
static void add_present(XXH3_state_t *state, const struct made *made)
{
	const char *const texts[] = {made->tool, made->image, made->kernel, made->initramfs, made->overlay, made->tables};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		hash_add(state, texts[i], strlen(texts[i]) + 1);
}

/* What a result is remembered by: the plan with all it is made from, and how it is run. */
static void make_key(struct trial *trial)
{
	char hash[HASH_TEXT_MAX];
	XXH3_state_t *state = hash_begin();

	plan_hash(&trial->plan, hash);
	hash_add(state, hash, strlen(hash));
	add_present(state, &trial->plan.present);
	hash_add(state, trial->plan.replay ? "replay" : "run", 3);
	if (trial->lists_events)
		hash_add(state, "events", 6);
	hash_add(state, trial->alone ? "alone" : "shared", 5);
	if (trial->round > 0)
		hash_add(state, &trial->round, sizeof trial->round);
	hash_end(state, trial->key);
}

static void folder_of(const struct search *search, const struct trial *trial, char ret_dir[DEVICE_PATH_MAX])
{
	(void)snprintf(ret_dir, DEVICE_PATH_MAX, "%s/" SESSIONS "/%.*s", search->options.dir, FOLDER_DIGITS, trial->key);
}

static bool is_kept(const struct trial *trial)
{
	return trial->keep || (trial->keep_if_fails && trial->ending.kind == VERDICT_FAIL);
}

/*
 * What is left on the wall: of the sessions that are expected, if that is known, but never more
 * than of the budget. 0: it cannot be told.
 */
static uint64_t left_ms(const struct search *search, uint64_t spent, size_t done)
{
	const uint64_t budget = search->options.budget_ms;
	const size_t left = search->expected > done ? search->expected - done : 0;
	const uint64_t estimate = search->counts.run > 0 ? spent * left / search->counts.run : 0;

	if (budget == 0)
		return estimate;
	const uint64_t rest = budget > spent ? budget - spent : 0;
	return search->expected > 0 && estimate < rest ? estimate : rest;
}

static void tell_progress(const struct search *search)
{
	if (search->options.progress == NULL)
		return;
	const uint64_t spent = pool_now_ms() - search->began_ms;
	const size_t done = search->counts.run + search->counts.cached;
	const struct search_progress progress = {.done = done,
	                                         .cached = search->counts.cached,
	                                         .expected = search->expected,
	                                         .running = search->running,
	                                         .spent_ms = spent,
	                                         .left_ms = left_ms(search, spent, done),
	                                         .stage = search->stage};
	search->options.progress(search->options.ctx, &progress);
}

static void note_failure(struct search *search, const struct error *err)
{
	if (!search->has_failed)
		search->err = *err;
	search->has_failed = true;
}

/*
 * A result that is known is not run again, so all that is wanted of the session's folder is kept
 * before it.
 */
static bool keep_result(struct batch *batch, struct trial *trial, const char *dir, struct error *err)
{
	if (batch->look != NULL && !batch->look(batch->ctx, trial, dir, err))
		return false;
	/* What was inconclusive may have been the machine's fault: another search asks again. */
	return trial->ending.kind == VERDICT_INCONCLUSIVE ||
	       results_add(&batch->search->results, trial->key, trial->name, &trial->ending, err);
}

/*
 * To the search it is inconclusive, as any other failure to run; whoever runs it should hear of it.
 * Once: it is likely to come again.
 */
static void tell_mistake(struct search *search, const struct trial *trial)
{
	char text[sizeof trial->name + VERDICT_TEXT_MAX + 96];

	if (search->has_told_mistake || search->options.warn == NULL)
		return;
	search->has_told_mistake = true;
	(void)snprintf(text, sizeof text, "'%s' is inconclusive because of a bug in stutter, please report it: %s", trial->name,
	               trial->ending.reason);
	search->options.warn(search->options.ctx, text);
}

static void take_result(struct batch *batch, const struct job *job)
{
	struct search *search = batch->search;
	struct trial *trial = batch->of[job - batch->jobs];
	struct error err;

	if (job->held_for != NULL || (search->options.stop != NULL && *search->options.stop)) {
		trial->state = TRIAL_HELD;
		(void)remove_tree(job->dir);
		return;
	}
	/* Who knows what it has met. */
	if (!inputs_check(&search->inputs, &trial->plan, &err)) {
		note_failure(search, &err);
		trial->state = TRIAL_HELD;
		(void)remove_tree(job->dir);
		return;
	}
	ending_of(&job->verdict, &trial->ending);
	trial->state = TRIAL_DONE;
	search->counts.run++;
	if (trial->ending.ours)
		tell_mistake(search, trial);
	if (!keep_result(batch, trial, job->dir, &err))
		note_failure(search, &err);
	if (is_kept(trial))
		(void)snprintf(trial->dir, sizeof trial->dir, "%s", job->dir);
	else
		(void)remove_tree(job->dir);
}

static void changed(void *ctx, const struct job *job)
{
	struct batch *batch = ctx;

	batch->search->running = 0;
	for (size_t i = 0; i < batch->count; i++)
		batch->search->running += batch->jobs[i].state == JOB_RUNNING;
	if (job->state == JOB_DONE)
		take_result(batch, job);
}

static void tick(void *ctx)
{
	tell_progress(((const struct batch *)ctx)->search);
}

static void warn(void *ctx, const char *text)
{
	const struct search_options *options = &((const struct batch *)ctx)->search->options;

	if (options->warn != NULL)
		options->warn(options->ctx, text);
}

static const char *hold(void *ctx, const struct job *job)
{
	struct search *search = ((const struct batch *)ctx)->search;

	(void)job;
	return search->has_failed ? "the search has ended with an error" : search_is_over(search) ? "the search has come to its end" : NULL;
}

/* What sessions write beside what all do; one that asks for more has it for the batch. */
static unsigned streams_of(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->of[i]->lists_events)
			return FOLDER_EVENTS;
	return 0;
}

/* Engines that are there already would not show that a file is another by now. */
static void check_inputs(struct batch *batch)
{
	struct error err;

	for (size_t i = 0; i < batch->count && !batch->search->has_failed; i++)
		if (!inputs_check(&batch->search->inputs, &batch->of[i]->plan, &err))
			note_failure(batch->search, &err);
}

static void run_jobs(struct batch *batch)
{
	const struct search_options *options = &batch->search->options;
	const struct pool_options pool = {.share = options->share,
	                                  .side_by_side = options->side_by_side,
	                                  .paths = options->paths,
	                                  .engines = &batch->search->engines,
	                                  .bus = streams_of(batch),
	                                  .stop = options->stop,
	                                  .hold = hold,
	                                  .changed = changed,
	                                  .tick = tick,
	                                  .warn = warn,
	                                  .ctx = batch};

	check_inputs(batch);
	pool_run(batch->jobs, batch->count, &pool);
	batch->search->running = 0;
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->of[i]->state == TRIAL_NEW)
			batch->of[i]->state = TRIAL_HELD;
		batch->search->was_cut = batch->search->was_cut || batch->of[i]->state == TRIAL_HELD;
	}
}

static void add_job(struct batch *batch, struct trial *trial)
{
	struct job *job = &batch->jobs[batch->count];

	*job = (struct job){.plan = trial->plan, .alone = trial->alone};
	(void)snprintf(job->name, sizeof job->name, "%s", trial->name);
	folder_of(batch->search, trial, job->dir);
	(void)remove_tree(job->dir);
	batch->of[batch->count++] = trial;
}

/* Takes the result that is there. @return whether there is one. */
static bool take_known(struct search *search, struct trial *trial)
{
	const struct ending *known = results_find(&search->results, trial->key);
	char dir[DEVICE_PATH_MAX];

	if (known == NULL)
		return false;
	trial->ending = *known;
	folder_of(search, trial, dir);
	if (is_kept(trial)) {
		if (access(dir, F_OK) != 0)
			return false;
		(void)snprintf(trial->dir, sizeof trial->dir, "%s", dir);
	}
	trial->state = TRIAL_DONE;
	trial->is_cached = true;
	search->counts.cached++;
	return true;
}

/* The first of the batch that is the same plan as this one. */
static struct trial *same_before(struct trial *trials, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(trials[i].key, trials[index].key) == 0)
			return &trials[i];
	return NULL;
}

static void share_results(struct trial *trials, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct trial *first = trials[i].state == TRIAL_NEW ? same_before(trials, i) : NULL;
		if (first == NULL)
			continue;
		trials[i].state = first->state;
		trials[i].ending = first->ending;
		memcpy(trials[i].dir, first->dir, sizeof trials[i].dir);
	}
}

/* -- checks from power on -- */

static bool is_sample(const struct search *search, const struct trial *trial)
{
	char digits[3] = {trial->key[0], trial->key[1], '\0'};

	if (trial->state != TRIAL_DONE || trial->is_cached || trial->alone || trial->ending.kind == VERDICT_INCONCLUSIVE)
		return false;
	return search->counts.checked == 0 || strtoul(digits, NULL, 16) % SEARCH_SAMPLE == 0;
}

static bool tell_difference(struct search *search, const struct trial *shared, const struct trial *alone, struct error *err)
{
	search->is_broken = true;
	return error_set(err, "'%s' has the digest %s from power on and %s with a shared beginning: a bug in stutter; please report it",
	                 shared->name, alone->ending.digest, shared->ending.digest);
}

static bool compare(struct search *search, const struct trial *shared, const struct trial *alone, struct error *err)
{
	if (alone->state != TRIAL_DONE || alone->ending.kind == VERDICT_INCONCLUSIVE)
		return true;
	search->counts.checked++;
	return strcmp(alone->ending.digest, shared->ending.digest) == 0 || tell_difference(search, shared, alone, err);
}

/* The same from power on. */
static void make_sample(const struct trial *trial, struct trial *ret_sample)
{
	*ret_sample = (struct trial){.plan = trial->plan, .alone = true};
	(void)snprintf(ret_sample->name, sizeof ret_sample->name, "%s", trial->name);
	make_key(ret_sample);
}

/*
 * A result that an earlier run of the search has found to be wrong does not become right by going
 * on.
 */
static bool compare_known(struct search *search, const struct trial *trial, struct error *err)
{
	struct trial sample;

	if (!trial->is_cached || trial->alone)
		return true;
	make_sample(trial, &sample);
	const struct ending *known = results_find(&search->results, sample.key);
	if (known == NULL || strcmp(known->digest, trial->ending.digest) == 0)
		return true;
	sample.ending = *known;
	return tell_difference(search, trial, &sample, err);
}

/* Runs a sample of what has just been run once more, from power on. */
static bool check_samples(struct batch *batch, size_t count, struct error *err)
{
	struct search *search = batch->search;
	struct trial *samples = memory_new(count * sizeof *samples);
	const struct trial **shared = memory_new(count * sizeof *shared);
	size_t chosen = 0;
	bool good = true;

	for (size_t i = 0; i < count && search->options.share; i++) {
		if (!is_sample(search, &batch->trials[i]) || (chosen > 0 && search->counts.checked == 0))
			continue;
		shared[chosen] = &batch->trials[i];
		make_sample(&batch->trials[i], &samples[chosen++]);
	}
	batch->count = 0;
	batch->look = NULL;
	for (size_t i = 0; i < chosen; i++)
		if (!take_known(search, &samples[i]))
			add_job(batch, &samples[i]);
	if (batch->count > 0)
		run_jobs(batch);
	for (size_t i = 0; i < chosen; i++)
		good = good && compare(search, shared[i], &samples[i], err);
	for (size_t i = 0; i < count; i++)
		good = good && compare_known(search, &batch->trials[i], err);
	free(samples);
	free(shared);
	return good;
}

bool search_run(struct search *search, struct trial *trials, size_t count,
                bool (*look)(void *ctx, struct trial *trial, const char *dir, struct error *err), void *ctx, struct error *err)
{
	struct batch batch = {.search = search,
	                      .trials = trials,
	                      .of = memory_new((count + 1) * sizeof *batch.of),
	                      .jobs = memory_new((count + 1) * sizeof *batch.jobs),
	                      .look = look,
	                      .ctx = ctx};

	for (size_t i = 0; i < count; i++) {
		trials[i].state = TRIAL_NEW;
		trials[i].is_cached = false;
		trials[i].dir[0] = '\0';
		make_key(&trials[i]);
	}
	/* One session does for both, so it stays if either wants it. */
	for (size_t i = 0; i < count; i++) {
		struct trial *first = same_before(trials, i);
		if (first == NULL)
			continue;
		first->keep = first->keep || trials[i].keep;
		first->keep_if_fails = first->keep_if_fails || trials[i].keep_if_fails;
	}
	for (size_t i = 0; i < count; i++)
		if (!take_known(search, &trials[i]) && same_before(trials, i) == NULL)
			add_job(&batch, &trials[i]);
	if (batch.count > 0)
		run_jobs(&batch);
	share_results(trials, count);
	bool good = check_samples(&batch, count, err);
	if (good && search->has_failed) {
		*err = search->err;
		good = false;
	}
	free(batch.of);
	free(batch.jobs);
	return good;
}

/* -- the search -- */

struct search *search_open(const struct search_options *options, struct error *err)
{
	struct search *search = memory_new(sizeof *search);
	char path[DEVICE_PATH_MAX + sizeof SEARCH_RESULTS];

	search->options = *options;
	search->began_ms = pool_now_ms();
	(void)snprintf(path, sizeof path, "%s/" SEARCH_RESULTS, options->dir);
	if (!results_open(&search->results, path, err)) {
		free(search);
		return NULL;
	}
	engines_open(&search->engines, options->paths, options->stop);
	return search;
}

void search_close(struct search *search)
{
	if (search == NULL)
		return;
	engines_close(&search->engines);
	results_close(&search->results);
	inputs_close(&search->inputs);
	free(search);
}

bool search_is_over(struct search *search)
{
	const struct search_options *options = &search->options;
	const bool is_over = (options->stop != NULL && *options->stop) ||
	                     (options->budget_ms > 0 && pool_now_ms() - search->began_ms >= options->budget_ms);

	search->was_cut = search->was_cut || is_over;
	return is_over;
}

bool search_was_cut(const struct search *search)
{
	return search->was_cut;
}

bool search_is_broken(const struct search *search)
{
	return search->is_broken;
}

void search_settle(struct search *search)
{
	search->is_settled = true;
}

bool search_is_settled(const struct search *search)
{
	return search->is_settled;
}

void search_stage(struct search *search, size_t expected, const char *stage)
{
	search->expected = expected;
	(void)snprintf(search->stage, sizeof search->stage, "%s", stage);
}

void search_tick(const struct search *search)
{
	tell_progress(search);
}

void search_find(struct search *search, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (search->options.found != NULL)
		search->options.found(search->options.ctx, text);
}

const struct paths *search_paths(const struct search *search)
{
	return search->options.paths;
}

const char *search_dir(const struct search *search)
{
	return search->options.dir;
}

struct search_counts search_counts(const struct search *search)
{
	return search->counts;
}
