/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/idle.h"
#include "fault/netem_note.h"
#include "session/folder.h"

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

static bool same(const struct job *a, const struct job *b)
{
	return strcmp(a->plan.name, b->plan.name) == 0;
}

static bool is_first(const struct screen *screen, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (same(&screen->jobs[i], &screen->jobs[index]))
			return false;
	return true;
}

static void print_row(const struct screen *screen, size_t index)
{
	size_t kinds[3] = {0}, unexpected = 0;

	for (size_t i = index; i < screen->count; i++) {
		if (!same(&screen->jobs[i], &screen->jobs[index]))
			continue;
		kinds[screen->jobs[i].verdict.kind]++;
		unexpected += !screen->jobs[i].verdict.met_expectation;
	}
	printf("%-24s %6zu %6zu %13zu %16zu\n", screen->jobs[index].plan.name, kinds[VERDICT_PASS], kinds[VERDICT_FAIL],
	       kinds[VERDICT_INCONCLUSIVE], unexpected);
}

static void print_lines(const char *label, const char *lines)
{
	for (; *lines != '\0'; lines += strcspn(lines, "\n"), lines += *lines == '\n')
		printf("  %-15s %.*s\n", label, (int)strcspn(lines, "\n"), lines);
}

static void print_at(const char *label, uint64_t ns, const char *text)
{
	printf("  %-15s at %" PRIu64 ".%03" PRIu64 " s%s%s\n", label, ns / SIM_S, ns % SIM_S / SIM_MS, text[0] != '\0' ? ": " : "", text);
}

/* What failed stands above; then what it waited for, what acted since it last got on, and where it all began. */
static void print_evidence(const struct verdict *verdict)
{
	const struct verdict_stretch *stretch = &verdict->stretch;

	if (verdict->kind == VERDICT_FAIL) {
		if (stretch->report[0] != '\0')
			print_at("last report", stretch->report_ns, stretch->report);
		print_at("far end waits", stretch->end_ns, stretch->waits);
		print_at("last progress", stretch->progress_ns, "");
		printf("  faults since    %s\n", stretch->faults[0] != '\0' ? stretch->faults : "none");
		print_lines("last frames", stretch->frames);
	}
	if (verdict->trouble[0] != '\0') {
		printf("  first trouble   %s\n", verdict->trouble);
		if (verdict->faults[0] != '\0')
			printf("  faults then     %s\n", verdict->faults);
		print_lines("frames then", verdict->trouble_frames);
	}
}

static void print_unexpected(const struct job *job)
{
	const struct verdict *verdict = &job->verdict;

	printf("\n%s %s, seed %" PRIu64 ": %s (%s)\n", shown_name(verdict), job->plan.name, job->plan.seed, verdict->reason,
	       verdict->expectation);
	print_evidence(verdict);
	printf("  folder          %s\n", job->dir);
}

static void print_idle(const struct screen *screen, size_t index)
{
	const struct job *first = &screen->jobs[index];
	const size_t sessions = idle_sessions(first, screen->count - index);
	size_t told;

	for (size_t rule = 0; rule < first->plan.fault_count; rule++)
		if (idle_rule(first, sessions, rule, &told))
			printf("\nWARNING: %s: fault '%s' never matched anything in %zu session%s; `--addresses` shows what there was\n",
			       first->plan.name, first->plan.faults[rule].name, told, told == 1 ? "" : "s");
}

/* Where words of tc mean something else here than to Linux; in a replay nothing is drawn. */
static void print_notes(const struct plan *plan)
{
	char note[NETEM_NOTE_MAX];

	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++)
		if (netem_note(&plan->faults[i], note))
			printf("\nNOTE: %s: fault '%s' %s; `netem_exact: true` means Linux' arithmetic\n", plan->name, plan->faults[i].name,
			       note);
}

/* What the expectations that were met describe: sessions that are survived, and failures of clients that are known by now. */
static void print_meanings(const struct screen *screen)
{
	size_t survivals = 0, failures = 0;

	for (size_t i = 0; i < screen->count; i++) {
		survivals += screen->jobs[i].verdict.met_expectation && screen->jobs[i].verdict.kind == VERDICT_PASS;
		failures += screen->jobs[i].verdict.met_expectation && screen->jobs[i].verdict.kind == VERDICT_FAIL;
	}
	printf("\nAs expected: %zu survival%s, %zu confirmed failure%s.\n", survivals, survivals == 1 ? "" : "s", failures,
	       failures == 1 ? "" : "s");
	for (size_t i = 0; i < screen->count; i++) {
		const struct job *job = &screen->jobs[i];
		if (job->verdict.met_expectation && job->verdict.kind == VERDICT_FAIL && is_first(screen, i))
			printf("  %-24s confirmed failure of %s: %s\n", job->plan.name, plan_failure_of(&job->plan), job->verdict.reason);
	}
}

/* With --anyway a frozen plan's verdict counts, whatever it was made from. */
static void print_differing(const struct job *job)
{
	char differs[VERDICT_TEXT_MAX];

	if (job->plan.may_differ && plan_differs(&job->plan, job->verdict.image_hash, differs, sizeof differs)[0] != '\0')
		printf("\nWARNING: %s: not what the plan was made from: %s\n", job->plan.name, differs);
}

/* Names only what is there: on a full disk a report, or the folder of a session, may be missing. */
static void print_place(const struct screen *screen, const char *dir)
{
	static const char *const reports[] = {"summary.json", "junit.xml"};
	size_t folders = 0;
	const char *comma = "";

	for (size_t i = 0; i < screen->count; i++)
		folders += folder_has(screen->jobs[i].dir, "verdict.json");
	printf("\nThe report lies in %s: ", dir);
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		if (folder_has(dir, reports[i])) {
			printf("%s%s", comma, reports[i]);
			comma = ", ";
		}
	if (folders == screen->count)
		printf("%sa folder for each session.\n", comma[0] != '\0' ? ", and " : "");
	else
		printf("%sa whole folder for %zu of %zu sessions.\n", comma[0] != '\0' ? ", and " : "", folders, screen->count);
}

void screen_close(struct screen *screen, const char *dir)
{
	clear_progress(screen);
	printf("\n%-24s %6s %6s %13s %16s\n", "scenario", "pass", "fail", "inconclusive", "not as expected");
	for (size_t i = 0; i < screen->count; i++)
		if (is_first(screen, i))
			print_row(screen, i);
	print_meanings(screen);
	for (size_t i = 0; i < screen->count; i++)
		if (is_first(screen, i)) {
			print_idle(screen, i);
			print_notes(&screen->jobs[i].plan);
		}
	for (size_t i = 0; i < screen->count; i++)
		if (is_first(screen, i))
			print_differing(&screen->jobs[i]);
	for (size_t i = 0; i < screen->count; i++)
		if (!screen->jobs[i].verdict.met_expectation)
			print_unexpected(&screen->jobs[i]);
	print_place(screen, dir);
}
