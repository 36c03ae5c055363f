/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line without QEMU: usage, help, lists, and every kind of bad scenario with the very
 * line that the user sees.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "lib/fault/fault.h"
#include "harness/scenario/plan.h"
#include "tests/test.h"

extern const CU_TestInfo tests_cli[];

#define OUTPUT_MAX 65536
#define STATUS_USAGE 2

static char output[OUTPUT_MAX];

/* Runs stutter in the test's folder; what it printed is left in `output`. */
static int stutter(const char *words)
{
	return test_shell(output, sizeof output, "cd %s && %s %s", test_folder(), test_program(), words);
}

static void cut_after_first_line(char *text)
{
	text[strcspn(text, "\n")] = '\0';
}

/* -- usage -- */

struct usage {
	const char *words, *line;
};

static void check_usage(const struct usage *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status = stutter(rows[i].words);
		if (status != STATUS_USAGE)
			printf("    stutter %s: exit status %d\n", rows[i].words, status);
		CU_ASSERT_EQUAL(status, STATUS_USAGE);
		cut_after_first_line(output);
		TEST_SAME_TEXT(output, rows[i].line);
	}
	CU_ASSERT(!test_exists("stutter-runs") && !test_exists("out"));
}

static void a_wrong_command_gets_the_nearest(void)
{
	static const struct usage rows[] = {
		{"", "usage: stutter COMMAND [OPTION]... [OPERAND]..."},
		{"rum", "stutter: unknown command 'rum'; did you mean 'run'?"},
		{"dcotor", "stutter: unknown command 'dcotor'; did you mean 'doctor'?"},
		{"frobnicate", "stutter: unknown command 'frobnicate'; see `stutter --help`"},
		{"doctor x", "stutter: doctor takes no operands"},
		{"report", "stutter: no run given; name its folder, such as stutter-runs/001"},
		{"report /nowhere", "stutter: /nowhere is not the folder of a run: there is no run.json in it (No such file or directory)"},
		{"list", "stutter: list takes one topic of scenarios, suites, faults, presets, addresses, devices, judges, reference"},
		{"list fault", "stutter: unknown topic 'fault'; did you mean 'faults'?"},
		{"list faults devices",
	         "stutter: list takes one topic of scenarios, suites, faults, presets, addresses, devices, judges, reference"},
	};

	check_usage(rows, sizeof rows / sizeof rows[0]);
}

static void a_wrong_option_gets_the_nearest(void)
{
	static const struct usage rows[] = {
		{"run --sed 5 a.yaml", "stutter run: unknown option '--sed'; did you mean '--seed'?"},
		{"run --jbos 5 a.yaml", "stutter run: unknown option '--jbos'; did you mean '--jobs'?"},
		{"check --devcie d a.yaml", "stutter check: unknown option '--devcie'; did you mean '--device'?"},
		{"run a.yaml --frobnicate", "stutter run: unknown option '--frobnicate'; see `stutter run --help`"},
		{"run -x", "stutter run: unknown option '-x'; see `stutter run --help`"},
		{"run -xy", "stutter run: unknown option '-x'; see `stutter run --help`"},
		{"run a.yaml --out", "stutter run: option '--out' needs an argument, DIR"},
		{"run -o", "stutter run: option '-o' needs an argument, DIR"},
		{"run --twice=2 a.yaml", "stutter run: option '--twice' takes no argument"},
		{"doctor --jobs", "stutter doctor: unknown option '--jobs'; see `stutter doctor --help`"},
	};

	check_usage(rows, sizeof rows / sizeof rows[0]);
}

