/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/hunt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "harness/search/shrink.h"

/* Of so many plans one is drawn anew, though there are some to go on from. */
#define ANEW 4
#define STREAM "hunt"

/* A hunt at work. */
struct hunter {
	struct search *search;
	const char *dir;
	const struct paths *paths;
	const struct plan *plan;
	const struct hunt_options *options;
	struct hunt *hunt;
	struct aims aims;
	struct grounds grounds;
};

/* -- what tells failures apart -- */

const char *hunt_kind(const struct decisions *decisions)
{
	return decisions->count > 0 ? decisions->list[decisions->count - 1].action->name : "";
}

uint64_t hunt_signature(const struct ending *ending, const char *kind)
{
	struct ending cut = *ending;
	char *last = strstr(cut.reason, "; the last ");

	/* Which frame or report was the last before a silence is chance, and no other failure. */
	if (last != NULL)
		*last = '\0';
	return XXH3_64bits_withSeed(kind, strlen(kind), ending_signature(&cut));
}

static struct hunt_find *find_of(const struct hunt *hunt, uint64_t signature)
{
	for (size_t i = 0; i < hunt->find_count; i++)
		if (hunt->finds[i].signature == signature)
			return &hunt->finds[i];
	return NULL;
}

/* -- files -- */

static bool keep_plan(const struct hunter *hunter, const struct trial *trial, const char *dir, struct error *err)
{
	char path[DEVICE_PATH_MAX + 16], name[HASH_TEXT_MAX + 16];

	if (trial->ending.kind != VERDICT_FAIL)
		return true;
	(void)snprintf(path, sizeof path, "%s/plan.yaml", dir);
	(void)snprintf(name, sizeof name, REACH_FOLDER "/%s.yaml", trial->key);
	return report_file_copy(path, hunter->dir, name, err);
}

/* While its folder is there: what a session has reached is kept before its result is. */
static bool look(void *ctx, struct trial *trial, const char *dir, struct error *err)
{
	const struct hunter *hunter = ctx;
	struct reach reach;

	/* A session that never began has no trace, and is inconclusive. */
	if (trial->ending.kind == VERDICT_INCONCLUSIVE)
		return true;
	bool good = reach_read(dir, &reach, err);
	good = good && reach_keep(&reach, hunter->dir, trial->key, err) && keep_plan(hunter, trial, dir, err);
	reach_close(&reach);
	return good;
}

static bool load_reach(const struct hunter *hunter, const struct trial *trial, struct reach *ret_reach, struct error *err)
{
	if (reach_kept(ret_reach, hunter->dir, trial->key))
		return true;
	search_settle(hunter->search);
	return error_set(err,
	                 "%s/" REACH_FOLDER
	                 "/%s, which says what a session has reached, is missing or incomplete: begin a new hunt in another folder",
	                 hunter->dir, trial->key);
}

/* Runs trials, and keeps what they reach. */
static bool run(struct hunter *hunter, struct trial *trials, size_t count, struct error *err)
{
	return search_run(hunter->search, trials, count, look, hunter, err);
}

/* -- before the first round -- */

/* A session that must pass, as otherwise its own failure would be found again and again. */
static bool run_golden(struct hunter *hunter, struct trial *trial, const struct plan *plan, struct ending *ret_ending, struct error *err)
{
	const struct candidate none = {.seed = plan->seed};
	char text[640];

	candidate_trial(&none, plan, hunter->options->keep_faults, trial);
	(void)snprintf(trial->name, sizeof trial->name, "without drawn faults, on %s", plan->device.name);
	trial->keep = true;
	if (!run(hunter, trial, 1, err))
		return false;
	*ret_ending = trial->ending;
	if (trial->state == TRIAL_HELD || trial->ending.kind == VERDICT_PASS)
		return true;
	if (trial->ending.kind == VERDICT_FAIL)
		search_settle(hunter->search);
	return error_set(err, "the session %s on device '%s' does not pass, so whatever is found could be its own: %s; fix it first",
	                 hunter->options->keep_faults ? "with just the scenario's own faults" : "without faults", plan->device.name,
	                 ending_say(&trial->ending, text, sizeof text));
}

