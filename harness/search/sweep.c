/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the golden session gives the targets, and targets and kinds of fault the cells that
 * attempts are chosen from (sampling.h). Attempts run in batches. What came of a batch is taken in
 * the order in which its attempts were chosen, and those that were held are taken back, so the list
 * has no gaps. Its finds are replayed before the next batch is chosen: whenever the sweep ends,
 * what is told of a find is known. Pairs come from the attempts that are single faults (pairs.h).
 */
#include "harness/search/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/base/text.h"
#include "reports/file.h"
#include "harness/search/pairs.h"
#include "harness/search/states.h"

/* Sessions of a batch: few at first, so that a short budget ends in time. */
#define BATCH_FIRST 8
#define BATCH_MOST 32
/* Where plans of failed sessions lie until their batch is through, below the search's folder. */
#define RAW_PLANS "plans"

/* -- what a session came to -- */

enum outcome sweep_outcome(const struct ending *ending, uint64_t tried)
{
	const bool has_hung = strcmp(ending->judge, "hang") == 0 || strstr(ending->reason, "no result before the deadline") != NULL;

	if (ending->kind == VERDICT_INCONCLUSIVE)
		return OUTCOME_INCONCLUSIVE;
	if (ending->kind == VERDICT_FAIL)
		return has_hung ? OUTCOME_HUNG : OUTCOME_FAILED;
	return (ending->acted & tried) == tried ? OUTCOME_SURVIVED : OUTCOME_NO_ACT;
}

bool sweep_is_kill(const struct attempt *attempt)
{
	return attempt->outcome == OUTCOME_FAILED || attempt->outcome == OUTCOME_HUNG;
}

bool sweep_shows(const struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->count; i++)
		if (sweep->attempts[i].outcome == OUTCOME_SURVIVED || sweep_is_kill(&sweep->attempts[i]))
			return true;
	return false;
}

enum replayed sweep_replayed(const struct ending *failed, const struct ending *replay)
{
	if (replay->kind == VERDICT_INCONCLUSIVE)
		return REPLAYED_UNKNOWN;
	return ending_same(failed, replay) ? REPLAYED_SAME : REPLAYED_OTHER;
}

void sweep_take(struct sweep *sweep, struct attempt *attempt, enum outcome outcome, const struct ending *ending)
{
	attempt->ending = *ending;
	attempt->outcome = outcome;
	if (!sweep_is_kill(attempt))
		return;
	attempt->signature = ending_signature(ending);
	for (size_t i = 0; i < sweep->count && &sweep->attempts[i] != attempt && attempt->way == 0; i++)
		if (sweep_is_kill(&sweep->attempts[i]) && sweep->attempts[i].signature == attempt->signature)
			attempt->way = sweep->attempts[i].way;
	attempt->is_first = attempt->way == 0;
	if (attempt->is_first)
		attempt->way = ++sweep->ways;
}

/* -- files -- */

static void path_of(const struct sweep *sweep, const char *name, char ret_path[DEVICE_PATH_MAX])
{
	(void)snprintf(ret_path, DEVICE_PATH_MAX, "%s/%s", sweep->dir, name);
}

static void raw_plan(const char *key, char ret_name[160])
{
	(void)snprintf(ret_name, 160, RAW_PLANS "/%s.yaml", key);
}

static bool keep_states(const struct sweep *sweep, const struct trial *trial, const char *dir, struct error *err)
{
	struct reach states;

	states_read(dir, &states);
	const bool good = reach_keep(&states, sweep->dir, trial->key, err);
	reach_close(&states);
	return good;
}

size_t sweep_new_states(struct sweep *sweep, const char *key)
{
	struct reach states;

	if (!reach_kept(&states, sweep->dir, key))
		return 0;
	const size_t fresh = reach_merge(&sweep->states, &states);
	reach_close(&states);
	return fresh;
}

/* A session's folder does not stay: what is wanted of it is taken while it is there. */
static bool look(void *ctx, struct trial *trial, const char *dir, struct error *err)
{
	struct sweep *sweep = ctx;
	char name[160], from[DEVICE_PATH_MAX + 16];

	/* How far it came says nothing, and it is asked for again when the sweep goes on. */
	if (trial->ending.kind == VERDICT_INCONCLUSIVE)
		return true;
	if (sweep->pairs && !keep_states(sweep, trial, dir, err))
		return false;
	if (trial->ending.kind != VERDICT_FAIL)
		return true;
	raw_plan(trial->key, name);
	(void)snprintf(from, sizeof from, "%s/plan.yaml", dir);
	return report_file_copy(from, sweep->dir, name, err);
}