static void a_wrong_argument_is_told(void)
{
	static const struct usage rows[] = {
		{"run --seed x a.yaml", "stutter: --seed: 'x' is not a whole number"},
		{"run --seed -1 a.yaml", "stutter: --seed: '-1' is not a whole number"},
		{"run --seed 18446744073709551616 a.yaml", "stutter: --seed: '18446744073709551616' is too large"},
		{"run --seeds 5 a.yaml", "stutter: --seeds: '5' is not of the form 1..16"},
		{"run --seeds 1..x a.yaml", "stutter: --seeds: 'x' is not a whole number"},
		{"run --seeds 5..1 a.yaml", "stutter: --seeds: '5..1' must ascend, over at most 100000 seeds"},
		{"run --seeds 1..100001 a.yaml", "stutter: --seeds: '1..100001' must ascend, over at most 100000 seeds"},
		{"run --seed 1 --seeds 1..2 a.yaml", "stutter: --seed and --seeds cannot be used together"},
		{"run --jobs 0 a.yaml", "stutter: --jobs: 0 is not between 1 and 64"},
		{"run --jobs 65 a.yaml", "stutter: --jobs: 65 is not between 1 and 64"},
		{"run --jobs 2s a.yaml", "stutter: --jobs: '2s' is not a whole number"},
		{"run", "stutter: no scenario given; name files, folders or suites, such as scenarios/first"},
		{"check", "stutter: no scenario given; name files, folders or suites, such as scenarios/first"},
		{"run nothing.yaml", "nothing.yaml: cannot be read: No such file or directory"},
		{"check nothing", "nothing: cannot be read: No such file or directory"},
		{"check /dev/null", "/dev/null: cannot be read: not a file"},
	};

	check_usage(rows, sizeof rows / sizeof rows[0]);
}

static void a_folder_needs_a_scenario_in_it(void)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "mkdir %s/empty", test_folder()), 0);
	CU_ASSERT_EQUAL(stutter("run empty"), STATUS_USAGE);
	TEST_SAME_TEXT(output, "stutter: the folder empty contains no scenario (*.yaml)\n");
}

