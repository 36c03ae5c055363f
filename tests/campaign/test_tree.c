/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions of a family that branch off where they first differ: each must have the outcome it has
 * from power on, down to the last byte of its files, whatever happens to the engines that are held.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/pool/pool.h"
#include "harness/session/folder.h"
#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_tree[];

#define MEMBERS_MAX 12
/* More than it takes for a family to be worth a tree. */
#define ENOUGH 100

/* A small image, and little to do before it. */
#define SMALL "image: small.bin\ndeadline: 5min\nexpect: {verdict: any}\n"
/* A device with slots, which boots anew in mid-session. */
#define STAGED "device: \"21.10\"\ndeadline: 10min\nserver: {os_size: 16KiB, app_size: 8KiB}\nexpect: {verdict: any}\n"

/*
 * A member of a family, and whether it branches off behind the first phase: then it is known at
 * which request.
 */
struct member {
	const char *name, *fault;
	bool branches;
};

struct family {
	const char *common;
	const struct member *members;
	size_t count;
};

static const struct member layers[] = {
	{"none", "", false},
	{"frame", "{name: f, direction: to-device, at: 'frame[80/3]#90', drop: true}", true},
	{"chip", "{name: f, at: 'enc.tx#40', tx_stall: false}", true},
	{"bit", "{name: f, message: '3a', nth: 201..202, spi_bit: {line: miso, byte: 60, bit: 3}}", true},
	{"supply", "{name: f, at: 'spi.msg#3500', brown_out: true}", true},
	{"server", "{name: f, at: 'srv.http#3', http_status: 503}", true},
	{"cable", "{name: f, from: 'http.request#3', carrier: 1s}", true},
	{"chance", "{name: f, during: download, probability: 2%, drop: true}", true},
	{"first", "{name: f, clkrdy: {after: 5ms}}", false},
};

static const struct member power[] = {
	{"cut", "{name: f, power_cut: {after: 50%, for: 1s}, nth: 20}", true},
	{"rebooted", "{name: f, at: 'srv.http#14', http_status: 503}", true},
};

static const struct family small_family = {SMALL, layers, sizeof layers / sizeof layers[0]};
static const struct family staged_family = {STAGED, power, sizeof power / sizeof power[0]};

/* A run of some of them. */
struct run {
	struct paths paths;
	struct engines engines;
	struct job jobs[MEMBERS_MAX];
	size_t count;
	volatile sig_atomic_t stop;
	size_t stop_after; /* so many changes; 0: never */
	size_t changes, warnings;
};

static void open_job(struct run *run, const struct family *family, size_t index, const char *out)
{
	const struct member *member = &family->members[index];
	struct job *job = &run->jobs[run->count++];
	char name[64], text[1024];
	struct error err;

	(void)snprintf(name, sizeof name, "%s.yaml", member->name);
	(void)snprintf(text, sizeof text, "name: %s\n%s%s%s\n", member->name, family->common,
	               member->fault[0] != '\0' ? "faults:\n  - " : "", member->fault);
	const char *path = test_write(name, text);
	bool good = plan_open(&job->plan, path, NULL, &run->paths, &err);
	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_TRUE_FATAL(good);
	(void)snprintf(job->name, sizeof job->name, "%s", member->name);
	(void)snprintf(job->dir, sizeof job->dir, "%s/%s/%s", test_folder(), out, member->name);
}

