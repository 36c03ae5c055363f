/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/shown.h"

#include <stdio.h>

#include "harness/cli/audit.h"
#include "harness/cli/cli.h"
#include "harness/cli/events.h"

void shown_choose(struct shown *shown, bool events, bool quiet, bool no_color)
{
	shown->screen.style = events ? SCREEN_EVENTS : quiet ? SCREEN_QUIET : cli_is_terminal() ? SCREEN_TERMINAL : SCREEN_LINES;
	shown->screen.colours = !no_color && cli_takes_colours();
	shown->reported = (struct reported){.terminal = !events, .github = !events && reported_on_github()};
}

int shown_status(enum campaign_outcome outcome)
{
	static const int codes[] = {[CAMPAIGN_PASSED] = EXIT_PASSED,
	                            [CAMPAIGN_FAILED] = EXIT_FAILED,
	                            [CAMPAIGN_INCONCLUSIVE] = EXIT_INCONCLUSIVE,
	                            [CAMPAIGN_BROKEN] = EXIT_BUG};

	return codes[outcome];
}

/* -- what is called -- */

static void on_wrong(void *ctx, const struct error *err)
{
	(void)ctx;
	(void)cli_fail(err);
}

static void on_warning(void *ctx, const struct error *warning)
{
	(void)ctx;
	cli_warn(warning);
}

static void on_warn(void *ctx, const char *text)
{
	screen_warn(&((struct shown *)ctx)->screen, text);
}

static void on_note(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "stutter: %s\n", text);
}

static const volatile sig_atomic_t *on_stop(void *ctx)
{
	(void)ctx;
	return cli_stop_when_asked();
}

static void on_begun(void *ctx, const char *dir, const struct jobs *jobs, size_t side_by_side)
{
	struct screen *screen = &((struct shown *)ctx)->screen;

	screen->jobs = jobs->list;
	screen->count = jobs->count;
	screen->side_by_side = side_by_side;
	if (screen->style == SCREEN_EVENTS)
		events_begin(dir, jobs->count);
}

static void on_changed(void *ctx, const struct job *job)
{
	screen_changed(&((struct shown *)ctx)->screen, job);
}

static void on_tick(void *ctx)
{
	screen_tick(&((struct shown *)ctx)->screen);
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

static void on_ran(void *ctx, const struct jobs *jobs)
{
	struct shown *shown = ctx;

	screen_close(&shown->screen);
	for (size_t i = 0; shown->audit && i < jobs->count; i++)
		audit_print(&jobs->list[i]);
	for (size_t i = 0; shown->addresses && i < jobs->count; i++)
		print_addresses(&jobs->list[i]);
}

static void on_reported(void *ctx, const struct causes *causes)
{
	reported_print(&((struct shown *)ctx)->reported, causes);
}

struct campaign_ops shown_ops(struct shown *shown)
{
	return (struct campaign_ops){.wrong = on_wrong,
	                             .warning = on_warning,
	                             .warn = on_warn,
	                             .note = shown->says_notes ? on_note : NULL,
	                             .stop = on_stop,
	                             .begun = on_begun,
	                             .changed = on_changed,
	                             .tick = on_tick,
	                             .ran = on_ran,
	                             .reported = on_reported,
	                             .ctx = shown};
}
