/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/gate/gate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/campaign/report.h"
#include "harness/campaign/run_folder.h"
#include "harness/gate/gating.h"
#include "harness/session/folder.h"

/* So many plans of each scenario in a round. */
#define ROUND 12U

static bool tell_wrong(const struct gate *gate, const struct error *err)
{
	gate->ops.campaign.wrong(gate->ops.campaign.ctx, err);
	return false;
}

/* -- the beginning -- */

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

static bool read_suites(struct gate *gate, struct error *err)
{
	/* One choice a scenario, whatever devices its suite names: the gate has its own two. */
	const struct selection_wish wish = {.device = gate->wish.devices[GATE_CANDIDATE]};

	if (!selection_open(&gate->selection, gate->wish.operands, &wish, err))
		return false;
	if (!gate->wish.has_budget)
		gate->wish.budget_ns = budget_of_suites(&gate->selection);
	for (size_t side = 0; side < GATE_SIDES; side++)
		if (!reading_open(&gate->sides[side].reading, false, &gate->ops.campaign, err))
			return false;
	return true;
}

struct gate *gate_open(const struct gate_wish *wish, const struct gate_ops *ops)
{
	struct gate *gate = memory_new(sizeof *gate);
	struct error err = {.text = ""};

	gate->wish = *wish;
	gate->ops = *ops;
	gate->decision = GATE_NOT_ENOUGH;
	for (size_t side = 0; side < GATE_SIDES; side++)
		gate->sides[side].lock = -1;
	const bool good = read_suites(gate, &err) || tell_wrong(gate, &err);
	if (good && subjects_read(gate) && (gate->campaign = campaign_open(&wish->campaign, &ops->campaign)) != NULL)
		return gate;
	gate_close(gate);
	return NULL;
}

static bool make_folders(struct gate *gate, struct error *err)
{
	static const char *const names[GATE_SIDES] = {"baseline", "candidate"};

	for (size_t side = 0; side < GATE_SIDES; side++) {
		(void)snprintf(gate->sides[side].dir, sizeof gate->sides[side].dir, "%.*s/%s", JOBS_FOLDER_MAX,
		               campaign_dir(gate->campaign), names[side]);
		if (!folder_make(gate->sides[side].dir, err))
			return false;
	}
	return true;
}