/* Shows what there is to aim at. @return false with @p err; an empty text: the search is over. */
static bool prepare(struct hunter *hunter, struct error *err)
{
	struct trial golden, control;
	struct reach reach;

	search_stage(hunter->search, 0, "hunt: the session without drawn faults");
	bool good = run_golden(hunter, &golden, hunter->plan, &hunter->hunt->golden, err);
	bool is_held = good && golden.state == TRIAL_HELD;
	if (good && !is_held)
		good = aims_read(&hunter->aims, golden.dir, err) && load_reach(hunter, &golden, &reach, err);
	if (good && !is_held)
		(void)corpus_take(&hunter->hunt->corpus, NULL, &reach);
	trial_close(&golden);
	if (good && !is_held && hunter->options->control != NULL) {
		good = run_golden(hunter, &control, hunter->options->control, &hunter->hunt->control, err);
		is_held = good && control.state == TRIAL_HELD;
		trial_close(&control);
	}
	return good && !is_held;
}

/* -- a round -- */

struct round {
	uint64_t number; /* from 1 */
	size_t count;
	struct candidate candidates[HUNT_BATCH];
	struct trial trials[HUNT_BATCH];
	struct failure {
		bool is_one; /* that the judge asks for */
		bool is_new; /* unlike those that were found before the round */
		const char *kind;
		uint64_t signature;
	} failures[HUNT_BATCH];
	struct hunt_round sums;
};

static void make_candidate(struct hunter *hunter, struct round *round, size_t index)
{
	struct corpus *corpus = &hunter->hunt->corpus;
	struct candidate *candidate = &round->candidates[index];
	struct dice dice = {.stream = random_stream(hunter->options->seed, STREAM), .what = round->number * HUNT_BATCH + index};

	if (corpus->count == 0 || dice_once_in(&dice, ANEW)) {
		(void)candidate_draw(&hunter->grounds, &dice, candidate);
		return;
	}
	const struct candidate parent = *corpus_choose(corpus, &dice);
	const struct candidate *other = &corpus->list[dice_below(&dice, corpus->count)].candidate;
	candidate_mutate(&hunter->grounds, &parent, other, &dice, candidate);
}

static void make_round(struct hunter *hunter, struct round *round)
{
	const uint64_t left = hunter->options->most - hunter->hunt->sessions;
	char stage[160];

	round->count = left < HUNT_BATCH ? (size_t)left : HUNT_BATCH;
	(void)snprintf(stage, sizeof stage, "hunt, round %" PRIu64 ": %zu found; %zu items reached, %zu plans to go on from", round->number,
	               hunter->hunt->find_count, hunter->hunt->corpus.map.count, hunter->hunt->corpus.count);
	search_stage(hunter->search, 0, stage);
	for (size_t i = 0; i < round->count; i++) {
		make_candidate(hunter, round, i);
		candidate_trial(&round->candidates[i], hunter->plan, hunter->options->keep_faults, &round->trials[i]);
	}
}

/* Takes what the round's sessions have reached, in their order. */
static bool take_reach(struct hunter *hunter, struct round *round, struct error *err)
{
	struct reach reach;

	for (size_t i = 0; i < round->count; i++) {
		const struct trial *trial = &round->trials[i];
		round->sums.inconclusive += trial->ending.kind == VERDICT_INCONCLUSIVE;
		if (trial->ending.kind == VERDICT_INCONCLUSIVE)
			continue;
		if (!load_reach(hunter, trial, &reach, err))
			return false;
		round->sums.news += corpus_take(&hunter->hunt->corpus, &round->candidates[i], &reach);
	}
	return true;
}

/* -- failures -- */

