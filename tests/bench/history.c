/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cost of looking back over a million sessions: the queries of `stutter history`, and those of
 * a run that orders its sessions.
 */
#include "harness/history/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "tests/bench/bench.h"

/* A nightly run for most of three years. */
#define RUNS 1000U
#define SESSIONS 1000U
#define DAY_S 86400
#define FAILS_EVERY 37U
#define TRENDS 20
#define TARGET_MS 1000
#define MS_NS 1e6
#define MB 1e6
#define TEXT_MAX 48

struct looked_back {
	struct history *history;
	size_t seen;
};

/* @return what it takes to record the last of the runs, in nanoseconds. */
static uint64_t fill(struct history *history)
{
	struct history_session *sessions = memory_new(SESSIONS * sizeof *sessions);
	char(*names)[TEXT_MAX] = memory_new(SESSIONS * sizeof *names), name[TEXT_MAX];
	struct error err;
	struct history_recorded recorded;
	uint64_t last_ns = 0;

	for (unsigned run = 0; run < RUNS; run++) {
		for (unsigned i = 0; i < SESSIONS; i++) {
			const bool fails = (run + i) % FAILS_EVERY == 0;
			(void)snprintf(names[i], TEXT_MAX, "scenario-%u", i);
			sessions[i] = (struct history_session){.folder = names[i],
			                                       .scenario = names[i],
			                                       .device = i % 2 == 0 ? "21.10" : "22.01",
			                                       .seed = 1,
			                                       .verdict = fails ? "fail" : "pass",
			                                       .as_expected = !fails,
			                                       .judge = fails ? "hang" : "",
			                                       .phase = fails ? "download" : "done",
			                                       .reason = fails ? "download: curl 28" : "updated",
			                                       .digest = "0123456789abcdef0123456789abcdef",
			                                       .device_image = "",
			                                       .image_hash = "",
			                                       .kernel_hash = "",
			                                       .plan_hash = "0123456789abcdef",
			                                       .virtual_ns = 60000000000U,
			                                       .wall_ns = 2000000000U + run};
		}
		(void)snprintf(name, sizeof name, "/nightly/%u", run);
		last_ns = bench_now_ns();
		CHECK(history_record(history, &(struct history_run){name, "stutter bench", (int64_t)run * DAY_S, sessions, SESSIONS},
		                     &recorded, &err));
		last_ns = bench_now_ns() - last_ns;
	}
	free(sessions);
	free(names);
	return last_ns;
}

static void see_trend(void *ctx, const struct history_trend *trend)
{
	((struct looked_back *)ctx)->seen += trend->sessions > 0;
}

static void see_failure(void *ctx, const struct history_failure *failure)
{
	((struct looked_back *)ctx)->seen += failure->reason[0] != '\0';
}

static void look_at_all(void *ctx)
{
	const struct history_filter all = {NULL, NULL};
	struct looked_back *back = ctx;
	struct error err;
	int64_t runs[2];

	back->seen = 0;
	CHECK(history_trend(back->history, &all, TRENDS, see_trend, back, &err));
	CHECK(history_last(back->history, &all, &runs[1], &err) && history_before(back->history, runs[1], &all, &runs[0], &err));
	CHECK(history_compare(back->history, runs[0], runs[1], &all, see_failure, back, &err));
	CHECK_INT(back->seen, >, TRENDS);
}

static void look_at_one(void *ctx)
{
	const struct history_filter one = {"scenario-8", "21.10"};
	struct looked_back *back = ctx;
	struct error err;

	back->seen = 0;
	CHECK(history_trend(back->history, &one, RUNS, see_trend, back, &err));
	CHECK_INT(back->seen, ==, RUNS);
}

static void look_for_durations(void *ctx)
{
	struct looked_back *back = ctx;
	struct error err;
	uint64_t wall_ns;
	char name[TEXT_MAX];
	bool known;

	for (unsigned i = 0; i < SESSIONS; i++) {
		(void)snprintf(name, sizeof name, "scenario-%u", i);
		CHECK(history_duration(back->history, name, i % 2 == 0 ? "21.10" : "22.01", &known, &wall_ns, &err) && known);
	}
}

/* What the figures are of, as harness/history/README.md tells them. */
static void tell_size(const char *path)
{
	struct stat status;

	CHECK_INT(stat(path, &status), ==, 0);
	printf("    a million sessions of %u runs in a file of %.0f MB\n", RUNS, (double)status.st_size / MB);
	(void)fflush(stdout);
}

void bench_history(void)
{
	char dir[] = "/tmp/stutter-bench-XXXXXX";
	struct looked_back back;
	struct error err;

	CHECK(mkdtemp(dir) != NULL);
	char *path = memory_format("%s/history.db", dir), *remove = memory_format("rm -rf %s", dir);
	back.history = history_open(path, HISTORY_WRITE, &err);
	CHECK(back.history != NULL);
	const uint64_t record_ns = fill(back.history);
	tell_size(path);
	bench_report("history: of a million sessions, trend and what changed", bench_call_ns(look_at_all, &back, 1) / MS_NS, "ms",
	             TARGET_MS, true);
	bench_report("history: of a million sessions, one scenario in every run", bench_call_ns(look_at_one, &back, 1) / MS_NS, "ms",
	             TARGET_MS, true);
	bench_report("history: to a million sessions, a run of 1,000 more", (double)record_ns / MS_NS, "ms", TARGET_MS, true);
	bench_report("history: of a million sessions, durations for 1,000", bench_call_ns(look_for_durations, &back, 1) / MS_NS, "ms",
	             TARGET_MS, true);
	history_close(back.history);
	CHECK_INT(system(remove), ==, 0);
	free(remove);
	free(path);
}
