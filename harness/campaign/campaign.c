/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/campaign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/campaign/report.h"
#include "harness/campaign/resume.h"
#include "harness/campaign/run_folder.h"
#include "reports/run/run.h"

struct campaign {
	struct campaign_wish wish;
	struct campaign_ops ops;
	struct campaign_sessions sessions;
	struct reading reading;
	struct selection selection;
	struct jobs jobs;
	struct campaign_live live;
	struct history *history; /* NULL: nothing is recorded */
	char dir[DEVICE_PATH_MAX];
	const volatile sig_atomic_t *stop; /* NULL: nobody can have asked yet */
	const char *(*hold)(void *ctx, const struct job *job);
	void *hold_ctx;
	uint64_t started_ms;
	char held[160]; /* why no more sessions are started; empty: they are */
};

static bool tell_wrong(const struct campaign *campaign, const struct error *err)
{
	campaign->ops.wrong(campaign->ops.ctx, err);
	return false;
}

static void warn(void *ctx, const char *text)
{
	const struct campaign_ops *ops = &((struct campaign *)ctx)->ops;

	if (ops->warn != NULL)
		ops->warn(ops->ctx, text);
}

/* -- what is run -- */

size_t campaign_cores(void)
{
	return pool_cores() < POOL_JOBS_MAX ? pool_cores() : POOL_JOBS_MAX;
}

struct campaign *campaign_open(const struct campaign_wish *wish, const struct campaign_ops *ops)
{
	struct campaign *campaign = memory_new(sizeof *campaign);
	struct error err = {.text = ""};

	campaign->wish = *wish;
	campaign->ops = *ops;
	campaign->live.tap = -1;
	if (reading_open(&campaign->reading, wish->frozen, &campaign->ops, &err))
		return campaign;
	tell_wrong(campaign, &err);
	(void)campaign_close(campaign);
	return NULL;
}

/* The budgets of all suites together, if there is nothing but suites with one. */
static uint64_t budget_of_suites(const struct selection *selection)
{
	uint64_t sum_ns = 0;

	for (size_t i = 0; i < selection->count; i++)
		if (selection->list[i].suite == NULL)
			return 0;
	for (size_t i = 0; i < selection->suite_count; i++) {
		if (selection->suites[i].budget_ns == 0)
			return 0;
		sum_ns += selection->suites[i].budget_ns;
	}
	return sum_ns;
}

/* Reads all scenarios, so that all that is wrong is told before anything starts. */
static bool add_scenarios(struct campaign *campaign)
{
	struct error err;
	bool good = true;

	for (size_t i = 0; i < campaign->selection.count; i++)
		if (!jobs_add(&campaign->jobs, &campaign->selection.list[i], &campaign->sessions.jobs, &campaign->reading, &err))
			good = tell_wrong(campaign, &err);
	return good;
}

static bool fit_live(const struct campaign *campaign, struct error *err)
{
	for (size_t i = 0; i < campaign->jobs.count; i++)
		if (!campaign_live_fits(&campaign->wish.live, &campaign->jobs.list[i].plan, err))
			return false;
	return true;
}

bool campaign_select(struct campaign *campaign, const struct campaign_sessions *sessions)
{
	const struct selection_wish wish = {.tag = sessions->tag, .device = campaign->wish.device};
	struct error err = {.text = ""};

	campaign->sessions = *sessions;
	if (!selection_open(&campaign->selection, sessions->operands, &wish, &err))
		return tell_wrong(campaign, &err);
	if (!sessions->has_budget)
		campaign->sessions.budget_ns = budget_of_suites(&campaign->selection);
	return add_scenarios(campaign) && (fit_live(campaign, &err) || tell_wrong(campaign, &err));
}

bool campaign_read(const struct campaign *campaign, const char *path, const char *device, bool frozen, struct plan *ret_plan,
                   struct error *err)
{
	const struct paths *paths = &campaign->reading.paths;

	device = device != NULL ? device : campaign->wish.device;
	const bool good = frozen ? plan_open_frozen(ret_plan, path, device, paths, err) : plan_open(ret_plan, path, device, paths, err);

