/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract of a campaign, without any session: what it reports, what it creates, and how it
 * ends.
 */
#include "harness/campaign/campaign.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

extern const CU_TestInfo tests_campaign[];

/* All reports, in order, a line each; errors with their texts. */
static char said[8192];

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	test_append_list(said, sizeof said, format, args);
	va_end(args);
}

static void on_wrong(void *ctx, const struct error *err)
{
	(void)ctx;
	say("wrong: %s\n", err->text);
}

static void on_warn(void *ctx, const char *text)
{
	(void)ctx;
	say("warn: %s\n", text);
}

static const volatile sig_atomic_t *on_stop(void *ctx)
{
	static const volatile sig_atomic_t never;

	(void)ctx;
	say("stop\n");
	return &never;
}

static void on_begun(void *ctx, const char *dir, const struct jobs *jobs, size_t side_by_side)
{
	const char *slash = strrchr(dir, '/');

	(void)ctx;
	say("begun %s: %zu, %zu at a time\n", slash != NULL ? slash + 1 : dir, jobs->count, side_by_side);
}

static void on_changed(void *ctx, const struct job *job)
{
	(void)ctx;
	say("changed %s: %s\n", job->name, job->held_for != NULL ? job->held_for : "");
}

static void on_ran(void *ctx, const struct jobs *jobs)
{
	(void)ctx;
	say("ran %zu\n", jobs->count);
}

static void on_reported(void *ctx, const struct causes *causes)
{
	(void)ctx;
	(void)causes;
	say("reported\n");
}

static const struct campaign_ops ops = {.wrong = on_wrong,
                                        .warn = on_warn,
                                        .stop = on_stop,
                                        .begun = on_begun,
                                        .changed = on_changed,
                                        .ran = on_ran,
                                        .reported = on_reported};

static struct campaign *open_in(const char *dir)
{
	const struct campaign_wish wish = {.side_by_side = 2, .dir = dir, .cache = test_path("cache"), .history = RECORD_NONE};
	struct campaign *campaign = campaign_open(&wish, &ops);

	CU_ASSERT_PTR_NOT_NULL_FATAL(campaign);
	return campaign;
}

/* A scenario of the test's folder; the operands end with NULL. */
static char **operands_of(const char *text)
{
	static char path[DEVICE_PATH_MAX], *operands[2];

	(void)snprintf(path, sizeof path, "%s", test_write("s.yaml", text));
	operands[0] = path;
	return operands;
}

/* Nothing can be selected without the guest's files. */
static void select_or_skip(struct campaign *campaign, const struct campaign_sessions *sessions)
{
	if (campaign_select(campaign, sessions))
		return;
	if (strstr(said, "`make guest`") != NULL)
		test_skip("no guest; `make guest` builds it");
	CU_FAIL_FATAL("the scenario was refused");
}

static void what_is_wrong_is_told_and_nothing_is_made(void)
{
	char *const wrong[] = {(char *)(uintptr_t) "/nowhere/a.yaml", (char *)(uintptr_t) "/nowhere/b.yaml", NULL};
	const struct campaign_sessions sessions = {.operands = wrong, .jobs.times = 1};
	char dir[DEVICE_PATH_MAX];

	(void)snprintf(dir, sizeof dir, "%s", test_path("out"));
	struct campaign *campaign = open_in(dir);
	CU_ASSERT(!campaign_select(campaign, &sessions));
	CU_ASSERT(campaign_close(campaign));
	TEST_SAME_TEXT(said, "wrong: cannot be read: No such file or directory\nwrong: cannot be read: No such file or directory\n");
	CU_ASSERT(access(dir, F_OK) != 0);
}

static void an_existing_folder_is_not_touched(void)
{
	char dir[DEVICE_PATH_MAX], expected[DEVICE_PATH_MAX + 128];

	(void)snprintf(dir, sizeof dir, "%s", test_folder());
	struct campaign *campaign = open_in(dir);
	CU_ASSERT(!campaign_begin(campaign));
	(void)snprintf(expected, sizeof expected, "wrong: --out: %s already exists; choose a new folder, so that no report is lost\n", dir);
	TEST_SAME_TEXT(said, expected);
	CU_ASSERT(campaign_close(campaign));
}

