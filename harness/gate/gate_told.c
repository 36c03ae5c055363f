/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/gate/gating.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/gate/told.h"
#include "reports/run/cause.h"
#include "lib/statistics/binomial.h"

#define EXAMPLES 3
/* Two tails of this make an interval of 95 %. */
#define TAIL UINT64_C(25000000)

static const char *name_of(const struct subject *subject)
{
	return subject->like[GATE_CANDIDATE].name;
}

/* -- a list of sentences -- */

struct sentences {
	char **list; /* ends with NULL */
	size_t count;
};

__attribute__((format(printf, 2, 3))) static void add(struct sentences *sentences, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	sentences->list = memory_resize(sentences->list, sentences->count + 2, sizeof *sentences->list);
	sentences->list[sentences->count++] = text;
	sentences->list[sentences->count] = NULL;
}

/* -- what was passed over -- */

static void tell_exception(const struct exception *exception, const char *day, struct sentences *sentences)
{
	const char *what = exception->reason[0] == '\0' ? "in quarantine" : "a failure is waived";
	const bool holds = exception_holds(exception, day);

	add(sentences, "%s: %s%s%s%s until %s, by %s: %s%s", exception->scenario, what, exception->reason[0] != '\0' ? " ('" : "",
	    exception->reason, exception->reason[0] != '\0' ? "')" : "", exception->until, exception->owner, exception->why,
	    holds ? "" : "; this has expired, and counts no more");
}

static void tell_exceptions(const struct gate *gate, struct sentences *sentences)
{
	for (size_t i = 0; i < gate->selection.suite_count; i++)
		for (size_t j = 0; j < gate->selection.suites[i].exception_count; j++)
			tell_exception(&gate->selection.suites[i].exceptions[j], gate->wish.day, sentences);
}

/* -- what would change the verdict -- */

/*
 * How many further plans that break only on the candidate would keep it from being promoted; the
 * scenario is judged by itself.
 */
static size_t find_margin(const struct subject *subject)
{
	struct gate_pair *pairs = memory_new((subject->pair_count + SAMPLE_MAX) * sizeof *pairs);
	struct gate_finding finding;
	size_t more = 0;

	memcpy(pairs, subject->pairs, subject->pair_count * sizeof *pairs);
	do {
		pairs[subject->pair_count + more++] = (struct gate_pair){GATE_SURVIVED, GATE_BROKE};
		const struct gate_scenario scenario = {.takes_fresh = true, .pairs = pairs, .pair_count = subject->pair_count + more};
		(void)gate_judge(&gate_standard, &scenario, 1, &finding);
	} while (finding.decision == GATE_PROMOTE && more < gate_standard.runs_max);
	free(pairs);
	return more;
}

static void tell_change(const struct gate *gate, const struct subject *subject, struct sentences *sentences)
{
	const char *candidate = gate->wish.devices[GATE_CANDIDATE];

	switch (subject->finding.reason) {
	case GATE_FROZEN_BROKE:
		add(sentences, "%s: it has to come out as expected on %s; no number of other plans changes that", name_of(subject),
		    candidate);
		break;
	case GATE_WORSE:
		add(sentences, "%s: %s has to break in fewer of these plans; running more of them makes this verdict no weaker",
		    name_of(subject), candidate);
		break;
	case GATE_FROZEN_UNKNOWN:
		add(sentences, "%s: it has to come to a verdict on %s; the session's folder says why it did not", name_of(subject),
		    candidate);
		break;
	case GATE_UNDECIDED:
		add(sentences, "%s: more plans; its %zu are used up, or the budget is (`seeds:` of the suite, --budget)", name_of(subject),
		    subject->pair_count);
		break;
	case GATE_BOUND:
		add(sentences, "%s: nothing that more plans could show; look at those that broke only on %s", name_of(subject), candidate);
		break;
	case GATE_NOTHING:
		add(sentences, "%s: it was not run", name_of(subject));
		break;
	case GATE_NOT_WORSE:
	case GATE_TOLERATED:
		add(sentences, "%s: %zu more plans that break only on %s", name_of(subject), find_margin(subject), candidate);
		break;
	case GATE_FROZEN_PASSED:
		break;
	}
}