/*
 * "kills/017-drop-to-server-tcp.syn-80-1-1.yaml": the number is that of the attempt, so that a
 * sweep that goes on finds it.
 */
static void name_plan(struct attempt *attempt)
{
	int used = snprintf(attempt->plan, sizeof attempt->plan, SWEEP_KILLS "/%04zu-", attempt->number);
	size_t at = (size_t)used;

	for (const char *c = attempt->what; *c != '\0' && at + sizeof ".yaml" < sizeof attempt->plan; c++) {
		bool is_plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '.' || *c == '_';
		if (is_plain || attempt->plan[at - 1] != '-')
			attempt->plan[at++] = is_plain ? *c : '-';
	}
	while (attempt->plan[at - 1] == '-')
		at--;
	(void)snprintf(attempt->plan + at, sizeof attempt->plan - at, ".yaml");
}

/* Puts the plan of a find where it belongs. What it is made of stays, for a sweep that goes on. */
static bool keep_plan(const struct sweep *sweep, struct attempt *attempt, struct error *err)
{
	char raw[160], from[DEVICE_PATH_MAX];

	raw_plan(attempt->key, raw);
	path_of(sweep, raw, from);
	name_plan(attempt);
	return report_file_copy(from, sweep->dir, attempt->plan, err);
}

/* -- batches -- */

static struct attempt *add_attempt(struct sweep *sweep)
{
	if (sweep->count == sweep->room) {
		sweep->room = sweep->room > 0 ? 2 * sweep->room : 64;
		sweep->attempts = memory_resize(sweep->attempts, sweep->room, sizeof *sweep->attempts);
	}
	struct attempt *attempt = &sweep->attempts[sweep->count++];
	memset(attempt, 0, sizeof *attempt);
	attempt->number = ++sweep->decided;
	return attempt;
}

static size_t kept_faults(const struct sweep *sweep)
{
	return sweep->keeps_faults ? sweep->plan->fault_count : 0;
}

static void describe(const struct sweep *sweep, struct attempt *attempt)
{
	struct text what = text_in(attempt->what, sizeof attempt->what);
	char one[sizeof attempt->what];

	for (size_t i = 0; i < attempt->faults; i++)
		text_add(&what, "%s%s", text_separator(&what, " and "),
		         kind_say(&kinds[sweep->sampling.cells[attempt->cell[i]].kind], &sweep->targets.list[attempt->target[i]], one,
		                  sizeof one));
}

/* The session that tries it. To be released with trial_close(). */
static void make_trial(const struct sweep *sweep, const struct attempt *attempt, struct trial *ret_trial)
{
	const size_t kept = kept_faults(sweep);
	struct fault *faults = memory_new((kept + attempt->faults) * sizeof *faults);

	for (size_t i = 0; i < kept; i++)
		faults[i] = sweep->plan->faults[i];
	for (size_t i = 0; i < attempt->faults; i++)
		kind_fault(&kinds[sweep->sampling.cells[attempt->cell[i]].kind], &sweep->targets.list[attempt->target[i]],
		           &faults[kept + i]);
	trial_with_faults(ret_trial, sweep->plan, faults, kept + attempt->faults);
	(void)snprintf(ret_trial->name, sizeof ret_trial->name, "%.159s", attempt->what);
	free(faults);
}

static bool take_attempt(struct sweep *sweep, struct search *search, struct attempt *attempt, const struct trial *trial, struct error *err)
{
	const size_t kept = kept_faults(sweep);
	char ending[VERDICT_TEXT_MAX + 128];

	memcpy(attempt->key, trial->key, sizeof attempt->key);
	sweep_take(sweep, attempt, sweep_outcome(&trial->ending, (attempt->faults > 1 ? UINT64_C(3) : UINT64_C(1)) << kept),
	           &trial->ending);
	if (!sweep_is_kill(attempt))
		return true;
	search_find(search, "%s: %s", attempt->what, ending_say(&attempt->ending, ending, sizeof ending));
	return keep_plan(sweep, attempt, err);
}

/* -- replays of finds -- */

struct replay {
	struct attempt *attempt;
	struct plan plan;
};