static void frozen_path(const struct hunter *hunter, const struct trial *trial, char ret_path[DEVICE_PATH_MAX + 64])
{
	(void)snprintf(ret_path, DEVICE_PATH_MAX + 64, "%s/" REACH_FOLDER "/%s.yaml", hunter->dir, trial->key);
}

/* Reads the frozen plan that a session has left. */
static bool read_frozen(const struct hunter *hunter, const struct trial *trial, struct plan *ret_plan, struct error *err)
{
	char path[DEVICE_PATH_MAX + 64];

	frozen_path(hunter, trial, path);
	if (!plan_open_frozen(ret_plan, path, NULL, hunter->paths, err))
		return false;
	ret_plan->may_differ = hunter->plan->may_differ;
	/* As `stutter replay` will ask of it. */
	ret_plan->least_found = UNIT_PROBABILITY_ONE;
	plan_look(ret_plan);
	return true;
}

static bool is_failure(const struct hunter *hunter, const struct trial *trial)
{
	const char *judge = hunter->options->judge;

	return trial->state == TRIAL_DONE && trial->ending.kind == VERDICT_FAIL &&
	       (judge == NULL || strcmp(judge, trial->ending.judge) == 0);
}

static bool look_at_failures(struct hunter *hunter, struct round *round, struct error *err)
{
	for (size_t i = 0; i < round->count; i++) {
		struct failure *failure = &round->failures[i];
		struct plan frozen;
		failure->is_one = is_failure(hunter, &round->trials[i]);
		if (!failure->is_one)
			continue;
		if (!read_frozen(hunter, &round->trials[i], &frozen, err))
			return false;
		/* A name of the catalogue's, which stays. */
		failure->kind = hunt_kind(&frozen.decisions);
		failure->signature = hunt_signature(&round->trials[i].ending, failure->kind);
		plan_close(&frozen);
		struct hunt_find *known = find_of(hunter->hunt, failure->signature);
		failure->is_new = known == NULL;
		if (known != NULL)
			known->times++;
		round->sums.failures++;
	}
	return true;
}

/*
 * Runs the plans of failures that are new on the control device. What fails there, too, or is not
 * known to pass, is none of ours.
 */
static bool ask_control(struct hunter *hunter, struct round *round, struct error *err)
{
	struct trial *trials = memory_new(HUNT_BATCH * sizeof *trials);
	size_t of[HUNT_BATCH], count = 0;

	for (size_t i = 0; i < round->count && hunter->options->control != NULL; i++)
		if (round->failures[i].is_new) {
			of[count] = i;
			candidate_trial(&round->candidates[i], hunter->options->control, hunter->options->keep_faults, &trials[count++]);
		}
	const bool good = count == 0 || search_run(hunter->search, trials, count, NULL, NULL, err);
	for (size_t k = 0; k < count; k++) {
		const bool is_known = trials[k].state == TRIAL_DONE && trials[k].ending.kind != VERDICT_INCONCLUSIVE;
		round->sums.unclear += !is_known;
		round->sums.also_control += is_known && trials[k].ending.kind == VERDICT_FAIL;
		round->failures[of[k]].is_new = is_known && trials[k].ending.kind == VERDICT_PASS;
		trial_close(&trials[k]);
	}
	free(trials);
	return good;
}

/* -- finds -- */

static struct hunt_find *add_find(struct hunt *hunt)
{
	if (hunt->find_count == hunt->find_room) {
		hunt->find_room = hunt->find_room > 0 ? 2 * hunt->find_room : 8;
		hunt->finds = memory_resize(hunt->finds, hunt->find_room, sizeof *hunt->finds);
	}
	struct hunt_find *find = &hunt->finds[hunt->find_count++];
	memset(find, 0, sizeof *find);
	return find;
}

/* A find of this round. */
struct fresh {
	size_t find, of; /* index into the hunt's finds, and into the round's trials */
	struct plan frozen;
	struct trial replay;
};

