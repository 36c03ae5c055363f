/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `gate`: whether a release may go out. It runs the plans of suites on two devices, asks harness/gate after every round whether that is enough, and says what came of
 * it.
 *
 * How it works. A scenario with a range of seeds is drawn anew for each of them: a plan for each seed, on both devices. One without is a fixed plan, of which the
 * candidate must come out as expected. Rounds have a fixed size, whatever the machine, so that the same suite stops at the same plan everywhere.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/gate_told.h"
#include "cli/record.h"
#include "cli/report.h"
#include "cli/run_folder.h"
#include "cli/values.h"
#include "cli/screen.h"
#include "session/folder.h"

/* So many plans of each scenario in a round. */
#define ROUND 12U

static const struct cli_option options[] = {
	{"baseline", "D", "device that is in the field now, by name or as a file"},
	{"candidate", "D", "device that is to be released; the devices that suites and scenarios name are ignored"},
	{"jobs", "N", "run N sessions side by side (default: one per core)"},
	{"out", "DIR", "write the report to this folder, which must not exist yet (default: " RUN_FOLDERS "/NUMBER)"},
	{"budget", "TIME", "start no round after TIME of the host's time (default: what the suites say)"},
	{"seeds", "A..B", "draw plans with these seeds instead of the suites' (for other plans than the last time)"},
	{"wall-limit", "TIME", "end a session that takes longer than TIME on the wall clock, inconclusive (default: none)"},
	{"cache", "DIR", "keep snapshots of booted devices here (default: as for `stutter run`)"},
	{"day", "YYYY-MM-DD", "apply the quarantines and waivers of this day (default: today)"},
	{"feed", "F", "feed that the release is in; with --to, a promotion writes promotion.json, which the update service honours"},
	{"to", "F", "feed that it goes to"},
	{"release", "VERSION", "version that is promoted (default: the candidate's name)"},
	{"quiet", NULL, "print only the verdict: no progress, no line per session"},
	{"no-color", NULL, "print without colours, as if NO_COLOR were set"},
	{"history", "FILE", "record the sessions in this file, or " RECORD_NONE " (default: " RECORD_PLACE ")"},
	{NULL, NULL, NULL},
};

/* -- reading -- */

static const char *today(char ret_day[EXCEPTION_DAY_MAX])
{
	const time_t now = time(NULL);
	struct tm parts;

	if (gmtime_r(&now, &parts) == NULL || strftime(ret_day, EXCEPTION_DAY_MAX, "%Y-%m-%d", &parts) == 0)
		(void)snprintf(ret_day, EXCEPTION_DAY_MAX, "1970-01-01");
	return ret_day;
}

static bool read_day(const char *text, struct gating *gating, struct error *err)
{
	if (text == NULL) {
		(void)today(gating->day);
		return true;
	}
	if (!exception_is_day(text))
		return error_set(err, "--day: '%s' is no day such as 2027-01-31", text);
	memcpy(gating->day, text, strlen(text) + 1);
	return true;
}

static bool read_seeds(const char *text, struct gating *gating, struct error *err)
{
	struct ordinals seeds = {0};

	if (text == NULL)
		return true;
	if (!ordinals_codec.set(&seeds, text, err))
		return error_context(err, "--seeds");
	if (seeds.first == 0 || seeds.last == seeds.first || seeds.last - seeds.first >= PLAN_SESSIONS_MAX)
		return error_set(err, "--seeds: '%s' must be a range such as 301..600, of at most %u", text, PLAN_SESSIONS_MAX);
	gating->seeds = seeds;
	return true;
}

/* The update service has these two, and a release goes one way. */
static bool read_feeds(const struct cli_values *values, struct gating *gating, struct error *err)
{
	gating->from = cli_value(values, "feed");
	gating->to = cli_value(values, "to");
	gating->release = cli_value(values, "release");
	if ((gating->from == NULL) != (gating->to == NULL))
		return error_set(err, "--feed and --to go together: from which feed, and to which");
	if (gating->from != NULL && (strcmp(gating->from, SERVICE_FEED_EVAL) != 0 || strcmp(gating->to, SERVICE_FEED_RETAIL) != 0))
		return error_set(err, "--feed '%s' --to '%s': a release goes from " SERVICE_FEED_EVAL " to " SERVICE_FEED_RETAIL,
		                 gating->from, gating->to);
	return true;
}

static uint64_t budget_of_suites(const struct selection *selection)
{
	uint64_t sum_ns = 0;

	for (size_t i = 0; i < selection->suite_count; i++) {
		if (selection->suites[i].budget_ns == 0)
			return 0;
		sum_ns += selection->suites[i].budget_ns;
	}
	return sum_ns;
}