bool gate_begin(struct gate *gate)
{
	struct error err = {.text = ""};

	return campaign_begin(gate->campaign) && (make_folders(gate, &err) || tell_wrong(gate, &err));
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

static bool add_slots(struct gate *gate, struct round *round, size_t index, size_t side, uint64_t first, uint64_t last, struct error *err)
{
	struct subject *subject = &gate->subjects[index];
	const struct jobs_wish wish = {.times = 1};
	const struct choice choice = subject_choice(gate, subject, side);
	const size_t before = round->jobs.count;

	if (!jobs_add_seeds(&round->jobs, &choice, &subject->like[side], first, last, &wish, &gate->sides[side].reading, err))
		return false;
	round->slots = memory_resize(round->slots, round->jobs.count, sizeof *round->slots);
	for (size_t i = before; i < round->jobs.count; i++) {
		struct job *job = &round->jobs.list[i];
		round->slots[i] = (struct slot){index, side, subject->pair_count + (i - before)};
		(void)snprintf(job->dir, sizeof job->dir, "%.*s/%s", JOBS_FOLDER_MAX, gate->sides[side].dir, job->name);
	}
	return true;
}

/* The next plans of a scenario that is not decided yet. */
static bool add_subject(struct gate *gate, struct round *round, size_t index, struct error *err)
{
	struct subject *subject = &gate->subjects[index];
	const uint64_t count = subject->left < ROUND ? subject->left : ROUND, first = subject->next_seed;
	const bool both = subject->drawn && !subject->same;

	if (count == 0)
		return true;
	for (size_t side = both ? GATE_BASELINE : GATE_CANDIDATE; side < GATE_SIDES; side++)
		if (!add_slots(gate, round, index, side, first, first + count - 1, err))
			return false;
	subject->next_seed += count;
	subject->left -= count;
	subject->pair_count += count;
	return true;
}

static enum gate_outcome outcome_of(const struct gate *gate, struct subject *subject, const struct job *job, size_t side)
{
	if (job->verdict.kind == VERDICT_INCONCLUSIVE)
		return GATE_UNKNOWN;
	if (job->verdict.met_expectation)
		return GATE_SURVIVED;
	/*
	 * What is waived is waived for both, or the baseline would look worse than the candidate.
	 */
	if (!subject_is_waived(gate, subject, &job->verdict))
		return GATE_BROKE;
	subject->waived += side == GATE_CANDIDATE;
	return GATE_SURVIVED;
}

static void take_outcomes(struct gate *gate, const struct round *round)
{
	for (size_t i = 0; i < round->jobs.count; i++) {
		const struct job *job = &round->jobs.list[i];
		const struct slot *slot = &round->slots[i];
		struct subject *subject = &gate->subjects[slot->subject];
		enum gate_outcome outcome = outcome_of(gate, subject, job, slot->side);
		if (slot->side == GATE_CANDIDATE)
			subject->pairs[slot->pair].candidate = outcome;
		if (slot->side == GATE_BASELINE || subject->same)
			subject->pairs[slot->pair].baseline = outcome;
		gate->core_ns += job->verdict.wall_ns;
		gate->sessions++;
	}
}

/*
 * What is not drawn is given to the gate as a frozen plan. What is in quarantine is judged apart.
 */
static enum gate_decision judge(struct gate *gate)
{
	struct gate_scenario *scenarios = memory_new((gate->subject_count + 1) * sizeof *scenarios);
	struct gate_finding *findings = memory_new((gate->subject_count + 1) * sizeof *findings);
	enum gate_decision decision = GATE_NOT_ENOUGH;

	for (int apart = 1; apart >= 0; apart--) {
		size_t count = 0;
		for (size_t i = 0; i < gate->subject_count; i++)
			if ((gate->subjects[i].quarantine != NULL) == apart)
				scenarios[count++] = subject_scenario(&gate->subjects[i]);
		decision = gate_judge(&gate_standard, scenarios, count, findings);
		count = 0;
		for (size_t i = 0; i < gate->subject_count; i++)
			if ((gate->subjects[i].quarantine != NULL) == apart)
				gate->subjects[i].finding = findings[count++];
	}
	free(scenarios);
	free(findings);
	return decision;
}

/* Gives the jobs of a round to their sides, which report them. */
static void hand_over(struct gate *gate, struct round *round)
{
	for (size_t i = 0; i < round->jobs.count; i++) {
		struct jobs *all = &gate->sides[round->slots[i].side].jobs;
		all->list = memory_resize(all->list, all->count + 1, sizeof *all->list);
		all->list[all->count++] = round->jobs.list[i];
	}
	free(round->jobs.list);
	free(round->slots);
}

/*
 * Writes down what each side is to run, what it has run before included, so that a gate that dies
 * can be reported.
 */
static bool note_round(struct gate *gate, const struct round *round, struct error *err)
{
	for (size_t side = 0; side < GATE_SIDES; side++) {
		struct gate_side *mine = &gate->sides[side];
		struct job *jobs = memory_new((mine->jobs.count + round->jobs.count + 1) * sizeof *jobs);
		size_t count = mine->jobs.count;
		if (count > 0)
			memcpy(jobs, mine->jobs.list, count * sizeof *jobs);
		for (size_t i = 0; i < round->jobs.count; i++)
			if (round->slots[i].side == side)
				jobs[count++] = round->jobs.list[i];
		const struct report_wish wish = {.device = gate->wish.devices[side],
		                                 .times = 1,
		                                 .suites = gate->selection.suites,
		                                 .suite_count = gate->selection.suite_count};
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

static bool may_go_on(const struct gate *gate)
{
	return !campaign_is_stopped(gate->campaign) &&
	       (gate->wish.budget_ns == 0 || pool_now_ms() - gate->started_ms < gate->wish.budget_ns / SIM_MS);
}

/* What decides nothing is not worth another round. */
static bool wants_more(const struct subject *subject)
{
	return subject->quarantine == NULL && gate_wants_more(&subject->finding);
}

static bool run_round(struct gate *gate, bool *ret_any, struct error *err)
{
	struct round round = {.slots = NULL};
	bool good = true;

	for (size_t i = 0; good && i < gate->subject_count; i++)
		if (gate->sessions == 0 || wants_more(&gate->subjects[i]))
			good = add_subject(gate, &round, i, err);
	*ret_any = round.jobs.count > 0;
	good = good && (!*ret_any || note_round(gate, &round, err));
	if (good && *ret_any) {
		campaign_run_jobs(gate->campaign, &round.jobs, NULL, NULL);
		take_outcomes(gate, &round);
		gate->decision = judge(gate);
	}
	hand_over(gate, &round);
	return good;
}

/*
 * A block stands whatever else comes; all else goes on until every scenario is decided, or nothing
 * is left.
 */
static bool run_rounds(struct gate *gate, struct error *err)
{
	bool any = true;

	while (any && may_go_on(gate) && (gate->sessions == 0 || gate->decision == GATE_NOT_ENOUGH))
		if (!run_round(gate, &any, err))
			return false;
	return true;
}

/* -- the end -- */

static bool report_sides(struct gate *gate, struct error *err)
{
	bool good = true;
	enum campaign_outcome outcome;

	for (size_t side = 0; good && side < GATE_SIDES; side++) {
		struct gate_side *mine = &gate->sides[side];
		if (mine->lock >= 0)
			(void)close(mine->lock);
		good = report_end(mine->dir, NULL, &outcome, err);
	}
	return good;
}

static bool record_sides(struct gate *gate, struct error *err)
{
	struct history_recorded recorded;
	bool good = true;

	for (size_t side = 0; good && campaign_history(gate->campaign) != NULL && side < GATE_SIDES; side++)
		good = gate->sides[side].jobs.count == 0 ||
		       record_run(campaign_history(gate->campaign), gate->sides[side].dir, &recorded, err);
	return good;
}

static enum campaign_outcome outcome(const struct gate *gate)
{
	static const enum campaign_outcome outcomes[] = {
		[GATE_PROMOTE] = CAMPAIGN_PASSED, [GATE_BLOCK] = CAMPAIGN_FAILED, [GATE_NOT_ENOUGH] = CAMPAIGN_INCONCLUSIVE};
	const struct jobs *jobs = &gate->sides[GATE_CANDIDATE].jobs;

	for (size_t i = 0; i < jobs->count; i++)
		if (jobs->list[i].verdict.ours)
			return CAMPAIGN_BROKEN;
	return outcomes[gate->decision];
}

enum campaign_outcome gate_run(struct gate *gate)
{
	struct error err = {.text = ""};

	gate->started_ms = pool_now_ms();
	if (!run_rounds(gate, &err) || !report_sides(gate, &err) || !gate_told(gate, &err)) {
		tell_wrong(gate, &err);
		return CAMPAIGN_INCONCLUSIVE;
	}
	/*
	 * The decision is told, whatever becomes of the history; but nothing is promoted of which
	 * the record is not whole.
	 */
	const enum campaign_outcome result = outcome(gate);
	if (!record_sides(gate, &err)) {
		tell_wrong(gate, &err);
		return result == CAMPAIGN_PASSED ? CAMPAIGN_INCONCLUSIVE : result;
	}
	if (gate->decision == GATE_PROMOTE && gate->wish.from_feed != NULL && !gate_promote(gate, &err)) {
		tell_wrong(gate, &err);
		return CAMPAIGN_INCONCLUSIVE;
	}
	return result;
}

void gate_close(struct gate *gate)
{
	if (gate == NULL)
		return;
	subjects_close(gate);
	for (size_t side = 0; side < GATE_SIDES; side++) {
		jobs_close(&gate->sides[side].jobs);
		reading_close(&gate->sides[side].reading);
	}
	selection_close(&gate->selection);
	(void)campaign_close(gate->campaign);
	free(gate);
}
