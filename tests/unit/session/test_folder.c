/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session's folder on a full disk: files cannot grow beyond 500 bytes here, which is less than a
 * plan.
 */
#include "harness/session/folder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/test.h"

extern const CU_TestInfo tests_folder[];

static struct folder folder;
static struct plan plan;
static struct decisions taken;

static void fill_disk(bool full)
{
	const struct rlimit limit = {full ? 500 : RLIM_INFINITY, RLIM_INFINITY};

	(void)signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* A session that has lost one frame. */
static void begin(void)
{
	struct decision lost = {.at = "tcp.syn#1", .direction = MATCH_TO_SERVER, .name = "lost", .action = action_find("drop")};
	struct error err;

	memset(&plan, 0, sizeof plan);
	action_init(lost.action, &lost.params);
	decisions_add(&taken, &lost);
	CU_ASSERT_FATAL(folder_open(&folder, test_folder(), &plan, 0, &err));
	folder_keep_decisions(&folder, &taken);
	CU_ASSERT_FATAL(folder_close(&folder, &err));
}

static bool plan_has_it(void)
{
	char path[600];

	(void)snprintf(path, sizeof path, "%s/plan.yaml", test_folder());
	char *text = test_read(path);
	bool has = text != NULL && strstr(text, "tcp.syn#1") != NULL;
	free(text);
	return has;
}

static void decisions_are_kept_until_a_plan_has_them(void)
{
	struct error err;

	begin();
	fill_disk(true);
	CU_ASSERT_FALSE(folder_freeze_plan(test_folder(), &plan, &taken, "hash", false, &err));
	fill_disk(false);
	CU_ASSERT(folder_has(test_folder(), "decisions.kept") && folder_has(test_folder(), "plan.yaml") && !plan_has_it());
	CU_ASSERT(folder_freeze_plan(test_folder(), &plan, &taken, "hash", false, &err));
	CU_ASSERT(!folder_has(test_folder(), "decisions.kept") && plan_has_it());
	decisions_close(&taken);
}

static void a_session_that_died_keeps_them_too(void)
{
	struct verdict verdict = {.kind = VERDICT_INCONCLUSIVE, .reason = "killed"};

	begin();
	fill_disk(true);
	folder_complete(test_folder(), &plan, &verdict);
	fill_disk(false);
	CU_ASSERT(folder_has(test_folder(), "decisions.kept") && !plan_has_it());
	folder_complete(test_folder(), &plan, &verdict);
	CU_ASSERT(!folder_has(test_folder(), "decisions.kept") && plan_has_it() && folder_has(test_folder(), "verdict.json"));
	decisions_close(&taken);
}

const CU_TestInfo tests_folder[] = {
	{"decisions are kept until a plan has them", decisions_are_kept_until_a_plan_has_them},
	{"a session that died keeps them too", a_session_that_died_keeps_them_too},
	CU_TEST_INFO_NULL,
};
