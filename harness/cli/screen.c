/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/screen.h"

#include <inttypes.h>
#include <stdio.h>

#define BAR 24
/* So often the line on a terminal, and the lines elsewhere, tell how far the sessions are. */
#define LINE_MS 1000
#define LINES_MS 30000

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

static void show_progress(struct screen *screen)
{
	size_t done = 0;
	char bar[BAR + 1];

	if (!screen->terminal || screen->count == 0)
		return;
	for (size_t i = 0; i < screen->count; i++)
		done += screen->jobs[i].state == JOB_DONE;
	for (size_t i = 0; i < BAR; i++)
		bar[i] = i < done * BAR / screen->count ? '#' : '.';
	bar[BAR] = '\0';
	fprintf(stderr, "\r\033[K[%s] %zu/%zu", bar, done, screen->count);
	for (size_t i = 0; i < screen->count; i++) {
		const struct job *job = &screen->jobs[i];
		if (job->state == JOB_RUNNING)
			fprintf(stderr, "  %s %" PRIu64 ": %s %" PRIu64 " s in %" PRIu64 " s", job->plan.name, job->plan.seed, job->phase,
			        job->virtual_ns / SIM_S, (pool_now_ms() - job->started_ms) / 1000);
	}
	fflush(stderr);
	screen->line_shown = true;
}

/* Where there is no terminal: a line for each session under way. */
static void tell_progress(const struct screen *screen)
{
	uint64_t now_ms = pool_now_ms();

	for (size_t i = 0; i < screen->count; i++) {
		const struct job *job = &screen->jobs[i];
		if (job->state == JOB_RUNNING)
			fprintf(stderr,
			        "running      %-18s seed %-6" PRIu64 " %8" PRIu64 ".%01" PRIu64 " s virtual in %4" PRIu64 " s, phase %s\n",
			        job->plan.name, job->plan.seed, job->virtual_ns / SIM_S, job->virtual_ns % SIM_S / (100 * SIM_MS),
			        (now_ms - job->started_ms) / 1000, job->phase[0] != '\0' ? job->phase : "start");
	}
}

void screen_tick(void *ctx)
{
	struct screen *screen = ctx;
	uint64_t now_ms = pool_now_ms();

	if (screen->told_ms == 0)
		screen->told_ms = now_ms;
	if (now_ms - screen->told_ms < (screen->terminal ? LINE_MS : LINES_MS))
		return;
	screen->told_ms = now_ms;
	if (screen->terminal)
		show_progress(screen);
	else
		tell_progress(screen);
}

static void print_session(const struct job *job)
{
	const struct verdict *verdict = &job->verdict;

	printf("%-12s %-18s seed %-6" PRIu64 " %8" PRIu64 ".%01" PRIu64 " s virtual in %4" PRIu64 ".%01" PRIu64 " s  %.16s  %s%s%s%s\n",
	       shown_name(verdict), job->plan.name, job->plan.seed, verdict->virtual_ns / SIM_S,
	       verdict->virtual_ns % SIM_S / (100 * SIM_MS), verdict->wall_ns / SIM_S, verdict->wall_ns % SIM_S / (100 * SIM_MS),
	       verdict->digest, verdict->reason, verdict->met_expectation ? "" : " [", verdict->met_expectation ? "" : verdict->expectation,
	       verdict->met_expectation ? "" : "]");
	fflush(stdout);
}

void screen_changed(void *ctx, const struct job *job)
{
	struct screen *screen = ctx;

	clear_progress(screen);
	if (job->state == JOB_DONE)
		print_session(job);
	show_progress(screen);
}

void screen_warn(void *ctx, const char *text)
{
	struct screen *screen = ctx;

	clear_progress(screen);
	fprintf(stderr, "stutter: warning: %s\n", text);
	show_progress(screen);
}

void screen_close(struct screen *screen)
{
	clear_progress(screen);
}