static void open_run(struct run *run)
{
	static const char zeros[200000];
	char path[PATH_MAX];
	struct error err;

	session_fixture_needs("initramfs.cpio");
	*run = (struct run){.count = 0};
	(void)snprintf(path, sizeof path, "%s/small.bin", test_folder());
	FILE *stream = fopen(path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	(void)fwrite(zeros, 1, sizeof zeros, stream);
	(void)fclose(stream);
	CU_ASSERT_TRUE_FATAL(paths_find(&run->paths, &err));
	engines_open(&run->engines, &run->paths, &run->stop);
}

static void changed(void *ctx, const struct job *job)
{
	struct run *run = ctx;

	(void)job;
	run->changes++;
	run->stop = run->stop_after > 0 && run->changes >= run->stop_after;
}

static void warn(void *ctx, const char *text)
{
	struct run *run = ctx;

	(void)text;
	run->warnings++;
}

/* Runs @p count members from @p first on, below a folder. @return the first one's job. */
static struct job *run_some(struct run *run, const struct family *family, size_t first, size_t count, const char *out, bool share)
{
	const struct pool_options options = {.share = share,
	                                     .engines = share ? &run->engines : NULL,
	                                     .side_by_side = 2,
	                                     .paths = &run->paths,
	                                     .stop = &run->stop,
	                                     .changed = changed,
	                                     .warn = warn,
	                                     .ctx = run};

	for (size_t i = 0; i < run->count; i++)
		plan_close(&run->jobs[i].plan);
	run->count = 0;
	memset(run->jobs, 0, sizeof run->jobs);
	for (size_t i = 0; i < count; i++)
		open_job(run, family, first + i, out);
	pool_run(run->jobs, run->count, &options);
	return run->jobs;
}

static void expect_enough(struct run *run, const struct family *family)
{
	open_job(run, family, 0, "unused");
	(void)beginnings_expect(&run->engines.beginnings, beginning_family(&run->jobs[0].plan), ENOUGH);
}

/*
 * All processes of the run have ended, none is a zombie, and the folders of the held engines are
 * gone.
 */
static void close_run(struct run *run)
{
	char output[4096];
	int status;

	engines_close(&run->engines);
	for (size_t i = 0; i < run->count; i++)
		plan_close(&run->jobs[i].plan);
	CU_ASSERT_EQUAL(waitpid(-1, &status, WNOHANG), -1);
	CU_ASSERT_EQUAL(errno, ECHILD);
	test_expect_status(output, test_shell(output, sizeof output, "! find %s | grep beginning", test_folder()), 0);
}

static void expect_same_files(const char *a, const char *b, const struct member *member)
{
	static const char *const names[] = {"trace.txt", "device.pcapng", "server.pcapng", "console.log",
	                                    "plan.yaml", "addresses.txt", "series.csv"};
	char output[4096];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int status = test_shell(output, sizeof output, "cd %s && cmp %s/%s/%s %s/%s/%s", test_folder(), a, member->name, names[i],
		                        b, member->name, names[i]);
		test_expect_status(output, status, 0);
	}
}