/* Only what stands in the way is told, unless nothing does. */
static void tell_changes(const struct gate *gate, struct sentences *sentences)
{
	bool fixed = false;

	for (size_t i = 0; i < gate->subject_count; i++) {
		const struct subject *subject = &gate->subjects[i];
		fixed = fixed || subject->finding.reason == GATE_FROZEN_PASSED;
		if (subject->quarantine == NULL && subject->finding.decision == gate->decision)
			tell_change(gate, subject, sentences);
	}
	if (gate->decision == GATE_PROMOTE && fixed)
		add(sentences, "any fixed plan that does not come out as expected on %s", gate->wish.devices[GATE_CANDIDATE]);
}

/* -- the sessions that say it best -- */

struct found {
	struct told_example *list;
	char **causes, **folders;
	size_t count;
	bool *fixed;
};

static const struct run_session *find_session(const struct run *run, const char *folder)
{
	for (size_t i = 0; i < run->count; i++)
		if (strcmp(run->sessions[i].folder, folder) == 0)
			return &run->sessions[i];
	return NULL;
}

/* Sessions that broke for one reason are told once. */
static void add_found(struct found *found, const struct subject *subject, const struct run_session *session)
{
	char *why = memory_format("%.*s", run_why(session), session->reason), *normal = cause_normal(why);

	free(why);
	for (size_t i = 0; i < found->count; i++) {
		if (strcmp(found->causes[i], normal) != 0 || found->fixed[i] == subject->drawn)
			continue;
		found->list[i].like++;
		free(normal);
		return;
	}
	found->list = memory_resize(found->list, found->count + 1, sizeof *found->list);
	found->causes = memory_resize(found->causes, found->count + 1, sizeof *found->causes);
	found->folders = memory_resize(found->folders, found->count + 1, sizeof *found->folders);
	found->fixed = memory_resize(found->fixed, found->count + 1, sizeof *found->fixed);
	found->causes[found->count] = normal;
	found->fixed[found->count] = !subject->drawn;
	found->folders[found->count] = memory_format("candidate/%s", session->folder);
	found->list[found->count] = (struct told_example){.scenario = session->scenario,
	                                                  .seed = session->seed,
	                                                  .why = session->reason,
	                                                  .replay = session->replay,
	                                                  .folder = found->folders[found->count],
	                                                  .like = 1};
	found->count++;
}

static void look_through(const struct subject *subject, const struct run *run, struct found *found)
{
	const uint64_t first_seed = subject->next_seed - subject->pair_count;

	for (size_t i = 0; i < subject->pair_count && subject->quarantine == NULL; i++) {
		const struct gate_pair *pair = &subject->pairs[i];
		if (pair->candidate != GATE_BROKE || (subject->drawn && pair->baseline != GATE_SURVIVED))
			continue;
		char *folder = memory_format("%s/seed-%" PRIu64, name_of(subject), first_seed + i);
		const struct run_session *session = find_session(run, folder);
		if (session != NULL)
			add_found(found, subject, session);
		free(folder);
	}
}

/* A fixed plan says more than any number of others; of those, the cause with most sessions. */
static int compare_examples(const void *a, const void *b, void *ctx)
{
	const struct found *found = ctx;
	const struct told_example *left = a, *right = b;
	const bool left_fixed = found->fixed[left - found->list], right_fixed = found->fixed[right - found->list];

	if (left_fixed != right_fixed)
		return left_fixed ? -1 : 1;
	return left->like > right->like ? -1 : left->like < right->like;
}

/* The order of indexes, since what belongs to an example lies beside it. */
static void choose_examples(struct found *found, struct told_example ret_best[EXAMPLES], size_t *ret_count)
{
	bool *taken = memory_new((found->count + 1) * sizeof *taken);

	for (*ret_count = 0; *ret_count < EXAMPLES && *ret_count < found->count; ++*ret_count) {
		size_t best = SIZE_MAX;
		for (size_t i = 0; i < found->count; i++)
			if (!taken[i] && (best == SIZE_MAX || compare_examples(&found->list[i], &found->list[best], found) < 0))
				best = i;
		taken[best] = true;
		ret_best[*ret_count] = found->list[best];
	}
	free(taken);
}

static void close_found(struct found *found)
{
	for (size_t i = 0; i < found->count; i++) {
		free(found->causes[i]);
		free(found->folders[i]);
	}
	free(found->causes);
	free(found->folders);
	free(found->fixed);
	free(found->list);
}

/* -- scenario by scenario -- */

