/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test cannot show because it is rare: many sessions on a machine that is busy in every way,
 * guest resets, branches at drawn points, and kills at drawn moments. `make soak` runs it, for
 * hours; SOAK_SHARE=10 does a tenth. Exit status 1 if anything was not as it must be.
 *
 * Draws are of a fixed seed, so that a soak that failed can be repeated; when a kill comes is a
 * matter of the clock.
 */
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/sim/random.h"
#include "tests/engine/branching.h"
#include "tests/soak/soak.h"

#define SESSIONS 1000U
#define RESETS 300U
#define RESETS_A_SESSION 3U
#define POINTS 200U
#define SEED 1

char soak_folder[] = "/tmp/stutter-soak-XXXXXX";
unsigned soak_share = 1;

static unsigned failures;

const char *soak_program(void)
{
	const char *name = getenv("STUTTER");

	return name != NULL ? name : "build/stutter";
}

void soak_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("  FAIL ", stdout);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	failures++;
}

unsigned soak_failures(void)
{
	return failures;
}

int soak_shell(const char *format, ...)
{
	char command[4 * PATH_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(command, sizeof command, format, args);
	va_end(args);
	(void)fflush(stdout);
	int status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

pid_t soak_start(const char *command)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(99);
	}
	return pid;
}

void soak_wait(uint64_t us)
{
	(void)nanosleep(&(const struct timespec){.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000}, NULL);
}

uint64_t soak_time_of(const char *words)
{
	double start = soak_seconds();

	(void)soak_shell("%s %s >/dev/null 2>&1", soak_program(), words);
	return (uint64_t)((soak_seconds() - start) * 1e6) + 1;
}

bool soak_is_there(const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", soak_folder, name);
	return access(path, F_OK) == 0;
}

void soak_forget(const char *name)
{
	(void)soak_shell("rm -rf %s/%s", soak_folder, name);
}

double soak_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint64_t soak_drawn(const char *what, uint64_t which, uint64_t below)
{
	return random_below(random_stream(SEED, what), which, 0, below);
}

/* -- load -- */

#define LOADS_MAX 8

/*
 * From four sides: processors, memory, disk, and processes that come and go. The list ends with
 * NULL.
 */
static const char *const loads[] = {
	"while :; do :; done",
	"while :; do head -c 200000000 /dev/zero | tail -c 1 >/dev/null; done",
	"while :; do dd if=/dev/zero of=load bs=1M count=100 conv=fsync 2>/dev/null; done",
	"while :; do sh -c 'ls -lR /usr/share/doc >/dev/null'; done",
	NULL,
};

/* Eight that leave nothing for a job of lower priority. */
static const char *const starving[] = {
	"while :; do :; done", "while :; do :; done", "while :; do :; done",
	"while :; do :; done", "while :; do :; done", "while :; do :; done",
	"while :; do :; done", "while :; do :; done", NULL,
};

static pid_t running[LOADS_MAX];

static void start_load(const char *const *commands)
{
	for (size_t i = 0; i < LOADS_MAX && commands[i] != NULL; i++) {
		running[i] = fork();
		if (running[i] != 0) {
			(void)setpgid(running[i], running[i]);
			continue;
		}
		(void)setpgid(0, 0);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chdir(soak_folder) == 0)
			(void)execl("/bin/sh", "sh", "-c", commands[i], (char *)NULL);
		_exit(1);
	}
}

static void end_load(void)
{
	for (size_t i = 0; i < LOADS_MAX; i++) {
		if (running[i] <= 0)
			continue;
		(void)kill(-running[i], SIGKILL);
		(void)kill(running[i], SIGKILL);
		(void)waitpid(running[i], NULL, 0);
		running[i] = 0;
	}
}

/* -- runs and their digests -- */

/*
 * Compares the digests of a run's sessions with those of another run. @return how many were
 * compared.
 */
