/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `run` and `replay`: their options, and the way from a command line to a report. */
#include <stdio.h>
#include <string.h>

#include "cli/campaign.h"
#include "cli/record.h"
#include "cli/resume.h"
#include "cli/run_folder.h"
#include "cli/values.h"
#include "cli/web_ports.h"
#include "session/folder.h"

static const struct cli_option common_options[] = {
	{"jobs", "N", "run N sessions side by side (default: one per core)"},
	{"device", "D", "use this device, by name or as a file, instead of the scenario's own"},
	{"out", "DIR", "write the report to this folder, which must not exist yet (default: " RUN_FOLDERS "/NUMBER)"},
	{"twice", NULL, "run every session twice and compare the digests"},
	{"repeat", "N", "run every session N times and compare the digests"},
	{"vcd", NULL, "write bus.vcd: SCK, MOSI, MISO, CS and INT over virtual time (large: about 100 B per byte)"},
	{"bus", NULL, "write bus.txt: one line per SPI message, with its time and hashes, to compare two runs by"},
	{"audit", NULL, "print what the driver did that the chip's datasheet forbids or does not mention"},
	{"addresses", NULL, "print the addresses seen in the sessions, for faults to name"},
	{"transport", "inside|fifo", "run sessions inside their QEMU (default), or beside it over FIFOs: slower, for a second opinion"},
	{"no-share", NULL, "restore the device for every session instead of branching all of them from one"},
	{"keep-going", NULL, "continue a session after a judge has failed for good, instead of ending it there"},
	{"wall-limit", "TIME", "end a session that takes longer than TIME on the wall clock, inconclusive (default: none)"},
	{"budget", "TIME", "start no session that would not end within TIME of the host's time (default: none)"},
	{"fail-fast", NULL, "start no further session after the first that is not as expected"},
	{"cache", "DIR", "keep snapshots of booted devices here, for later runs to start from (default: " PLACES_CACHE_ORDER ")"},
	{"anyway", NULL, "accept a frozen plan even if its image, device, tables or stutter have changed since"},
	{"quiet", NULL, "print only the report: no progress, no line per session"},
	{"json-lines", NULL, "print events as JSON objects, one per line, instead of text"},
	{"no-color", NULL, "print without colours, as if NO_COLOR were set"},
	{"live", NULL,
         "run in wall time, one session after the other, against the emulator's far end or that of --server or --server-side"},
	{"server", "COMMAND", "with --live: run COMMAND by sh in a network of its own, as the far end; the device starts once it listens"},
	{"server-side", "IF|tap:NAME", "with --live: take what is behind this interface as the far end"},
	{"web-ports", "PORTS", "with --live: " CLI_WEB_PORTS},
	{"skew-limit", "TIME",
         "with --live: treat a session as inconclusive if a frame left this much too late (default: " RUN_LIVE_SKEW "; 0s: no limit)"},
	{NULL, NULL, NULL},
};

static const struct cli_option run_options[] = {
	{"seed", "N", "seed of all random draws (default: that of the suite or the scenario, else 1)"},
	{"seeds", "A..B", "run a session for each seed from A to B"},
	{"tag", "WORD", "run only scenarios with this tag, or in a folder of this name"},
	{"shard", "K/N", "run only the K-th of N shares of the sessions; `stutter merge` joins the shares"},
	{"resume", "DIR", "continue a run that was interrupted: run the sessions without a verdict, and the inconclusive ones"},
	{"strict", NULL, "count a scenario as not as expected if one of its faults never matched in any session"},
	{"history", "FILE", "record the run in this file, or " RECORD_NONE " (default: " RECORD_PLACE ")"},
	{NULL, NULL, NULL},
};

static const struct cli_option replay_options[] = {
	{"least", "P", "share of decisions that must find their address for a verdict (default: 100%)"},
	{NULL, NULL, NULL},
};

/* -- reading the command line -- */

static bool read_seeds(const struct cli_values *values, struct jobs_wish *wish, struct error *err)
{
	struct cli_seeds seeds = {.given = false};

	if (!cli_read_seeds(values, &seeds, err))
		return false;
	wish->has_seeds = seeds.given;
	wish->first_seed = seeds.first;
	wish->last_seed = seeds.last;
	return true;
}

static bool read_shard(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	uint64_t shard, shards;

	campaign->shard = cli_value(values, "shard");
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
	uint64_t times = cli_is_given(values, "twice") ? 2 : 1;

	if (cli_is_given(values, "repeat") && cli_is_given(values, "twice"))
		return error_set(err, "--twice is --repeat 2; give one of them");
	if (!cli_read_number(values, "repeat", 1, JOBS_TIMES_MAX, &times, err))
		return false;
	wish->times = (size_t)times;
	return true;
}

static bool read_least(const struct cli_values *values, struct jobs_wish *wish, struct error *err)
{
	wish->least = UNIT_PROBABILITY_ONE;
	return cli_read_quantity(values, "least", UNIT_PROBABILITY, &wish->least, err);
}

/* Sanitizers have no place inside QEMU. */
#ifdef STUTTER_SANITIZED
#define TRANSPORT_STANDARD TRANSPORT_FIFO
#else
#define TRANSPORT_STANDARD TRANSPORT_INSIDE
#endif

static bool read_transport(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	const char *name = cli_value(values, "transport");

	campaign->share = !cli_is_given(values, "no-share");
	campaign->transport = name == NULL ? TRANSPORT_STANDARD : strcmp(name, "fifo") == 0 ? TRANSPORT_FIFO : TRANSPORT_INSIDE;
	return name == NULL || strcmp(name, "fifo") == 0 || strcmp(name, "inside") == 0 ||
	       error_set(err, "--transport: '%s' is neither inside nor fifo", name);
}

