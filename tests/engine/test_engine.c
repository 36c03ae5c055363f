/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: sessions inside QEMU's process, branched from one that waits. The outcome of a
 * session must not depend on it, whatever happens to its process.
 */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "emulator/qemu/inside/crash.h"
#include "emulator/qemu/inside/stack.h"
#include "emulator/qemu/silence.h"
#include "harness/scenario/plan.h"
#include "tests/engine/branching.h"
#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_engine[];

enum { STATUS_PASSED = 0, STATUS_INCONCLUSIVE = 125 };

#define OUTPUT_MAX 65536

static char output[OUTPUT_MAX];

/* A short session in which frames are lost and delayed, the cable flaps and the chip stalls. */
#define FAULTS \
	"name: busy\nimage: small.bin\ndeadline: 5min\nexpect: {verdict: any}\n" \
	"faults:\n" \
	"  - {name: bursts, direction: to-device, gemodel: {p: 1%, r: 50%}}\n" \
	"  - {name: jitter, probability: 5%, delay: {time: 8ms, jitter: 5ms}}\n" \
	"  - {name: stall, at: 'enc.tx#30', tx_stall: false}\n" \
	"  - {name: flap, from: 'http.request#3', carrier: 1s}\n"

/*
 * Runs stutter in the test's folder, in which small.bin lies; what it printed is left in `output`.
 */
#define stutter(...) session_fixture_run(output, sizeof output, __VA_ARGS__)

static void expect_same_files(const char *a, const char *b)
{
	static const char *const names[] = {"trace.txt", "device.pcapng", "server.pcapng", "console.log",
	                                    "plan.yaml", "addresses.txt", "series.csv"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int status = test_shell(output, sizeof output, "cd %s && cmp %s/%s %s/%s", test_folder(), a, names[i], b, names[i]);
		test_expect_status(output, status, 0);
	}
}

/* A text of a session's verdict.json. To be released with free(). */
static char *verdict_text(const char *session, const char *key)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s/verdict.json", test_folder(), session);
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	const char *value = json_string_value(json_object_get(json, key));
	char *text = strdup(value != NULL ? value : "");
	json_decref(json);
	return text;
}

static void expect_verdict(const char *session, const char *key, const char *part)
{
	char *text = verdict_text(session, key);

	TEST_CONTAINS(text, part);
	free(text);
}

/* -- the same, however it is run -- */

static void a_session_is_the_same_inside_beside_and_as_a_branch(void)
{
	test_write("busy.yaml", FAULTS);
	test_expect_status(output, stutter("run busy.yaml --seeds 1..3 --jobs 2 --out branches"), STATUS_PASSED);
	test_expect_status(output, stutter("run busy.yaml --seeds 2..2 --no-share --out alone"), STATUS_PASSED);
	test_expect_status(output, stutter("run busy.yaml --seeds 2..2 --transport fifo --out beside"), STATUS_PASSED);
	expect_same_files("branches/busy/seed-2", "alone/busy/seed-2");
	expect_same_files("beside/busy/seed-2", "alone/busy/seed-2");
}

static void devices_of_several_images_share_what_is_theirs(void)
{
	test_write("busy.yaml", FAULTS);
	test_write("large.yaml", "name: large\nmemory: 192MiB\nclient: exit 0\n");
	test_write("other.yaml", "name: other\nimage: small.bin\ndevice: large.yaml\nexpect: {verdict: any}\n");
	test_expect_status(output, stutter("run busy.yaml other.yaml --seeds 1..2 --jobs 2 --out r"), STATUS_PASSED);
	test_expect_status(output, stutter("run other.yaml --seeds 2..2 --no-share --out alone"), STATUS_PASSED);
	expect_same_files("r/other/seed-2", "alone/other/seed-2");
}