unsigned soak_compare(const char *run, const char *reference)
{
	char path[PATH_MAX];
	unsigned compared = 0;
	json_t *session;
	size_t i;

	(void)snprintf(path, sizeof path, "%s/%s/summary.json", soak_folder, run);
	json_t *summary = json_load_file(path, 0, NULL);
	json_array_foreach(json_object_get(summary, "sessions"), i, session)
	{
		const char *name = json_string_value(json_object_get(session, "scenario"));
		json_int_t seed = json_integer_value(json_object_get(session, "seed"));
		const char *verdict = json_string_value(json_object_get(session, "verdict"));
		(void)snprintf(path, sizeof path, "%s/%s/%s/seed-%" JSON_INTEGER_FORMAT "/verdict.json", soak_folder, reference, name,
		               seed);
		json_t *other = json_load_file(path, 0, NULL);
		const char *digest = json_string_value(json_object_get(session, "digest"));
		const char *expected = json_string_value(json_object_get(other, "digest"));
		if (name == NULL || verdict == NULL || digest == NULL)
			soak_fail("%s has a session without a name, a verdict or a digest", run);
		else if (strcmp(verdict, "inconclusive") == 0)
			soak_fail("%s seed %" JSON_INTEGER_FORMAT " is inconclusive: %s", name, seed,
			          json_string_value(json_object_get(session, "reason")));
		else if (expected == NULL || strcmp(digest, expected) != 0)
			soak_fail("%s seed %" JSON_INTEGER_FORMAT ": digest %s, not %s", name, seed, digest,
			          expected != NULL ? expected : "known");
		json_decref(other);
		compared++;
	}
	if (summary == NULL)
		soak_fail("%s has no summary.json", run);
	json_decref(summary);
	return compared;
}

/* How a scenario's seeds are run under load. */
struct load {
	const char *scenario, *name;
	unsigned seeds, times, jobs;
	int niceness;
	const char *const *commands; /* of the load; ends with NULL */
};

/*
 * Runs them once in quiet, then under load, and compares. @return how many sessions were compared.
 */
static unsigned soak_under(const struct load *load)
{
	unsigned compared = 0;
	char quiet[64], run[64];

	(void)snprintf(quiet, sizeof quiet, "%s-quiet", load->name);
	(void)soak_shell("%s run %s --seeds 1..%u --out %s/%s >/dev/null 2>&1", soak_program(), load->scenario, load->seeds, soak_folder,
	                 quiet);
	start_load(load->commands);
	for (unsigned i = 0; i < load->times; i++) {
		(void)snprintf(run, sizeof run, "%s-%u", load->name, i);
		(void)soak_shell("nice -n %d %s run %s --seeds 1..%u --jobs %u --out %s/%s >/dev/null 2>&1", load->niceness, soak_program(),
		                 load->scenario, load->seeds, load->jobs, soak_folder, run);
		compared += soak_compare(run, quiet);
		(void)soak_shell("rm -rf %s/%s", soak_folder, run);
	}
	end_load();
	return compared;
}

/* @return the scenario that short sessions are of: two seconds of a bad line. */
const char *soak_short_scenario(void)
{
	static char path[PATH_MAX];

	if (path[0] != '\0')
		return path;
	(void)snprintf(path, sizeof path, "%s/short.yaml", soak_folder);
	(void)soak_shell("cd %s && head -c 100000 /dev/zero >small.bin && cat >short.yaml <<'EOF'\n"
	                 "name: short\nimage: small.bin\ndeadline: 5min\nexpect: {verdict: any}\n"
	                 "faults:\n  - {name: bursts, direction: to-device, gemodel: {p: 2%%, r: 30%%}}\n"
	                 "  - {name: jitter, probability: 20%%, delay: {time: 8ms, jitter: 5ms}}\nEOF",
	                 soak_folder);
	return path;
}

static void soak_sessions(void)
{
	struct load load = {soak_short_scenario(), "short", .seeds = 50, .jobs = 8, .commands = loads};
	double start = soak_seconds();

	load.times = (SESSIONS / soak_share + load.seeds - 1) / load.seeds;
	unsigned compared = soak_under(&load);
	printf("sessions under load: %u compared with quiet ones, in %.0f s\n", compared, soak_seconds() - start);
}

/*
 * Silence is counted in a session's own CPU time: that the machine has none for it says nothing
 * about the guest.
 */
static void soak_starved(void)
{
	struct load load = {soak_short_scenario(), "starved", .seeds = 2, .times = 1, .jobs = 2, .niceness = 19, .commands = starving};
	double start = soak_seconds();
	unsigned compared = soak_under(&load);

	printf("sessions of niceness 19 beside eight busy loops: %u compared with quiet ones, in %.0f s\n", compared,
	       soak_seconds() - start);
}

