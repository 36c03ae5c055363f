/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/search.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_search[];

static const char scenario[] = "name: small\nimage: small.bin\nfaults:\n  - {name: first, at: tcp.syn#1, drop: true}\n";

struct seen {
	size_t looks;
	bool had_trace;
};

static bool look(void *ctx, struct trial *trial, const char *dir, struct error *err)
{
	struct seen *seen = ctx;
	char path[DEVICE_PATH_MAX + 16];

	(void)trial;
	(void)err;
	(void)snprintf(path, sizeof path, "%s/trace.txt", dir);
	seen->looks++;
	seen->had_trace = access(path, R_OK) == 0;
	return true;
}

static void open_plan(struct plan *plan, struct paths *paths)
{
	struct error err = {0};
	char path[600], image[600];

	session_fixture_needs("initramfs.cpio");
	(void)snprintf(image, sizeof image, "%s/small.bin", test_folder());
	FILE *stream = fopen(image, "we");
	CU_ASSERT_FATAL(stream != NULL && ftruncate(fileno(stream), 100000) == 0);
	(void)fclose(stream);
	CU_ASSERT_FATAL(paths_find(paths, &err) && paths_open_cache(paths, NULL, &err));
	(void)snprintf(path, sizeof path, "%s", test_write("s.yaml", scenario));
	if (!plan_open(plan, path, NULL, paths, &err))
		printf("    %s\n", err.text);
	CU_ASSERT_EQUAL_FATAL(err.text[0], '\0');
	plan_look(plan);
}

static struct search *open_search(const struct paths *paths, uint64_t budget_ms)
{
	const struct search_options options = {
		.paths = paths, .side_by_side = 2, .share = true, .dir = test_folder(), .budget_ms = budget_ms};
	struct error err;
	struct search *search = search_open(&options, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(search);
	return search;
}

static void run(struct search *search, struct trial *trials, size_t count, struct seen *seen)
{
	struct error err = {0};

	CU_ASSERT(search_run(search, trials, count, look, seen, &err));
	TEST_SAME_TEXT(err.text, "");
}

/* Two of them are one plan. */
static void make_trials(struct trial trials[3], const struct plan *plan)
{
	trial_with_faults(&trials[0], plan, plan->faults, 1);
	trial_with_faults(&trials[1], plan, NULL, 0);
	trial_with_faults(&trials[2], plan, plan->faults, 1);
	trials[0].keep = true;
}

static void a_plan_is_run_once_and_remembered(void)
{
	struct paths paths;
	struct plan plan;
	struct trial trials[3], again[3];
	struct seen seen = {0};

	open_plan(&plan, &paths);
	struct search *search = open_search(&paths, 0);
	make_trials(trials, &plan);
	run(search, trials, 3, &seen);
	CU_ASSERT(seen.looks == 2 && seen.had_trace);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT(trials[i].state == TRIAL_DONE && trials[i].ending.kind == VERDICT_PASS);
	CU_ASSERT_STRING_EQUAL(trials[0].ending.digest, trials[2].ending.digest);
	CU_ASSERT_STRING_NOT_EQUAL(trials[0].ending.digest, trials[1].ending.digest);
	CU_ASSERT(trials[0].dir[0] != '\0' && access(trials[0].dir, F_OK) == 0);
	CU_ASSERT_EQUAL(trials[1].dir[0], '\0');
	/* The first result is checked against a session from power on. */
	CU_ASSERT(search_counts(search).checked >= 1);
	search_close(search);

	search = open_search(&paths, 0);
	make_trials(again, &plan);
	run(search, again, 3, &seen);
	CU_ASSERT_EQUAL(seen.looks, 2);
	CU_ASSERT(search_counts(search).run == 0 && search_counts(search).cached == 3);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_STRING_EQUAL(again[i].ending.digest, trials[i].ending.digest);
	CU_ASSERT_STRING_EQUAL(again[0].dir, trials[0].dir);
	search_close(search);
	for (size_t i = 0; i < 3; i++) {
		trial_close(&trials[i]);
		trial_close(&again[i]);
	}
	plan_close(&plan);
}

static void a_trial_that_is_to_prove_something_runs_from_power_on(void)
{
	struct paths paths;
	struct plan plan;
	struct trial trials[2];
	struct seen seen = {0};

	open_plan(&plan, &paths);
	struct search *search = open_search(&paths, 0);
	trial_with_faults(&trials[0], &plan, plan.faults, 1);
	trial_with_faults(&trials[1], &plan, plan.faults, 1);
	trials[1].alone = true;
	run(search, trials, 2, &seen);
	CU_ASSERT_EQUAL(seen.looks, 2);
	CU_ASSERT_STRING_EQUAL(trials[0].ending.digest, trials[1].ending.digest);
	search_close(search);
	trial_close(&trials[0]);
	trial_close(&trials[1]);
	plan_close(&plan);
}

/*
 * A device whose root file system is a copy, so that it can be changed; the kernel ignores what
 * follows its end.
 */
static void open_plan_of_copy(struct plan *plan, struct paths *paths, char ret_copy[600])
{
	struct error err = {0};
	char output[256];

	open_plan(plan, paths);
	plan_close(plan);
	(void)snprintf(ret_copy, 600, "%s/root", test_folder());
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "cp %s %s", paths->initramfs, ret_copy), 0);
	(void)test_write("copy.yaml", "name: copy\ninitramfs: root\nspi_clock: 20MHz\n");
	char *text = memory_format("%sdevice: copy.yaml\n", scenario);
	const bool good = plan_open(plan, test_write("s.yaml", text), NULL, paths, &err);
	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
	free(text);
	plan_look(plan);
}