static bool open_replay(const struct sweep *sweep, size_t number, struct replay *replay, struct trial *trial, struct error *err)
{
	char path[DEVICE_PATH_MAX];

	replay->attempt = &sweep->attempts[number];
	path_of(sweep, replay->attempt->plan, path);
	if (!plan_open_frozen(&replay->plan, path, NULL, sweep->paths, err))
		return error_context(err, "the plan of '%s'", replay->attempt->what);
	replay->plan.may_differ = sweep->plan->may_differ;
	replay->plan.least_found = UNIT_PROBABILITY_ONE;
	plan_look(&replay->plan);
	trial_with_decisions(trial, &replay->plan, replay->plan.decisions.list, replay->plan.decisions.count);
	(void)snprintf(trial->name, sizeof trial->name, "replay of %.140s", replay->attempt->what);
	/* One session of each way to fail stays, to be looked at. */
	trial->keep = replay->attempt->is_first;
	return true;
}

static void take_replay(const struct sweep *sweep, struct attempt *attempt, const struct trial *trial)
{
	if (trial->state != TRIAL_DONE)
		return;
	attempt->replayed = sweep_replayed(&attempt->ending, &trial->ending);
	if (trial->dir[0] != '\0' && strlen(trial->dir) > strlen(sweep->dir))
		(void)snprintf(attempt->trace, sizeof attempt->trace, "%s/trace.txt", trial->dir + strlen(sweep->dir) + 1);
}

/* Replays the finds from the first-th attempt on. */
static bool replay_finds(struct sweep *sweep, struct search *search, size_t first, struct error *err)
{
	struct replay *replays = memory_new((sweep->count + 1) * sizeof *replays);
	struct trial *trials = memory_new((sweep->count + 1) * sizeof *trials);
	size_t count = 0;
	bool good = true;

	for (size_t i = first; i < sweep->count && good; i++) {
		if (!sweep_is_kill(&sweep->attempts[i]))
			continue;
		good = open_replay(sweep, i, &replays[count], &trials[count], err);
		count += good;
	}
	good = good && (count == 0 || search_run(search, trials, count, NULL, NULL, err));
	for (size_t i = 0; i < count; i++) {
		if (good)
			take_replay(sweep, replays[i].attempt, &trials[i]);
		trial_close(&trials[i]);
		plan_close(&replays[i].plan);
	}
	free(trials);
	free(replays);
	return good;
}

/* Runs the attempts from the first-th on. Those that were held are taken back. */
static bool run_batch(struct sweep *sweep, struct search *search, size_t first, struct error *err)
{
	const size_t count = sweep->count - first;
	struct trial *trials = memory_new((count + 1) * sizeof *trials);
	size_t done = first;

	for (size_t i = 0; i < count; i++) {
		describe(sweep, &sweep->attempts[first + i]);
		make_trial(sweep, &sweep->attempts[first + i], &trials[i]);
	}
	bool good = search_run(search, trials, count, look, sweep, err);
	for (size_t i = 0; i < count; i++) {
		if (good && trials[i].state == TRIAL_DONE) {
			sweep->attempts[done] = sweep->attempts[first + i];
			good = take_attempt(sweep, search, &sweep->attempts[done], &trials[i], err);
			done++;
		}
		trial_close(&trials[i]);
	}
	free(trials);
	sweep->count = done;
	return good && replay_finds(sweep, search, first, err);
}

/* -- the rounds -- */

static size_t batch_size(const struct sweep *sweep, size_t batch, size_t most)
{
	size_t size = batch < 2 ? BATCH_FIRST : batch < 4 ? 2 * BATCH_FIRST : BATCH_MOST;

	if (most > 0 && sweep->count + size > most)
		size = most > sweep->count ? most - sweep->count : 0;
	return size;
}

static size_t count_kills(const struct sweep *sweep)
{
	size_t kills = 0;

	for (size_t i = 0; i < sweep->count; i++)
		kills += sweep_is_kill(&sweep->attempts[i]);
	return kills;
}

static bool run_singles(struct sweep *sweep, struct search *search, struct error *err)
{
	const size_t all = sampling_size(&sweep->sampling);
	const size_t most = sweep->pairs ? (sweep->most + 1) / 2 : sweep->most;
	size_t cell, target, batch = 0;
	bool has_more = true, good = true;

	while (good && has_more && !search_is_over(search)) {
		/*
		 * The golden session, and a replay for each find. Nobody waits for the end of all
		 * addresses.
		 */
		const size_t expected = 1 + (most > 0 && most < all ? most : all) + count_kills(sweep);
		search_stage(search, sweep->is_open_ended && most == 0 ? 0 : expected, "single faults");
		const size_t first = sweep->count, size = batch_size(sweep, batch++, most);
		while (sweep->count < first + size && (has_more = sampling_next(&sweep->sampling, &cell, &target))) {
			struct attempt *attempt = add_attempt(sweep);
			attempt->faults = 1;
			attempt->cell[0] = cell;
			attempt->target[0] = target;
		}
		has_more = has_more && size > 0;
		good = sweep->count == first || run_batch(sweep, search, first, err);
	}
	sweep->single_count = sweep->count;
	return good;
}

