/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches, as the program runs them: `sweep`, `shrink` and `bisect`. Targets are times on the wall
 * of a small machine (two cores), and, where that says more, ratios of two searches that follow
 * each other here, or counts. What was measured is also shown to be right: a shrunk plan is small,
 * a culprit is the one that was planted.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/memory.h"
#include "tests/bench/bench.h"

#define REVISIONS 128
#define CULPRIT 77
/* Halvings of 128 revisions, and both ends. */
#define LOOKS_MAX (7 + 2)
/* What is left of a plan when it is a handful. */
#define HANDFUL 8
#define SAMPLE 40

static char folder[] = "/tmp/stutter-bench-XXXXXX";
static unsigned searches;

static const char *program(void)
{
	const char *name = getenv("STUTTER");

	return name != NULL ? name : "build/stutter";
}

/* @return the exit status of a shell's command. */
static int shell(char *command)
{
	const int status = system(command);

	free(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

struct searched {
	double wall_s;
	json_t *json;    /* search.json; NULL: it did not come to its end */
	char *complaint; /* the last line of what it wrote, in that case */
};

static void release(struct searched *searched)
{
	json_decref(searched->json);
	free(searched->complaint);
}

static char *last_line(const char *path)
{
	char line[512], *last = memory_text("");
	FILE *stream = fopen(path, "re");

	while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		free(last);
		last = memory_text(line);
	}
	if (stream != NULL)
		(void)fclose(stream);
	return last;
}

/* @return whether it came to its end, which a failure that it was to find does not hinder. */
static bool search(const char *words, struct searched *ret_searched)
{
	char *out = memory_format("%s/%u", folder, ++searches), *path = memory_format("%s/search.json", out),
	     *log = memory_format("%s.txt", out);
	const uint64_t start = bench_now_ns();
	const int status = shell(memory_format("%s %s --quiet --jobs 2 --out %s >%s 2>&1", program(), words, out, log));

	*ret_searched = (struct searched){.wall_s = (double)(bench_now_ns() - start) / 1e9};
	if (status <= 1)
		ret_searched->json = json_load_file(path, 0, NULL);
	ret_searched->complaint = last_line(log);
	free(out);
	free(path);
	free(log);
	return ret_searched->json != NULL;
}

static double number(const json_t *json, const char *object, const char *key)
{
	return json_number_value(json_object_get(json_object_get(json, object), key));
}

static bool is_whole(const json_t *json)
{
	return json_is_true(json_object_get(json, "whole"));
}

/* -- sweep -- */

/* Every frame that is no bulk of data. */
#define SWEEP "sweep scenarios/first/clean.yaml --only control"

static void bench_sweep(void)
{
	static const char what[] = "sweep: one fault at every frame that steers clean";
	struct searched sweep;

	if (!search(SWEEP ",drop", &sweep) || !is_whole(sweep.json)) {
		bench_missing(what, sweep.complaint);
	} else {
		bench_report(what, sweep.wall_s / 60, "min", 8, true);
		printf("    %.0f sessions\n", number(sweep.json, "sessions", "run"));
	}
	release(&sweep);
}

static double sessions_a_minute(const struct searched *searched)
{
	return number(searched->json, "sessions", "run") / searched->wall_s * 60;
}

static void bench_shared(void)
{
	static const char what[] = "sweep: sessions a minute, to those from power on";
	struct searched shared, alone;
	char *words = memory_format(SWEEP ",drop --most %d", SAMPLE), *other = memory_format("%s --no-share", words);
	const bool good = search(words, &shared), both = search(other, &alone);

	if (!good || !both) {
		bench_missing(what, good ? alone.complaint : shared.complaint);
	} else {
		bench_report(what, sessions_a_minute(&shared) / sessions_a_minute(&alone), "x", 5, false);
		printf("    %.1f against %.1f sessions a minute\n", sessions_a_minute(&shared), sessions_a_minute(&alone));
	}
	release(&shared);
	release(&alone);
	free(words);
	free(other);
}

/* -- shrink -- */

/* @return the plan of a session of that scenario, which has to fail; NULL: it does not. */
static char *failing_plan(const char *scenario, const char *name, unsigned seed)
{
	char *session = memory_format("%s/%s-run/%s/seed-%u", folder, name, name, seed);
	const int status = shell(memory_format(
		"%s run %s --seed %u --history none --out %s/%s-run >/dev/null 2>&1; grep -q '\"verdict\": \"fail\"' %s/verdict.json",
		program(), scenario, seed, folder, name, session));
	char *plan = status == 0 ? memory_format("%s/plan.yaml", session) : NULL;

	free(session);
	return plan;
}

static void bench_shrink(const char *what, const char *plan, double target_min)
{
	struct searched shrink = {.json = NULL};
	char *words = memory_format("shrink %s", plan != NULL ? plan : "");
	double left;

	if (plan == NULL) {
		bench_missing(what, "the session that is to be shrunk did not fail");
	} else if (!search(words, &shrink) || !is_whole(shrink.json)) {
		bench_missing(what, shrink.complaint);
	} else if ((left = number(shrink.json, "shrink", "left")) > HANDFUL) {
		bench_missing(what, "what is left is no handful");
	} else {
		bench_report(what, shrink.wall_s / 60, "min", target_min, true);
		printf("    from %.0f to %.0f, in %.0f sessions\n", number(shrink.json, "shrink", "before"), left,
		       number(shrink.json, "sessions", "run"));
	}
	release(&shrink);
	free(words);
}

/*
 * A minute of silence that the client does not wait out, among delays that do not matter: 50
 * decisions.
 */
static char *make_fifty(void)
{
	char *path = memory_format("%s/fifty.yaml", folder), *plan = NULL;

	if (shell(memory_format("cd %s && head -c 100000 /dev/zero >small.bin && cat >fifty.yaml <<'EOF'\n"
	                        "name: fifty\nimage: small.bin\ndevice: few-retries\ndeadline: 10min\nexpect: {verdict: any}\n"
	                        "faults:\n  - {name: silence, at: \"tcp.syn#4\", direction: to-server, outage: 70s}\n"
	                        "  - {name: late, first: 45, delay: {time: 1ms}}\nEOF",
	                        folder)) == 0)
		plan = failing_plan(path, "fifty", 1);
	free(path);
	return plan;
}

/* -- bisect -- */

/*
 * A history in which the client gives up early from one revision on. No two devices are the same,
 * so that no result is another's.
 */
static bool make_history(void)
{
	return shell(memory_format(
		       "mkdir %s/history && cp emulator/devices/few-retries.yaml %s/history/device.yaml && cd %s/history && "
		       "exec >/dev/null 2>&1 && git init -q . && git config user.name bench && git config user.email bench@localhost && "
		       "git config commit.gpgsign false && git config gc.auto 0 && "
		       "sed -i 's/^  retries: 5$/  retries: 60/' device.yaml && for i in $(seq 0 %d); do "
		       "[ $i != %d ] || sed -i 's/^  retries: 60$/  retries: 5/' device.yaml; "
		       "sed -i \"s/^summary: .*/summary: Change $i/\" device.yaml && git add . && git commit -q -m \"Change $i\" || exit 1; done",
		       folder, folder, folder, REVISIONS, CULPRIT)) == 0;
}

static void tell_bisect(const char *what, const struct searched *searched)
{
	const json_t *bisect = json_object_get(searched->json, "bisect"), *culprit = json_object_get(bisect, "culprit");
	char *planted = memory_format("Change %d", CULPRIT);
	const char *found = json_string_value(json_object_get(culprit, "subject"));

	if (found == NULL || strcmp(found, planted) != 0 || !json_is_true(json_object_get(bisect, "proved"))) {
		bench_missing(what, "the culprit that was planted was not found, or not proved");
	} else {
		bench_report(what, (double)json_array_size(json_object_get(bisect, "looks")), "", LOOKS_MAX, true);
		printf("    %.0f sessions with the proof, in %.1f min\n", number(searched->json, "sessions", "run"), searched->wall_s / 60);
	}
	free(planted);
}

static void bench_bisect(const char *plan)
{
	static const char what[] = "bisect: revisions run of 128, both ends included";
	struct searched bisect = {.json = NULL};
	char *words =
		memory_format("bisect %s --repo %s/history --good HEAD~%d --bad HEAD --build 'cp device.yaml \"$STUTTER_DEVICE\"' --anyway",
	                      plan != NULL ? plan : "", folder, REVISIONS);

	if (plan == NULL)
		bench_missing(what, "the session whose failure is looked for did not fail");
	else if (!make_history())
		bench_missing(what, "git made no history");
	else if (!search(words, &bisect))
		bench_missing(what, bisect.complaint);
	else
		tell_bisect(what, &bisect);
	release(&bisect);
	free(words);
}

void bench_searches(void)
{
	if (mkdtemp(folder) == NULL || setenv("XDG_STATE_HOME", folder, 1) != 0) {
		bench_missing("searches", "no folder in /tmp");
		return;
	}
	char *fifty = make_fifty(), *flaky = failing_plan("scenarios/first/flaky-link.yaml", "flaky-link", 3);
	bench_sweep();
	bench_shared();
	bench_shrink("shrink: a plan of 50 decisions", fifty, 3);
	bench_shrink("shrink: a failing seed of a flaky link, to a handful", flaky, 12);
	bench_bisect(fifty);
	free(fifty);
	free(flaky);
	if (shell(memory_format("rm -rf %s", folder)) != 0)
		perror(folder);
}
