/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `run` and `replay`: their options, and the way from a command line to a report. */
#include <stdio.h>
#include <string.h>

#include "cli/campaign.h"
#include "cli/record.h"
#include "cli/resume.h"
#include "cli/run_folder.h"
#include "cli/web_ports.h"
#include "session/folder.h"

enum {
	OPTION_JOBS,
	OPTION_DEVICE,
	OPTION_OUT,
	OPTION_TWICE,
	OPTION_REPEAT,
	OPTION_VCD,
	OPTION_BUS,
	OPTION_AUDIT,
	OPTION_ADDRESSES,
	OPTION_TRANSPORT,
	OPTION_NO_SHARE,
	OPTION_KEEP_GOING,
	OPTION_WALL_LIMIT,
	OPTION_BUDGET,
	OPTION_FAIL_FAST,
	OPTION_CACHE,
	OPTION_ANYWAY,
	OPTION_QUIET,
	OPTION_JSON_LINES,
	OPTION_NO_COLOR,
	OPTION_LIVE,
	OPTION_SERVER,
	OPTION_SERVER_SIDE,
	OPTION_WEB,
	OPTION_SKEW,
	/* Of `run` only. */
	OPTION_SEED,
	OPTION_SEEDS,
	OPTION_TAG,
	OPTION_SHARD,
	OPTION_RESUME,
	OPTION_STRICT,
	OPTION_HISTORY,
	/* Of `replay` only. */
	OPTION_LEAST = OPTION_SEED,
};

#define COMMON_OPTIONS                                                                                                                     \
	[OPTION_JOBS] = {"jobs", "N", "how many sessions run side by side (default: one a core)"},                                         \
	[OPTION_DEVICE] = {"device", "D", "the device, by name or as a file, instead of the scenario's own"},                              \
	[OPTION_OUT] = {"out", "DIR", "the folder for the report, which must not be there yet (default: " RUN_FOLDERS "/NUMBER)"},         \
	[OPTION_TWICE] = {"twice", NULL, "runs every session twice and compares the digests"},                                             \
	[OPTION_REPEAT] = {"repeat", "N", "runs every session N times and compares the digests"},                                          \
	[OPTION_VCD] = {"vcd", NULL, "writes bus.vcd: SCK, MOSI, MISO, CS and INT with virtual time (large: some 100 B a byte)"},          \
	[OPTION_BUS] = {"bus", NULL, "writes bus.txt: a line an SPI message, with its time and hashes, to compare two runs by"},           \
	[OPTION_AUDIT] = {"audit", NULL, "prints what the driver did that the chip's datasheet forbids or does not know"},                 \
	[OPTION_ADDRESSES] = {"addresses", NULL, "prints the addresses that the sessions have shown, for faults to name"},                 \
	[OPTION_TRANSPORT] = {"transport", "T",                                                                                            \
	                      "inside: a session runs inside its QEMU (default); fifo: beside it, slower, for a second opinion"},          \
	[OPTION_NO_SHARE] = {"no-share", NULL, "restores the device for every session, in place of branching all from one"},               \
	[OPTION_KEEP_GOING] = {"keep-going", NULL, "goes on when a judge is lost for good, in place of ending the session there"},         \
	[OPTION_WALL_LIMIT] = {"wall-limit", "TIME", "ends a session that takes longer on the wall, inconclusive (default: none)"},        \
	[OPTION_BUDGET] = {"budget", "TIME", "starts no session that would not end within so much of the host's time (default: none)"},    \
	[OPTION_FAIL_FAST] = {"fail-fast", NULL, "starts no session after the first that is not as expected"},                             \
	[OPTION_CACHE] = {"cache", "DIR",                                                                                                  \
	                  "the folder for snapshots of booted devices, which later runs begin from (default: " PLACES_CACHE_ORDER ")"},    \
	[OPTION_ANYWAY] = {"anyway", NULL,                                                                                                 \
	                   "a frozen plan shows something even if its image, device, tables or stutter are others by now"},                \
	[OPTION_QUIET] = {"quiet", NULL, "prints neither progress nor a line a session, just the report"},                                 \
	[OPTION_JSON_LINES] = {"json-lines", NULL, "prints an object of JSON an event, a line each, in place of text"},                    \
	[OPTION_NO_COLOR] = {"no-color", NULL, "prints without colours, as if NO_COLOR were set"},                                         \
	[OPTION_LIVE] = {"live", NULL,                                                                                                     \
	                 "in wall time, one session after the other; with the emulator's far end, unless one of the next two is given"},   \
	[OPTION_SERVER] = {"server", "COMMAND",                                                                                            \
	                   "with --live: run by sh in a network of its own, which is at the far end; the device begins when it listens"},  \
	[OPTION_SERVER_SIDE] = {"server-side", "IF|tap:NAME", "with --live: what is behind this interface is at the far end"},             \
	[OPTION_WEB] = {"web-ports", "PORTS", "with --live: " CLI_WEB_PORTS},                                                              \
	[OPTION_SKEW] = {"skew-limit", "TIME",                                                                                             \
	                 "with --live: a session in which a frame left so much later than asked proves nothing (default: " RUN_LIVE_SKEW   \
	                 "; 0s: no limit)"}

