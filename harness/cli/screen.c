/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/screen.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/unit.h"
#include "harness/cli/events.h"

#define BAR 24
/*
 * So often the line on a terminal, and the lines and events elsewhere, tell how far the sessions
 * are.
 */
#define LINE_MS 1000
#define LINES_MS 30000
#define EVENTS_MS 1000

static const char *shown_name(const struct verdict *verdict)
{
	static const char *const names[] = {"pass", "FAIL", "INCONCLUSIVE"};

	return names[verdict->kind];
}

static void clear_progress(struct screen *screen)
{
	if (screen->line_shown)
		fputs("\r\033[K", stderr);
	screen->line_shown = false;
}

/* -- the line of progress -- */

static void show_running(const struct screen *screen)
{
	size_t running = 0;

	for (size_t i = 0; i < screen->count; i++) {
		const struct job *job = &screen->jobs[i];
		/* A terminal is hardly wider than two of them. */
		if (job->state == JOB_RUNNING && running++ < 2)
			fprintf(stderr, "  %s %" PRIu64 ": %s %" PRIu64 " s in %" PRIu64 " s", job->plan.name, job->plan.seed, job->phase,
			        job->virtual_ns / SIM_S, (pool_now_ms() - job->started_ms) / 1000);
	}
	if (running > 2)
		fprintf(stderr, "  and %zu more", running - 2);
}

/* What is left, if the history knows what all that is left takes. @return false if it does not. */
static bool find_remaining(const struct screen *screen, uint64_t *ret_s)
{
	uint64_t left_ms = 0, now_ms = pool_now_ms();

	for (size_t i = 0; i < screen->count; i++) {
		const struct job *job = &screen->jobs[i];
		if (job->state == JOB_DONE)
			continue;
		if (job->expected_ms == 0)
			return false;
		uint64_t spent_ms = job->state == JOB_RUNNING ? now_ms - job->started_ms : 0;
		left_ms += spent_ms < job->expected_ms ? job->expected_ms - spent_ms : 0;
	}
	*ret_s = left_ms / screen->side_by_side / 1000 + 1;
	return true;
}

static void show_progress(struct screen *screen)
{
	size_t done = 0, failing = 0;
	char bar[BAR + 1];
	uint64_t left_s;

	if (screen->style != SCREEN_TERMINAL || screen->count == 0)
		return;
	for (size_t i = 0; i < screen->count; i++) {
		done += screen->jobs[i].state == JOB_DONE;
		failing += screen->jobs[i].state == JOB_DONE && screen->jobs[i].held_for == NULL &&
		           !screen->jobs[i].verdict.met_expectation;
	}
	for (size_t i = 0; i < BAR; i++)
		bar[i] = i < done * BAR / screen->count ? '#' : '.';
	bar[BAR] = '\0';
	fprintf(stderr, "\r\033[K[%s] %zu/%zu", bar, done, screen->count);
	if (failing > 0)
		fprintf(stderr, ", %zu not as expected", failing);
	if (done < screen->count && find_remaining(screen, &left_s))
		fprintf(stderr, ", about %" PRIu64 ":%02" PRIu64 " left", left_s / 60, left_s % 60);
	show_running(screen);
	fflush(stderr);
	screen->line_shown = true;
}

/* -- lines -- */

/* Where there is no terminal: a line for each session under way. */
static void tell_progress(const struct screen *screen)
{
	uint64_t now_ms = pool_now_ms();

	for (size_t i = 0; i < screen->count; i++) {
		const struct job *job = &screen->jobs[i];
		if (job->state != JOB_RUNNING)
			continue;
		if (screen->style == SCREEN_EVENTS)
			events_progress(job);
		else
			fprintf(stderr,
			        "running      %-18s seed %-6" PRIu64 " %8" PRIu64 ".%01" PRIu64 " s virtual in %4" PRIu64 " s, phase %s\n",
			        job->plan.name, job->plan.seed, job->virtual_ns / SIM_S, job->virtual_ns % SIM_S / (100 * SIM_MS),
			        (now_ms - job->started_ms) / 1000, job->phase[0] != '\0' ? job->phase : "start");
	}
}

void screen_tick(struct screen *screen)
{
	static const uint64_t often_ms[] = {
		[SCREEN_TERMINAL] = LINE_MS, [SCREEN_LINES] = LINES_MS, [SCREEN_QUIET] = UINT64_MAX, [SCREEN_EVENTS] = EVENTS_MS};
	uint64_t now_ms = pool_now_ms();

	if (screen->told_ms == 0)
		screen->told_ms = now_ms;
	if (now_ms - screen->told_ms < often_ms[screen->style])
		return;
	screen->told_ms = now_ms;
	if (screen->style == SCREEN_TERMINAL)
		show_progress(screen);
	else
		tell_progress(screen);
}

/* What is not as expected stands out, and says so in words as well. */
static const char *colour(const struct screen *screen, const struct verdict *verdict)
{
	if (!screen->colours)
		return "";
	if (verdict->kind == VERDICT_INCONCLUSIVE)
		return "\033[33m";
	return verdict->met_expectation ? "\033[32m" : "\033[31m";
}

/* Of a session in wall time: by how much frames were late. */
static void print_skew(const struct verdict_live *live)
{
	char text[VERDICT_TEXT_MAX];

	if (live->is)
		printf("             %s\n", verdict_skew(live, text));
}

static void print_session(const struct screen *screen, const struct job *job)
{
	const struct verdict *verdict = &job->verdict;

	printf("%s%-12s%s %-18s seed %-6" PRIu64 " %8" PRIu64 ".%01" PRIu64 " s virtual in %4" PRIu64 ".%01" PRIu64 " s  %.16s  %s%s%s%s\n",
	       colour(screen, verdict), shown_name(verdict), screen->colours ? "\033[0m" : "", job->plan.name, job->plan.seed,
	       verdict->virtual_ns / SIM_S, verdict->virtual_ns % SIM_S / (100 * SIM_MS), verdict->wall_ns / SIM_S,
	       verdict->wall_ns % SIM_S / (100 * SIM_MS), verdict->digest, verdict->reason, verdict->met_expectation ? "" : " [",
	       verdict->met_expectation ? "" : verdict->expectation, verdict->met_expectation ? "" : "]");
	print_skew(&verdict->live);
	fflush(stdout);
}

static void tell_event(const struct screen *screen, const struct job *job)
{
	size_t done = 0;

	/* The pool tells of a running job when it has just been started, and as it goes on. */
	if (job->state == JOB_RUNNING && job->phase[0] == '\0')
		events_started(job);
	if (job->state != JOB_DONE)
		return;
	for (size_t i = 0; i < screen->count; i++)
		done += screen->jobs[i].state == JOB_DONE;
	events_ended(job, done, screen->count);
}

void screen_changed(struct screen *screen, const struct job *job)
{
	if (screen->style == SCREEN_EVENTS) {
		tell_event(screen, job);
		return;
	}
	clear_progress(screen);
	if (job->state == JOB_DONE && job->held_for == NULL && screen->style != SCREEN_QUIET)
		print_session(screen, job);
	show_progress(screen);
}

void screen_warn(struct screen *screen, const char *text)
{
	if (screen->style == SCREEN_EVENTS) {
		events_warning(text);
		return;
	}
	clear_progress(screen);
	fprintf(stderr, "stutter: warning: %s\n", text);
	show_progress(screen);
}

void screen_close(struct screen *screen)
{
	clear_progress(screen);
}