static bool read_options(const struct cli_values *values, struct gating *gating, struct error *err)
{
	for (size_t i = 0; i < GATING_SIDES; i++) {
		gating->sides[i].device = cli_value(values, i == GATING_BASELINE ? "baseline" : "candidate");
		if (gating->sides[i].device == NULL)
			return error_set(err, "which %s? Give a device, such as --baseline 21.10 --candidate 22.01",
			                 i == GATING_BASELINE ? "baseline" : "candidate");
	}
	/* One choice a scenario, whatever devices its suite names: the gate has its own two. */
	const struct selection_wish wish = {.device = gating->sides[GATING_CANDIDATE].device};
	gating->side_by_side = pool_cores() < POOL_JOBS_MAX ? pool_cores() : POOL_JOBS_MAX;
	if (!cli_read_number(values, "jobs", 1, POOL_JOBS_MAX, &gating->side_by_side, err))
		return false;
	if (!read_day(cli_value(values, "day"), gating, err) || !read_feeds(values, gating, err) ||
	    !read_seeds(cli_value(values, "seeds"), gating, err) ||
	    !cli_read_quantity(values, "wall-limit", UNIT_DURATION, &gating->wall_limit_ns, err) ||
	    !selection_open(&gating->selection, values->operands, &wish, err))
		return false;
	gating->budget_ns = budget_of_suites(&gating->selection);
	return cli_read_quantity(values, "budget", UNIT_DURATION, &gating->budget_ns, err);
}

/* -- what is judged -- */

/* A scenario on a side's device. */
static struct choice choice_of(const struct gating *gating, const struct subject *subject, size_t side)
{
	struct choice choice = *subject->choice;

	choice.device = (char *)(uintptr_t)gating->sides[side].device;
	return choice;
}

static const struct exception *quarantine_of(const struct gating *gating, const struct subject *subject)
{
	const struct suite *suite = subject->choice->suite;

	for (size_t i = 0; suite != NULL && i < suite->exception_count; i++) {
		const struct exception *exception = &suite->exceptions[i];
		if (exception->reason[0] == '\0' && exception_holds(exception, gating->day) &&
		    strcmp(exception->scenario, subject->like[GATING_CANDIDATE].name) == 0)
			return exception;
	}
	return NULL;
}

static bool read_subject(struct gating *gating, struct subject *subject, struct error *err)
{
	const struct jobs_wish wish = {.times = 1};
	char hashes[GATING_SIDES][HASH_TEXT_MAX];
	uint64_t last;

	for (size_t side = 0; side < GATING_SIDES; side++) {
		const struct choice choice = choice_of(gating, subject, side);
		if (!cli_reading_next(&gating->sides[side].reading, &choice, &subject->like[side], err))
			return false;
		subject->read++;
		plan_look(&subject->like[side]);
		plan_hash(&subject->like[side], hashes[side]);
	}
	jobs_find_seeds(&subject->like[GATING_CANDIDATE], subject->choice, &wish, &subject->next_seed, &last);
	subject->drawn = last > subject->next_seed;
	if (subject->drawn && gating->seeds.first != 0) {
		subject->next_seed = gating->seeds.first;
		last = gating->seeds.last;
	}
	subject->left = subject->drawn ? last - subject->next_seed + 1 : 1;
	if (subject->left > gate_standard.runs_max)
		subject->left = gate_standard.runs_max;
	subject->same = strcmp(hashes[GATING_BASELINE], hashes[GATING_CANDIDATE]) == 0;
	subject->quarantine = quarantine_of(gating, subject);
	subject->pairs = memory_new((subject->left + 1) * sizeof *subject->pairs);
	return true;
}

/* All that is wrong is told before anything starts. */
static bool read_subjects(struct gating *gating)
{
	struct error err;
	bool good = true;

	gating->subjects = memory_new((gating->selection.count + 1) * sizeof *gating->subjects);
	for (size_t i = 0; i < gating->selection.count; i++) {
		struct subject *subject = &gating->subjects[gating->subject_count++];
		subject->choice = &gating->selection.list[i];
		if (!read_subject(gating, subject, &err)) {
			cli_fail(&err);
			good = false;
		}
	}
	return good;
}

/* -- rounds -- */

/* A session of a round: whose it is. */
struct slot {
	size_t subject, side, pair;
};

struct round {
	struct jobs jobs;
	struct slot *slots; /* one a job */
};

