/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reports cost: the page of one long session, and the reports over many whose pages are there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "reports/run/reports.h"
#include "reports/session/session.h"
#include "harness/session/folder.h"
#include "tests/bench/bench.h"
#include "tests/unit/reports/recorded.h"

#define SESSIONS 2000U
/* With its acknowledgements a download of so many segments is of 10,000 frames. */
#define SEGMENTS 6667U
#define LOST_EVERY 50U
#define TARGET_PAGE_MS 20
#define TARGET_REPORT_S 5
#define TARGET_USABLE_MS 1000
#define TARGET_WEIGHT_MB 1.5
#define MB 1e6
#define MS_NS 1e6
#define S_NS 1e9

static void write_text(const char *dir, const char *name, const char *text)
{
	char *path = memory_format("%s/%s", dir, name);
	FILE *stream = fopen(path, "we");

	CHECK(stream != NULL);
	fputs(text, stream);
	(void)fclose(stream);
	free(path);
}

static void make_session(const char *run_dir, unsigned index, unsigned segments)
{
	char *dir = memory_format("%s/s/seed-%u", run_dir, index);
	struct recorded recorded;
	struct error err;

	CHECK(folder_make(dir, &err));
	recorded_begin(&recorded, dir);
	recorded_download(&recorded, segments, LOST_EVERY);
	recorded_end(&recorded);
	write_text(dir, "plan.yaml", "name: s\n");
	write_text(dir, "verdict.json",
	           index % 10 == 0 ? "{\"version\": 1, \"verdict\": \"fail\", \"reason\": \"download: curl 28\", \"as_expected\": false}"
	                           : "{\"version\": 1, \"verdict\": \"pass\", \"reason\": \"updated\", \"as_expected\": true}");
	free(dir);
}

static void make_run(const char *dir, unsigned count, unsigned segments)
{
	char *path = memory_format("%s/run.json", dir);

	for (unsigned i = 0; i < count; i++)
		make_session(dir, i, segments);
	FILE *stream = fopen(path, "we");
	CHECK(stream != NULL);
	fputs("{\"version\": 1, \"sessions\": [", stream);
	for (unsigned i = 0; i < count; i++)
		fprintf(stream, "%s{\"folder\": \"s/seed-%u\", \"scenario\": \"s\", \"device\": \"d\", \"seed\": \"%u\"}", i > 0 ? "," : "",
		        i, i);
	fputs("]}\n", stream);
	(void)fclose(stream);
	free(path);
}

static void make_page(void *ctx)
{
	const struct run *run = ctx;
	struct error err;

	CHECK(session_page(run, &run->sessions[0], &err));
}

static void report(void *ctx)
{
	struct causes causes;
	struct error err;
	struct run run;
	size_t made;

	CHECK(run_open(&run, ctx, &err));
	causes_open(&causes, &run);
	CHECK(report_files(&causes, &err) && session_pages(&run, &made, &err));
	causes_close(&causes);
	run_close(&run);
}

static void in_folder(void (*measure)(char *dir))
{
	char dir[] = "/tmp/stutter-bench-XXXXXX";

	CHECK(mkdtemp(dir) != NULL);
	measure(dir);
	char *remove = memory_format("rm -rf %s", dir);
	CHECK_INT(system(remove), ==, 0);
	free(remove);
}

static void measure_page(char *dir)
{
	struct error err;
	struct run run;

	make_run(dir, 1, SEGMENTS);
	CHECK(run_open(&run, dir, &err));
	bench_report("report: the page of a session of 10,000 frames", bench_call_ns(make_page, &run, 1) / MS_NS, "ms", TARGET_PAGE_MS,
	             true);
	run_close(&run);
}

/* What a reader waits for. */
static void measure_browser(const char *dir)
{
	static const char what[] = "report: the page of 2,000 sessions, until it can be used";
	const char *build = getenv("STUTTER_BUILD");
	char *command = memory_format("NODE_PATH=%s/browser/node_modules node tests/browser/look.mjs interactive %s 2>/dev/null",
	                              build != NULL ? build : "build", dir);
	unsigned bytes, ms;
	FILE *stream = popen(command, "re");

	if (stream == NULL || fscanf(stream, "%u %u", &bytes, &ms) != 2) {
		bench_missing(what, "no browser; `make browser-tools` installs one");
	} else {
		bench_report(what, ms, "ms", TARGET_USABLE_MS, true);
		bench_report("report: the page of 2,000 sessions", bytes / MB, "MB", TARGET_WEIGHT_MB, true);
	}
	if (stream != NULL)
		(void)pclose(stream);
	free(command);
}

static void measure_report(char *dir)
{
	make_run(dir, SESSIONS, 10);
	report(dir);
	bench_report("report: over 2,000 sessions whose pages are there", bench_call_ns(report, dir, 1) / S_NS, "s", TARGET_REPORT_S, true);
	measure_browser(dir);
}

void bench_reports(void)
{
	in_folder(measure_page);
	in_folder(measure_report);
}