static void an_out_folder_is_never_overwritten(void)
{
	test_write("good.yaml", "name: good\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "mkdir %s/old", test_folder()), 0);
	CU_ASSERT_EQUAL(stutter("run good.yaml --out old"), STATUS_USAGE);
	TEST_SAME_TEXT(output, "stutter: --out: old already exists; choose a new folder, so that no report is lost\n");
	CU_ASSERT_EQUAL(stutter("run good.yaml --out /proc/nothing/here"), STATUS_USAGE);
	TEST_CONTAINS(output, "stutter: the folder /proc/nothing cannot be made: ");
}

/* -- bad scenarios -- */

/* A scenario, and the line that must come out behind the file's name. */
struct bad {
	const char *text, *line;
};

#define FAULT(rest) "name: x\nfaults:\n  - name: f\n" rest

static void check_bad(const struct bad *rows, size_t count)
{
	char expected[2048];

	for (size_t i = 0; i < count; i++) {
		test_write("bad.yaml", rows[i].text);
		int status = stutter("run bad.yaml --out out");
		if (status != STATUS_USAGE)
			printf("    exit status %d for\n%s\n", status, rows[i].text);
		CU_ASSERT_EQUAL(status, STATUS_USAGE);
		CU_ASSERT(!test_exists("out"));
		(void)snprintf(expected, sizeof expected, "bad.yaml%s", rows[i].line);
		cut_after_first_line(output);
		TEST_SAME_TEXT(output, expected);
		CU_ASSERT_EQUAL(stutter("check bad.yaml"), STATUS_USAGE);
		cut_after_first_line(output);
		TEST_SAME_TEXT(output, expected);
	}
}

static void an_unknown_key_has_its_place_and_the_nearest(void)
{
	static const struct bad rows[] = {
		{"name: x\ndevise: reference\n", ":2:1: unknown key 'devise' in a scenario; did you mean 'device'?; "
	                                         "allowed: name, summary, seed, seeds, deadline, image, tags, session, "
	                                         "redraw, device, link, server, faults, expect, decisions, made"},
		{"name: x\nexpect:\n  verdct: pass\n", ":3:3: unknown key 'verdct' in expect; did you mean 'verdict'?; "
	                                               "allowed: verdict, phase, at_least, at_most, judge, failure_of, "
	                                               "reason, applied, told, poll, heal, hang, signs_of_life, whole, "
	                                               "traffic, storm, verified, bootable, truth, leak, acted"},
		{"name: x\nexpect: {verdict: pass, zzzzzz: 1}\n", ":2:25: unknown key 'zzzzzz' in expect; allowed: verdict, "
	                                                          "phase, at_least, at_most, judge, failure_of, reason, "
	                                                          "applied, told, poll, heal, hang, signs_of_life, whole, "
	                                                          "traffic, storm, verified, bootable, truth, leak, acted"},
		{FAULT("    delay: {tiem: 3ms}\n"), ":4:13: unknown key 'tiem' in delay; did you mean 'time'?; allowed: "
	                                            "time, jitter, distribution, table, correlation, keep_order"},
		{"name: x\nfaults:\n  - gemodel: {p: 1%, r: 1%, 1-q: 3%}\n", ":3:29: unknown key '1-q' in gemodel; did "
	                                                                     "you mean '1-h'?; allowed: p, r, 1-h, 1-k"},
	};

	check_bad(rows, sizeof rows / sizeof rows[0]);
}

static void a_wrong_unit_is_told_with_those_allowed(void)
{
	static const struct bad rows[] = {
		{"name: x\ndeadline: 5\n",
	         ":2:11: deadline: '5' is not a duration: write a number and its unit, one of ns, us, ms, s, min, h or d"},
		{"name: x\ndeadline: 5 parsecs\n",
	         ":2:11: deadline: '5 parsecs' is not a duration: write a number and its unit, one of ns, us, ms, s, min, h or d"},
		{"name: x\ndeadline: 5MiB\n",
	         ":2:11: deadline: '5MiB' is not a duration: write a number and its unit, one of ns, us, ms, s, min, h or d"},
		{"name: x\ndeadline: 1ms\n", ":2:11: deadline: 1ms is below the minimum of 1s"},
		{"name: x\ndevice: {name: d, memory: 4GiB}\n", ":2:27: memory: 4GiB is above the maximum of 1GiB"},
		{"name: x\nseed: many\n", ":2:7: seed: 'many' is not a whole number"},
		{FAULT("    probability: 120%\n    drop: true\n"), ":4:18: probability: '120%' is more than 100%"},
		{FAULT("    outage: 3 s\n"),
	         ":4:13: outage: '3 s' is not a duration: write a number and its unit, one of ns, us, ms, s, min, "
	         "h or d"},
	};

	check_bad(rows, sizeof rows / sizeof rows[0]);
}

static void a_wrong_value_is_told_with_those_allowed(void)
{
	static const struct bad rows[] = {
		{"name: x\nexpect: {verdict: psas}\n", ":2:19: verdict: 'psas' is not one of pass, fail, any; did you mean 'pass'?"},
		{FAULT("    direction: to-sever\n    drop: true\n"),
	         ":4:16: direction: 'to-sever' is not one of both, to-server, to-device; did you mean 'to-server'?"},
		{FAULT("    drop: yes\n"), ":4:11: drop: invalid value 'yes': expected true or false"},
		{"name: x\ndevice: {name: d, mac: \"01:00:00:00:00:00\"}\n", ":2:24: mac: '01:00:00:00:00:00' is a multicast "
	                                                                     "address; a device needs a unicast one, whose "
	                                                                     "first byte is even, such as 02:00:00:12:34:56"},
		{"name: [x]\n", ":1:7: 'name' must be a text, not a list"},
		{"name: x\nfaults: drop\n", ":2:9: 'faults' must be a list ('- ' before each), not 'drop'"},
		{"name: x\nfaults:\n  - drop\n", ":3:5: a fault must be keys and values, not 'drop'"},
		{"name: x\ndevice: [a]\n", ":2:9: 'device' must be a name or a device's keys and values, not a list"},
	};

	check_bad(rows, sizeof rows / sizeof rows[0]);
}

static void what_is_missing_is_told(void)
{
	static const struct bad rows[] = {
		{"summary: x\n", ":1:1: a scenario needs 'name', a text: short name, for reports"},
		{"name: x\ndevice: {memory: 64MiB}\n", ":2:9: a device needs 'name', a text: short name, for reports"},
		{FAULT("    delay: {jitter: 3ms}\n"), ":4:12: delay needs 'time', a duration (ns, us, ms, s, min, h or d): mean delay"},
		{FAULT("    gemodel: 3%\n"), ":4:14: gemodel needs 'r' too, so write its parameters as keys and values"},
		{"", ":1:1: the file must hold keys and values, such as 'name: clean'"},
		{"just text\n", ":1:1: the file must hold keys and values, such as 'name: clean'"},
	};

	check_bad(rows, sizeof rows / sizeof rows[0]);
}

static void what_contradicts_is_told(void)
{
	static const struct bad rows[] = {
		{"name: x\nseed: 1\nname: y\n", ":3:1: duplicate key 'name'; the first is in line 1"},
		{FAULT("    drop: true\n    delay: 3ms\n"), ":5:5: a fault has one action, and this one already has 'drop'"},
		{FAULT("    nth: 1\n    first: 2\n    drop: true\n"),
	         ":4:10: 'nth', 'every' and 'first' are mutually exclusive: use one of them"},
		{FAULT("    from: 3s\n    until: 2s\n    drop: true\n"),
	         ":5:12: the window ends before it starts: 'until' must be later than 'from'"},
	};

	check_bad(rows, sizeof rows / sizeof rows[0]);
}

static void a_missing_file_is_told(void)
{
	static const struct bad rows[] = {
		{"name: x\nimage: nowhere.bin\n", ":2:8: the image nowhere.bin cannot be read: No such file or directory"},
	};
	char expected[2 * PATH_MAX];

	check_bad(rows, sizeof rows / sizeof rows[0]);
	test_write("bad.yaml", "name: x\ndevice: {name: d, kernel: /nowhere/zImage}\n");
	CU_ASSERT_EQUAL(stutter("run bad.yaml --out out"), STATUS_USAGE);
	TEST_CONTAINS(output,
	              "the kernel /nowhere/zImage cannot be read: No such file or directory; `make guest` makes the standard one\n");
	CU_ASSERT(!test_exists("out"));
	test_write("bad.yaml", "name: x\ndevice: refrence\n");
	CU_ASSERT_EQUAL(stutter("run bad.yaml --out out"), STATUS_USAGE);
	TEST_CONTAINS(output, "bad.yaml:2:9: no device 'refrence' in ");
	TEST_CONTAINS(output, "`stutter list devices` shows them all");
	(void)snprintf(expected, sizeof expected, "stutter: --device: no device 'nope' in ");
	test_write("good.yaml", "name: x\n");
	CU_ASSERT_EQUAL(stutter("run good.yaml --device nope --out out"), STATUS_USAGE);
	TEST_CONTAINS(output, expected);
	CU_ASSERT(!test_exists("out"));
}

static void a_filter_that_does_not_compile_is_told(void)
{
	static const struct bad rows[] = {
		{FAULT("    filter: \"tcp prot 80\"\n    drop: true\n"),
	         ":4:13: 'tcp prot 80' is not a pcap filter expression: can't parse filter expression: syntax error (see man pcap-filter)"},
		{FAULT("    filter: host update.example\n    drop: true\n"),
	         ":4:13: 'update.example' in the filter is a host name; only numeric addresses are allowed"},
	};

	check_bad(rows, sizeof rows / sizeof rows[0]);
}

static void what_is_no_plain_yaml_is_refused(void)
{
	static const struct bad rows[] = {
		{"name: &a x\n", ":1:7: anchors (&name) are not allowed: write the value where it is needed"},
		{"name: *a\n", ":1:7: aliases (*name) are not allowed: write the value out"},
		{"name: !!str x\n", ":1:7: tags (!name) are not allowed"},
		{"name: x\n---\nname: y\n", ":2:1: a second document begins here; a file can hold only one"},
		{"? [a]\n: b\n", ":1:3: a key must be a word"},
	};

	check_bad(rows, sizeof rows / sizeof rows[0]);
	test_write("bad.yaml", "name: [x\n");
	CU_ASSERT_EQUAL(stutter("run bad.yaml --out out"), STATUS_USAGE);
	TEST_CONTAINS(output, "bad.yaml:2:1: this is not YAML: ");
	CU_ASSERT(!test_exists("out"));
}

static void all_bad_scenarios_of_a_run_are_told_at_once(void)
{
	test_write("a.yaml", "name: a\nsede: 1\n");
	test_write("b.yaml", "name: b\n");
	test_write("c.yaml", "name: c\ndeadline: 1\n");
	CU_ASSERT_EQUAL(stutter("run a.yaml b.yaml c.yaml --out out"), STATUS_USAGE);
	TEST_CONTAINS(output, "a.yaml:2:1: unknown key 'sede' in a scenario; did you mean 'seed'?");
	TEST_CONTAINS(output, "c.yaml:2:11: deadline: '1' is not a duration");
	CU_ASSERT_PTR_NULL(strstr(output, "b.yaml"));
	CU_ASSERT(!test_exists("out"));
	test_write("c.yaml", "name: b\n");
	CU_ASSERT_EQUAL(stutter("run b.yaml c.yaml --out out"), STATUS_USAGE);
	TEST_SAME_TEXT(
		output,
		"c.yaml:1:1: another scenario of this run has the name 'b' too, and their sessions would share folders: rename one of them\n");
	CU_ASSERT(!test_exists("out"));
}

static void a_bad_device_file_is_blamed_itself(void)
{
	test_write("good.yaml", "name: x\n");
	test_write("device.yaml", "name: d\nagent:\n  retrys: 3\n");
	CU_ASSERT_EQUAL(stutter("run good.yaml --device ./device.yaml --out out"), STATUS_USAGE);
	TEST_CONTAINS(output, "./device.yaml:3:3: --device: unknown key 'retrys' in agent; did you mean 'retries'?");
	CU_ASSERT(!test_exists("out"));
}

/* -- valid input -- */

static void every_command_has_its_help(void)
{
	char words[64], begin[64];

	CU_ASSERT_EQUAL(stutter("--help"), 0);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		(void)snprintf(begin, sizeof begin, "\n  stutter %s ", cli_commands[i]->name);
		TEST_CONTAINS(output, begin);
	}
	TEST_CONTAINS(output,
	              "0 all passed, 1 a session failed its expectations, 2 bad usage or scenario, 3 our own error, 125 inconclusive");
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		(void)snprintf(words, sizeof words, "%s --help", cli_commands[i]->name);
		(void)snprintf(begin, sizeof begin, "usage: stutter %s [OPTION]...", cli_commands[i]->name);
		CU_ASSERT_EQUAL(stutter(words), 0);
		CU_ASSERT_EQUAL(strncmp(output, begin, strlen(begin)), 0);
		TEST_CONTAINS(output, "\n  --help           print this text\n");
	}
	CU_ASSERT_EQUAL(stutter("--version"), 0);
	TEST_SAME_TEXT(output, "stutter " STUTTER_VERSION "\n");
}