/* The decisions of a find alone, from power on. @return false with @p err: nothing to release. */
static bool prepare_replay(const struct hunter *hunter, const struct round *round, struct fresh *fresh, struct error *err)
{
	const struct hunt_find *find = &hunter->hunt->finds[fresh->find];

	if (!read_frozen(hunter, &round->trials[fresh->of], &fresh->frozen, err))
		return false;
	trial_with_decisions(&fresh->replay, &fresh->frozen, fresh->frozen.decisions.list, fresh->frozen.decisions.count);
	fresh->replay.alone = true;
	fresh->replay.keep = true;
	(void)snprintf(fresh->replay.name, sizeof fresh->replay.name, "replay of %s", find->plan);
	return true;
}

/*
 * Keeps a find's plan: its decisions if they alone fail in the same way, else its faults and its
 * seed, which do.
 */
static bool keep_find(struct hunter *hunter, const struct round *round, const struct fresh *fresh, struct error *err)
{
	const struct trial *trial = &round->trials[fresh->of], *replay = &fresh->replay;
	struct hunt_find *find = &hunter->hunt->finds[fresh->find];
	char path[DEVICE_PATH_MAX + 64];

	/*
	 * Decisions that do not find their frames show nothing when they are replayed, whenever
	 * that is.
	 */
	find->was_tried = replay->state == TRIAL_DONE && (replay->ending.kind != VERDICT_INCONCLUSIVE || replay->ending.unfound_before > 0);
	find->is_frozen = find->was_tried && ending_same(&replay->ending, &find->ending);
	if (replay->dir[0] != '\0' && strncmp(replay->dir, hunter->dir, strlen(hunter->dir)) == 0)
		(void)snprintf(find->session, sizeof find->session, "%s", replay->dir + strlen(hunter->dir) + 1);
	frozen_path(hunter, trial, path);
	return find->is_frozen || !find->was_tried ? report_file_copy(path, hunter->dir, find->plan, err)
	                                           : trial_write_plan(trial, hunter->dir, find->plan, err);
}

static void tell_find(const struct hunter *hunter, size_t index)
{
	const struct hunt_find *find = &hunter->hunt->finds[index];
	char text[640];

	search_find(hunter->search, "found %zu: %s; %s%s; %s", index + 1, ending_say(&find->ending, text, sizeof text),
	            find->kind[0] != '\0' ? "last acted " : "no fault acted", find->kind, find->plan);
}

static bool replay_finds(struct hunter *hunter, const struct round *round, struct fresh *list, size_t count, struct error *err)
{
	struct trial *trials = memory_new((count + 1) * sizeof *trials);

	for (size_t i = 0; i < count; i++)
		trials[i] = list[i].replay;
	bool good = count == 0 || search_run(hunter->search, trials, count, NULL, NULL, err);
	for (size_t i = 0; i < count; i++) {
		list[i].replay = trials[i];
		good = good && keep_find(hunter, round, &list[i], err);
		if (good)
			tell_find(hunter, list[i].find);
	}
	free(trials);
	return good;
}

static void begin_find(struct hunter *hunter, const struct round *round, size_t index)
{
	const struct failure *failure = &round->failures[index];
	struct hunt_find *find = add_find(hunter->hunt);

	find->signature = failure->signature;
	find->ending = round->trials[index].ending;
	find->times = 1;
	find->round = round->number;
	find->kind = failure->kind;
	(void)candidate_say(&round->candidates[index], find->first, sizeof find->first);
	(void)snprintf(find->plan, sizeof find->plan, HUNT_FINDS "/%03zu.yaml", hunter->hunt->find_count);
}

static bool take_finds(struct hunter *hunter, const struct round *round, struct error *err)
{
	struct fresh *list = memory_new(HUNT_BATCH * sizeof *list);
	size_t count = 0;
	bool good = true;

	for (size_t i = 0; i < round->count && good; i++) {
		struct hunt_find *known = round->failures[i].is_new ? find_of(hunter->hunt, round->failures[i].signature) : NULL;
		if (known != NULL)
			known->times++;
		if (!round->failures[i].is_new || known != NULL)
			continue;
		list[count] = (struct fresh){.find = hunter->hunt->find_count, .of = i};
		begin_find(hunter, round, i);
		good = prepare_replay(hunter, round, &list[count], err);
		count += good;
	}
	good = good && replay_finds(hunter, round, list, count, err);
	for (size_t i = 0; i < count; i++) {
		trial_close(&list[i].replay);
		plan_close(&list[i].frozen);
	}
	free(list);
	return good;
}