static void expect_branched(const struct job *job, const struct member *member)
{
	if ((job->depth == BEGINNING_AT) != member->branches || job->verdict.kind == VERDICT_INCONCLUSIVE)
		printf("    %s branches at %lu: %s\n", member->name, (unsigned long)job->branches_at, job->verdict.reason);
	CU_ASSERT_NOT_EQUAL(job->verdict.kind, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(job->depth == BEGINNING_AT, member->branches);
	if (!member->branches)
		return;
	CU_ASSERT_EQUAL(job->verdict.requests_shared, job->branches_at);
	CU_ASSERT(job->branches_at > 1 && job->branches_at < job->verdict.requests);
}

/* -- what a session comes to -- */

static void from_a_tree_and_from_power_on(const struct family *family)
{
	struct run run;

	open_run(&run);
	expect_enough(&run, family);
	const struct job *jobs = run_some(&run, family, 0, family->count, "tree", true);
	for (size_t i = 0; i < family->count; i++)
		expect_branched(&jobs[i], &family->members[i]);
	(void)run_some(&run, family, 0, family->count, "alone", false);
	for (size_t i = 0; i < family->count; i++)
		expect_same_files("tree", "alone", &family->members[i]);
	close_run(&run);
}

static void sessions_of_all_layers_are_what_they_are_from_power_on(void)
{
	from_a_tree_and_from_power_on(&small_family);
}

static void sessions_that_boot_again_are_what_they_are_from_power_on(void)
{
	from_a_tree_and_from_power_on(&staged_family);
}

/*
 * The whole session shares all its requests, and one whose fault acts before the first phase shares
 * none.
 */
static void a_session_that_never_differs_shares_everything(void)
{
	struct run run;

	open_run(&run);
	expect_enough(&run, &small_family);
	const struct job *job = run_some(&run, &small_family, 0, 1, "tree", true);
	CU_ASSERT_EQUAL(job->verdict.kind, VERDICT_PASS);
	CU_ASSERT_EQUAL(job->branches_at, 0);
	CU_ASSERT_EQUAL(job->verdict.requests_shared, job->verdict.requests);
	job = run_some(&run, &small_family, small_family.count - 1, 1, "tree", true);
	CU_ASSERT_EQUAL(job->depth, 0);
	CU_ASSERT_EQUAL(job->verdict.requests_shared, 0);
	close_run(&run);
}

static void a_session_without_a_result_is_not_branched(void)
{
	static const struct member members[] = {{"hangs", "", false}, {"late", "{name: f, at: 'dhcp.ack#1', delay: 20ms}", false}};
	static const struct family family = {"device: {name: d, client: 'sleep 100000'}\n" SMALL, members, 2};
	struct run run;

	open_run(&run);
	expect_enough(&run, &family);
	const struct job *jobs = run_some(&run, &family, 0, 2, "tree", true);
	CU_ASSERT_EQUAL(jobs[0].verdict.kind, VERDICT_FAIL);
	CU_ASSERT(jobs[0].depth <= BEGINNING_DEPTH);
	(void)run_some(&run, &family, 0, 2, "alone", false);
	expect_same_files("tree", "alone", &members[0]);
	expect_same_files("tree", "alone", &members[1]);
	close_run(&run);
}

/* -- small families -- */

static void a_family_of_two_has_no_beginning_until_more_come(void)
{
	struct run run;

	open_run(&run);
	const struct job *jobs = run_some(&run, &small_family, 1, 2, "two", true);
	CU_ASSERT_EQUAL(jobs[0].depth, 0);
	CU_ASSERT_EQUAL(jobs[1].verdict.requests_shared, 0);
	jobs = run_some(&run, &small_family, 1, 2, "four", true);
	CU_ASSERT(jobs[0].depth > 0 && jobs[0].depth <= BEGINNING_DEPTH);
	CU_ASSERT(jobs[0].verdict.requests_shared > 0);
	jobs = run_some(&run, &small_family, 1, 2, "six", true);
	expect_branched(&jobs[0], &layers[1]);
	expect_branched(&jobs[1], &layers[2]);
	expect_same_files("two", "four", &layers[1]);
	expect_same_files("two", "six", &layers[1]);
	expect_same_files("two", "six", &layers[2]);
	close_run(&run);
}

/* -- what goes wrong -- */

static void kill_children(void)
{
	char path[64], text[4096] = "";

	(void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	FILE *stream = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	(void)fread(text, 1, sizeof text - 1, stream);
	(void)fclose(stream);
	CU_ASSERT(text[0] != '\0');
	for (char *at = text, *end; *at != '\0' && *at != '\n'; at = end + strspn(end, " "))
		(void)kill((pid_t)strtol(at, &end, 10), SIGKILL);
}

static void killed_engines_are_replaced(void)
{
	struct run run;

	open_run(&run);
	expect_enough(&run, &small_family);
	(void)run_some(&run, &small_family, 1, 3, "before", true);
	kill_children();
	const struct job *jobs = run_some(&run, &small_family, 1, 3, "after", true);
	for (size_t i = 1; i <= 3; i++) {
		CU_ASSERT_NOT_EQUAL(jobs[i - 1].verdict.kind, VERDICT_INCONCLUSIVE);
		expect_same_files("before", "after", &layers[i]);
	}
	/* By now there is a tree again. */
	jobs = run_some(&run, &small_family, 1, 1, "again", true);
	expect_branched(&jobs[0], &layers[1]);
	expect_same_files("before", "again", &layers[1]);
	close_run(&run);
}

static void a_run_that_is_stopped_leaves_nothing_behind(void)
{
	/*
	 * In its first sessions, while it is found out where they branch off, and while they are
	 * run.
	 */
	static const size_t after[] = {1, 6, 16};
	struct run run;

	for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
		open_run(&run);
		expect_enough(&run, &small_family);
		run.stop_after = after[i];
		const struct job *jobs = run_some(&run, &small_family, 0, 5, "stopped", true);
		size_t ended = 0;
		for (size_t k = 0; k < 5; k++) {
			CU_ASSERT_EQUAL(jobs[k].state, JOB_DONE);
			ended += jobs[k].verdict.kind == VERDICT_INCONCLUSIVE;
		}
		CU_ASSERT(ended > 0);
		close_run(&run);
	}
}

static void engines_that_cannot_be_started_are_not_tried_again(void)
{
	struct run run;

	open_run(&run);
	expect_enough(&run, &small_family);
	(void)snprintf(run.engines.lacks, sizeof run.engines.lacks, "a symbol");
	const struct job *jobs = run_some(&run, &small_family, 0, 1, "beside", true);
	CU_ASSERT_FALSE(jobs[0].is_inside);
	CU_ASSERT_EQUAL(jobs[0].verdict.kind, VERDICT_PASS);
	CU_ASSERT_EQUAL(run.warnings, 0);
	close_run(&run);
}

const CU_TestInfo tests_tree[] = {
	{"sessions of all layers are what they are from power on", sessions_of_all_layers_are_what_they_are_from_power_on},
	{"sessions that boot again are what they are from power on", sessions_that_boot_again_are_what_they_are_from_power_on},
	{"a session that never differs shares everything", a_session_that_never_differs_shares_everything},
	{"a session without a result is not branched", a_session_without_a_result_is_not_branched},
	{"a family of two has no beginning until more come", a_family_of_two_has_no_beginning_until_more_come},
	{"killed engines are replaced", killed_engines_are_replaced},
	{"a run that is stopped leaves nothing behind", a_run_that_is_stopped_leaves_nothing_behind},
	{"engines that cannot be started are not tried again", engines_that_cannot_be_started_are_not_tried_again},
	CU_TEST_INFO_NULL,
};