static void help_and_version_are_no_errors(void)
{
	CU_ASSERT_EQUAL(stutter("--help 2>/dev/null"), 0);
	CU_ASSERT_EQUAL(strncmp(output, "usage: ", 7), 0);
	CU_ASSERT_EQUAL(stutter("run -h 2>/dev/null"), 0);
	CU_ASSERT_EQUAL(strncmp(output, "usage: ", 7), 0);
	CU_ASSERT_EQUAL(stutter("rum >/dev/null"), STATUS_USAGE);
	CU_ASSERT_EQUAL(strncmp(output, "stutter: ", 9), 0);
}

static void contains_row(const struct param *row, const char *indent)
{
	char line[128];

	(void)snprintf(line, sizeof line, "\n%s%-16s %s; ", indent, row->key, row->summary);
	TEST_CONTAINS(output, line);
}

static void faults_are_listed_with_every_parameter(void)
{
	const struct action *action;
	char head[256];

	CU_ASSERT_EQUAL(stutter("list faults"), 0);
	for (const struct param *row = match_params; row->key != NULL; row++)
		contains_row(row, "  ");
	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		(void)snprintf(head, sizeof head, "\n%s: %s\n", action->name, action->summary);
		TEST_CONTAINS(output, head);
		for (const struct param *row = action->params; row->key != NULL; row++)
			contains_row(row, "  ");
	}
}

