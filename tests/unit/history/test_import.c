/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/history/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "lib/base/hash.h"
#include "tests/test.h"
#include "tests/unit/history/fixture.h"

extern const CU_TestInfo tests_history_import[];

#define SESSION_HEAD "\"scenario\": \"a\", \"device\": \"d\", \"verdict\": \"fail\", "

/* As reports/run/summary.c writes it. */
static const char summary[] =
	"{\"tool\": \"stutter 9.9\", \"sessions_run\": 2, \"sessions\": [\n"
	"{\"scenario\": \"a\", \"device\": \"d\", \"seed\": 18446744073709551615, \"verdict\": \"fail\", \"reason\": \"why\","
	" \"as_expected\": false, \"phase\": \"download\", \"judge\": \"hang\", \"digest\": \"abc\", \"device_image\": \"def\", \"image_hash\": \"123\", \"kernel_hash\": \"456\","
	" \"virtual_s\": 61.000000001, \"wall_s\": 2.123456789, \"requests\": 11, \"requests_shared\": 1, \"retries\": 2,"
	" \"frames\": 33, \"spi_messages\": 44, \"image_bytes\": 5461232, \"rules\": [],"
	" \"folder\": \"a/seed-18446744073709551615\"},\n"
	"{\"scenario\": \"a\", \"device\": \"d\", \"seed\": 3, \"verdict\": \"pass\", \"reason\": \"updated\", \"as_expected\": true,"
	" \"phase\": \"done\", \"folder\": \"a/seed-3-again\"}]}\n";

static void make_folder(const char *name)
{
	CU_ASSERT_FATAL(mkdir(test_path(name), 0777) == 0);
}

static void a_summary_is_read(void)
{
	const struct utimbuf when = {1234567, 1234567};
	struct import import;
	struct error err = {.text = ""};
	char hash[HASH_TEXT_MAX];

	make_folder("run");
	make_folder("run/a");
	make_folder("run/a/seed-18446744073709551615");
	hash_file(test_write("run/a/seed-18446744073709551615/plan.yaml", "name: a\n"), hash);
	CU_ASSERT_EQUAL_FATAL(utime(test_write("run/summary.json", summary), &when), 0);
	bool good = import_open(&import, test_path("run"), &err);
	TEST_SAME_TEXT(err.text, "");
	CU_ASSERT_FATAL(good && import.run.count == 2);
	CU_ASSERT_EQUAL(import.run.ended_s, 1234567);
	TEST_SAME_TEXT(import.run.tool, "stutter 9.9");
	TEST_CONTAINS(import.run.name, "/run");
	const struct history_session *s = &import.run.sessions[0];
	TEST_SAME_TEXT(s->folder, "a/seed-18446744073709551615");
	CU_ASSERT_EQUAL(s->seed, UINT64_MAX);
	TEST_SAME_TEXT(s->judge, "hang");
	TEST_SAME_TEXT(s->phase, "download");
	TEST_SAME_TEXT(s->reason, "why");
	TEST_SAME_TEXT(s->digest, "abc");
	TEST_SAME_TEXT(s->device_image, "def");
	TEST_SAME_TEXT(s->image_hash, "123");
	TEST_SAME_TEXT(s->kernel_hash, "456");
	TEST_SAME_TEXT(s->plan_hash, hash);
	CU_ASSERT(!s->as_expected);
	CU_ASSERT_EQUAL(s->virtual_ns, 61000000001);
	CU_ASSERT_EQUAL(s->wall_ns, 2123456789);
	CU_ASSERT(s->requests == 11 && s->retries == 2 && s->frames == 33 && s->spi_messages == 44 && s->image_bytes == 5461232);
	s = &import.run.sessions[1];
	CU_ASSERT(s->as_expected && s->seed == 3 && s->wall_ns == 0);
	TEST_SAME_TEXT(s->plan_hash, "");
	TEST_SAME_TEXT(s->judge, "");
	import_close(&import);
}

static void of_a_run_that_died_the_verdicts_are_read(void)
{
	struct import import;
	struct error err;

	make_folder("run");
	make_folder("run/a");
	make_folder("run/a/seed-1");
	make_folder("run/a/seed-2");
	(void)test_write("run/run.json", "{}");
	(void)test_write("run/a/seed-1/verdict.json", "{" SESSION_HEAD "\"seed\": 1, \"wall_s\": 1.5}");
	CU_ASSERT_FATAL(import_open(&import, test_path("run"), &err));
	CU_ASSERT_EQUAL(import.run.count, 1);
	TEST_SAME_TEXT(import.run.sessions[0].folder, "a/seed-1");
	CU_ASSERT_EQUAL(import.run.sessions[0].wall_ns, 1500000000);
	CU_ASSERT(import.run.ended_s > 1000000000);
	import_close(&import);
}

