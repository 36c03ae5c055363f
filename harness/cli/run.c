/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "campaign/pool.h"
#include "cli/audit.h"
#include "cli/cli.h"
#include "cli/idle.h"
#include "cli/report.h"
#include "cli/screen.h"
#include "scenario/sense.h"
#include "session/folder.h"
#include "session/judge.h"

#define RUNS_FOLDER "stutter-runs"
#define RUNS_MAX 100000U
/* Of a run's folder: leaves room for the session's below it. */
#define RUN_PATH_MAX (DEVICE_PATH_MAX - 160)

enum {
	OPTION_JOBS,
	OPTION_DEVICE,
	OPTION_OUT,
	OPTION_TWICE,
	OPTION_VCD,
	OPTION_BUS,
	OPTION_AUDIT,
	OPTION_ADDRESSES,
	OPTION_TRANSPORT,
	OPTION_NO_SHARE,
	OPTION_KEEP_GOING,
	OPTION_WALL_LIMIT,
	OPTION_CACHE,
	OPTION_ANYWAY,
	/* Of `run` only. */
	OPTION_SEED,
	OPTION_SEEDS,
	OPTION_STRICT,
	/* Of `replay` only. */
	OPTION_LEAST = OPTION_SEED,
};

#define COMMON_OPTIONS                                                                                                                     \
	[OPTION_JOBS] = {"jobs", "N", "how many sessions run side by side (default: one a core)"},                                         \
	[OPTION_DEVICE] = {"device", "D", "the device, by name or as a file, instead of the scenario's own"},                              \
	[OPTION_OUT] = {"out", "DIR", "the folder for the report, which must not be there yet (default: " RUNS_FOLDER "/NUMBER)"},         \
	[OPTION_TWICE] = {"twice", NULL, "runs every session twice and compares the digests"},                                             \
	[OPTION_VCD] = {"vcd", NULL, "writes bus.vcd: SCK, MOSI, MISO, CS and INT with virtual time (large: some 100 B a byte)"},          \
	[OPTION_BUS] = {"bus", NULL, "writes bus.txt: a line an SPI message, with its time and hashes, to compare two runs by"},           \
	[OPTION_AUDIT] = {"audit", NULL, "prints what the driver did that the chip's datasheet forbids or does not know"},                 \
	[OPTION_ADDRESSES] = {"addresses", NULL, "prints the addresses that the sessions have shown, for faults to name"},                 \
	[OPTION_TRANSPORT] = {"transport", "T",                                                                                            \
	                      "inside: a session runs inside its QEMU (default); fifo: beside it, slower, for a second opinion"},          \
	[OPTION_NO_SHARE] = {"no-share", NULL, "restores the device for every session, in place of branching all from one"},               \
	[OPTION_KEEP_GOING] = {"keep-going", NULL, "goes on when a judge is lost for good, in place of ending the session there"},         \
	[OPTION_WALL_LIMIT] = {"wall-limit", "TIME", "ends a session that takes longer on the wall, inconclusive (default: none)"},        \
	[OPTION_CACHE] = {"cache", "DIR",                                                                                                  \
	                  "the folder for snapshots of booted devices, which later runs begin from (default: " PLACES_CACHE_ORDER ")"},    \
	[OPTION_ANYWAY] = {"anyway", NULL, "a frozen plan shows something even if its image, device, tables or stutter are others by now"}

static const struct cli_option run_options[] = {
	COMMON_OPTIONS,
	[OPTION_SEED] = {"seed", "N", "the seed of all random draws (default: what the scenario says, else 1)"},
	[OPTION_SEEDS] = {"seeds", "A..B", "a session for each seed from A to B"},
	[OPTION_STRICT] = {"strict", NULL, "a scenario is not as expected if a fault of it never matched anything in any of its sessions"},
	{NULL, NULL, NULL},
};

static const struct cli_option replay_options[] = {
	COMMON_OPTIONS,
	[OPTION_LEAST] = {"least", "P", "the share of decisions that must find their address for a verdict (default: 100%)"},
	{NULL, NULL, NULL},
};