static void presets_are_listed_with_their_faults_and_sources(void)
{
	CU_ASSERT_EQUAL(stutter("list presets"), 0);
	TEST_CONTAINS(output, "\nedge: mobile, 2.75G: 240 kbit/s down, 200 up, 840 ms round trip\n  [catchpoint/WebPageTest, ");
	TEST_CONTAINS(output, "  rate             rate=200kbit; direction=to-server\n");
	TEST_CONTAINS(output, "\nostree-1349: ");
	TEST_CONTAINS(output, "  [ostreedev/ostree#1349]\n  mtu              size=1400;icmp=false;fragment=false\n");
}

/* By either word. */
static void judges_are_listed(void)
{
	static char by_judges[OUTPUT_MAX];

	CU_ASSERT_EQUAL(stutter("list judges"), 0);
	TEST_CONTAINS(output, "\n  hang             at most so long without a sign of life of the client, or the session ends; 0ns: off; ");
	CU_ASSERT_PTR_NULL(strstr(output, "signs_of_life"));
	memcpy(by_judges, output, sizeof output);
	CU_ASSERT_EQUAL(stutter("list oracles"), 0);
	TEST_SAME_TEXT(output, by_judges);
}

static void scenarios_and_devices_are_listed(void)
{
	CU_ASSERT_EQUAL(stutter("list scenarios"), 0);
	TEST_CONTAINS(output, "clean                An OS update over a link without faults.\n");
	TEST_CONTAINS(output, "\nlost-syn             ");
	CU_ASSERT_EQUAL(stutter("list devices"), 0);
	TEST_CONTAINS(output, "reference            ");
}

