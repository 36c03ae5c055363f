/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/run_options.h"

#include <string.h>

#include "harness/campaign/run_folder.h"
#include "harness/cli/events.h"
#include "harness/cli/live_options.h"
#include "harness/cli/shown.h"
#include "harness/cli/web_ports.h"
#include "harness/session/folder.h"

const struct cli_option cli_run_options[] = {
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
	{"cache", "DIR", "keep snapshots of booted devices here, for later runs to start from (default: " PATHS_CACHE_ORDER ")"},
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
         "with --live: treat a session as inconclusive if a frame left this much too late (default: " LIVE_SKEW "; 0s: no limit)"},
	{NULL, NULL, NULL},
};

/* -- reading -- */

static bool read_times(const struct cli_values *values, struct jobs_wish *wish, struct error *err)
{
	uint64_t times = cli_is_given(values, "twice") ? 2 : 1;

	if (cli_is_given(values, "repeat") && cli_is_given(values, "twice"))
		return error_set(err, "--twice means --repeat 2; use one of them");
	if (!cli_read_number(values, "repeat", 1, JOBS_TIMES_MAX, &times, err))
		return false;
	wish->times = (size_t)times;
	return true;
}

/* Sanitizers have no place inside QEMU. */
#ifdef STUTTER_SANITIZED
#define TRANSPORT_STANDARD TRANSPORT_FIFO
#else
#define TRANSPORT_STANDARD TRANSPORT_INSIDE
#endif

static bool read_transport(const struct cli_values *values, struct campaign_wish *wish, struct error *err)
{
	const char *name = cli_value(values, "transport");

	wish->share = !cli_is_given(values, "no-share");
	wish->transport = name == NULL ? TRANSPORT_STANDARD : strcmp(name, "fifo") == 0 ? TRANSPORT_FIFO : TRANSPORT_INSIDE;
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

/*
 * Sessions in wall time have the host to themselves, and no two of them are the same to the last
 * bit.
 */
static bool suit_live(const struct cli_values *values, struct campaign_wish *wish, struct error *err)
{
	if (!wish->live.is_on)
		return true;
	if (cli_is_given(values, "jobs") && wish->side_by_side > 1)
		return error_set(err, "--live runs one session at a time: leave --jobs out");
	if (cli_is_given(values, "twice") || cli_is_given(values, "repeat"))
		return error_set(err,
		                 "--%s compares digests, and no two sessions in wall time have the same: leave it out, or give --seeds",
		                 cli_is_given(values, "twice") ? "twice" : "repeat");
	wish->side_by_side = 1;
	return true;
}

bool cli_run_read(const struct cli_values *values, struct campaign_wish *wish, struct campaign_sessions *sessions, struct error *err)
{
	uint64_t side_by_side = campaign_cores();

	wish->bus = (cli_is_given(values, "vcd") ? FOLDER_VCD : 0) | (cli_is_given(values, "bus") ? FOLDER_MESSAGES : 0);
	wish->device = cli_value(values, "device");
	wish->cache = cli_value(values, "cache");
	wish->dir = cli_value(values, "out");
	sessions->operands = values->operands;
	sessions->words = (const char *const *)values->argv;
	sessions->fail_fast = cli_is_given(values, "fail-fast");
	sessions->has_budget = cli_is_given(values, "budget");
	sessions->jobs.may_differ = cli_is_given(values, "anyway");
	sessions->jobs.keeps_going = cli_is_given(values, "keep-going");
	if (!cli_read_number(values, "jobs", 1, POOL_JOBS_MAX, &side_by_side, err))
		return false;
	wish->side_by_side = (size_t)side_by_side;
	return cli_read_live(values, &wish->live, err) && suit_live(values, wish, err) && read_transport(values, wish, err) &&
	       read_times(values, &sessions->jobs, err) && read_time(values, "wall-limit", &wish->wall_limit_ns, err) &&
	       read_time(values, "budget", &sessions->budget_ns, err);
}

/* -- running -- */

static int run(struct campaign *campaign, const struct campaign_sessions *sessions, const struct shown *shown)
{
	if (!campaign_select(campaign, sessions) || !campaign_begin(campaign))
		return EXIT_USAGE;
	const int code = shown_status(campaign_run(campaign));
	if (shown->screen.style == SCREEN_EVENTS)
		events_end(campaign_dir(campaign), code);
	return code;
}

int cli_run_campaign(const struct cli_values *values, const struct campaign_wish *wish, const struct campaign_sessions *sessions)
{
	struct shown shown = {.audit = cli_is_given(values, "audit"), .addresses = cli_is_given(values, "addresses"), .says_notes = true};

	shown_choose(&shown, cli_is_given(values, "json-lines"), cli_is_given(values, "quiet"), cli_is_given(values, "no-color"));
	const struct campaign_ops ops = shown_ops(&shown);
	struct campaign *campaign = campaign_open(wish, &ops);
	int code = campaign != NULL ? run(campaign, sessions, &shown) : EXIT_USAGE;
	return campaign_close(campaign) || code == EXIT_USAGE ? code : EXIT_INCONCLUSIVE;
}