	if (!good)
		return false;
	ret_plan->may_differ = campaign->wish.may_differ;
	plan_look(ret_plan);
	return true;
}

/* -- its folder, cache and history -- */

/*
 * To have no history is no reason not to run; that the one cannot be had which the user names is.
 */
static bool open_history(struct campaign *campaign, struct error *err)
{
	const char *wanted = campaign->wish.history;
	char text[ERROR_TEXT_MAX + 96];

	if (!record_open_wanted(wanted, &campaign->history, err))
		return false;
	if (campaign->history != NULL && !record_estimate(campaign->history, &campaign->jobs, err)) {
		history_close(campaign->history);
		campaign->history = NULL;
		if (wanted != NULL)
			return error_context(err, "--history");
	}
	if (campaign->history != NULL || err->text[0] == '\0')
		return true;
	(void)snprintf(text, sizeof text, "this run is not recorded: %s (--history says where else, or none)", err->text);
	warn(campaign, text);
	return true;
}

static bool open_cache(struct campaign *campaign, struct error *err)
{
	struct paths *paths = &campaign->reading.paths;
	char text[DEVICE_PATH_MAX + 192];

	if (!paths_open_cache(paths, campaign->wish.cache, err))
		return false;
	if (!paths->passing || campaign->ops.note == NULL)
		return true;
	(void)snprintf(text, sizeof text,
	               "no folder of yours can keep snapshots of booted devices; this run boots them anew, in %s, which it removes "
	               "(--cache DIR keeps them)",
	               paths->snapshots);
	campaign->ops.note(campaign->ops.ctx, text);
	return true;
}

static bool open_folder(struct campaign *campaign, struct error *err)
{
	if (campaign->wish.goes_on == NULL)
		return run_folder_make(campaign->wish.dir, campaign->dir, err);
	(void)snprintf(campaign->dir, sizeof campaign->dir, "%s", campaign->wish.goes_on);
	return true;
}

bool campaign_begin(struct campaign *campaign)
{
	struct error err = {.text = ""};

	return (open_history(campaign, &err) && open_cache(campaign, &err) &&
	        campaign_live_open(&campaign->live, &campaign->wish.live, &campaign->ops, &err) && open_folder(campaign, &err)) ||
	       tell_wrong(campaign, &err);
}

const char *campaign_dir(const struct campaign *campaign)
{
	return campaign->dir;
}

const struct paths *campaign_paths(const struct campaign *campaign)
{
	return &campaign->reading.paths;
}

struct history *campaign_history(const struct campaign *campaign)
{
	return campaign->history;
}

bool campaign_is_stopped(const struct campaign *campaign)
{
	return campaign->stop != NULL && *campaign->stop;
}

/* -- what keeps sessions from being run -- */

static bool is_missed(const struct job *job)
{
	return job->state == JOB_DONE && job->held_for == NULL && !job->verdict.met_expectation;
}

static void look_for_failure(struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->jobs.count; i++) {
		const struct job *job = &campaign->jobs.list[i];
		if (!is_missed(job))
			continue;
		(void)snprintf(campaign->held, sizeof campaign->held, "--fail-fast, and %s, seed %" PRIu64 " was not as expected",
		               job->plan.name, job->plan.seed);
		return;
	}
}

/*
 * A session that would not end within the budget is not started; one that has not ended by then is.
 */
static bool is_over_budget(const struct campaign *campaign, const struct job *job)
{
	const uint64_t ahead_ms = job->state == JOB_RUNNING ? 0 : job->expected_ms;

	return campaign->sessions.budget_ns > 0 && pool_now_ms() - campaign->started_ms + ahead_ms >= campaign->sessions.budget_ns / SIM_MS;
}

static const char *hold_session(void *ctx, const struct job *job)
{
	struct campaign *campaign = ctx;
	char budget[UNIT_TEXT_MAX];

	if (is_over_budget(campaign, job)) {
		if (campaign->held[0] == '\0')
			(void)snprintf(campaign->held, sizeof campaign->held, "the budget of %s is used up",
			               unit_show_duration(campaign->sessions.budget_ns, budget));
		return campaign->held;
	}
	if (campaign->sessions.fail_fast && job->state == JOB_WAITING && campaign->held[0] == '\0')
		look_for_failure(campaign);
	return campaign->sessions.fail_fast && job->state == JOB_WAITING && campaign->held[0] != '\0' ? campaign->held : NULL;
}

