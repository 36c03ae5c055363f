/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recipes of docs/ci, run in a clone whose stutter, clusters and hosts are stubs: a run makes
 * its folder and exits with the status in the file run-status, a merge with that in merge-status,
 * and both append their arguments to the file `said`.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_recipes[];

static char output[16384];

static void write_program(const char *name, const char *text)
{
	const char *path = test_write(name, text);

	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "chmod +x %s", path), 0);
}

/* The clone, and a folder of stubs that go before what the machine has. */
static void make_clone(void)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "mkdir -p %s/bin %s/build && ln -sfn \"$PWD/docs\" %s/docs", test_folder(),
	                                 test_folder(), test_folder()),
	                      0);
	write_program("build/stutter", "#!/bin/sh\n"
	                               "echo \"$*\" >>said\n"
	                               "[ \"$1\" = run ] || exit \"$(cat merge-status)\"\n"
	                               "while [ \"$1\" != --out ] && [ \"$1\" != --resume ]; do shift; done\n"
	                               "mkdir -p \"$2\" && : >\"$2/run.json\"\n"
	                               "exit \"$(cat run-status)\"\n");
	(void)test_write("run-status", "0");
	(void)test_write("merge-status", "0");
}

/*
 * Runs a shell command in the clone, with what was said before forgotten. @return its exit status.
 */
static int in_clone(const char *command)
{
	return test_shell(output, sizeof output, "cd %s && rm -f said && export HOME=\"$PWD\" PATH=\"$PWD/bin:$PATH\" && { %s; }",
	                  test_folder(), command);
}

/*
 * Whether these are the words that stutter was given, one line a call, in the order of the
 * alphabet.
 */
static void is_said(const char *expected)
{
	char said[4096];

	(void)test_shell(said, sizeof said, "sort %s/said", test_folder());
	TEST_SAME_TEXT(said, expected);
}

/* -- one share -- */

static void failed_sessions_do_not_fail_a_share(void)
{
	static const struct {
		const char *run;
		int share;
	} cases[] = {{"0", 0}, {"1", 0}, {"125", 0}, {"2", 2}, {"3", 3}};

	make_clone();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)test_write("run-status", cases[i].run);
		CU_ASSERT_EQUAL(in_clone("rm -rf s; docs/ci/shard.sh x.yaml 2/8 s --quiet"), cases[i].share);
		is_said("run x.yaml --shard 2/8 --out s --quiet\n");
	}
}

static void a_lost_share_is_resumed(void)
{
	make_clone();
	CU_ASSERT_EQUAL(in_clone("mkdir s && : >s/run.json.new && docs/ci/shard.sh x.yaml 2/8 s --jobs 1"), 0);
	is_said("run x.yaml --shard 2/8 --out s --jobs 1\n");
	CU_ASSERT_EQUAL(in_clone("docs/ci/shard.sh x.yaml 2/8 s --jobs 1"), 0);
	is_said("run --resume s --jobs 1\n");
	/* A folder of another kind is not touched. */
	CU_ASSERT_EQUAL(in_clone("touch said && docs/ci/shard.sh x.yaml 2/8 build; [ $? -eq 2 ] && [ -e build/stutter ]"), 0);
}

/* Told to stop, a run comes to 125, too, and is no result. */
static void a_share_that_is_told_to_stop_is_not_done(void)
{
	make_clone();
	write_program("build/stutter", "#!/bin/sh\nkill -TERM $PPID\nexit 125\n");
	CU_ASSERT_EQUAL(in_clone("docs/ci/shard.sh x.yaml 2/8 s"), 143);
}

/* -- GNU parallel -- */

/* A host whose name is in the file `lost` is not there. Copies are made as rsync makes them. */
static void make_hosts(const char *lost)
{
	make_clone();
	(void)test_write("lost", lost);
	write_program("bin/ssh", "#!/bin/sh\n"
	                         "while [ \"$1\" = -o ]; do shift 2; done\n"
	                         "if grep -qx \"$1\" lost; then exit 255; fi\n"
	                         "shift\n"
	                         "exec sh -c \"$*\"\n");
	write_program("bin/rsync", "#!/bin/sh\nmkdir -p \"$3\" && exec cp -r \"${2#*:}.\" \"$3\"\n");
	if (test_shell(output, sizeof output, "parallel --version | grep -q '^GNU parallel'") == 0)
		return;
	puts("    GNU parallel is not installed: a stub runs its jobs");
	write_program("bin/parallel",
	              "#!/bin/sh\n"
	              "while [ $# -gt 1 ]; do [ \"$1\" != --arg-file ] || hosts=$2; shift; done\n"
	              "lost=0\n"
	              "while read -r host number; do\n"
	              "\tsh -c \"$(printf '%s' \"$1\" | sed \"s/{1}/$host/g; s/{2}/$number/g\")\" </dev/null || lost=$((lost + 1))\n"
	              "done <\"$hosts\"\n"
	              "exit $lost\n");
}

static void the_shares_of_all_hosts_make_the_whole_run(void)
{
	make_hosts("");
	(void)test_write("run-status", "1");
	(void)test_write("merge-status", "1");
	CU_ASSERT_EQUAL(in_clone("docs/ci/parallel.sh x.yaml night alpha beta"), 1);
	is_said("merge night/shard-1 night/shard-2 --out night/whole\n"
	        "run x.yaml --shard 1/2 --out stutter-shards/night-1 --quiet\n"
	        "run x.yaml --shard 2/2 --out stutter-shards/night-2 --quiet\n");
}