/* A budget that is used up before anything begins. */
static void what_is_told_comes_in_order(void)
{
	struct campaign_sessions sessions = {
		.jobs = {.has_seeds = true, .first_seed = 3, .last_seed = 4, .times = 1}, .has_budget = true, .budget_ns = 1};
	char dir[DEVICE_PATH_MAX];

	(void)snprintf(dir, sizeof dir, "%s", test_path("out"));
	sessions.operands = operands_of("name: s\n");
	struct campaign *campaign = open_in(dir);
	select_or_skip(campaign, &sessions);
	CU_ASSERT_FATAL(campaign_begin(campaign));
	TEST_SAME_TEXT(campaign_dir(campaign), dir);
	CU_ASSERT_PTR_NULL(campaign_history(campaign));
	TEST_SAME_TEXT(said, "");
	CU_ASSERT_EQUAL(campaign_run(campaign), CAMPAIGN_INCONCLUSIVE);
	TEST_SAME_TEXT(said, "stop\nbegun out: 2, 2 at a time\nchanged s/seed-3: the budget of 1 ns is used up\n"
	                     "changed s/seed-4: the budget of 1 ns is used up\nran 2\nreported\n");
	CU_ASSERT(!campaign_is_stopped(campaign));
	CU_ASSERT(campaign_close(campaign));
	CU_ASSERT_EQUAL(access(test_path("out/summary.json"), F_OK), 0);
}

static void what_nobody_listens_to_is_not_called(void)
{
	const struct campaign_ops few = {.wrong = on_wrong, .stop = on_stop};
	char dir[DEVICE_PATH_MAX], cache[DEVICE_PATH_MAX];
	struct campaign_sessions sessions = {.jobs.times = 1, .has_budget = true, .budget_ns = 1};

	(void)snprintf(dir, sizeof dir, "%s", test_path("out"));
	(void)snprintf(cache, sizeof cache, "%s", test_path("cache"));
	sessions.operands = operands_of("name: s\n");
	struct campaign *campaign =
		campaign_open(&(struct campaign_wish){.side_by_side = 1, .dir = dir, .cache = cache, .history = RECORD_NONE}, &few);
	CU_ASSERT_PTR_NOT_NULL_FATAL(campaign);
	select_or_skip(campaign, &sessions);
	CU_ASSERT_FATAL(campaign_begin(campaign));
	CU_ASSERT_EQUAL(campaign_run(campaign), CAMPAIGN_INCONCLUSIVE);
	TEST_SAME_TEXT(said, "stop\n");
	CU_ASSERT(campaign_close(campaign));
}

static void a_plan_is_read_for_the_device_that_is_wanted(void)
{
	const struct campaign_wish wish = {.device = "21.10", .may_differ = true, .history = RECORD_NONE};
	struct campaign *campaign = campaign_open(&wish, &ops);
	char path[DEVICE_PATH_MAX];
	struct error err;
	struct plan plan;

	CU_ASSERT_PTR_NOT_NULL_FATAL(campaign);
	(void)snprintf(path, sizeof path, "%s", test_write("s.yaml", "name: s\ndevice: reference\n"));
	if (!campaign_read(campaign, path, NULL, false, &plan, &err)) {
		TEST_CONTAINS(err.text, "`make guest`");
		test_skip("no guest; `make guest` builds it");
	}
	TEST_SAME_TEXT(plan.device.name, "21.10");
	CU_ASSERT(plan.may_differ);
	plan_close(&plan);
	CU_ASSERT_FATAL(campaign_read(campaign, path, "22.01", false, &plan, &err));
	TEST_SAME_TEXT(plan.device.name, "22.01");
	plan_close(&plan);
	CU_ASSERT(campaign_close(campaign));
}

const CU_TestInfo tests_campaign[] = {
	{"what is wrong is told, and nothing is made", what_is_wrong_is_told_and_nothing_is_made},
	{"an existing folder is not touched", an_existing_folder_is_not_touched},
	{"what is told comes in order", what_is_told_comes_in_order},
	{"what nobody listens to is not called", what_nobody_listens_to_is_not_called},
	{"a plan is read for the device that is wanted", a_plan_is_read_for_the_device_that_is_wanted},
	CU_TEST_INFO_NULL,
};