static void soak_resets(void)
{
	struct load load = {"scenarios/flash/cut-twice.yaml", "cut-twice", .seeds = 10, .jobs = 8, .commands = loads};
	double start = soak_seconds();

	load.times = (RESETS / RESETS_A_SESSION / soak_share + load.seeds - 1) / load.seeds;
	unsigned compared = soak_under(&load);
	printf("guest resets under load: %u in %u sessions, in %.0f s\n", compared * RESETS_A_SESSION, compared, soak_seconds() - start);
}

/* -- branches -- */

struct branched {
	const char *scenario;
	uint64_t requests; /* about as many as its session has */
};

static int ascending(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static unsigned soak_branches_of(const struct branched *wanted, size_t count)
{
	struct branching branching = {.count = count};
	struct error err = {.text = ""};
	char dir[PATH_MAX];

	(void)snprintf(branching.scenario, sizeof branching.scenario, "%s", wanted->scenario);
	for (size_t i = 0; i < count; i++)
		branching.points[i] = 2 + soak_drawn(wanted->scenario, i, wanted->requests);
	qsort(branching.points, count, sizeof branching.points[0], ascending);
	for (size_t i = 1; i < count; i++)
		if (branching.points[i] <= branching.points[i - 1])
			branching.points[i] = branching.points[i - 1] + 1;
	(void)snprintf(dir, sizeof dir, "%s/branches", soak_folder);
	if (!branching_run(&branching, SEED, dir, &err))
		soak_fail("%s: %s", wanted->scenario, err.text);
	if (branching.differs[0] != '\0')
		soak_fail("%s: the session and %s differ", wanted->scenario, branching.differs);
	if (branching.reached < count)
		printf("  %s: %zu of %zu points reached\n", wanted->scenario, branching.reached, count);
	(void)soak_shell("rm -rf %s", dir);
	return (unsigned)branching.reached;
}

static void soak_branches(void)
{
	static const struct branched rows[] = {
		{"scenarios/first/lost-syn.yaml", 80000},
		{"scenarios/first/far-away.yaml", 80000},
		{"scenarios/chip/tx-stall.yaml", 60000},
		{"scenarios/chip/spi-bit-eir.yaml", 900},
		{"scenarios/fault/gemodel.yaml", 60000},
		{"scenarios/server/truncated-body.yaml", 10000},
		{"scenarios/session/update.yaml", 35000},
		{"scenarios/flash/cut-twice.yaml", 15000},
		{"scenarios/flash/rot-in-boot-record.yaml", 10000},
		{"scenarios/field/mender-1821.yaml", 7000},
	};
	const size_t scenarios = sizeof rows / sizeof rows[0],
		     each = POINTS / scenarios / soak_share > 0 ? POINTS / scenarios / soak_share : 1;
	double start = soak_seconds();
	unsigned reached = 0;

	for (size_t i = 0; i < scenarios; i++)
		reached += soak_branches_of(&rows[i], each);
	printf("branches: %u points over %zu scenarios, each run to its end, in %.0f s\n", reached, scenarios, soak_seconds() - start);
}

/* -- kills -- */

static pid_t start_run(const char *out)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)!freopen("/dev/null", "w", stdout);
		(void)!freopen("/dev/null", "w", stderr);
		(void)execl(soak_program(), "stutter", "run", "scenarios/first/lost-syn.yaml", "--no-share", "--out", out, (char *)NULL);
		_exit(99);
	}
	return pid;
}

/* What a folder must have, whenever its session was killed. */
static void look_at_folder(const char *session, uint64_t after_ms)
{
	if (soak_shell("grep -q '\"verdict\": \"inconclusive\"' %s/verdict.json", session) != 0 ||
	    soak_shell("grep -q 'QEMU was killed by signal 9' %s/verdict.json", session) != 0)
		soak_fail("killed after %llu ms: no true verdict in %s", (unsigned long long)after_ms, session);
	else if (soak_shell("tail -n 1 %s/trace.txt | grep -q 'session inconclusive'", session) != 0)
		soak_fail("killed after %llu ms: the trace does not end with the verdict", (unsigned long long)after_ms);
	else if (soak_shell("%s check %s/plan.yaml >/dev/null", soak_program(), session) != 0)
		soak_fail("killed after %llu ms: plan.yaml cannot be read", (unsigned long long)after_ms);
	else if (soak_shell("cd %s && ! for end in device server; do tshark -r $end.pcapng 2>&1; done | grep -q 'cut short'", session) != 0)
		soak_fail("killed after %llu ms: a capture is cut short", (unsigned long long)after_ms);
}