static void a_session_ends_the_same_way_inside_and_beside(void)
{
	static const struct {
		const char *name, *client, *reason;
	} rows[] = {
		{"off", "poweroff -f", "the device powered off"},
		{"panic", "echo c >/proc/sysrq-trigger", "panic"},
		{"gone", "exit 3", "client: exit status 3"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[256], inside[64], beside[64], name[64];
		(void)snprintf(name, sizeof name, "%s.yaml", rows[i].name);
		(void)snprintf(text, sizeof text, "name: %s\nimage: small.bin\ndevice: {name: d, client: '%s'}\n", rows[i].name,
		               rows[i].client);
		test_write(name, text);
		int status = stutter("run %s --out inside-%s", name, rows[i].name);
		test_expect_status(output, stutter("run %s --transport fifo --out beside-%s", name, rows[i].name), status);
		(void)snprintf(inside, sizeof inside, "inside-%s/%s/seed-1", rows[i].name, rows[i].name);
		(void)snprintf(beside, sizeof beside, "beside-%s/%s/seed-1", rows[i].name, rows[i].name);
		expect_verdict(inside, "reason", rows[i].reason);
		char *one = verdict_text(inside, "digest"), *other = verdict_text(beside, "digest");
		TEST_SAME_TEXT(one, other);
		free(one);
		free(other);
	}
}

static void a_qemu_that_lacks_a_symbol_is_reported_and_runs_as_a_process(void)
{
	char *digest[2];

	test_write("busy.yaml", FAULTS);
	session_fixture_needs("initramfs.cpio");
	/* A copy of the program exports another name; its own calls do not use it. */
	int status = test_shell(
		output, sizeof output,
		"cd %s && mkdir bin && sed 's/icount_start_warp_timer/icount_start_warp_timex/' \"$(command -v qemu-system-arm)\" "
		">bin/qemu-system-arm && chmod +x bin/qemu-system-arm",
		test_folder());
	test_expect_status(output, status, 0);
	test_expect_status(output, stutter("run busy.yaml --out whole"), STATUS_PASSED);
	status = test_shell(output, sizeof output, "cd %s && PATH=$PWD/bin:$PATH %s run busy.yaml --out lacks", test_folder(),
	                    test_program());
	test_expect_status(output, status, STATUS_PASSED);
	TEST_CONTAINS(output, "warning: this QEMU lacks icount_start_warp_timer: ");
	digest[0] = verdict_text("whole/busy/seed-1", "digest");
	digest[1] = verdict_text("lacks/busy/seed-1", "digest");
	TEST_SAME_TEXT(digest[1], digest[0]);
	free(digest[0]);
	free(digest[1]);
}

/* -- beginnings -- */

/* A member of one family, and whether there is anything that it can share before its fault acts. */
static const struct {
	const char *name, *fault;
	bool shares;
} members[] = {
	{"none", "", true},
	{"late", "  - {name: f, at: 'http.response[80/3]#1', delay: 300ms}\n", true},
	{"phase", "  - {name: f, during: download, probability: 2%, drop: true}\n", true},
	{"flap", "  - {name: f, from: 'http.request#3', carrier: 1s}\n", true},
	{"service", "  - {name: f, at: 'srv.http#3', http_status: 503}\n", true},
	{"board", "  - {name: f, at: 'enc.tx#40', tx_stall: false}\n", true},
	{"early", "  - {name: f, at: 'dhcp.offer#1', drop: true}\n", true},
	{"at-once", "  - {name: f, clkrdy: {after: 5ms}}\n", false},
};

#define MEMBERS (sizeof members / sizeof members[0])

static void sessions_of_a_family_share_what_comes_before_their_faults(void)
{
	char shared[64], alone[64], path[PATH_MAX];

	for (size_t i = 0; i < MEMBERS; i++) {
		char file[64], text[512];
		(void)snprintf(file, sizeof file, "%s.yaml", members[i].name);
		(void)snprintf(text, sizeof text, "name: %s\nimage: small.bin\ndeadline: 5min\nexpect: {verdict: any}\n%s%s",
		               members[i].name, members[i].fault[0] != '\0' ? "faults:\n" : "", members[i].fault);
		test_write(file, text);
	}
	test_expect_status(
		output,
		stutter("run none.yaml late.yaml phase.yaml flap.yaml service.yaml board.yaml early.yaml at-once.yaml --jobs 2 --out shared"),
		STATUS_PASSED);
	test_expect_status(
		output,
		stutter("run none.yaml late.yaml phase.yaml flap.yaml service.yaml board.yaml early.yaml at-once.yaml --jobs 2 --no-share "
	                "--out alone"),
		STATUS_PASSED);
	for (size_t i = 0; i < MEMBERS; i++) {
		(void)snprintf(shared, sizeof shared, "shared/%s/seed-1", members[i].name);
		(void)snprintf(alone, sizeof alone, "alone/%s/seed-1", members[i].name);
		expect_same_files(shared, alone);
		(void)snprintf(path, sizeof path, "%s/%s/verdict.json", test_folder(), shared);
		json_t *json = json_load_file(path, 0, NULL);
		json_int_t requests = json_integer_value(json_object_get(json, "requests_shared"));
		if ((requests > 0) != members[i].shares)
			printf("    %s shares %lld requests\n", members[i].name, (long long)requests);
		CU_ASSERT_EQUAL(requests > 0, members[i].shares);
		json_decref(json);
	}
	/* Nothing of the held sessions stays behind. */
	test_expect_status(output, test_shell(output, sizeof output, "! find %s | grep beginning", test_folder()), 0);
}

/* -- branches -- */

static void branch(const char *scenario, uint64_t first, uint64_t step, size_t count)
{
	struct branching branching = {.count = count};
	struct error err = {.text = ""};

	session_fixture_needs("initramfs.cpio");
	(void)snprintf(branching.scenario, sizeof branching.scenario, "%s", scenario);
	for (size_t i = 0; i < count; i++)
		branching.points[i] = first + i * step;
	bool good = branching_run(&branching, 1, test_folder(), &err);
	if (!good || branching.differs[0] != '\0')
		printf("    %s %s\n", err.text, branching.differs);
	CU_ASSERT_TRUE_FATAL(good);
	CU_ASSERT_EQUAL(branching.reached, count);
	CU_ASSERT_STRING_EQUAL(branching.differs, "");
}

static void a_branch_is_the_session_that_it_left(void)
{
	branch("scenarios/first/lost-syn.yaml", 2, 7001, 4);
}

static void branches_go_on_over_a_reset_and_a_power_cut(void)
{
	branch("scenarios/flash/cut-twice.yaml", 1500, 6000, 3);
}

static void a_point_that_is_never_reached_is_no_branch(void)
{
	struct branching branching = {.scenario = "scenarios/first/lost-syn.yaml", .points = {UINT64_C(1) << 40}, .count = 1};
	struct error err = {.text = ""};

	session_fixture_needs("initramfs.cpio");
	CU_ASSERT_TRUE(branching_run(&branching, 1, test_folder(), &err));
	CU_ASSERT_EQUAL(branching.reached, 0);
}

/* -- what a killed session leaves -- */

/* The child of @p parent that writes into a session's folder. */
#define KILL_SESSION \
	"cd %s && head -c 2000000 /dev/urandom >small.bin && %s run busy.yaml --seeds 1..2 --jobs 2 --out r >out 2>&1 & pid=$!; " \
	"for i in $(seq 1 600); do sleep 0.05; [ \"$(stat -c %%s %s/r/busy/seed-1/device.pcapng 2>/dev/null || echo 0)\" -lt 300000 ] || break; done; " \
	"for child in $(pgrep -P $(pgrep -P $pid -x stutter || echo $pid)) $(pgrep -P $pid); do " \
	"if ls -l /proc/$child/fd 2>/dev/null | grep -q seed-1/trace.txt; then kill -%s $child; break; fi; done; wait $pid"

static void a_killed_session_leaves_its_trace_and_decisions(void)
{
	char path[PATH_MAX];

	test_write("busy.yaml", FAULTS);
	session_fixture_needs("initramfs.cpio");
	int status = test_shell(output, sizeof output, KILL_SESSION, test_folder(), test_program(), test_folder(), "KILL");
	test_expect_status(output, status, STATUS_INCONCLUSIVE);
	expect_verdict("r/busy/seed-1", "verdict", "inconclusive");
	expect_verdict("r/busy/seed-1", "reason", "QEMU was killed by signal 9 (Killed)");
	expect_verdict("r/busy/seed-2", "verdict", "pass");
	TEST_FILE_CONTAINS("r/busy/seed-1/trace.txt", "phase download begin\n");
	TEST_FILE_CONTAINS("r/busy/seed-1/trace.txt", "session inconclusive: QEMU was killed by signal 9");
	/* The plan has what had taken effect, and is one that can be replayed. */
	TEST_FILE_CONTAINS("r/busy/seed-1/plan.yaml", "decisions:\n  - {at: ");
	(void)snprintf(path, sizeof path, "%s/r/busy/seed-1", test_folder());
	test_expect_status(output, test_shell(output, sizeof output, "%s check %s/plan.yaml", test_program(), path), 0);
	test_expect_status(
		output,
		test_shell(output, sizeof output,
	                   "cd %s && for end in device server; do tshark -r $end.pcapng 2>&1 >/dev/null | grep -v 'as user'; done; true",
	                   path),
		0);
	CU_ASSERT_PTR_NULL(strstr(output, "cut short"));
	test_expect_status(output, test_shell(output, sizeof output, "ls %s", path), 0);
	CU_ASSERT_PTR_NULL(strstr(output, ".kept"));
}

static void a_signal_from_outside_is_not_taken_for_a_crash_of_ours(void)
{
	test_write("busy.yaml", FAULTS);
	session_fixture_needs("initramfs.cpio");
	int status = test_shell(output, sizeof output, KILL_SESSION, test_folder(), test_program(), test_folder(), "ILL");
	test_expect_status(output, status, STATUS_INCONCLUSIVE);
	expect_verdict("r/busy/seed-1", "verdict", "inconclusive");
	expect_verdict("r/busy/seed-1", "reason", "QEMU was killed by signal 4");
}

/* Runs in a process of its own, which it ends. */
static struct qemu_page crash_in_child(bool in_world)
{
	struct qemu_page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	CU_ASSERT_FATAL(page != MAP_FAILED);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		const struct rlimit none = {0, 0};
		(void)setrlimit(RLIMIT_CORE, &none);
		crash_note_in(page);
		crash_watch();
		page->in_world = in_world;
		*(volatile int *volatile){NULL} = 0;
		_exit(0);
	}
	(void)waitpid(pid, &status, 0);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	return *page;
}