/* @param ret_ns As it was if the option is not given. */
static bool read_time(const struct cli_values *values, const char *name, uint64_t *ret_ns, struct error *err)
{
	if (!cli_read_quantity(values, name, UNIT_DURATION, ret_ns, err))
		return false;
	return !cli_is_given(values, name) || *ret_ns >= SIM_MS ||
	       error_set(err, "--%s: %s is less than a millisecond", name, cli_value(values, name));
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
	screen->style = cli_is_given(values, "json-lines") ? SCREEN_EVENTS
	                : cli_is_given(values, "quiet")    ? SCREEN_QUIET
	                : cli_is_terminal()                ? SCREEN_TERMINAL
	                                                   : SCREEN_LINES;
	screen->colours = !cli_is_given(values, "no-color") && cli_takes_colours();
}

/* Sessions in wall time have the host to themselves, and no two of them are the same to the last bit. */
static bool suit_live(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	if (!campaign->live.is_on)
		return true;
	if (cli_is_given(values, "jobs") && campaign->side_by_side > 1)
		return error_set(err, "--live runs one session after the other: leave --jobs out");
	if (cli_is_given(values, "twice") || cli_is_given(values, "repeat"))
		return error_set(err,
		                 "--%s compares digests, and no two sessions in wall time have the same: leave it out, or give --seeds",
		                 cli_is_given(values, "twice") ? "twice" : "repeat");
	campaign->side_by_side = 1;
	return true;
}

static bool read_options(const struct cli_values *values, struct campaign *campaign, struct error *err)
{
	const struct selection_wish wish = {.tag = campaign->replay ? NULL : cli_value(values, "tag"),
	                                    .device = cli_value(values, "device")};

	const struct run_live_words live = {.live = cli_value(values, "live"),
	                                    .server = cli_value(values, "server"),
	                                    .server_side = cli_value(values, "server-side"),
	                                    .web_ports = cli_value(values, "web-ports"),
	                                    .skew_limit = cli_value(values, "skew-limit")};

	campaign->side_by_side = pool_cores() < POOL_JOBS_MAX ? pool_cores() : POOL_JOBS_MAX;
	campaign->bus = (cli_is_given(values, "vcd") ? FOLDER_VCD : 0) | (cli_is_given(values, "bus") ? FOLDER_MESSAGES : 0);
	campaign->audit = cli_is_given(values, "audit");
	campaign->addresses = cli_is_given(values, "addresses");
	campaign->strict = !campaign->replay && cli_is_given(values, "strict");
	campaign->fail_fast = cli_is_given(values, "fail-fast");
	campaign->device = cli_value(values, "device");
	campaign->wish.may_differ = cli_is_given(values, "anyway");
	campaign->wish.keeps_going = cli_is_given(values, "keep-going");
	choose_style(values, &campaign->screen);
	if (!cli_read_number(values, "jobs", 1, POOL_JOBS_MAX, &campaign->side_by_side, err))
		return false;
	if (!run_live_read(&campaign->live, &live, err) || !suit_live(values, campaign, err) || !read_transport(values, campaign, err) ||
	    !read_times(values, &campaign->wish, err) || !read_time(values, "wall-limit", &campaign->wall_limit_ns, err) ||
	    !(campaign->replay ? read_least(values, &campaign->wish, err)
	                       : read_seeds(values, &campaign->wish, err) && read_shard(values, campaign, err)) ||
	    !selection_open(&campaign->selection, values->operands, &wish, err))
		return false;
	campaign->budget_ns = budget_of_suites(campaign);
	return read_time(values, "budget", &campaign->budget_ns, err) && cli_reading_open(&campaign->reading, campaign->replay, err);
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
	const char *wanted = campaign->replay || (campaign->live.is_on && !cli_is_given(values, "history")) ? RECORD_NONE
	                                                                                                    : cli_value(values, "history");
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
	return campaign->resumes || run_folder_make(cli_value(values, "out"), campaign->dir, err);
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
	if (!open_history(values, campaign, &err) || !open_cache(campaign, cli_value(values, "cache"), &err) ||
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
static const char *const free_options[] = {"jobs", "budget", "fail-fast", "cache", "quiet", "json-lines", "no-color", "history", NULL};

static int resume(const struct cli_values *values)
{
	struct campaign campaign = {.resumes = true};
	struct error err = {.text = ""};
	struct resume_words words;
	struct cli_values begun;

	if (!resume_read(cli_value(values, "resume"), campaign.dir, &words, &err))
		return cli_fail(&err);
	int code = cli_parse(&cli_run, words.count, words.list, &begun);
	if (code == CLI_GO_ON)
		code = cli_take_anew(&begun, values, free_options, "the scenarios that the run", "run", &err)
		               ? run_campaign(&campaign, &begun)
		               : cli_fail(&err);
	campaign_close(&campaign);
	resume_free(&words);
	return code;
}

/* -- the commands -- */

static int run(const struct cli_values *values)
{
	struct campaign campaign = {.replay = false};

	if (cli_is_given(values, "resume"))
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

const struct cli_command cli_run = {"run", "SCENARIO|SUITE...", "run scenarios and judge them", run, {common_options, run_options}};
const struct cli_command cli_replay = {
	"replay", "PLAN...", "repeat exactly what took effect in a session, from its plan.yaml", replay, {common_options, replay_options}};