static void append_to(const char *path)
{
	FILE *stream = fopen(path, "ae");

	CU_ASSERT_FATAL(stream != NULL && fputc(0, stream) == 0 && fclose(stream) == 0);
}

/* The engine that is held would not notice the change. */
static void a_file_that_changes_between_batches_ends_the_search(void)
{
	struct paths paths;
	struct plan plan;
	struct trial trials[2];
	struct seen seen = {0};
	struct error err = {.text = ""};
	char copy[600];

	open_plan_of_copy(&plan, &paths, copy);
	struct search *search = open_search(&paths, 0);
	trial_with_faults(&trials[0], &plan, plan.faults, 1);
	trial_with_faults(&trials[1], &plan, NULL, 0);
	run(search, trials, 1, &seen);
	append_to(copy);
	CU_ASSERT_FALSE(search_run(search, &trials[1], 1, look, &seen, &err));
	TEST_CONTAINS(err.text, "root was changed while the search was running");
	CU_ASSERT_EQUAL(seen.looks, 1);
	CU_ASSERT_NOT_EQUAL(trials[1].state, TRIAL_DONE);
	CU_ASSERT_FALSE(search_is_broken(search));
	search_close(search);
	for (size_t i = 0; i < 2; i++)
		trial_close(&trials[i]);
	plan_close(&plan);
}

static void change_once(void *ctx, const struct search_progress *progress)
{
	char *copy = ctx;

	if (progress->running == 0 || copy[0] == '\0')
		return;
	append_to(copy);
	copy[0] = '\0';
}

static void a_result_of_a_file_that_changed_meanwhile_is_not_kept(void)
{
	struct paths paths;
	struct plan plan;
	struct trial trial;
	struct seen seen = {0};
	struct error err = {.text = ""};
	char copy[600];

	open_plan_of_copy(&plan, &paths, copy);
	const struct search_options options = {
		.paths = &paths, .side_by_side = 1, .share = true, .dir = test_folder(), .progress = change_once, .ctx = copy};
	struct search *search = search_open(&options, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(search);
	trial_with_faults(&trial, &plan, plan.faults, 1);
	CU_ASSERT_FALSE(search_run(search, &trial, 1, look, &seen, &err));
	TEST_CONTAINS(err.text, "root was changed while the search was running");
	CU_ASSERT_EQUAL(seen.looks, 0);
	CU_ASSERT_EQUAL(search_counts(search).run, 0);
	search_close(search);
	trial_close(&trial);
	plan_close(&plan);
}

/*
 * Two plans that name the same files, which are others by the time the second is looked at: each
 * has the digest that it has by itself.
 */
static void engines_are_known_by_what_is_in_their_files(void)
{
	struct paths paths;
	struct plan plans[2];
	struct engines engines;
	struct error err = {.text = ""};
	char copy[600];

	open_plan_of_copy(&plans[0], &paths, copy);
	CU_ASSERT_FATAL(plan_open(&plans[1], plans[0].path, NULL, &paths, &err));
	append_to(copy);
	plan_look(&plans[1]);
	CU_ASSERT_NOT_EQUAL(beginning_family(&plans[0]), beginning_family(&plans[1]));
	/* An engine for the first would be one of the second's device by now. */
	engines_open(&engines, &paths, NULL);
	char hash[QEMU_HASH_SIZE];
	unsigned depth;
	pid_t pid;
	const struct engines_job job = {.plan = &plans[0], .dir = test_folder(), .page_fd = -1, .pipe_fd = -1};
	CU_ASSERT_FALSE(engines_start(&engines, &job, &pid, hash, &depth, &err));
	TEST_CONTAINS(err.text, "root was changed after the plan was read");
	engines_close(&engines);
	for (size_t i = 0; i < 2; i++)
		plan_close(&plans[i]);
}

static void sessions_beyond_the_budget_are_held_back(void)
{
	struct paths paths;
	struct plan plan;
	struct trial trials[3];
	struct seen seen = {0};

	open_plan(&plan, &paths);
	struct search *search = open_search(&paths, 1);
	(void)usleep(2000);
	make_trials(trials, &plan);
	run(search, trials, 3, &seen);
	CU_ASSERT_EQUAL(seen.looks, 0);
	CU_ASSERT(search_is_over(search));
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(trials[i].state, TRIAL_HELD);
		trial_close(&trials[i]);
	}
	CU_ASSERT_EQUAL(search_counts(search).run, 0);
	search_close(search);
	plan_close(&plan);
}

const CU_TestInfo tests_search[] = {
	{"a plan is run once and remembered", a_plan_is_run_once_and_remembered},
	{"a trial that is to prove something runs from power on", a_trial_that_is_to_prove_something_runs_from_power_on},
	{"sessions beyond the budget are held back", sessions_beyond_the_budget_are_held_back},
	{"a file that changes between batches ends the search", a_file_that_changes_between_batches_ends_the_search},
	{"a result of a file that changed meanwhile is not kept", a_result_of_a_file_that_changed_meanwhile_is_not_kept},
	{"engines are known by what is in their files", engines_are_known_by_what_is_in_their_files},
	CU_TEST_INFO_NULL,
};