static int64_t end_of_folder(void)
{
	struct import import;
	struct error err;

	CU_ASSERT_FATAL(import_open(&import, test_path("run"), &err));
	const int64_t ended_s = import.run.ended_s;
	import_close(&import);
	return ended_s;
}

/*
 * A run of two sessions; what its summary says of the beginning, and what both say of their end.
 * @return when the run ended.
 */
static int64_t end_of(const char *beginning, const char *first, const char *second)
{
	const struct utimbuf when = {1234567, 1234567};
	char text[1024];

	(void)snprintf(text, sizeof text,
	               "{%s \"sessions\": [{" SESSION_HEAD "%s \"folder\": \"a/seed-1\", \"wall_s\": 3.9},\n"
	               "{" SESSION_HEAD "%s \"folder\": \"a/seed-2\", \"wall_s\": 61.5}]}\n",
	               beginning, first, second);
	CU_ASSERT_EQUAL_FATAL(utime(test_write("run/summary.json", text), &when), 0);
	return end_of_folder();
}

/* A report that is made anew, or a copy, is a later file of the same run. */
static void a_run_ended_when_its_last_session_did(void)
{
#define STARTED "\"started\": \"2026-11-26T19:00:00Z\","
#define ENDED(time) "\"ended\": \"2026-11-26T" time "Z\","
	static const int64_t started_s = 1795719600;

	make_folder("run");
	CU_ASSERT_EQUAL(end_of(STARTED, ENDED("19:30:00"), ENDED("19:20:01")), started_s + 1800);
	CU_ASSERT_EQUAL(end_of("", ENDED("19:20:01"), ENDED("19:30:00")), started_s + 1800);
	/* One of them is of an older program. */
	CU_ASSERT_EQUAL(end_of(STARTED, ENDED("19:30:00"), ""), started_s + 1800);
	CU_ASSERT_EQUAL(end_of(STARTED, "", ""), started_s + 61);
	CU_ASSERT_EQUAL(end_of("", "", ""), 1234567);
	CU_ASSERT_EQUAL(end_of("\"started\": \"\",", "\"ended\": \"today\",", "\"ended\": 5,"), 1234567);
	/* It died, and has no summary. */
	CU_ASSERT_EQUAL_FATAL(unlink(test_path("run/summary.json")), 0);
	make_folder("run/a");
	make_folder("run/a/seed-1");
	(void)test_write("run/run.json", "{" STARTED " \"version\": 1}");
	(void)test_write("run/a/seed-1/verdict.json", "{" SESSION_HEAD "\"wall_s\": 61.5}");
	CU_ASSERT_EQUAL(end_of_folder(), started_s + 61);
	(void)test_write("run/a/seed-1/verdict.json", "{" SESSION_HEAD ENDED("19:30:00") "\"wall_s\": 61.5}");
	CU_ASSERT_EQUAL(end_of_folder(), started_s + 1800);
#undef ENDED
#undef STARTED
}

static void check_refused(const char *name, const char *why)
{
	struct import import;
	struct error err = {.text = ""};
	char text[2048];

	CU_ASSERT(!import_open(&import, test_path(name), &err));
	error_format(&err, text, sizeof text);
	TEST_CONTAINS(text, why);
}

static void what_is_no_run_is_refused_with_its_place(void)
{
	check_refused("none", "none cannot be read: No such file or directory");
	make_folder("empty");
	check_refused("empty", "empty is not the folder of a run: there is neither run.json nor summary.json in it");
	(void)test_write("empty/verdict.json", "{\"scenario\": \"a\"");
	check_refused("empty", "empty is not the folder of a run");
	make_folder("run");
	make_folder("run/a");
	(void)test_write("run/run.json", "{}");
	check_refused("run", "run has no session with a verdict");
	(void)test_write("run/a/verdict.json", "{\"scenario\": \"a\"");
	check_refused("run", "run/a/verdict.json:1:16: ");
	(void)test_write("run/a/verdict.json", "{\"scenario\": \"a\"}");
	check_refused("run", "the session 'a' has no 'device'");
	(void)test_write("run/summary.json", "{\"tool\": \"x\",\n\"sessions\": [}");
	check_refused("run", "run/summary.json:2:14: ");
	(void)test_write("run/summary.json", "{\"tool\": \"x\"}");
	check_refused("run", "has no list 'sessions'");
	(void)test_write("run/summary.json", "{\"sessions\": [{}]}");
	check_refused("run", "a session without 'folder'");
	(void)test_write("run/summary.json", "[]");
	check_refused("run", "has no list 'sessions'");
}

/*
 * A gate's folder, or that of all runs: its sessions are of several runs, which may be recorded one
 * by one.
 */
