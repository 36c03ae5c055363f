/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/history/fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

#define SESSIONS_MAX 64

struct history *history_fixture_open(const char *name)
{
	struct error err = {.text = ""};
	struct history *history = history_open(test_path(name), HISTORY_WRITE, &err);

	if (history == NULL)
		printf("    %s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(history);
	return history;
}

static struct history_session read_session(char *word, size_t number)
{
	char *rest = NULL, *part[5];

	for (size_t i = 0; i < 5; i++) {
		part[i] = strtok_r(i == 0 ? word : NULL, "/", &rest);
		CU_ASSERT_PTR_NOT_NULL_FATAL(part[i]);
	}
	bool passes = strcmp(part[3], "pass") == 0, fails = strcmp(part[3], "fail") == 0;
	return (struct history_session){.folder = memory_format("%s/seed-%s.%zu", part[0], part[2], number),
	                                .scenario = part[0],
	                                .device = part[1],
	                                .seed = strtoull(part[2], NULL, 10),
	                                .verdict = part[3],
	                                .as_expected = passes,
	                                .judge = fails ? "hang" : "",
	                                .phase = passes ? "done" : "download",
	                                .reason = passes  ? "updated"
	                                          : fails ? "it came to fail"
	                                                  : "it came to inconclusive",
	                                .digest = "0123456789abcdef0123456789abcdef",
	                                .device_image = "",
	                                .image_hash = "",
	                                .kernel_hash = "",
	                                .plan_hash = "",
	                                .virtual_ns = 60000000000U,
	                                .wall_ns = strtoull(part[4], NULL, 10) * 1000000000U,
	                                .frames = 100};
}

struct history_recorded history_fixture_run(struct history *history, const struct history_run *run)
{
	struct history_recorded recorded = {.run = 0};
	struct error err = {.text = ""};
	bool good = history_record(history, run, &recorded, &err);

	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
	return recorded;
}

bool history_fixture_add(struct history *history, int64_t ended_s, const char *sessions)
{
	struct history_session list[SESSIONS_MAX];
	char *words = memory_text(sessions), *rest = NULL;
	struct history_run run = {.name = "a run", .tool = "stutter test", .ended_s = ended_s, .sessions = list};

	for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		CU_ASSERT_FATAL(run.count < SESSIONS_MAX);
		list[run.count] = read_session(word, run.count);
		run.count++;
	}
	const bool is_new = history_fixture_run(history, &run).is_new;
	for (size_t i = 0; i < run.count; i++)
		free((char *)list[i].folder);
	free(words);
	return is_new;
}

static void add_up(void *ctx, const struct history_trend *trend)
{
	*(unsigned *)ctx += (unsigned)trend->sessions;
}

unsigned history_fixture_sessions(const char *name)
{
	const struct history_filter all = {NULL, NULL};
	struct history *history = history_fixture_open(name);
	struct error err;
	unsigned sum = 0;

	CU_ASSERT_FATAL(history_trend(history, &all, 1000000, add_up, &sum, &err));
	history_close(history);
	return sum;
}
