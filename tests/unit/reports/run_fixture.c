/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/reports/run_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "tests/test.h"

#define MANY 40

void run_fixture_make_sessions(struct run_fixture *f)
{
	static const char *const dirs[RUN_FIXTURE_SESSIONS] = {"lost-syn/1", "clean/1", "lost-syn/2", "clean/2"};
	static const enum verdict_kind kinds[RUN_FIXTURE_SESSIONS] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE, VERDICT_PASS};

	memset(f->plans, 0, sizeof f->plans);
	memset(f->verdicts, 0, sizeof f->verdicts);
	memset(&f->fault, 0, sizeof f->fault);
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(f->plans[i].name, sizeof f->plans[i].name, "%s", i == 0 ? "lost-syn" : "clean");
		(void)snprintf(f->plans[i].path, sizeof f->plans[i].path, "dir/%s.yaml", f->plans[i].name);
		(void)snprintf(f->plans[i].device.name, sizeof f->plans[i].device.name, "box");
		f->plans[i].seed = i == 0 ? 7 : UINT64_MAX;
	}
	for (unsigned i = 0; i < RUN_FIXTURE_SESSIONS; i++) {
		f->folders[i] = dirs[i];
		f->verdicts[i].kind = kinds[i];
		f->verdicts[i].met_expectation = i == 0;
		f->verdicts[i].wall_ns = 1500000000;
		f->verdicts[i].virtual_ns = 61000000001;
		(void)snprintf(f->verdicts[i].reason, sizeof f->verdicts[i].reason, "reason %c", 'a' + (char)i);
		(void)snprintf(f->verdicts[i].phase, sizeof f->verdicts[i].phase, "download");
		(void)snprintf(f->verdicts[i].digest, sizeof f->verdicts[i].digest, "%032u", i);
		if (i != 0)
			(void)snprintf(f->verdicts[i].expectation, sizeof f->verdicts[i].expectation, "pass was expected");
	}
}

void run_fixture_make_hostile(struct run_fixture *f, const char *text)
{
	run_fixture_make_sessions(f);
	(void)snprintf(f->plans[0].name, sizeof f->plans[0].name, "%.60s", text);
	(void)snprintf(f->plans[0].device.name, sizeof f->plans[0].device.name, "%.60s", text);
	for (unsigned i = 0; i < RUN_FIXTURE_SESSIONS; i++) {
		(void)snprintf(f->verdicts[i].reason, sizeof f->verdicts[i].reason, "%s", text);
		(void)snprintf(f->verdicts[i].problem, sizeof f->verdicts[i].problem, "%s", text);
		(void)snprintf(f->verdicts[i].faults, sizeof f->verdicts[i].faults, "%s", text);
		if (!f->verdicts[i].met_expectation)
			(void)snprintf(f->verdicts[i].expectation, sizeof f->verdicts[i].expectation, "%s", text);
	}
}

int run_fixture_begin(const struct run_fixture *f, size_t count)
{
	static const char *const notes[] = {"a note", NULL};
	struct run_planned planned[RUN_FIXTURE_SESSIONS];
	struct error err = {0};

	for (size_t i = 0; i < count; i++) {
		planned[i] = (struct run_planned){.folder = f->folders[i]};
		plan_describe(&f->plans[i % 2], "", &planned[i].of);
		plan_hash(&f->plans[i % 2], planned[i].hash);
	}
	int fd = run_begin(test_folder(),
	                   &(struct run_plan){.sessions = planned, .count = count, .started = "2026-01-01T00:00:00Z", .notes = notes},
	                   &err);
	CU_ASSERT_FATAL(fd >= 0);
	return fd;
}

void run_fixture_write_folder(const char *folder, const char *name, const char *text)
{
	struct error err = {0};
	char *dir = memory_format("%s/%s", test_folder(), folder), *path = memory_format("%s/%s", folder, name);

	CU_ASSERT_FATAL(folder_make(dir, &err));
	(void)test_write(path, text);
	free(dir);
	free(path);
}

void run_fixture_write_verdict(const struct run_fixture *f, size_t i)
{
	struct error err = {0};
	char *dir = memory_format("%s/%s", test_folder(), f->folders[i]);

	run_fixture_write_folder(f->folders[i], "plan.yaml", "name: x\n");
	CU_ASSERT_FATAL(folder_write_verdict(dir, &f->plans[i % 2], &f->verdicts[i], &err));
	free(dir);
}

void run_fixture_read(struct run_fixture *f)
{
	struct error err = {0};

	causes_close(&f->causes);
	run_close(&f->run);
	CU_ASSERT_FATAL(run_open(&f->run, test_folder(), &err));
	causes_open(&f->causes, &f->run);
}

void run_fixture_make_run(struct run_fixture *f)
{
	struct error err = {0};

	(void)close(run_fixture_begin(f, RUN_FIXTURE_SESSIONS));
	for (size_t i = 0; i < RUN_FIXTURE_SESSIONS; i++)
		run_fixture_write_verdict(f, i);
	run_fixture_read(f);
	CU_ASSERT_FATAL(report_files(&f->causes, &err));
}

void run_fixture_make_many(struct run_fixture *f)
{
	struct run_planned planned[MANY];
	static struct plan many[MANY];
	static char names[MANY][16];
	static const char *const none[] = {NULL};
	struct error err = {0};

	run_fixture_make_sessions(f);
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = f->plans[1];
		many[i].seed = i + 1;
		(void)snprintf(names[i], sizeof names[i], "clean/seed-%u", i + 1);
		planned[i] = (struct run_planned){.folder = names[i]};
		plan_describe(&many[i], "", &planned[i].of);
		plan_hash(&many[i], planned[i].hash);
	}
	(void)close(run_begin(test_folder(), &(struct run_plan){.sessions = planned, .count = MANY, .started = "", .notes = none}, &err));
	for (unsigned i = 0; i < MANY; i++) {
		char *dir = memory_format("%s/%s", test_folder(), names[i]);
		(void)snprintf(f->verdicts[1].reason, sizeof f->verdicts[1].reason, "download: HTTP status %u after %u.%u s",
		               i < 30 ? 404 : 500, i, i);
		CU_ASSERT_FATAL(folder_make(dir, &err) && folder_write_verdict(dir, &many[i], &f->verdicts[1], &err));
		free(dir);
	}
	run_fixture_read(f);
}

const char *run_fixture_xpath(const char *expression)
{
	static char output[65536];

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "xmllint --nonet --xpath \"%s\" %s/junit.xml", expression, test_folder()), 0);
	output[strcspn(output, "\n")] = '\0';
	return output;
}