/* What is missing for tests does not keep a machine from running. */
static void doctor_tells_what_is_there(void)
{
	int status = stutter("doctor");
	char *building = strstr(output, "\nBuilding needs:\n"), *testing = strstr(output, "\nTesting needs:\n");

	CU_ASSERT_FATAL(strncmp(output, "Running needs:\n", 15) == 0 && building != NULL && testing != NULL && building < testing);
	TEST_CONTAINS(building, "  gcc ");
	TEST_CONTAINS(testing, "  tshark ");
	TEST_CONTAINS(testing, "  libclang-rt-14-dev ");
	*building = '\0';
	TEST_CONTAINS(output, "  qemu-system-arm ");
	TEST_CONTAINS(output, "  initramfs.cpio ");
	CU_ASSERT_EQUAL(status, strstr(output, "\nmissing  ") != NULL ? 125 : 0);
}

/* -- check -- */

/* What check prints, without the line that names the file. */
static char *checked(const char *path)
{
	char words[PATH_MAX + 16];

	(void)snprintf(words, sizeof words, "check %s", path);
	CU_ASSERT_EQUAL_FATAL(stutter(words), 0);
	CU_ASSERT_EQUAL_FATAL(strncmp(output, "# ", 2), 0);
	const char *second = strchr(output, '\n');
	CU_ASSERT_PTR_NOT_NULL_FATAL(second);
	return strdup(second + 1);
}

static void check_twice(const char *path)
{
	char *once = checked(path);
	char *twice = checked(test_write("again.yaml", once));

	TEST_SAME_TEXT(twice, once);
	free(once);
	free(twice);
}

static void a_checked_plan_checks_to_itself(void)
{
	test_write("full.yaml",
	           "name: \"quo\\\"ted \\\\ name\"\n"
	           "summary: \"Umlaute \xc3\xa4\xc3\xb6\xc3\xbc, # no comment, 'single'\"\n"
	           "seed: 18446744073709551615\n"
	           "deadline: 1.5s\n"
	           "device: {name: d, client: \"sh -c 'echo \\\"hi\\\" $HOME'\", spi_clock: 12.5MHz, agent: {retries: 0, backoff: 1.25s}}\n"
	           "link: {duplex: half, up_at: 250ms, queue: 3}\n"
	           "faults:\n"
	           "  - {drop: true, nth: 3, filter: \"tcp[tcpflags] & tcp-syn != 0\"}\n"
	           "  - {delay: 20ms, every: 2, probability: 12.5%}\n"
	           "  - {name: b, gemodel: {p: 1%, r: 25%, 1-h: 0.0000001%}}\n"
	           "  - {outage: 17min, from: 1s, until: 2d, first: 1, direction: to-device}\n"
	           "expect: {verdict: fail, phase: connect, at_least: 1ns, at_most: 3h}\n");
	check_twice("full.yaml");
}