static const struct cli_option run_options[] = {
	COMMON_OPTIONS,
	[OPTION_SEED] = {"seed", "N", "the seed of all random draws (default: what the suite or the scenario says, else 1)"},
	[OPTION_SEEDS] = {"seeds", "A..B", "a session for each seed from A to B"},
	[OPTION_TAG] = {"tag", "WORD", "only scenarios with this tag, or that lie in a folder of this name"},
	[OPTION_SHARD] = {"shard", "K/N", "of all sessions, the K-th of N shares; `stutter merge` brings them together again"},
	[OPTION_RESUME] = {"resume", "DIR", "goes on with a run that was left: what has no verdict, or proved nothing, is run"},
	[OPTION_STRICT] = {"strict", NULL, "a scenario is not as expected if a fault of it never matched anything in any of its sessions"},
	[OPTION_HISTORY] = {"history", "FILE", "where the run is recorded, or " RECORD_NONE " (default: " RECORD_PLACE ")"},
	{NULL, NULL, NULL},
};

static const struct cli_option replay_options[] = {
	COMMON_OPTIONS,
	[OPTION_LEAST] = {"least", "P", "the share of decisions that must find their address for a verdict (default: 100%)"},
	{NULL, NULL, NULL},
};

/* -- reading the command line -- */

static bool read_seeds(const struct cli_values *values, struct jobs_wish *wish, struct error *err)
{
	const char *one = values->of[OPTION_SEED], *range = values->of[OPTION_SEEDS];
	unsigned long long seed;

	wish->has_seeds = one != NULL || range != NULL;
	if (one != NULL && range != NULL)
		return error_set(err, "--seed and --seeds exclude each other");
	if (one != NULL) {
		if (!cli_number("seed", one, 0, UINT64_MAX, &seed, err))
			return false;
		wish->first_seed = wish->last_seed = seed;
		return true;
	}
	if (range == NULL)
		return true;
	return cli_seeds(range, &wish->first_seed, &wish->last_seed, err);
}

static bool read_shard(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	uint64_t shard, shards;

	campaign->shard = values->of[OPTION_SHARD];
	if (campaign->shard == NULL)
		return true;
	if (!cli_two("shard", campaign->shard, "/", &shard, &shards, err))
		return false;
	if (shard == 0 || shard > shards || shards > PLAN_SESSIONS_MAX)
		return error_set(err, "--shard: '%s' must be a share from 1/N to N/N, of at most %u", campaign->shard, PLAN_SESSIONS_MAX);
	campaign->wish.shard = shard;
	campaign->wish.shards = shards;
	return true;
}

static bool read_times(const struct cli_values *values, struct jobs_wish *wish, struct error *err)
{
	unsigned long long times = values->of[OPTION_TWICE] != NULL ? 2 : 1;

	if (values->of[OPTION_REPEAT] != NULL && values->of[OPTION_TWICE] != NULL)
		return error_set(err, "--twice is --repeat 2; give one of them");
	if (values->of[OPTION_REPEAT] != NULL && !cli_number("repeat", values->of[OPTION_REPEAT], 1, JOBS_TIMES_MAX, &times, err))
		return false;
	wish->times = times;
	return true;
}