/*
 * What a session took tells what the others of its scenario will take, whatever the history says.
 */
static void learn_cost(struct campaign *campaign, const struct job *ended)
{
	for (size_t i = 0; i < campaign->jobs.count; i++) {
		struct job *job = &campaign->jobs.list[i];
		if (job->state == JOB_WAITING && strcmp(job->plan.name, ended->plan.name) == 0 &&
		    strcmp(job->plan.device.name, ended->plan.device.name) == 0)
			job->expected_ms = ended->verdict.wall_ns / SIM_MS + 1;
	}
}

/* A session that was cut short for this has come to nothing: it has no verdict. */
static bool note_held(const struct campaign *campaign, struct error *err)
{
	bool any = false;

	for (size_t i = 0; i < campaign->jobs.count; i++) {
		const struct job *job = &campaign->jobs.list[i];
		char path[DEVICE_PATH_MAX + 32];
		if (job->held_for == NULL)
			continue;
		any = true;
		(void)snprintf(path, sizeof path, "%s/verdict.json", job->dir);
		(void)unlink(path);
	}
	return !any || run_hold(campaign->dir, campaign->held, err);
}

/* -- running -- */

static void on_changed(void *ctx, const struct job *job)
{
	struct campaign *campaign = ctx;

	if (job->state == JOB_DONE && job->held_for == NULL)
		learn_cost(campaign, job);
	if (campaign->ops.changed != NULL)
		campaign->ops.changed(campaign->ops.ctx, job);
}

static void on_tick(void *ctx)
{
	const struct campaign_ops *ops = &((struct campaign *)ctx)->ops;

	if (ops->tick != NULL)
		ops->tick(ops->ctx);
}

static const char *on_hold(void *ctx, const struct job *job)
{
	struct campaign *campaign = ctx;

	return campaign->hold != NULL ? campaign->hold(campaign->hold_ctx, job) : NULL;
}

/* Signals ask for an end from the first session on, not before. */
static const volatile sig_atomic_t *listen_for_stop(struct campaign *campaign)
{
	if (campaign->stop == NULL)
		campaign->stop = campaign->ops.stop(campaign->ops.ctx);
	return campaign->stop;
}

void campaign_run_jobs(struct campaign *campaign, struct jobs *jobs, const char *(*hold)(void *ctx, const struct job *job), void *ctx)
{
	const struct campaign_wish *wish = &campaign->wish;
	const struct campaign_ops *ops = &campaign->ops;
	const struct pool_options pool = {.transport = wish->transport,
	                                  .share = wish->share,
	                                  .live = wish->live.is_on ? &campaign->live.pool : NULL,
	                                  .side_by_side = wish->side_by_side,
	                                  .warn = warn,
	                                  .tick = on_tick,
	                                  .hold = on_hold,
	                                  .wall_limit_ms = wish->wall_limit_ns / SIM_MS,
	                                  .paths = &campaign->reading.paths,
	                                  .bus = wish->bus,
	                                  .stop = listen_for_stop(campaign),
	                                  .changed = on_changed,
	                                  .ctx = campaign};

	campaign->hold = hold;
	campaign->hold_ctx = ctx;
	if (ops->begun != NULL)
		ops->begun(ops->ctx, campaign->dir, jobs, wish->side_by_side);
	pool_run(jobs->list, jobs->count, &pool);
	if (ops->ran != NULL)
		ops->ran(ops->ctx, jobs);
}

/* -- the end -- */

/* What the sessions came to, as the campaign knows itself, even if nothing could be written. */
static enum campaign_outcome outcome_of(const struct jobs *jobs)
{
	bool inconclusive = false, failed = false, ours = false;

