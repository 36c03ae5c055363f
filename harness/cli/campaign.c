/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/campaign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/audit.h"
#include "cli/events.h"
#include "cli/record.h"
#include "cli/report.h"
#include "cli/resume.h"
#include "reports/run/run.h"

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

/* A session that would not end within the budget is not started; one that has not ended by then is. */
static bool is_over_budget(const struct campaign *campaign, const struct job *job)
{
	const uint64_t ahead_ms = job->state == JOB_RUNNING ? 0 : job->expected_ms;

	return campaign->budget_ns > 0 && pool_now_ms() - campaign->started_ms + ahead_ms >= campaign->budget_ns / SIM_MS;
}

static const char *hold(void *ctx, const struct job *job)
{
	struct campaign *campaign = ctx;
	char budget[UNIT_TEXT_MAX];

	if (is_over_budget(campaign, job)) {
		if (campaign->held[0] == '\0')
			(void)snprintf(campaign->held, sizeof campaign->held, "the budget of %s is used up",
			               unit_show_duration(campaign->budget_ns, budget));
		return campaign->held;
	}
	if (campaign->fail_fast && job->state == JOB_WAITING && campaign->held[0] == '\0')
		look_for_failure(campaign);
	return campaign->fail_fast && job->state == JOB_WAITING && campaign->held[0] != '\0' ? campaign->held : NULL;
}

/* What a session took tells what the others of its scenario will take, whatever the history says. */
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
	screen_changed(&campaign->screen, job);
}

static void on_tick(void *ctx)
{
	screen_tick(&((struct campaign *)ctx)->screen);
}

static void on_warning(void *ctx, const char *text)
{
	screen_warn(&((struct campaign *)ctx)->screen, text);
}

static void print_addresses(const struct job *job)
{
	char path[DEVICE_PATH_MAX + 32], line[256];

	(void)snprintf(path, sizeof path, "%s/addresses.txt", job->dir);
	FILE *stream = fopen(path, "re");
	if (stream == NULL)
		return;
	printf("\n%s has shown:\n", job->name);
	while (fgets(line, sizeof line, stream) != NULL)
		printf("  %s", line);
	(void)fclose(stream);
}

static void run_all(struct campaign *campaign)
{
	struct jobs *jobs = &campaign->jobs;
	const struct pool_options pool = {.transport = campaign->transport,
	                                  .share = campaign->share,
	                                  .live = campaign->live.is_on ? &campaign->live.pool : NULL,
	                                  .side_by_side = campaign->side_by_side,
	                                  .warn = on_warning,
	                                  .tick = on_tick,
	                                  .hold = hold,
	                                  .wall_limit_ms = campaign->wall_limit_ns / SIM_MS,
	                                  .places = &campaign->reading.places,
	                                  .bus = campaign->bus,
	                                  .stop = cli_stop_when_asked(),
	                                  .changed = on_changed,
	                                  .ctx = campaign};

	campaign->screen.jobs = jobs->list;
	campaign->screen.count = jobs->count;
	campaign->screen.side_by_side = campaign->side_by_side;
	campaign->started_ms = pool_now_ms();
	pool_run(jobs->list, jobs->count, &pool);
	screen_close(&campaign->screen);
	for (size_t i = 0; campaign->audit && i < jobs->count; i++)
		audit_print(&jobs->list[i]);
	for (size_t i = 0; campaign->addresses && i < jobs->count; i++)
		print_addresses(&jobs->list[i]);
}

/* -- the end -- */

/* What the sessions came to, as the run knows itself, even if nothing could be written. */
static int exit_code(const struct jobs *jobs)
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
	return ours ? EXIT_BUG : failed ? EXIT_FAILED : inconclusive ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}

static bool record(struct campaign *campaign, struct error *err)
{
	struct history_recorded recorded;
	bool any = false;

	for (size_t i = 0; i < campaign->jobs.count; i++)
		any = any || campaign->jobs.list[i].held_for == NULL;
	return campaign->history == NULL || !any || record_run(campaign->history, campaign->dir, &recorded, err);
}

static bool finish(struct campaign *campaign, int *code, struct error *err)
{
	const bool events = campaign->screen.style == SCREEN_EVENTS;
	int told = *code;

	if (!note_held(campaign, err) || !report_end(campaign->dir, !events, !events && report_on_github(), &told, err))
		return false;
	/* The report speaks of all sessions, those that a resumed run did not have to run, too. */
	*code = *code == EXIT_BUG ? EXIT_BUG : told;
	return record(campaign, err);
}

/* A run without it is as good, but for what it could say of the runs before. */
static void look_back(struct campaign *campaign)
{
	const struct jobs *jobs = &campaign->jobs;
	struct history_place *places = memory_new((jobs->count + 1) * sizeof *places);
	struct error err;

	for (size_t i = 0; i < jobs->count; i++)
		places[i] = (struct history_place){jobs->list[i].plan.name, jobs->list[i].plan.device.name};
	if (!record_before(campaign->history, places, jobs->count, 0, campaign->dir, &err))
		on_warning(campaign, err.text);
	free(places);
}

static int begin(struct campaign *campaign, const char *const *arguments, struct error *err)
{
	const struct report_wish wish = {.device = campaign->device,
	                                 .times = campaign->wish.times,
	                                 .strict = campaign->strict,
	                                 .shard = campaign->shard,
	                                 .arguments = arguments,
	                                 .suites = campaign->selection.suites,
	                                 .suite_count = campaign->selection.suite_count};

	if (campaign->resumes)
		return resume_begin(campaign->dir, &campaign->jobs, campaign->wish.times, err);
	int going_on = report_begin(campaign->dir, campaign->jobs.list, campaign->jobs.count, &wish, err);
	if (going_on >= 0 && campaign->history != NULL)
		look_back(campaign);
	return going_on;
}

/* What is reported is what the folder holds. */
int campaign_run(struct campaign *campaign, const char *const *arguments)
{
	struct error err = {.text = ""};

	jobs_place(&campaign->jobs, campaign->dir);
	int going_on = begin(campaign, arguments, &err);
	if (going_on < 0) {
		cli_fail(&err);
		return EXIT_INCONCLUSIVE;
	}
	jobs_sort_by_cost(&campaign->jobs);
	if (campaign->screen.style == SCREEN_EVENTS)
		events_begin(campaign->dir, campaign->jobs.count);
	run_all(campaign);
	(void)close(going_on);
	int code = exit_code(&campaign->jobs);
	if (!finish(campaign, &code, &err)) {
		cli_fail(&err);
		code = code == EXIT_PASSED ? EXIT_INCONCLUSIVE : code;
	}
	if (campaign->screen.style == SCREEN_EVENTS)
		events_end(campaign->dir, code);
	return code;
}

void campaign_close(struct campaign *campaign)
{
	history_close(campaign->history);
	jobs_close(&campaign->jobs);
	cli_reading_close(&campaign->reading);
	selection_close(&campaign->selection);
}