/* What is to be run. */
struct campaign {
	struct cli_reading reading;
	char **paths;
	bool seeds_given;
	unsigned long long first_seed, last_seed, side_by_side;
	unsigned bus; /* bits of session/folder.h */
	bool audit, addresses, keeps_going;
	uint64_t wall_limit_ns;
	bool strict;     /* idle faults make a session one that is not as expected */
	bool may_differ; /* frozen plans: from what they were made from */
	enum transport transport;
	bool share;     /* what sessions have in common at their beginning */
	bool replay;    /* just the decisions of frozen plans */
	uint64_t least; /* of a replay, billionths */
	size_t times;   /* how often each session: 1, or 2 with --twice */
	char dir[DEVICE_PATH_MAX];
	struct job *jobs;
	size_t count;
};

static volatile sig_atomic_t stop;

static void request_stop(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

/* -- reading the command line -- */

static bool read_seeds(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	const char *one = values->of[OPTION_SEED], *range = values->of[OPTION_SEEDS];
	char first[32];

	campaign->seeds_given = one != NULL || range != NULL;
	if (one != NULL && range != NULL)
		return error_set(err, "--seed and --seeds exclude each other");
	if (one != NULL) {
		bool good = cli_number("seed", one, 0, UINT64_MAX, &campaign->first_seed, err);
		campaign->last_seed = campaign->first_seed;
		return good;
	}
	if (range == NULL)
		return true;
	const char *dots = strstr(range, "..");
	if (dots == NULL || (size_t)(dots - range) >= sizeof first)
		return error_set(err, "--seeds: '%s' is no range such as 1..16", range);
	memcpy(first, range, (size_t)(dots - range));
	first[dots - range] = '\0';
	if (!cli_number("seeds", first, 0, UINT64_MAX, &campaign->first_seed, err) ||
	    !cli_number("seeds", dots + 2, 0, UINT64_MAX, &campaign->last_seed, err))
		return false;
	if (campaign->last_seed < campaign->first_seed || campaign->last_seed - campaign->first_seed >= PLAN_SESSIONS_MAX)
		return error_set(err, "--seeds: '%s' must go up, over at most %u seeds", range, PLAN_SESSIONS_MAX);
	return true;
}

static bool read_least(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	campaign->least = UNIT_PROBABILITY_ONE;
	return values->of[OPTION_LEAST] == NULL || unit_parse(UNIT_PROBABILITY, values->of[OPTION_LEAST], &campaign->least, err) ||
	       error_context(err, "--least");
}

/* Sanitizers have no place inside QEMU. */
#ifdef STUTTER_SANITIZED
#define TRANSPORT_STANDARD TRANSPORT_FIFO
#else
#define TRANSPORT_STANDARD TRANSPORT_INSIDE
#endif

static bool read_transport(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	const char *name = values->of[OPTION_TRANSPORT];

	campaign->share = values->of[OPTION_NO_SHARE] == NULL;
	campaign->transport = name == NULL ? TRANSPORT_STANDARD : strcmp(name, "fifo") == 0 ? TRANSPORT_FIFO : TRANSPORT_INSIDE;
	return name == NULL || strcmp(name, "fifo") == 0 || strcmp(name, "inside") == 0 ||
	       error_set(err, "--transport: '%s' is neither inside nor fifo", name);
}

static bool read_wall_limit(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	const char *text = values->of[OPTION_WALL_LIMIT];

	if (text == NULL)
		return true;
	if (!unit_parse(UNIT_DURATION, text, &campaign->wall_limit_ns, err))
		return error_context(err, "--wall-limit");
	return campaign->wall_limit_ns >= SIM_MS || error_set(err, "--wall-limit: %s is less than a millisecond", text);
}

static bool read_options(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	campaign->side_by_side = pool_cores() < POOL_JOBS_MAX ? pool_cores() : POOL_JOBS_MAX;
	campaign->bus = (values->of[OPTION_VCD] != NULL ? FOLDER_VCD : 0) | (values->of[OPTION_BUS] != NULL ? FOLDER_MESSAGES : 0);
	campaign->audit = values->of[OPTION_AUDIT] != NULL;
	campaign->addresses = values->of[OPTION_ADDRESSES] != NULL;
	campaign->strict = !campaign->replay && values->of[OPTION_STRICT] != NULL;
	campaign->may_differ = values->of[OPTION_ANYWAY] != NULL;
	campaign->times = values->of[OPTION_TWICE] != NULL ? 2 : 1;
	campaign->keeps_going = values->of[OPTION_KEEP_GOING] != NULL;
	if (values->of[OPTION_JOBS] != NULL && !cli_number("jobs", values->of[OPTION_JOBS], 1, POOL_JOBS_MAX, &campaign->side_by_side, err))
		return false;
	return read_transport(values, campaign, err) && read_wall_limit(values, campaign, err) &&
	       (campaign->replay ? read_least(values, campaign, err) : read_seeds(values, campaign, err)) &&
	       cli_find_files(values->operands, CLI_SCENARIOS, &campaign->paths, err) &&
	       cli_reading_open(&campaign->reading, values->of[OPTION_DEVICE], campaign->replay, err);
}

/* -- the jobs -- */

static struct job *add_job(struct campaign *campaign)
{
	campaign->jobs = memory_resize(campaign->jobs, campaign->count + 1, sizeof *campaign->jobs);
	memset(&campaign->jobs[campaign->count], 0, sizeof *campaign->jobs);
	return &campaign->jobs[campaign->count++];
}

/* A plan for each session: they differ in the seed, and own their faults each. @param like Another of them, which has looked at their files. */
static bool add_session(struct campaign *campaign, const struct plan *like, unsigned long long seed, size_t time, struct error *err)
{
	struct plan plan;

	if (!cli_reading_again(&campaign->reading, like->path, &plan, err))
		return false;
	/* The place of what the command line asks of a scenario is its beginning. */
	if (!sense_seed(&plan, seed, err)) {
		error_at(err, plan.path, 1, 1);
		plan_close(&plan);
		return false;
	}
	plan_set_seed(&plan, seed);
	plan.present = like->present;
	plan.may_differ = campaign->may_differ;
	plan.least_found = campaign->least;
	plan.keeps_going = campaign->keeps_going;
	struct job *job = add_job(campaign);
	job->plan = plan;
	job->alone = time > 0;
	(void)snprintf(job->name, sizeof job->name, "%s/seed-%llu%s", plan.name, (unsigned long long)plan.seed, time > 0 ? "-again" : "");
	return true;
}

static bool add_scenario(struct campaign *campaign, const char *path, struct error *err)
{
	struct plan plan;
	bool good = true;

	if (!cli_reading_next(&campaign->reading, path, &plan, err))
		return false;
	plan_look(&plan);
	unsigned long long first = plan.seeds.first != 0 ? plan.seeds.first : plan.seed,
			   last = plan.seeds.first != 0 ? plan.seeds.last : plan.seed;
	if (campaign->seeds_given) {
		first = campaign->first_seed;
		last = campaign->last_seed;
	}
	do {
		for (size_t time = 0; good && time < campaign->times; time++)
			good = add_session(campaign, &plan, first, time, err);
	} while (good && first++ != last);
	plan_close(&plan);
	return good;
}

/* Reads all scenarios, so that all that is wrong is told before anything starts. */
static bool add_scenarios(struct campaign *campaign)
{
	struct error err;
	bool good = true;

	for (size_t i = 0; campaign->paths[i] != NULL; i++)
		if (!add_scenario(campaign, campaign->paths[i], &err)) {
			cli_fail(&err);
			good = false;
		}
	return good;
}

/* -- the folder -- */

/* Makes what is missing above the folder, and the folder itself, which nobody else may have made. */
static bool make_wanted(const char *wanted, char ret_dir[DEVICE_PATH_MAX], struct error *err)
{
	char above[DEVICE_PATH_MAX];

	if ((size_t)snprintf(ret_dir, DEVICE_PATH_MAX, "%s", wanted) > RUN_PATH_MAX)
		return error_set(err, "--out: the path is too long");
	for (size_t length = strlen(ret_dir); length > 1 && ret_dir[length - 1] == '/'; length--)
		ret_dir[length - 1] = '\0';
	(void)snprintf(above, sizeof above, "%s", ret_dir);
	char *slash = strrchr(above, '/');
	if (slash != NULL && slash != above) {
		*slash = '\0';
		if (!folder_make(above, err))
			return false;
	}
	if (mkdir(ret_dir, 0777) == 0)
		return true;
	if (errno == EEXIST)
		return error_set(err, "--out: %s is there already; name a new folder, so that no report is lost", wanted);
	return error_set(err, "--out: the folder %s cannot be made: %s", wanted, strerror(errno));
}

static bool choose_folder(const char *wanted, char ret_dir[DEVICE_PATH_MAX], struct error *err)
{
	if (wanted != NULL)
		return make_wanted(wanted, ret_dir, err);
	if (!folder_make(RUNS_FOLDER, err))
		return false;
	for (unsigned number = 1; number < RUNS_MAX; number++) {
		(void)snprintf(ret_dir, DEVICE_PATH_MAX, RUNS_FOLDER "/%03u", number);
		if (mkdir(ret_dir, 0777) == 0)
			return true;
		if (errno != EEXIST)
			return error_set(err, "the folder %s cannot be made: %s; name another with --out", ret_dir, strerror(errno));
	}
	return error_set(err, "the folder " RUNS_FOLDER " is full; name another with --out");
}

/* -- the end -- */

/* With --twice, every second session must have the digest of the one before it. What differs proves nothing, and every report says so. */
static void compare_digests(const struct campaign *campaign)
{
	struct error err;

	for (size_t i = 0; campaign->times == 2 && i + 1 < campaign->count; i += 2) {
		const struct job *a = &campaign->jobs[i];
		struct job *b = &campaign->jobs[i + 1];
		if (a->verdict.kind == VERDICT_INCONCLUSIVE || b->verdict.kind == VERDICT_INCONCLUSIVE ||
		    strcmp(a->verdict.digest, b->verdict.digest) == 0)
			continue;
		b->verdict.kind = VERDICT_INCONCLUSIVE;
		(void)snprintf(b->verdict.reason, sizeof b->verdict.reason,
		               "NOT REPEATABLE: the digest is not that of the first time, %s; compare the two traces", a->verdict.digest);
		judge_expectation(&b->plan.expect, &b->verdict);
		b->verdict.ours = true;
		if (!folder_write_verdict(b->dir, &b->plan, &b->verdict, &err))
			cli_fail(&err);
	}
}

static void tell_digests(const struct campaign *campaign)
{
	for (size_t i = 0; campaign->times == 2 && i + 1 < campaign->count; i += 2) {
		const struct job *a = &campaign->jobs[i], *b = &campaign->jobs[i + 1];
		if (a->verdict.kind != VERDICT_INCONCLUSIVE && b->verdict.kind != VERDICT_INCONCLUSIVE)
			printf("\n%s, seed %llu: the same twice, digest %s\n", a->plan.name, (unsigned long long)a->plan.seed,
			       a->verdict.digest);
	}
}

static int exit_code(const struct campaign *campaign)
{
	bool inconclusive = false, failed = false, ours = false;

	for (size_t i = 0; i < campaign->count; i++) {
		const struct verdict *verdict = &campaign->jobs[i].verdict;
		ours = ours || verdict->ours;
		inconclusive = inconclusive || verdict->kind == VERDICT_INCONCLUSIVE;
		failed = failed || (!verdict->met_expectation && verdict->kind != VERDICT_INCONCLUSIVE);
	}
	return ours ? EXIT_BUG : failed ? EXIT_FAILED : inconclusive ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}

static void print_addresses(const struct job *job)
{
	char path[DEVICE_PATH_MAX + 32], line[256];

	(void)snprintf(path, sizeof path, "%s/addresses.txt", job->dir);
	FILE *stream = fopen(path, "re");
	if (stream == NULL)
		return;
	printf("\n%s has shown:\n", job->name);
	while (fgets(line, sizeof line, stream) != NULL)
		printf("  %s", line);
	(void)fclose(stream);
}

static bool open_cache(struct campaign *campaign, const char *wanted, struct error *err)
{
	struct places *places = &campaign->reading.places;

	if (!places_open_cache(places, wanted, err))
		return false;
	if (places->passing)
		fprintf(stderr,
		        "stutter: no folder of yours can keep snapshots of booted devices; this run boots them anew, in %s, which it "
		        "removes (--cache DIR keeps them)\n",
		        places->snapshots);
	return true;
}

static void run_all(struct campaign *campaign)
{
	struct screen screen = {.jobs = campaign->jobs, .count = campaign->count, .terminal = cli_is_terminal()};
	const struct sigaction on_stop = {.sa_handler = request_stop};
	struct pool_options pool = {.transport = campaign->transport,
	                            .share = campaign->share,
	                            .side_by_side = campaign->side_by_side,
	                            .warn = screen_warn,
	                            .tick = screen_tick,
	                            .wall_limit_ms = campaign->wall_limit_ns / SIM_MS,
	                            .places = &campaign->reading.places,
	                            .bus = campaign->bus,
	                            .stop = &stop,
	                            .changed = screen_changed,
	                            .ctx = &screen};

	for (size_t i = 0; i < campaign->count; i++)
		(void)snprintf(campaign->jobs[i].dir, sizeof campaign->jobs[i].dir, "%.*s/%s", RUN_PATH_MAX, campaign->dir,
		               campaign->jobs[i].name);
	(void)sigaction(SIGINT, &on_stop, NULL);
	(void)sigaction(SIGTERM, &on_stop, NULL);
	(void)sigaction(SIGHUP, &on_stop, NULL);
	pool_run(campaign->jobs, campaign->count, &pool);
	for (size_t i = 0; campaign->audit && i < campaign->count; i++)
		audit_print(&campaign->jobs[i]);
	for (size_t i = 0; campaign->addresses && i < campaign->count; i++)
		print_addresses(&campaign->jobs[i]);
	compare_digests(campaign);
	if (campaign->strict)
		idle_enforce(campaign->jobs, campaign->count);
	screen_close(&screen);
	tell_digests(campaign);
}

/* What is reported is what the folder holds; what the sessions came to the run knows itself, even if the disk is full. */
static int run_and_report(struct campaign *campaign)
{
	struct error err = {.text = ""};
	int told;
	int going_on = report_begin(campaign->dir, campaign->jobs, campaign->count, campaign->times, campaign->reading.device, &err);

	if (going_on < 0) {
		cli_fail(&err);
		return EXIT_INCONCLUSIVE;
	}
	run_all(campaign);
	(void)close(going_on);
	int code = exit_code(campaign);
	if (!report_end(campaign->dir, report_on_github(), &told, &err)) {
		cli_fail(&err);
		code = code == EXIT_PASSED ? EXIT_INCONCLUSIVE : code;
	}
	return code;
}

static int run_campaign(const struct cli_values *values, bool replay)
{
	struct campaign campaign = {.replay = replay};
	struct error err = {.text = ""};
	int code = EXIT_USAGE;

	if (!read_options(values, &campaign, &err))
		return cli_fail(&err);
	if (!add_scenarios(&campaign)) {
		code = EXIT_USAGE;
	} else if (!open_cache(&campaign, values->of[OPTION_CACHE], &err) || !choose_folder(values->of[OPTION_OUT], campaign.dir, &err)) {
		code = cli_fail(&err);
	} else {
		code = run_and_report(&campaign);
	}
	places_close_cache(&campaign.reading.places);
	for (size_t i = 0; i < campaign.count; i++)
		plan_close(&campaign.jobs[i].plan);
	free(campaign.jobs);
	cli_reading_close(&campaign.reading);
	cli_free_paths(campaign.paths);
	return code;
}

static int run(const struct cli_values *values)
{
	return run_campaign(values, false);
}

static int replay(const struct cli_values *values)
{
	return run_campaign(values, true);
}

const struct cli_command cli_run = {"run", "SCENARIO...", "runs scenarios and judges them", run_options, run};
const struct cli_command cli_replay = {"replay", "PLAN...", "repeats just what took effect in a run, from its plan.yaml", replay_options,
                                       replay};