static bool add_slots(struct gating *gating, struct round *round, size_t index, size_t side, uint64_t first, uint64_t last,
                      struct error *err)
{
	struct subject *subject = &gating->subjects[index];
	const struct jobs_wish wish = {.times = 1};
	const struct choice choice = choice_of(gating, subject, side);
	const size_t before = round->jobs.count;

	if (!jobs_add_seeds(&round->jobs, &choice, &subject->like[side], first, last, &wish, &gating->sides[side].reading, err))
		return false;
	round->slots = memory_resize(round->slots, round->jobs.count, sizeof *round->slots);
	for (size_t i = before; i < round->jobs.count; i++) {
		struct job *job = &round->jobs.list[i];
		round->slots[i] = (struct slot){index, side, subject->pair_count + (i - before)};
		(void)snprintf(job->dir, sizeof job->dir, "%.*s/%s", JOBS_FOLDER_MAX, gating->sides[side].dir, job->name);
	}
	return true;
}

/* The next plans of a scenario that is not decided yet. */
static bool add_subject(struct gating *gating, struct round *round, size_t index, struct error *err)
{
	struct subject *subject = &gating->subjects[index];
	const uint64_t count = subject->left < ROUND ? subject->left : ROUND, first = subject->next_seed;
	const bool both = subject->drawn && !subject->same;

	if (count == 0)
		return true;
	for (size_t side = both ? GATING_BASELINE : GATING_CANDIDATE; side < GATING_SIDES; side++)
		if (!add_slots(gating, round, index, side, first, first + count - 1, err))
			return false;
	subject->next_seed += count;
	subject->left -= count;
	subject->pair_count += count;
	return true;
}

static bool is_waived(const struct gating *gating, const struct subject *subject, const struct verdict *verdict)
{
	const struct suite *suite = subject->choice->suite;

	for (size_t i = 0; suite != NULL && i < suite->exception_count; i++)
		if (exception_holds(&suite->exceptions[i], gating->day) &&
		    exception_waives(&suite->exceptions[i], subject->like[GATING_CANDIDATE].name, verdict->reason))
			return true;
	return false;
}

static enum gate_outcome outcome_of(const struct gating *gating, struct subject *subject, const struct job *job, size_t side)
{
	if (job->verdict.kind == VERDICT_INCONCLUSIVE)
		return GATE_UNKNOWN;
	if (job->verdict.met_expectation)
		return GATE_SURVIVED;
	/* What is waived is waived for both, or the baseline would look worse than the candidate. */
	if (!is_waived(gating, subject, &job->verdict))
		return GATE_BROKE;
	subject->waived += side == GATING_CANDIDATE;
	return GATE_SURVIVED;
}

static void take_outcomes(struct gating *gating, const struct round *round)
{
	for (size_t i = 0; i < round->jobs.count; i++) {
		const struct job *job = &round->jobs.list[i];
		const struct slot *slot = &round->slots[i];
		struct subject *subject = &gating->subjects[slot->subject];
		enum gate_outcome outcome = outcome_of(gating, subject, job, slot->side);
		if (slot->side == GATING_CANDIDATE)
			subject->pairs[slot->pair].candidate = outcome;
		if (slot->side == GATING_BASELINE || subject->same)
			subject->pairs[slot->pair].baseline = outcome;
		gating->core_ns += job->verdict.wall_ns;
		gating->sessions++;
	}
}

/* What is not drawn is given to the gate as a frozen plan. What is in quarantine is judged apart. */
static enum gate_decision judge(struct gating *gating)
{
	struct gate_scenario *scenarios = memory_new((gating->subject_count + 1) * sizeof *scenarios);
	struct gate_finding *findings = memory_new((gating->subject_count + 1) * sizeof *findings);
	enum gate_decision decision = GATE_NOT_ENOUGH;

	for (int apart = 1; apart >= 0; apart--) {
		size_t count = 0;
		for (size_t i = 0; i < gating->subject_count; i++)
			if ((gating->subjects[i].quarantine != NULL) == apart)
				scenarios[count++] = gating_scenario(&gating->subjects[i]);
		decision = gate_judge(&gate_standard, scenarios, count, findings);
		count = 0;
		for (size_t i = 0; i < gating->subject_count; i++)
			if ((gating->subjects[i].quarantine != NULL) == apart)
				gating->subjects[i].finding = findings[count++];
	}
	free(scenarios);
	free(findings);
	return decision;
}

static void on_changed(void *ctx, const struct job *job)
{
	screen_changed(ctx, job);
}