static void a_folder_of_runs_is_refused_with_their_names(void)
{
	make_folder("gate");
	make_folder("gate/baseline");
	make_folder("gate/candidate");
	(void)test_write("gate/baseline/summary.json", summary);
	(void)test_write("gate/candidate/run.json", "{}");
	check_refused("gate", "gate is not the folder of a run, but holds 2; import these: ");
	check_refused("gate", "/gate/baseline ");
	check_refused("gate", "/gate/candidate");
}

/* Every kind of wrong, in the words that the user sees; and a whole look back. */
static void the_command_imports_merges_and_shows(void)
{
	static char output[8192];
	const char *folder = test_folder();

	make_folder("run");
	(void)test_write("run/summary.json", summary);
	make_folder("state");
#define STUTTER "XDG_STATE_HOME=%s/state %s history "
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "show", folder, test_program()), 2);
	TEST_CONTAINS(output, "there is no history");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, STUTTER "import %s/run %s/run %s/none", folder, test_program(), folder, folder, folder),
		2);
	TEST_CONTAINS(output, "/run: 2 sessions\n");
	TEST_CONTAINS(output, "/run: its sessions are recorded already\n");
	TEST_CONTAINS(output, "/none cannot be read");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "show", folder, test_program()), 0);
	TEST_CONTAINS(output, "there is no earlier run to compare with\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "sed -i 's/\"fail\"/\"pass\"/; s/false/true/' %s/run/summary.json", folder), 0);
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, STUTTER "import --history %s/b.db %s/run", folder, test_program(), folder, folder), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "merge %s/b.db", folder, test_program(), folder), 0);
	TEST_CONTAINS(output, "/b.db: 1 new run\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "show --from 1 --to 2", folder, test_program()), 0);
	TEST_CONTAINS(output, "failures, from run 1 to run 2:\n"
	                      "fixed     a on d, seed 18446744073709551615: judge hang, phase download, why\n"
	                      "0 new, 0 flaky, 0 lasting, 1 fixed, 0 vanished\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "show --scenario b", folder, test_program()), 0);
	TEST_CONTAINS(output, "there is no such session in the history\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "show --to 9", folder, test_program()), 2);
	TEST_CONTAINS(output, "has no run 9");
	/* A report judges otherwise. */
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "sed -i 's/true/false/' %s/run/summary.json", folder), 0);
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, STUTTER "import --history %s/b.db %s/run", folder, test_program(), folder, folder), 0);
	TEST_CONTAINS(output, "/run: 2 sessions updated\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "shwo", folder, test_program()), 2);
	TEST_CONTAINS(output, "unknown action 'shwo'; did you mean 'show'?");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER, folder, test_program()), 2);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "import", folder, test_program()), 2);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, STUTTER "show it", folder, test_program()), 2);
#undef STUTTER
}

/* Control characters in imported folders do not reach the terminal. */
static void what_is_shown_is_plain(void)
{
	static char output[8192];
	const char *folder = test_folder();

	make_folder("run\x1b[5m");
	(void)test_write(
		"run\x1b[5m/summary.json",
		"{\"started\": \"2026-11-26T19:00:00Z\", \"sessions\": [{\"folder\": \"a\", \"scenario\": \"a\\u001b[1m\", \"device\": \"d\\u001b[2m\","
		" \"verdict\": \"fail\", \"judge\": \"j\\u001b[3m\", \"phase\": \"p\\u001b[4m\","
		" \"reason\": \"why\\u001b]0;title\\u0007\\nand more\"}]}\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s history import --history %s/h.db %s/run*", test_program(), folder, folder),
	                0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s history show --history %s/h.db --from 1", test_program(), folder), 0);
	CU_ASSERT_PTR_NULL(strchr(output, '\x1b'));
#define PUT_OUT "\xef\xbf\xbd"
	TEST_CONTAINS(output, "/run" PUT_OUT "[5m\n");
	TEST_CONTAINS(output, "a" PUT_OUT "[1m on d" PUT_OUT "[2m, seed 0: judge j" PUT_OUT "[3m, phase p" PUT_OUT "[4m, why" PUT_OUT
	                      "]0;title" PUT_OUT "\n1 new");
#undef PUT_OUT
}

const CU_TestInfo tests_history_import[] = {
	{"a summary is read", a_summary_is_read},
	{"of a run that died, the verdicts are read", of_a_run_that_died_the_verdicts_are_read},
	{"a run ended when its last session did", a_run_ended_when_its_last_session_did},
	{"what is no run is refused with its place", what_is_no_run_is_refused_with_its_place},
	{"a folder of runs is refused with their names", a_folder_of_runs_is_refused_with_their_names},
	{"the command imports, merges and shows", the_command_imports_merges_and_shows},
	{"what is shown is plain", what_is_shown_is_plain},
	CU_TEST_INFO_NULL,
};