static bool read_least(const struct cli_values *values, struct jobs_wish *wish, struct error *err)
{
	wish->least = UNIT_PROBABILITY_ONE;
	return values->of[OPTION_LEAST] == NULL || unit_parse(UNIT_PROBABILITY, values->of[OPTION_LEAST], &wish->least, err) ||
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

/* @param ret_ns As it was if the option is not given. */
static bool read_time(const struct cli_values *values, int option, const char *name, uint64_t *ret_ns, struct error *err)
{
	const char *text = values->of[option];

	if (text == NULL)
		return true;
	if (!unit_parse(UNIT_DURATION, text, ret_ns, err))
		return error_context(err, "--%s", name);
	return *ret_ns >= SIM_MS || error_set(err, "--%s: %s is less than a millisecond", name, text);
}

/* The budgets of all suites together, if there is nothing but suites with one. */
static uint64_t budget_of_suites(const struct campaign *campaign)
{
	const struct selection *selection = &campaign->selection;
	uint64_t sum_ns = 0;

	for (size_t i = 0; i < selection->count; i++)
		if (selection->list[i].suite == NULL)
			return 0;
	for (size_t i = 0; i < selection->suite_count; i++) {
		if (selection->suites[i].budget_ns == 0)
			return 0;
		sum_ns += selection->suites[i].budget_ns;
	}
	return sum_ns;
}

static void choose_style(const struct cli_values *values, struct screen *screen)
{
	screen->style = values->of[OPTION_JSON_LINES] != NULL ? SCREEN_EVENTS
	                : values->of[OPTION_QUIET] != NULL    ? SCREEN_QUIET
	                : cli_is_terminal()                   ? SCREEN_TERMINAL
	                                                      : SCREEN_LINES;
	screen->colours = values->of[OPTION_NO_COLOR] == NULL && cli_takes_colours();
}

/* Sessions in wall time have the host to themselves, and no two of them are the same to the last bit. */
static bool suit_live(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	if (!campaign->live.is_on)
		return true;
	if (values->of[OPTION_JOBS] != NULL && campaign->side_by_side > 1)
		return error_set(err, "--live runs one session after the other: leave --jobs out");
	if (values->of[OPTION_TWICE] != NULL || values->of[OPTION_REPEAT] != NULL)
		return error_set(err,
		                 "--%s compares digests, and no two sessions in wall time have the same: leave it out, or give --seeds",
		                 values->of[OPTION_TWICE] != NULL ? "twice" : "repeat");
	campaign->side_by_side = 1;
	return true;
}

static bool read_options(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	const struct selection_wish wish = {.tag = campaign->replay ? NULL : values->of[OPTION_TAG], .device = values->of[OPTION_DEVICE]};

	const struct run_live_words live = {.live = values->of[OPTION_LIVE],
	                                    .server = values->of[OPTION_SERVER],
	                                    .server_side = values->of[OPTION_SERVER_SIDE],
	                                    .web_ports = values->of[OPTION_WEB],
	                                    .skew_limit = values->of[OPTION_SKEW]};

	campaign->side_by_side = pool_cores() < POOL_JOBS_MAX ? pool_cores() : POOL_JOBS_MAX;
	campaign->bus = (values->of[OPTION_VCD] != NULL ? FOLDER_VCD : 0) | (values->of[OPTION_BUS] != NULL ? FOLDER_MESSAGES : 0);
	campaign->audit = values->of[OPTION_AUDIT] != NULL;
	campaign->addresses = values->of[OPTION_ADDRESSES] != NULL;
	campaign->strict = !campaign->replay && values->of[OPTION_STRICT] != NULL;
	campaign->fail_fast = values->of[OPTION_FAIL_FAST] != NULL;
	campaign->device = values->of[OPTION_DEVICE];
	campaign->wish.may_differ = values->of[OPTION_ANYWAY] != NULL;
	campaign->wish.keeps_going = values->of[OPTION_KEEP_GOING] != NULL;
	choose_style(values, &campaign->screen);
	if (values->of[OPTION_JOBS] != NULL && !cli_number("jobs", values->of[OPTION_JOBS], 1, POOL_JOBS_MAX, &campaign->side_by_side, err))
		return false;
	if (!run_live_read(&campaign->live, &live, err) || !suit_live(values, campaign, err) || !read_transport(values, campaign, err) ||
	    !read_times(values, &campaign->wish, err) ||
	    !read_time(values, OPTION_WALL_LIMIT, "wall-limit", &campaign->wall_limit_ns, err) ||
	    !(campaign->replay ? read_least(values, &campaign->wish, err)
	                       : read_seeds(values, &campaign->wish, err) && read_shard(values, campaign, err)) ||
	    !selection_open(&campaign->selection, values->operands, &wish, err))
		return false;
	campaign->budget_ns = budget_of_suites(campaign);
	return read_time(values, OPTION_BUDGET, "budget", &campaign->budget_ns, err) &&
	       cli_reading_open(&campaign->reading, campaign->replay, err);
}

static bool fit_live(const struct campaign *campaign, struct error *err)
{
	for (size_t i = 0; i < campaign->jobs.count; i++)
		if (!run_live_fits(&campaign->live, &campaign->jobs.list[i].plan, err))
			return false;
	return true;
}

/* Reads all scenarios, so that all that is wrong is told before anything starts. */
static bool add_scenarios(struct campaign *campaign)
{
	struct error err;
	bool good = true;

	for (size_t i = 0; i < campaign->selection.count; i++)
		if (!jobs_add(&campaign->jobs, &campaign->selection.list[i], &campaign->wish, &campaign->reading, &err)) {
			cli_fail(&err);
			good = false;
		}
	return good;
}

/* -- from the words to a report -- */

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

static bool open_history(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	/* What sessions in wall time come to says nothing of those that repeat. */
	const char *wanted = campaign->replay || (campaign->live.is_on && values->of[OPTION_HISTORY] == NULL) ? RECORD_NONE
	                                                                                                      : values->of[OPTION_HISTORY];
	char text[ERROR_TEXT_MAX + 64];

	if (!record_open_wanted(wanted, &campaign->history, err))
		return false;
	if (campaign->history != NULL && !record_estimate(campaign->history, &campaign->jobs, err)) {
		history_close(campaign->history);
		campaign->history = NULL;
		if (wanted != NULL)
			return error_context(err, "--history");
	}
	if (campaign->history != NULL || err->text[0] == '\0')
		return true;
	(void)snprintf(text, sizeof text, "this run is not recorded: %s (--history says where else, or none)", err->text);
	screen_warn(&campaign->screen, text);
	return true;
}

static bool choose_folder(struct campaign *campaign, const struct cli_values *values, struct error *err)
{
	/* A run that is resumed has one. */
	return campaign->resumes || run_folder_make(values->of[OPTION_OUT], campaign->dir, err);
}

static int run_campaign(struct campaign *campaign, const struct cli_values *values)
{
	struct error err = {.text = ""};
	int code = EXIT_USAGE;

	if (!read_options(values, campaign, &err))
		return cli_fail(&err);
	if (!add_scenarios(campaign))
		return EXIT_USAGE;
	if (!fit_live(campaign, &err))
		return cli_fail(&err);
	if (!open_history(values, campaign, &err) || !open_cache(campaign, values->of[OPTION_CACHE], &err) ||
	    !run_live_open(&campaign->live, &campaign->screen, &err) || !choose_folder(campaign, values, &err))
		code = cli_fail(&err);
	else
		code = campaign_run(campaign, (const char *const *)values->argv);
	code = run_live_close(&campaign->live, code);
	places_close_cache(&campaign->reading.places);
	return code;
}

/* -- going on with a run -- */

/* What may be other when a run goes on: none of it bears on what its sessions come to. */
static const int free_options[] = {OPTION_JOBS,  OPTION_BUDGET,     OPTION_FAIL_FAST, OPTION_CACHE,
                                   OPTION_QUIET, OPTION_JSON_LINES, OPTION_NO_COLOR,  OPTION_HISTORY};

static bool is_free(int option)
{
	for (size_t i = 0; i < sizeof free_options / sizeof free_options[0]; i++)
		if (free_options[i] == option)
			return true;
	return false;
}

/* Takes the words that the run was begun with, but for what is said anew. */
static bool merge_values(const struct cli_values *now, struct cli_values *begun, struct error *err)
{
	if (now->operand_count > 0)
		return error_set(err, "--resume goes on with the scenarios that the run was begun with; it takes no '%s'",
		                 now->operands[0]);
	for (int i = 0; run_options[i].name != NULL; i++) {
		if (now->of[i] == NULL || i == OPTION_RESUME)
			continue;
		if (!is_free(i))
			return error_set(err, "--resume goes on as the run was begun; it takes no --%s", run_options[i].name);
		begun->of[i] = now->of[i];
	}
	return true;
}

static int resume(const struct cli_values *values)
{
	struct campaign campaign = {.resumes = true};
	struct error err = {.text = ""};
	struct resume_words words;
	struct cli_values begun;

	if (!resume_read(values->of[OPTION_RESUME], campaign.dir, &words, &err))
		return cli_fail(&err);
	int code = cli_parse(&cli_run, words.count, words.list, &begun);
	if (code == CLI_GO_ON)
		code = merge_values(values, &begun, &err) ? run_campaign(&campaign, &begun) : cli_fail(&err);
	campaign_close(&campaign);
	resume_free(&words);
	return code;
}

/* -- the commands -- */

static int run(const struct cli_values *values)
{
	struct campaign campaign = {.replay = false};

	if (values->of[OPTION_RESUME] != NULL)
		return resume(values);
	int code = run_campaign(&campaign, values);
	campaign_close(&campaign);
	return code;
}

static int replay(const struct cli_values *values)
{
	struct campaign campaign = {.replay = true};
	int code = run_campaign(&campaign, values);

	campaign_close(&campaign);
	return code;
}

const struct cli_command cli_run = {"run", "SCENARIO|SUITE...", "runs scenarios and judges them", run_options, run};
const struct cli_command cli_replay = {"replay", "PLAN...", "repeats just what took effect in a run, from its plan.yaml", replay_options,
                                       replay};