static void a_lost_host_does_not_cost_the_report(void)
{
	make_hosts("beta\n");
	(void)test_write("merge-status", "125");
	CU_ASSERT_EQUAL(in_clone("docs/ci/parallel.sh x.yaml night alpha beta gamma"), 125);
	TEST_CONTAINS(output, "not every share came back");
	is_said("merge night/shard-1 night/shard-3 --out night/whole\n"
	        "run x.yaml --shard 1/3 --out stutter-shards/night-1 --quiet\n"
	        "run x.yaml --shard 3/3 --out stutter-shards/night-3 --quiet\n");
}

/* A share that is copied in part does not count. */
static void a_host_that_is_lost_while_it_hands_over_counts_as_lost(void)
{
	make_hosts("");
	write_program("bin/rsync", "#!/bin/sh\nmkdir -p \"$3\" && cp -r \"${2#*:}.\" \"$3\" && case $2 in beta:*) exit 12 ;; esac\n");
	(void)test_write("merge-status", "125");
	CU_ASSERT_EQUAL(in_clone("docs/ci/parallel.sh x.yaml night alpha beta; status=$?; cat said; exit $status"), 125);
	TEST_CONTAINS(output, "\nmerge night/shard-1 --out night/whole\n");
}

/* -- Slurm -- */

static void slurm_is_given_the_array_and_what_comes_behind_it(void)
{
	make_clone();
	write_program("bin/sbatch", "#!/bin/sh\necho \"$*\" >>said\nwc -l <said | sed 's/ *//; s/^/470/'\n");
	CU_ASSERT_EQUAL(in_clone("docs/ci/slurm/submit.sh x.yaml /shared/night 3"), 0);
	TEST_SAME_TEXT(output, "4702\n");
	is_said("--parsable --array=1-3 docs/ci/slurm/array.sh x.yaml /shared/night\n"
	        "--parsable --dependency=afterany:4701 --job-name=stutter-merge "
	        "--wrap=build/stutter merge /shared/night/shard-* --out /shared/night/whole\n");
}

static void a_task_of_slurm_runs_its_share(void)
{
	make_clone();
	(void)test_write("run-status", "125");
	CU_ASSERT_EQUAL(in_clone("SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=3 docs/ci/slurm/array.sh x.yaml night"), 0);
	is_said("run x.yaml --shard 2/3 --out night/shard-2 --jobs 1 --quiet --history none\n");
}

/* -- Kubernetes -- */

/* The command of a manifest's container, with its volume in the clone. */
static int run_container(const char *manifest, const char *environment)
{
	char command[1024];

	(void)snprintf(command, sizeof command,
	               "%s sh -c \"$(python3 -c 'import sys, yaml; "
	               "print(yaml.safe_load(open(sys.argv[1]))[\"spec\"][\"template\"][\"spec\"][\"containers\"][0][\"args\"][0])' "
	               "docs/ci/kubernetes/%s | sed \"s|/runs/|runs/|g\")\"",
	               environment, manifest);
	return in_clone(command);
}

static void pods_run_their_shares_and_the_merge_tells(void)
{
	if (test_shell(output, sizeof output, "python3 -c 'import yaml'") != 0)
		test_skip("python3-yaml is not installed, which reads the manifests");
	make_clone();
	(void)test_write("run-status", "1");
	CU_ASSERT_EQUAL(run_container("job.yaml", "JOB_COMPLETION_INDEX=1"), 0);
	is_said("run scenarios/suites/nightly.yaml --shard 2/8 --out runs/night-1/shard-2 --jobs 1 --quiet --history none\n");
	(void)test_write("merge-status", "125");
	CU_ASSERT_EQUAL(run_container("merge.yaml", ""), 125);
	is_said("merge runs/night-1/shard-2 --out runs/night-1/whole --history runs/history.db\n");
}

/* -- systemd -- */

/* ExecStart= as systemd reads it, with the state of the unit in the clone. */
static int start_unit(void)
{
	return in_clone("sed ':a; /\\\\$/{N; s/\\\\\\n/ /; ba}' docs/ci/systemd/stutter-nightly.service | sed -n 's/^ExecStart=//p' | "
	                "sed 's/%%/%/g; s/\\$\\$/$/g; s|/var/lib/stutter/||; s/date +[^)]*/echo today/' >start && sh start");
}

static void a_second_start_of_a_night_resumes_it(void)
{
	make_clone();
	(void)test_write("run-status", "1");
	CU_ASSERT_EQUAL(start_unit(), 1);
	is_said("run scenarios/suites/nightly.yaml --quiet --out runs/today\n");
	CU_ASSERT_EQUAL(start_unit(), 1);
	is_said("run --resume runs/today --quiet\n");
}

const CU_TestInfo tests_recipes[] = {
	{"failed sessions do not fail a share", failed_sessions_do_not_fail_a_share},
	{"a lost share is resumed", a_lost_share_is_resumed},
	{"a share that is told to stop is not done", a_share_that_is_told_to_stop_is_not_done},
	{"the shares of all hosts make the whole run", the_shares_of_all_hosts_make_the_whole_run},
	{"a lost host does not cost the report", a_lost_host_does_not_cost_the_report},
	{"a host that is lost while it hands over counts as lost", a_host_that_is_lost_while_it_hands_over_counts_as_lost},
	{"Slurm is given the array and what comes behind it", slurm_is_given_the_array_and_what_comes_behind_it},
	{"a task of Slurm runs its share", a_task_of_slurm_runs_its_share},
	{"pods run their shares and the merge tells", pods_run_their_shares_and_the_merge_tells},
	{"a second start of a night resumes it", a_second_start_of_a_night_resumes_it},
	CU_TEST_INFO_NULL,
};