static bool run_pairs(struct sweep *sweep, struct search *search, struct error *err)
{
	const size_t most = sweep->most > 0 ? sweep->most : sweep->is_open_ended ? 0 : sweep->single_count + SWEEP_PAIRS;
	struct pairs pairs;
	struct pair pair;
	size_t batch = 0;
	bool has_more = true, good = true;

	pairs_open(&pairs, sweep);
	while (good && has_more && !search_is_over(search)) {
		search_stage(search, most > 0 ? 1 + most + count_kills(sweep) : 0, "pairs of faults");
		const size_t first = sweep->count, size = batch_size(sweep, batch++, most);
		while (sweep->count < first + size && (has_more = pairs_next(&pairs, &pair))) {
			struct attempt *attempt = add_attempt(sweep);
			attempt->faults = 2;
			for (size_t i = 0; i < 2; i++) {
				attempt->cell[i] = sweep->attempts[pair.attempt[i]].cell[0];
				attempt->target[i] = sweep->attempts[pair.attempt[i]].target[0];
			}
		}
		has_more = has_more && size > 0;
		good = sweep->count == first || run_batch(sweep, search, first, err);
	}
	pairs_close(&pairs);
	return good;
}

/* -- the golden session -- */

static bool judge_golden(struct sweep *sweep, struct search *search, const struct trial *trial, struct error *err)
{
	char text[VERDICT_TEXT_MAX + 128];

	sweep->golden = trial->ending;
	if (trial->ending.kind == VERDICT_PASS)
		return targets_read(&sweep->targets, trial->dir, err);
	(void)ending_say(&trial->ending, text, sizeof text);
	if (trial->ending.kind == VERDICT_INCONCLUSIVE)
		return error_set(err, "the session without a fault shows nothing: %s", text);
	search_settle(search);
	return error_set(
		err,
		"the session does not pass as it is%s: %s\n  a sweep needs one that passes; `stutter shrink` and `stutter explain` "
		"look into one that fails",
		kept_faults(sweep) > 0 ? ", with the scenario's own faults" : " without faults", text);
}

static bool run_golden(struct sweep *sweep, struct search *search, struct error *err)
{
	struct trial trial;

	search_stage(search, 1, "a session to compare with");
	trial_with_faults(&trial, sweep->plan, sweep->plan->faults, kept_faults(sweep));
	(void)snprintf(trial.name, sizeof trial.name, "without a fault");
	trial.keep = trial.alone = trial.lists_events = true;
	bool good = search_run(search, &trial, 1, sweep->pairs ? look : NULL, sweep, err);
	if (good && trial.state == TRIAL_DONE)
		good = judge_golden(sweep, search, &trial, err);
	/* What all sessions come into is nothing new. */
	if (good && sweep->pairs)
		(void)sweep_new_states(sweep, trial.key);
	trial_close(&trial);
	return good;
}

static bool choose(struct sweep *sweep, struct error *err)
{
	if (sweep->phases != NULL && !filter_read_phases(&sweep->filter, sweep->phases, &sweep->targets, err)) {
		sweep->is_usage = true;
		return error_context(err, "--during");
	}
	filter_leave_out(&sweep->filter, sweep->plan, &sweep->targets);
	sampling_open(&sweep->sampling, &sweep->targets, &sweep->filter, sweep->is_open_ended ? 0 : SWEEP_SAMPLE);
	if (sweep->sampling.count > 0)
		return true;
	sweep->is_usage = true;
	return error_set(err, "nothing is left to test: none of the chosen faults fits a chosen address");
}

bool sweep_run(struct sweep *sweep, struct search *search, struct error *err)
{
	CHECK(kept_faults(sweep) <= SWEEP_KEPT_MAX);
	if (!report_folder_make(sweep->dir, RAW_PLANS, err) || !report_folder_make(sweep->dir, SWEEP_KILLS, err) ||
	    !run_golden(sweep, search, err))
		return false;
	/* It was stopped. */
	if (sweep->targets.count == 0)
		return true;
	return choose(sweep, err) && run_singles(sweep, search, err) && (!sweep->pairs || run_pairs(sweep, search, err));
}

void sweep_close(struct sweep *sweep)
{
	targets_close(&sweep->targets);
	sampling_close(&sweep->sampling);
	reach_close(&sweep->states);
	free(sweep->attempts);
	sweep->attempts = NULL;
}