static void on_tick(void *ctx)
{
	screen_tick(ctx);
}

static void on_warning(void *ctx, const char *text)
{
	screen_warn(ctx, text);
}

static void run_jobs(struct gating *gating, struct jobs *jobs)
{
	const struct pool_options pool = {.transport = TRANSPORT_INSIDE,
	                                  .share = true,
	                                  .side_by_side = gating->side_by_side,
	                                  .places = &gating->sides[GATING_CANDIDATE].reading.places,
	                                  .wall_limit_ms = gating->wall_limit_ns / SIM_MS,
	                                  .stop = gating->stop,
	                                  .changed = on_changed,
	                                  .tick = on_tick,
	                                  .warn = on_warning,
	                                  .ctx = &gating->screen};

	gating->screen.jobs = jobs->list;
	gating->screen.count = jobs->count;
	gating->screen.side_by_side = gating->side_by_side;
	pool_run(jobs->list, jobs->count, &pool);
	screen_close(&gating->screen);
}

/* Gives the jobs of a round to their sides, which report them. */
static void hand_over(struct gating *gating, struct round *round)
{
	for (size_t i = 0; i < round->jobs.count; i++) {
		struct jobs *all = &gating->sides[round->slots[i].side].jobs;
		all->list = memory_resize(all->list, all->count + 1, sizeof *all->list);
		all->list[all->count++] = round->jobs.list[i];
	}
	free(round->jobs.list);
	free(round->slots);
}

/* Writes down what each side is to run, what it has run before included, so that a gate that dies can be reported. */
static bool note_round(struct gating *gating, const struct round *round, struct error *err)
{
	for (size_t side = 0; side < GATING_SIDES; side++) {
		struct gating_side *mine = &gating->sides[side];
		struct job *jobs = memory_new((mine->jobs.count + round->jobs.count + 1) * sizeof *jobs);
		size_t count = mine->jobs.count;
		if (count > 0)
			memcpy(jobs, mine->jobs.list, count * sizeof *jobs);
		for (size_t i = 0; i < round->jobs.count; i++)
			if (round->slots[i].side == side)
				jobs[count++] = round->jobs.list[i];
		const struct report_wish wish = {.device = mine->device,
		                                 .times = 1,
		                                 .suites = gating->selection.suites,
		                                 .suite_count = gating->selection.suite_count};
		int fd = report_begin(mine->dir, jobs, count, &wish, err);
		free(jobs);
		if (fd < 0)
			return false;
		if (mine->lock >= 0)
			(void)close(mine->lock);
		mine->lock = fd;
	}
	return true;
}

static bool may_go_on(const struct gating *gating)
{
	return !*gating->stop && (gating->budget_ns == 0 || pool_now_ms() - gating->started_ms < gating->budget_ns / SIM_MS);
}

/* What decides nothing is not worth another round. */
static bool wants_more(const struct subject *subject)
{
	return subject->quarantine == NULL && gate_wants_more(&subject->finding);
}

static bool run_round(struct gating *gating, bool *ret_any, struct error *err)
{
	struct round round = {.slots = NULL};
	bool good = true;

	for (size_t i = 0; good && i < gating->subject_count; i++)
		if (gating->sessions == 0 || wants_more(&gating->subjects[i]))
			good = add_subject(gating, &round, i, err);
	*ret_any = round.jobs.count > 0;
	good = good && (!*ret_any || note_round(gating, &round, err));
	if (good && *ret_any) {
		run_jobs(gating, &round.jobs);
		take_outcomes(gating, &round);
		gating->decision = judge(gating);
	}
	hand_over(gating, &round);
	return good;
}

/* A block stands whatever else comes; all else goes on until every scenario is decided, or nothing is left. */
static bool run_rounds(struct gating *gating, struct error *err)
{
	bool any = true;

	while (any && may_go_on(gating) && (gating->sessions == 0 || gating->decision == GATE_NOT_ENOUGH))
		if (!run_round(gating, &any, err))
			return false;
	return true;
}

/* -- the end -- */

static bool make_folders(struct gating *gating, const char *wanted, struct error *err)
{
	static const char *const names[GATING_SIDES] = {"baseline", "candidate"};

	if (!run_folder_make(wanted, gating->dir, err))
		return false;
	for (size_t side = 0; side < GATING_SIDES; side++) {
		(void)snprintf(gating->sides[side].dir, sizeof gating->sides[side].dir, "%.*s/%s", JOBS_FOLDER_MAX, gating->dir,
		               names[side]);
		if (!folder_make(gating->sides[side].dir, err))
			return false;
	}
	return true;
}

