/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a run's page that tells of the runs before: what has changed since the last of them,
 * and how it went.
 */
#include <inttypes.h>
#include <time.h>

#include "reports/run/reports.h"

/* Of a bar, in units of the picture. */
#define WIDTH 16
#define GAP 4
#define HEIGHT 64

static void put_date(FILE *stream, int64_t ended_s)
{
	const time_t ended = (time_t)ended_s;
	char date[24] = "";
	struct tm utc;

	if (gmtime_r(&ended, &utc) != NULL)
		(void)strftime(date, sizeof date, "%Y-%m-%d %H:%M", &utc);
	fputs(date, stream);
}

static struct before_run now_of(const struct run *run)
{
	const size_t good = run->outcomes[RUN_CONFIRMED] + run->outcomes[RUN_SURVIVED];

	return (struct before_run){.sessions = run->count - run->outcomes[RUN_HELD],
	                           .as_expected = good,
	                           .failed = run->outcomes[RUN_FAILED],
	                           .inconclusive = run->outcomes[RUN_INCONCLUSIVE] + run->outcomes[RUN_WITHOUT_VERDICT]};
}

static uint64_t most_sessions(const struct changes *changes, const struct before_run *now)
{
	uint64_t most = now->sessions > 0 ? now->sessions : 1;

	for (size_t i = 0; i < changes->run_count; i++)
		most = changes->runs[i].sessions > most ? changes->runs[i].sessions : most;
	return most;
}

/* @return how high the part is; what is not zero can be seen. */
static uint64_t put_part(FILE *stream, const char *class, uint64_t x, uint64_t below, uint64_t sessions, uint64_t most)
{
	uint64_t height = sessions * HEIGHT / most;

	if (sessions == 0)
		return 0;
	height = height > 0 ? height : 1;
	fprintf(stream, "<rect class=\"%s\" x=\"%" PRIu64 "\" y=\"%" PRId64 "\" width=\"%d\" height=\"%" PRIu64 "\"/>", class, x,
	        (int64_t)HEIGHT - (int64_t)(below + height), WIDTH, height);
	return height;
}

static void put_bar(FILE *stream, const struct before_run *run, size_t place, uint64_t most, const char *name)
{
	const uint64_t x = place * (WIDTH + GAP);
	uint64_t below = 0;

	fputs("<g><title>", stream);
	if (name != NULL)
		fputs(name, stream);
	else
		put_date(stream, run->ended_s);
	fprintf(stream, ": %" PRIu64 " sessions, %" PRIu64 " failed, %" PRIu64 " inconclusive</title>", run->sessions, run->failed,
	        run->inconclusive);
	below += put_part(stream, "fail", x, below, run->failed, most);
	below += put_part(stream, "open", x, below, run->inconclusive, most);
	(void)put_part(stream, "pass", x, below, run->as_expected, most);
	fputs("</g>\n", stream);
}

/*
 * The oldest at the left, this run at the right. A reader who does not see the picture hears how
 * many failed in each.
 */
static void put_picture(FILE *stream, const struct causes *causes)
{
	const struct changes *changes = &causes->changes;
	const struct before_run now = now_of(causes->run);
	const uint64_t most = most_sessions(changes, &now);

	fprintf(stream,
	        "<svg class=\"trend\" role=\"img\" viewBox=\"0 0 %zu %d\" width=\"%zu\" height=\"%d\" aria-label=\"Failed sessions, the oldest run first: ",
	        (changes->run_count + 1) * (WIDTH + GAP), HEIGHT, (changes->run_count + 1) * (WIDTH + GAP), HEIGHT);
	for (size_t i = changes->run_count; i > 0; i--)
		fprintf(stream, "%" PRIu64 ", ", changes->runs[i - 1].failed);
	fprintf(stream, "and %" PRIu64 " in this run\">\n", now.failed);
	for (size_t i = changes->run_count; i > 0; i--)
		put_bar(stream, &changes->runs[i - 1], changes->run_count - i, most, NULL);
	put_bar(stream, &now, changes->run_count, most, "this run");
	fputs("</svg>\n", stream);
}

void report_trend(FILE *stream, const struct causes *causes)
{
	const struct changes *changes = &causes->changes;

	if (!changes->known)
		return;
	fputs("<section aria-labelledby=\"trend\">\n<h2 id=\"trend\">Compared with earlier runs</h2>\n", stream);
	fprintf(stream,
	        "<p>Since the run of %s: <b>%zu</b> failure%s new, <b>%zu</b> lasting, <b>%zu</b> fixed, <b>%zu</b> not seen again "
	        "(not run, or nothing was proved).</p>\n",
	        changes->since, changes->new, changes->new == 1 ? " is" : "s are", changes->lasting, changes->fixed, changes->not_seen);
	put_picture(stream, causes);
	fputs("<p class=\"none\">One bar per run of these scenarios, this one at the right: failed at the bottom, then inconclusive, then as expected.</p>\n"
	      "</section>",
	      stream);
}