static void every_scenario_of_the_library_checks_to_itself(void)
{
	char root[PATH_MAX], *path, *rest = NULL;
	static char list[OUTPUT_MAX];

	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath("scenarios", root));
	CU_ASSERT_EQUAL_FATAL(test_shell(list, sizeof list, "find %s -name '*.yaml' -not -path '*/suites/*' | sort", root), 0);
	for (path = strtok_r(list, "\n", &rest); path != NULL; path = strtok_r(NULL, "\n", &rest))
		check_twice(path);
}

static void check_resolves_the_device_that_is_given(void)
{
	test_write("good.yaml", "name: x\n");
	test_write("device.yaml", "name: impatient\nagent: {retries: 0}\n");
	CU_ASSERT_EQUAL(stutter("check good.yaml --device ./device.yaml"), 0);
	TEST_CONTAINS(output, "device:\n  name: \"impatient\"\n");
	TEST_CONTAINS(output, "\n    retries: 0\n");
	CU_ASSERT(!test_exists("stutter-runs"));
}

static void the_reference_is_what_the_tables_say(void)
{
	CU_ASSERT_EQUAL(stutter("list reference"), 0);
	char *page = test_read("scenarios/REFERENCE.md");
	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	if (strcmp(page, output) != 0)
		CU_FAIL("scenarios/REFERENCE.md is old; `make golden` writes it anew");
	free(page);
}

const CU_TestInfo tests_cli[] = {
	{"a wrong command gets the nearest", a_wrong_command_gets_the_nearest},
	{"a wrong option gets the nearest", a_wrong_option_gets_the_nearest},
	{"a wrong argument is told", a_wrong_argument_is_told},
	{"a folder needs a scenario in it", a_folder_needs_a_scenario_in_it},
	{"an out folder is never overwritten", an_out_folder_is_never_overwritten},
	{"an unknown key has its place and the nearest", an_unknown_key_has_its_place_and_the_nearest},
	{"a wrong unit is told with those allowed", a_wrong_unit_is_told_with_those_allowed},
	{"a wrong value is told with those allowed", a_wrong_value_is_told_with_those_allowed},
	{"what is missing is told", what_is_missing_is_told},
	{"what contradicts is told", what_contradicts_is_told},
	{"a missing file is told", a_missing_file_is_told},
	{"a filter that does not compile is told", a_filter_that_does_not_compile_is_told},
	{"what is no plain YAML is refused", what_is_no_plain_yaml_is_refused},
	{"all bad scenarios of a run are told at once", all_bad_scenarios_of_a_run_are_told_at_once},
	{"a bad device file is blamed itself", a_bad_device_file_is_blamed_itself},
	{"every command has its help", every_command_has_its_help},
	{"help and version are no errors", help_and_version_are_no_errors},
	{"faults are listed with every parameter", faults_are_listed_with_every_parameter},
	{"presets are listed with their faults and sources", presets_are_listed_with_their_faults_and_sources},
	{"judges are listed", judges_are_listed},
	{"scenarios and devices are listed", scenarios_and_devices_are_listed},
	{"doctor tells what is there", doctor_tells_what_is_there},
	{"a checked plan checks to itself", a_checked_plan_checks_to_itself},
	{"every scenario of the library checks to itself", every_scenario_of_the_library_checks_to_itself},
	{"check resolves the device that is given", check_resolves_the_device_that_is_given},
	{"the reference is what the tables say", the_reference_is_what_the_tables_say},
	CU_TEST_INFO_NULL,
};