static bool take_failures(struct hunter *hunter, struct round *round, struct error *err)
{
	return look_at_failures(hunter, round, err) && ask_control(hunter, round, err) && take_finds(hunter, round, err);
}

/* -- rounds -- */

static bool is_held(const struct round *round)
{
	for (size_t i = 0; i < round->count; i++)
		if (round->trials[i].state == TRIAL_HELD)
			return true;
	return false;
}

static void end_round(struct hunter *hunter, struct round *round)
{
	struct hunt *hunt = hunter->hunt;

	round->sums.sessions = round->count;
	round->sums.items = hunt->corpus.map.count;
	round->sums.corpus = hunt->corpus.count;
	round->sums.finds = hunt->find_count;
	if (hunt->round_count == hunt->round_room) {
		hunt->round_room = hunt->round_room > 0 ? 2 * hunt->round_room : 16;
		hunt->rounds = memory_resize(hunt->rounds, hunt->round_room, sizeof *hunt->rounds);
	}
	hunt->rounds[hunt->round_count++] = round->sums;
	hunt->sessions += round->count;
}

static void note_cut(struct hunter *hunter, const struct round *round)
{
	for (size_t i = 0; i < round->count; i++) {
		hunter->hunt->cut_sessions += round->trials[i].state == TRIAL_DONE;
		hunter->hunt->cut_failures += is_failure(hunter, &round->trials[i]);
	}
}

/*
 * Of a round that was cut short nothing is decided: its sessions are known, and a hunt that goes on
 * comes to the same.
 */
static bool run_round(struct hunter *hunter, struct round *round, struct error *err)
{
	make_round(hunter, round);
	bool good = run(hunter, round->trials, round->count, err);
	if (good && !is_held(round)) {
		good = take_reach(hunter, round, err) && take_failures(hunter, round, err);
		end_round(hunter, round);
	} else if (good)
		note_cut(hunter, round);
	for (size_t i = 0; i < round->count; i++)
		trial_close(&round->trials[i]);
	return good;
}

static bool is_through(const struct hunter *hunter)
{
	const struct hunt_options *options = hunter->options;

	return hunter->hunt->sessions >= options->most || (options->first > 0 && hunter->hunt->find_count >= options->first);
}

static bool run_rounds(struct hunter *hunter, struct error *err)
{
	bool good = true;

	while (good && !is_through(hunter) && !search_is_over(hunter->search)) {
		struct round *round = memory_new(sizeof *round);
		round->number = hunter->hunt->round_count + 1;
		good = run_round(hunter, round, err);
		free(round);
	}
	return good;
}

/* -- making them small -- */

static bool open_found(const struct hunter *hunter, const struct hunt_find *find, struct plan *ret_plan, struct error *err)
{
	char path[DEVICE_PATH_MAX + 80];

	(void)snprintf(path, sizeof path, "%s/%s", hunter->dir, find->plan);
	if (!(find->is_frozen || !find->was_tried ? plan_open_frozen(ret_plan, path, NULL, hunter->paths, err)
	                                          : plan_open(ret_plan, path, NULL, hunter->paths, err)))
		return false;
	ret_plan->may_differ = hunter->plan->may_differ;
	plan_look(ret_plan);
	return true;
}