static void warn_unrecorded(const struct error *err)
{
	fprintf(stderr, "stutter: warning: this gate is not recorded: %s\n", err->text);
}

static bool open_history(struct gating *gating, const char *wanted, struct error *err)
{
	if (!record_open_wanted(wanted, &gating->history, err))
		return false;
	if (gating->history == NULL && err->text[0] != '\0')
		warn_unrecorded(err);
	return true;
}

static bool report_sides(struct gating *gating, struct error *err)
{
	bool good = true;
	int code;

	for (size_t side = 0; good && side < GATING_SIDES; side++) {
		struct gating_side *mine = &gating->sides[side];
		if (mine->lock >= 0)
			(void)close(mine->lock);
		good = report_end(mine->dir, false, false, &code, err);
	}
	return good;
}

static bool record_sides(struct gating *gating, struct error *err)
{
	struct history_recorded recorded;
	bool good = true;

	for (size_t side = 0; good && gating->history != NULL && side < GATING_SIDES; side++)
		good = gating->sides[side].jobs.count == 0 || record_run(gating->history, gating->sides[side].dir, &recorded, err);
	return good;
}

static int exit_code(const struct gating *gating)
{
	for (size_t i = 0; i < gating->sides[GATING_CANDIDATE].jobs.count; i++)
		if (gating->sides[GATING_CANDIDATE].jobs.list[i].verdict.ours)
			return EXIT_BUG;
	return gating->decision == GATE_PROMOTE ? EXIT_PASSED : gating->decision == GATE_BLOCK ? EXIT_FAILED : EXIT_INCONCLUSIVE;
}

static int run_gate(struct gating *gating, struct error *err)
{
	gating->stop = cli_stop_when_asked();
	gating->started_ms = pool_now_ms();
	if (!run_rounds(gating, err) || !report_sides(gating, err) || !gate_told(gating, err)) {
		cli_fail(err);
		return EXIT_INCONCLUSIVE;
	}
	/* The decision is told, whatever becomes of the history; but nothing is promoted of which the record is not whole. */
	const int code = exit_code(gating);
	if (!record_sides(gating, err)) {
		cli_fail(err);
		return code == EXIT_PASSED ? EXIT_INCONCLUSIVE : code;
	}
	if (gating->decision == GATE_PROMOTE && gating->from != NULL && !gate_promote(gating, err)) {
		cli_fail(err);
		return EXIT_INCONCLUSIVE;
	}
	return code;
}

static void close_gating(struct gating *gating)
{
	for (size_t i = 0; i < gating->subject_count; i++) {
		for (size_t side = 0; side < gating->subjects[i].read; side++)
			plan_close(&gating->subjects[i].like[side]);
		free(gating->subjects[i].pairs);
	}
	for (size_t side = 0; side < GATING_SIDES; side++) {
		jobs_close(&gating->sides[side].jobs);
		cli_reading_close(&gating->sides[side].reading);
	}
	free(gating->subjects);
	history_close(gating->history);
	selection_close(&gating->selection);
}

static int run(const struct cli_values *values)
{
	struct gating gating = {.decision = GATE_NOT_ENOUGH, .sides = {{.lock = -1}, {.lock = -1}}};
	struct places *places = &gating.sides[GATING_CANDIDATE].reading.places;
	struct error err = {.text = ""};
	int code = EXIT_USAGE;

	gating.screen.style = cli_is_given(values, "quiet") ? SCREEN_QUIET : cli_is_terminal() ? SCREEN_TERMINAL : SCREEN_LINES;
	gating.screen.colours = !cli_is_given(values, "no-color") && cli_takes_colours();
	bool good = read_options(values, &gating, &err) && cli_reading_open(&gating.sides[GATING_BASELINE].reading, false, &err) &&
	            cli_reading_open(&gating.sides[GATING_CANDIDATE].reading, false, &err);
	if (!good)
		code = cli_fail(&err);
	else if (!read_subjects(&gating))
		code = EXIT_USAGE;
	else if (!open_history(&gating, cli_value(values, "history"), &err) ||
	         !places_open_cache(places, cli_value(values, "cache"), &err) || !make_folders(&gating, cli_value(values, "out"), &err))
		code = cli_fail(&err);
	else
		code = run_gate(&gating, &err);
	places_close_cache(places);
	close_gating(&gating);
	return code;
}

const struct cli_command cli_gate = {
	"gate", "SUITE...", "judge a release against the one before it: promote, block, or not enough evidence", run, {options}};