	for (size_t i = 0; i < jobs->count; i++) {
		const struct verdict *verdict = &jobs->list[i].verdict;
		if (jobs->list[i].held_for != NULL)
			continue;
		ours = ours || verdict->ours;
		inconclusive = inconclusive || verdict->kind == VERDICT_INCONCLUSIVE;
		failed = failed || (!verdict->met_expectation && verdict->kind != VERDICT_INCONCLUSIVE);
	}
	return ours ? CAMPAIGN_BROKEN : failed ? CAMPAIGN_FAILED : inconclusive ? CAMPAIGN_INCONCLUSIVE : CAMPAIGN_PASSED;
}

static bool record(struct campaign *campaign, struct error *err)
{
	struct history_recorded recorded;
	bool any = false;

	for (size_t i = 0; i < campaign->jobs.count; i++)
		any = any || campaign->jobs.list[i].held_for == NULL;
	return campaign->history == NULL || !any || record_run(campaign->history, campaign->dir, &recorded, err);
}

static bool finish(struct campaign *campaign, enum campaign_outcome *outcome, struct error *err)
{
	enum campaign_outcome told = *outcome;

	if (!note_held(campaign, err) || !report_end(campaign->dir, &campaign->ops, &told, err))
		return false;
	/* The report speaks of all sessions, those that a resumed run did not have to run, too. */
	*outcome = *outcome == CAMPAIGN_BROKEN ? CAMPAIGN_BROKEN : told;
	return record(campaign, err);
}

/* A run without it is as good, but for what it could say of the runs before. */
static void look_back(struct campaign *campaign)
{
	const struct jobs *jobs = &campaign->jobs;
	struct history_place *paths = memory_new((jobs->count + 1) * sizeof *paths);
	struct error err;

	for (size_t i = 0; i < jobs->count; i++)
		paths[i] = (struct history_place){jobs->list[i].plan.name, jobs->list[i].plan.device.name};
	if (!record_before(campaign->history, paths, jobs->count, 0, campaign->dir, &err))
		warn(campaign, err.text);
	free(paths);
}

/* Writes down what is to be run, or finds what is left of it. @return as report_begin(). */
static int note_sessions(struct campaign *campaign, struct error *err)
{
	const struct report_wish wish = {.device = campaign->wish.device,
	                                 .times = campaign->sessions.jobs.times,
	                                 .strict = campaign->sessions.strict,
	                                 .shard = campaign->sessions.shard,
	                                 .arguments = campaign->sessions.words,
	                                 .suites = campaign->selection.suites,
	                                 .suite_count = campaign->selection.suite_count};

	if (campaign->wish.goes_on != NULL)
		return resume_begin(campaign->dir, &campaign->jobs, campaign->sessions.jobs.times, err);
	int going_on = report_begin(campaign->dir, campaign->jobs.list, campaign->jobs.count, &wish, err);
	if (going_on >= 0 && campaign->history != NULL)
		look_back(campaign);
	return going_on;
}

/* What is reported is what the folder holds. */
enum campaign_outcome campaign_run(struct campaign *campaign)
{
	struct error err = {.text = ""};

	jobs_place(&campaign->jobs, campaign->dir);
	int going_on = note_sessions(campaign, &err);
	if (going_on < 0) {
		tell_wrong(campaign, &err);
		return CAMPAIGN_INCONCLUSIVE;
	}
	jobs_sort_by_cost(&campaign->jobs);
	campaign->started_ms = pool_now_ms();
	campaign_run_jobs(campaign, &campaign->jobs, hold_session, campaign);
	(void)close(going_on);
	enum campaign_outcome outcome = outcome_of(&campaign->jobs);
	if (!finish(campaign, &outcome, &err)) {
		tell_wrong(campaign, &err);
		outcome = outcome == CAMPAIGN_PASSED ? CAMPAIGN_INCONCLUSIVE : outcome;
	}
	return outcome;
}

bool campaign_close(struct campaign *campaign)
{
	struct error err = {.text = ""};

	if (campaign == NULL)
		return true;
	const bool good = campaign_live_close(&campaign->live, &err) || tell_wrong(campaign, &err);
	paths_close_cache(&campaign->reading.paths);
	history_close(campaign->history);
	jobs_close(&campaign->jobs);
	reading_close(&campaign->reading);
	selection_close(&campaign->selection);
	free(campaign);
	return good;
}