/* @return whether the session lived when it was to be killed. */
static bool kill_one(unsigned i)
{
	uint64_t after_ms = 300 + soak_drawn("kill", i, 3000);
	char out[PATH_MAX], session[PATH_MAX];

	(void)snprintf(out, sizeof out, "%s/kill-%u", soak_folder, i);
	(void)snprintf(session, sizeof session, "%s/kill-%u/lost-syn/seed-1", soak_folder, i);
	pid_t pid = start_run(out);
	soak_wait(after_ms * 1000);
	/* Its only child is the session. Before there is a trace there is no session yet. */
	int killed = soak_shell("[ -e %s/trace.txt ] && kill -KILL $(pgrep -P %ld) 2>/dev/null", session, (long)pid);
	(void)waitpid(pid, NULL, 0);
	bool counts = killed == 0 && soak_shell("grep -q '\"verdict\": \"pass\"' %s/verdict.json", session) != 0;
	if (counts)
		look_at_folder(session, after_ms);
	(void)soak_shell("rm -rf %s", out);
	return counts;
}

static void soak_kills(void)
{
	double start = soak_seconds();
	unsigned killed = 0;

	for (unsigned i = 0; killed < SOAK_MOMENTS / soak_share && i < 3 * SOAK_MOMENTS; i++)
		killed += kill_one(i);
	printf("kills: %u sessions at drawn moments, in %.0f s\n", killed, soak_seconds() - start);
}

static const struct part {
	const char *name;
	void (*soak)(void);
} light[] = {{"kills", soak_kills},   {"runs", soak_runs},   {"merges", soak_merges},
             {"gates", soak_gates},   {"disks", soak_disks}, {"read-only", soak_read_only},
             {"rivals", soak_rivals}, {"newer", soak_newer}, {"missing", soak_missing}},
  heavy[] = {{"branches", soak_branches},
             {"sessions", soak_sessions},
             {"resets", soak_resets},
             {"starved", soak_starved},
             {"searches", soak_searches}},
  /* Nothing else runs beside these. */
	alone[] = {{"live", soak_live}};

static void soak_parts(const struct part *parts, size_t count, const char *only)
{
	for (size_t i = 0; i < count; i++)
		if (only == NULL || strcmp(only, parts[i].name) == 0)
			parts[i].soak();
	(void)fflush(stdout);
}

/*
 * The first of the heavy parts, as the light ones, has one session at a time. @return the process
 * of the light ones.
 */
static pid_t start_light(const char *only)
{
	(void)fflush(stdout);
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	soak_parts(light, sizeof light / sizeof light[0], only);
	_exit(failures > 0);
}

int main(void)
{
	const char *wanted = getenv("SOAK_SHARE"), *only = getenv("SOAK_ONLY");
	int status = 0;

	soak_share = wanted != NULL && strtoul(wanted, NULL, 10) > 0 ? (unsigned)strtoul(wanted, NULL, 10) : 1;
	if (mkdtemp(soak_folder) == NULL || setenv("XDG_STATE_HOME", soak_folder, 1) != 0) {
		perror(soak_folder);
		return 2;
	}
	(void)soak_short_scenario();
	const pid_t pid = start_light(only);
	soak_parts(heavy, sizeof heavy / sizeof heavy[0], only);
	(void)waitpid(pid, &status, 0);
	failures += status != 0;
	soak_parts(alone, sizeof alone / sizeof alone[0], only);
	printf(failures == 0 ? "all as it must be\n" : "%u failures; what they left is in %s\n", failures, soak_folder);
	if (failures == 0)
		(void)soak_shell("rm -rf %s", soak_folder);
	return failures > 0;
}