/* What is left of a plan may be more than the control device can bear, though it bore the whole. */
static bool ask_control_again(struct hunter *hunter, size_t index, const struct trial *smallest, struct error *err)
{
	struct hunt_find *find = &hunter->hunt->finds[index];
	struct trial trial;

	if (hunter->options->control == NULL)
		return true;
	trial_with_device(&trial, hunter->options->control, &smallest->plan);
	trial.alone = true;
	(void)snprintf(trial.name, sizeof trial.name, "%s, on the control device", find->shrunk);
	const bool good = search_run(hunter->search, &trial, 1, NULL, NULL, err);
	find->control_ran = good && trial.state == TRIAL_DONE;
	if (find->control_ran)
		find->control = trial.ending;
	trial_close(&trial);
	return good;
}

static bool take_shrunk(struct hunter *hunter, size_t index, const char *name, const struct shrunk *shrunk, struct error *err)
{
	struct hunt_find *find = &hunter->hunt->finds[index];

	(void)snprintf(find->sentence, sizeof find->sentence, "%.*s%s", HUNT_SENTENCE_MAX - 32, shrunk->sentence,
	               shrunk->state == SHRINK_ENDED ? " (so far)" : "");
	(void)snprintf(find->shrunk, sizeof find->shrunk, "%s", name);
	search_find(hunter->search, "failure %zu: %s", index + 1, find->sentence);
	return ask_control_again(hunter, index, &shrunk->smallest, err);
}

static bool shrink_find(struct hunter *hunter, size_t index, struct error *err)
{
	struct hunt_find *find = &hunter->hunt->finds[index];
	struct plan plan;
	struct shrunk shrunk;
	char name[sizeof find->shrunk];

	if (!open_found(hunter, find, &plan, err))
		return false;
	(void)snprintf(name, sizeof name, HUNT_FINDS "/%03zu-shrunk.yaml", index + 1);
	bool good = shrink_plan(hunter->search, &plan, name, &find->ending, &shrunk, err);
	if (good) {
		if (shrunk.has_plan && (shrunk.state == SHRINK_DONE || shrunk.state == SHRINK_ENDED))
			good = take_shrunk(hunter, index, name, &shrunk, err);
		shrunk_close(&shrunk);
	}
	plan_close(&plan);
	return good;
}

static bool shrink_finds(struct hunter *hunter, struct error *err)
{
	bool good = true;

	for (size_t i = 0; i < hunter->hunt->find_count && good && !search_is_over(hunter->search); i++)
		good = shrink_find(hunter, i, err);
	return good;
}

bool hunt_run(struct search *search, const char *dir, const struct paths *paths, const struct plan *plan,
              const struct hunt_options *options, struct hunt *ret_hunt, struct error *err)
{
	struct hunter hunter = {.search = search, .dir = dir, .paths = paths, .plan = plan, .options = options, .hunt = ret_hunt};

	*ret_hunt = (struct hunt){.sessions = 0};
	err->text[0] = '\0';
	if (!report_folder_make(dir, HUNT_FINDS, err))
		return false;
	bool good = prepare(&hunter, err);
	if (good) {
		hunter.grounds = (struct grounds){.aims = &hunter.aims, .plans = {plan, options->control}};
		good = run_rounds(&hunter, err);
	}
	good = good && (!options->shrink || shrink_finds(&hunter, err));
	ret_hunt->is_whole = is_through(&hunter);
	aims_close(&hunter.aims);
	return good || err->text[0] == '\0';
}

void hunt_close(struct hunt *hunt)
{
	corpus_close(&hunt->corpus);
	free(hunt->rounds);
	free(hunt->finds);
	memset(hunt, 0, sizeof *hunt);
}

bool hunt_can(const struct plan *plan, const struct hunt_options *options, struct error *err)
{
	if (plan->expect.verdict == EXPECT_FAIL && plan->fault_count == 0)
		return error_set(err, "%s expects a failure of a session without faults: there is nothing to hunt for", plan->path);
	return !options->keep_faults || plan->fault_count + CANDIDATE_FAULTS_MAX <= FAULTS_MAX ||
	       error_set(err, "--keep-faults: %s has %zu faults; beside those that are drawn there is room for %d", plan->path,
	                 plan->fault_count, FAULTS_MAX - CANDIDATE_FAULTS_MAX);
}