static void a_crash_says_where_it_happened(void)
{
	struct qemu_page page = crash_in_child(true);

	CU_ASSERT_EQUAL(page.crash.number, SIGSEGV);
	CU_ASSERT_TRUE(page.crash.in_world);
	CU_ASSERT_TRUE(page.crash.in_harness);
	CU_ASSERT_NOT_EQUAL(page.crash.offset, 0);
	page = crash_in_child(false);
	CU_ASSERT_FALSE(page.crash.in_world);
}

/* -- silence -- */

static pid_t start_child(void (*work)(void))
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0) {
		(void)alarm(60);
		work();
		_exit(0);
	}
	return pid;
}

static void sleep_for_ever(void)
{
	for (;;)
		(void)pause();
}

static void spin(void)
{
	for (volatile unsigned n = 0;; n++)
		;
}

static void end_child(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* Looks for a while. @return the silence at the end. */
static uint64_t listen_for(struct silence *silence, unsigned tenths, uint64_t (*requests)(unsigned tenth))
{
	const struct timespec tenth = {.tv_nsec = 100000000};
	uint64_t lasts = 0;

	for (unsigned i = 0; i < tenths; i++) {
		(void)nanosleep(&tenth, NULL);
		lasts = silence_lasts(silence, requests(i));
	}
	return lasts;
}

static uint64_t none(unsigned tenth)
{
	(void)tenth;
	return 0;
}

static uint64_t steady(unsigned tenth)
{
	return tenth + 1;
}

static void a_device_at_rest_is_silent(void)
{
	struct silence silence;
	pid_t pid = start_child(sleep_for_ever);

	silence_begin(&silence, pid);
	CU_ASSERT(listen_for(&silence, 25, none) >= 1);
	CU_ASSERT(listen_for(&silence, 5, steady) == 0);
	end_child(pid);
}

static double cpu_seconds(pid_t pid)
{
	struct timespec used = {.tv_sec = 0};
	clockid_t clock;

	CU_ASSERT_EQUAL_FATAL(clock_getcpuclockid(pid, &clock), 0);
	CU_ASSERT_EQUAL_FATAL(clock_gettime(clock, &used), 0);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void a_device_that_computes_is_silent_for_its_own_time(void)
{
	struct silence silence;
	pid_t pid = start_child(spin);
	uint64_t lasts = 0;

	silence_begin(&silence, pid);
	/* On a busy host it takes a while to compute that much. */
	while (cpu_seconds(pid) < 2)
		lasts = listen_for(&silence, 1, none);
	CU_ASSERT(lasts >= 1 && lasts <= 3);
	end_child(pid);
}

/* A process of lowest priority beside busy ones waits for the processor, and is not at rest. */
static void a_device_that_is_starved_is_not_silent(void)
{
	enum { BUSY = 8 };
	struct silence silence;
	pid_t busy[BUSY];
	cpu_set_t all, one;
	size_t core = 0;

	/* All on one core, however many there are. */
	CU_ASSERT_EQUAL_FATAL(sched_getaffinity(0, sizeof all, &all), 0);
	while (!CPU_ISSET(core, &all))
		core++;
	CPU_ZERO(&one);
	CPU_SET(core, &one);
	CU_ASSERT_EQUAL_FATAL(sched_setaffinity(0, sizeof one, &one), 0);
	for (size_t i = 0; i < BUSY; i++)
		busy[i] = start_child(spin);
	pid_t pid = start_child(spin);
	(void)setpriority(PRIO_PROCESS, (id_t)pid, 19);
	silence_begin(&silence, pid);
	uint64_t lasts = listen_for(&silence, 30, none);
	CU_ASSERT(lasts < 2);
	end_child(pid);
	for (size_t i = 0; i < BUSY; i++)
		end_child(busy[i]);
	(void)sched_setaffinity(0, sizeof all, &all);
}

/* -- stacks -- */

static int steps[8], step_count;

static void on_world(void)
{
	for (int i = 0;; i++) {
		/* The stack is aligned as the calling convention asks: this needs it. */
		volatile double _Alignas(32) number = i;
		CU_ASSERT_EQUAL((uintptr_t)&number % 32, 0);
		steps[step_count++] = (int)number * 10;
		stack_to_cpu();
	}
}

static void two_stacks_take_turns(void)
{
	stack_open(on_world);
	for (int i = 0; i < 3; i++) {
		stack_to_world();
		steps[step_count++] = i;
	}
	CU_ASSERT_EQUAL(step_count, 6);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(steps[2 * i], i * 10);
		CU_ASSERT_EQUAL(steps[2 * i + 1], i);
	}
}

const CU_TestInfo tests_engine[] = {
	{"two stacks take turns", two_stacks_take_turns},
	{"a crash says where it happened", a_crash_says_where_it_happened},
	{"a device at rest is silent", a_device_at_rest_is_silent},
	{"a device that computes is silent for its own time", a_device_that_computes_is_silent_for_its_own_time},
	{"a device that is starved is not silent", a_device_that_is_starved_is_not_silent},
	{"a session is the same inside, beside, and as a branch", a_session_is_the_same_inside_beside_and_as_a_branch},
	{"devices of several images share what is theirs", devices_of_several_images_share_what_is_theirs},
	{"a session ends the same way inside and beside", a_session_ends_the_same_way_inside_and_beside},
	{"a QEMU that lacks a symbol is reported, and runs as a process", a_qemu_that_lacks_a_symbol_is_reported_and_runs_as_a_process},
	{"sessions of a family share what comes before their faults", sessions_of_a_family_share_what_comes_before_their_faults},
	{"a branch is the session that it left", a_branch_is_the_session_that_it_left},
	{"branches go on over a reset and a power cut", branches_go_on_over_a_reset_and_a_power_cut},
	{"a point that is never reached is no branch", a_point_that_is_never_reached_is_no_branch},
	{"a killed session leaves its trace and decisions", a_killed_session_leaves_its_trace_and_decisions},
	{"a signal from outside is not taken for a crash of ours", a_signal_from_outside_is_not_taken_for_a_crash_of_ours},
	CU_TEST_INFO_NULL,
};