static char *tell_quarantine(const struct exception *exception)
{
	return exception != NULL ? memory_format("in quarantine until %s, by %s: %s", exception->until, exception->owner, exception->why)
	                         : NULL;
}

static struct told_interval told_of(struct interval interval)
{
	return (struct told_interval){interval.low, interval.high};
}

static struct told_scenario tell_scenario(const struct subject *subject, char *quarantine)
{
	const struct gate_finding *finding = &subject->finding;
	struct told_scenario told = {.name = name_of(subject),
	                             .finding = *finding,
	                             .fixed = subject->drawn ? 0 : 1,
	                             .waived = subject->waived,
	                             .quarantine = quarantine};

	told.exact = told_of(interval_clopper_pearson(finding->candidate_only, gate_known(finding), TAIL));
	told.score = told_of(interval_wilson(finding->candidate_only, gate_known(finding), Z_SQUARED_95));
	(void)gate_tell(finding, told.text);
	return told;
}

static void count_pairs(const struct gate *gate, struct told_gate *told)
{
	for (size_t i = 0; i < gate->subject_count; i++) {
		const struct subject *subject = &gate->subjects[i];
		if (subject->quarantine != NULL)
			continue;
		told->known += gate_known(&subject->finding);
		told->unknown += subject->finding.unknown + subject->finding.baseline_unknown;
		told->only_candidate += subject->finding.candidate_only;
		told->only_baseline += subject->finding.baseline_only;
	}
}

char *gate_name_suites(const struct gate *gate)
{
	char *names = memory_text("");

	for (size_t i = 0; i < gate->selection.suite_count; i++) {
		char *longer = memory_format("%s%s%s", names, i > 0 ? ", " : "", gate->selection.suites[i].name);
		free(names);
		names = longer;
	}
	return names;
}

/* -- the whole -- */

static bool put(const struct gate *gate, const struct run *run, struct told_gate told, struct error *err)
{
	struct sentences changes = {.list = memory_new(sizeof(char *))}, exceptions = {.list = memory_new(sizeof(char *))};
	struct told_scenario *scenarios = memory_new((gate->subject_count + 1) * sizeof *scenarios);
	char **quarantines = memory_new((gate->subject_count + 1) * sizeof *quarantines), *suites = gate_name_suites(gate);
	struct told_example best[EXAMPLES];
	struct found found = {.count = 0};

	for (size_t i = 0; i < gate->subject_count; i++) {
		quarantines[i] = tell_quarantine(gate->subjects[i].quarantine);
		scenarios[i] = tell_scenario(&gate->subjects[i], quarantines[i]);
		look_through(&gate->subjects[i], run, &found);
	}
	choose_examples(&found, best, &told.example_count);
	tell_changes(gate, &changes);
	tell_exceptions(gate, &exceptions);
	told.scenarios = scenarios;
	told.scenario_count = gate->subject_count;
	told.examples = best;
	told.changes = (const char *const *)changes.list;
	told.exceptions = (const char *const *)exceptions.list;
	told.suites = suites;
	const char *dir = campaign_dir(gate->campaign);
	bool good = told_files(dir, &told, err);
	if (gate->ops.decided != NULL)
		gate->ops.decided(gate->ops.ctx, &told, dir, good);
	for (size_t i = 0; i < gate->subject_count; i++)
		free(quarantines[i]);
	free(quarantines);
	free(scenarios);
	free(suites);
	close_found(&found);
	for (size_t i = 0; i < changes.count; i++)
		free(changes.list[i]);
	for (size_t i = 0; i < exceptions.count; i++)
		free(exceptions.list[i]);
	free(changes.list);
	free(exceptions.list);
	return good;
}

bool gate_told(const struct gate *gate, struct error *err)
{
	struct told_gate told = {.decision = gate->decision,
	                         .tool = "stutter " STUTTER_VERSION,
	                         .baseline = gate->wish.devices[GATE_BASELINE],
	                         .candidate = gate->wish.devices[GATE_CANDIDATE],
	                         .sessions = gate->sessions,
	                         .core_ns = gate->core_ns,
	                         .wall_ns = (pool_now_ms() - gate->started_ms) * SIM_MS};
	struct run run;

	if (!run_open(&run, gate->sides[GATE_CANDIDATE].dir, err))
		return false;
	told.started = run.started;
	count_pairs(gate, &told);
	bool good = put(gate, &run, told, err);
	run_close(&run);
	return good;
}
