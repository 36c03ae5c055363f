/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bisection has found, in words, as a table and a curve, and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/search/told.h"
#include "harness/search/bisect.h"
#include "lib/statistics/binomial.h"

#define SAY_MAX 640
/* What may lie beyond either end of an interval of 95 %, billionths. */
#define TAIL UINT64_C(25000000)
#define ONE UINT64_C(1000000000)
/* So many suspects are told by name. */
#define NAMED_MAX 40

static bool is_suspect(const struct bisect *bisect, size_t at)
{
	return bisect->options.by_chance ? bisect->belief.like_best[at] : bisect->suspects.is[at];
}

static size_t count_suspects(const struct bisect *bisect)
{
	size_t count = 0;

	for (size_t i = 0; i < bisect->options.revisions->count; i++)
		count += is_suspect(bisect, i);
	return count;
}

static size_t first_suspect(const struct bisect *bisect)
{
	for (size_t i = 0; i < bisect->options.revisions->count; i++)
		if (is_suspect(bisect, i))
			return i;
	return REVISION_NONE;
}

/* A share of one for people, rounded down, so that it never says more than there is. */
static const char *say_percent(double share, char ret_text[32])
{
	const uint64_t tenths = (uint64_t)(share * 1000);

	if (tenths == 0 && share > 0)
		(void)snprintf(ret_text, 32, "below 0.1 %%");
	else
		(void)snprintf(ret_text, 32, "%" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
	return ret_text;
}

/* -- the result -- */

static void tell_found(struct bisect *bisect, size_t culprit)
{
	char name[256], percent[32];

	(void)bisect_name(bisect, culprit, name, sizeof name);
	if (bisect->options.by_chance)
		told_result(bisect->options.told, TOLD_GOOD, "%s brought the failure, as sure as %s", name,
		            say_percent(bisect->belief.sure, percent));
	else
		told_result(bisect->options.told, TOLD_GOOD, "%s brought the failure", name);
}

static void tell_suspects(struct bisect *bisect, bool is_over)
{
	const struct revisions *revisions = bisect->options.revisions;
	const size_t count = count_suspects(bisect);
	char name[256], percent[32];

	if (bisect->options.by_chance && count == 1)
		told_result(bisect->options.told, TOLD_UNKNOWN, "not sure yet: the most likely is %s, with %s",
		            bisect_name(bisect, bisect->belief.best, name, sizeof name), say_percent(bisect->belief.average, percent));
	else if (bisect->options.by_chance)
		told_result(bisect->options.told, TOLD_UNKNOWN,
		            "one of %zu revisions brought the failure, with %s; nothing that can be tested tells them apart", count,
		            say_percent(bisect->belief.average, percent));
	else if (count == 1)
		told_result(bisect->options.told, TOLD_UNKNOWN, "%s is the only suspect, but it is not proved",
		            bisect_name(bisect, first_suspect(bisect), name, sizeof name));
	else
		told_result(bisect->options.told, TOLD_UNKNOWN, "one of %zu revisions brought the failure%s", count,
		            is_over ? "" : "; nothing that can be tested tells them apart");
	if (count == 1)
		return;
	static const char *const columns[] = {"suspect", "subject", "date", "why it was not tested", NULL};
	json_t *table = told_table(bisect->options.told, "Suspects", columns);
	for (size_t i = 0, told = 0; i < revisions->count && told < NAMED_MAX; i++) {
		if (!is_suspect(bisect, i))
			continue;
		json_t *row = told_row(table);
		told_cell(row, TOLD_UNKNOWN, NULL, "%s", revisions->list[i].name);
		told_cell(row, TOLD_PLAIN, NULL, "%s", revisions->list[i].subject);
		told_cell(row, TOLD_PLAIN, NULL, "%s", revisions->list[i].date);
		told_cell(row, TOLD_PLAIN, NULL, "%.200s", bisect->subjects[i].why_not);
		told++;
	}
}

static void tell_culprit(struct bisect *bisect, size_t culprit)
{
	const struct revision *revision = &bisect->options.revisions->list[culprit];
	json_t *told = bisect->options.told;
	char ending[SAY_MAX];

	if (revision->date[0] != '\0')
		told_text(told, "Commit %s of %s: %s", revision->id, revision->date, revision->subject);
	else
		told_text(told, "Device %s", revision->id);
	if (bisect->has_reference && !bisect->options.any_failure)
		told_text(told, "The failure that was looked for: %s", ending_say(&bisect->reference, ending, sizeof ending));
}

/* -- the proof -- */

/* Of a folder of the search's, as seen from its page. */
static const char *path_below(const struct bisect *bisect, const char *dir)
{
	return dir + strlen(search_dir(bisect->options.search)) + 1;
}

static void tell_proof_of(struct bisect *bisect, size_t at, bool must_fail)
{
	const struct subject *subject = &bisect->subjects[at];
	char name[256];

	(void)bisect_name(bisect, at, name, sizeof name);
	if (subject->proof.asked == 0) {
		told_text(bisect->options.told, "Its parent %s could not be tested: %.300s", name, subject->why_not);
		return;
	}
	told_text(bisect->options.told, "%s %s %u of %u times, from power on%s.", name, must_fail ? "fails" : "passes",
	          subject->proof.right, subject->proof.asked, must_fail ? ", in the same way" : "");
	if (subject->proof.dir[0] != '\0')
		told_link(bisect->options.told, path_below(bisect, subject->proof.dir), "session of %s", name);
}

static void tell_proof(struct bisect *bisect, size_t culprit)
{
	const struct revision *revision = &bisect->options.revisions->list[culprit];

	if (bisect->options.by_chance || bisect->subjects[culprit].proof.asked == 0)
		return;
	told_heading(bisect->options.told, "Proof");
	tell_proof_of(bisect, culprit, true);
	for (size_t i = 0; i < revision->parent_count; i++)
		tell_proof_of(bisect, revision->parents[i], false);
}

static void tell_rates(struct bisect *bisect)
{
	const struct revisions *revisions = bisect->options.revisions;
	uint64_t failed[2] = {0, 0}, runs[2] = {0, 0};

	for (size_t i = 0; i < revisions->count; i++) {
		const struct belief_count *count = &bisect->belief.counts[i];
		const bool is_after = revisions_is_after(revisions, i, bisect->belief.best);
		failed[is_after] += count->failed;
		runs[is_after] += count->failed + count->passed;
	}
	for (size_t side = 0; side < 2; side++) {
		const struct interval between = interval_clopper_pearson(failed[side], runs[side], TAIL);
		told_text(bisect->options.told, "%s: %" PRIu64 " of %" PRIu64 " sessions failed (%.3g to %.3g %%, with 95 %%).",
		          side == 0 ? "Elsewhere" : "At the most likely revision and all that descend from it", failed[side], runs[side],
		          (double)between.low / 1e7, (double)between.high / 1e7);
	}
}

static void tell_others(struct bisect *bisect)
{
	unsigned other = 0, inconclusive = 0;

	for (size_t i = 0; i < bisect->options.revisions->count; i++) {
		other += bisect->subjects[i].counts[OUTCOME_OTHER];
		inconclusive += bisect->subjects[i].counts[OUTCOME_INCONCLUSIVE];
	}
	if (other > 0)
		told_text(
			bisect->options.told,
			"%u sessions failed in another way than the one that was looked for, and counted as neither (--any-failure counts them as failures).",
			other);
	if (inconclusive > 0)
		told_text(bisect->options.told, "%u sessions were inconclusive, and counted as neither.", inconclusive);
}

/* -- what was asked -- */

static void put_outcome(json_t *row, const struct subject *subject)
{
	char ending[SAY_MAX];

	if (subject->why_not[0] != '\0')
		told_cell(row, TOLD_UNKNOWN, NULL, "cannot be tested: %.200s", subject->why_not);
	else if (!subject->has_ending)
		told_cell(row, TOLD_UNKNOWN, NULL, "not known");
	else
		told_cell(row,
		          subject->counts[OUTCOME_FAILS] > 0    ? TOLD_BAD
		          : subject->counts[OUTCOME_PASSES] > 0 ? TOLD_GOOD
		                                                : TOLD_UNKNOWN,
		          NULL, "%s%.200s", subject->counts[OUTCOME_OTHER] > 0 ? "another failure: " : "",
		          ending_say(&subject->ending, ending, sizeof ending));
}

static void put_counts(json_t *row, const struct bisect *bisect, size_t at)
{
	const struct subject *subject = &bisect->subjects[at];
	const unsigned failed = subject->counts[OUTCOME_FAILS], passed = subject->counts[OUTCOME_PASSES];
	char percent[32];

	if (subject->why_not[0] != '\0') {
		told_cell(row, TOLD_UNKNOWN, NULL, "cannot be tested: %.200s", subject->why_not);
	} else if (failed + passed == 0) {
		told_cell(row, TOLD_UNKNOWN, NULL, "not known");
	} else {
		told_cell(row, failed > 0 ? TOLD_BAD : TOLD_GOOD, NULL, "%u of %u failed", failed, failed + passed);
	}
	told_cell(row, TOLD_PLAIN, NULL, "%u", subject->counts[OUTCOME_OTHER]);
	told_cell(row, TOLD_PLAIN, NULL, "%u", subject->counts[OUTCOME_INCONCLUSIVE]);
	if (bisect->options.revisions->list[at].is_candidate)
		told_cell(row, at == bisect->belief.best ? TOLD_BAD : TOLD_PLAIN, NULL, "%s",
		          say_percent(bisect->belief.share[at], percent));
	else
		told_cell(row, TOLD_PLAIN, NULL, "-");
}

static size_t at_look(const struct bisect *bisect, unsigned look)
{
	for (size_t i = 0; i < bisect->options.revisions->count; i++)
		if (bisect->subjects[i].looks == look)
			return i;
	return REVISION_NONE;
}

static void tell_looks(struct bisect *bisect)
{
	static const char *const certain[] = {"look", "revision", "subject", "date", "came to", NULL},
				 *const chance[] = {"look",           "revision",     "subject",      "date", "sessions",
	                                            "other failures", "inconclusive", "culprit with", NULL};
	json_t *table = told_table(bisect->options.told, "Revisions, in the order in which they were first asked",
	                           bisect->options.by_chance ? chance : certain);

	for (unsigned look = 1; look <= bisect->looks; look++) {
		const size_t at = at_look(bisect, look);
		const struct revision *revision = &bisect->options.revisions->list[at];
		json_t *row = told_row(table);
		told_cell(row, TOLD_PLAIN, NULL, "%u", look);
		told_cell(row, TOLD_PLAIN, NULL, "%s", revision->name);
		told_cell(row, TOLD_PLAIN, NULL, "%s", revision->subject);
		told_cell(row, TOLD_PLAIN, NULL, "%s", revision->date);
		if (bisect->options.by_chance)
			put_counts(row, bisect, at);
		else
			put_outcome(row, &bisect->subjects[at]);
	}
}

static void tell_curve(struct bisect *bisect)
{
	const struct revisions *revisions = bisect->options.revisions;
	json_t *curve = told_curve(bisect->options.told, "Sessions that fail, by revision, with intervals of 95 %",
	                           "revision, in the order of the history", "share of sessions that fail");

	for (size_t i = 0; i < revisions->count; i++) {
		const struct belief_count *count = &bisect->belief.counts[i];
		const uint64_t runs = count->failed + count->passed;
		if (runs == 0)
			continue;
		const struct interval between = interval_clopper_pearson(count->failed, runs, TAIL);
		told_point(curve, (double)i, count->failed * ONE / runs, between.low, between.high, revisions->list[i].name);
	}
	told_mark(curve, (double)bisect->belief.best, revisions->list[bisect->belief.best].name);
}

/* -- for programs -- */

static const char *name_of_state(enum bisect_state state)
{
	static const char *const names[] = {
		[BISECT_FOUND] = "found",           [BISECT_SUSPECTS] = "suspects",     [BISECT_HELD] = "held",
		[BISECT_WRONG_ENDS] = "wrong ends", [BISECT_NO_PROOF] = "ends unknown", [BISECT_BROKEN] = "broken"};

	return names[state];
}

static json_t *text_of(const char *text)
{
	json_t *json = json_string(text);

	return json != NULL ? json : json_string("");
}

static json_t *revision_of(const struct bisect *bisect, size_t at)
{
	const struct revision *revision = &bisect->options.revisions->list[at];
	json_t *json = json_object();

	(void)json_object_set_new(json, "id", text_of(revision->id));
	(void)json_object_set_new(json, "subject", text_of(revision->subject));
	(void)json_object_set_new(json, "date", text_of(revision->date));
	return json;
}

static json_t *looks_of(const struct bisect *bisect)
{
	json_t *list = json_array();

	for (unsigned look = 1; look <= bisect->looks; look++) {
		const size_t at = at_look(bisect, look);
		const struct subject *subject = &bisect->subjects[at];
		json_t *json = revision_of(bisect, at);
		(void)json_object_set_new(json, "failed", json_integer(subject->counts[OUTCOME_FAILS]));
		(void)json_object_set_new(json, "passed", json_integer(subject->counts[OUTCOME_PASSES]));
		(void)json_object_set_new(json, "other", json_integer(subject->counts[OUTCOME_OTHER]));
		(void)json_object_set_new(json, "inconclusive", json_integer(subject->counts[OUTCOME_INCONCLUSIVE]));
		(void)json_object_set_new(json, "why_not", text_of(subject->why_not));
		if (bisect->options.by_chance)
			(void)json_object_set_new(json, "culprit_with", json_real(bisect->belief.share[at]));
		(void)json_array_append_new(list, json);
	}
	return list;
}

static void tell_programs(struct bisect *bisect, enum bisect_state state)
{
	const struct revisions *revisions = bisect->options.revisions;
	json_t *json = bisect->options.json, *suspects = json_array();

	(void)json_object_set_new(json, "state", json_string(name_of_state(state)));
	(void)json_object_set_new(json, "by_chance", json_boolean(bisect->options.by_chance));
	(void)json_object_set_new(json, "good", revision_of(bisect, REVISIONS_GOOD));
	(void)json_object_set_new(json, "bad", revision_of(bisect, revisions_bad(revisions)));
	(void)json_object_set_new(json, "candidates", json_integer((json_int_t)revisions_candidates(revisions)));
	for (size_t i = 0; i < revisions->count; i++)
		if (is_suspect(bisect, i))
			(void)json_array_append_new(suspects, revision_of(bisect, i));
	(void)json_object_set_new(json, "suspects", suspects);
	if (state == BISECT_FOUND)
		(void)json_object_set_new(json, "culprit", revision_of(bisect, first_suspect(bisect)));
	(void)json_object_set_new(json, "proved", json_boolean(bisect->is_proved));
	if (bisect->options.by_chance)
		(void)json_object_set_new(json, "sure", json_real(bisect->belief.sure));
	(void)json_object_set_new(json, "looks", looks_of(bisect));
}

static void tell_given_up(struct bisect *bisect)
{
	if (bisect->options.by_chance && bisect->belief.sessions >= bisect->options.belief.most)
		told_text(bisect->options.told, "It was given up after %" PRIu64 " sessions; a new search with a larger --most takes more.",
		          bisect->belief.sessions);
}

void bisect_tell(struct bisect *bisect, enum bisect_state state)
{
	tell_programs(bisect, state);
	if (state > BISECT_HELD)
		return;
	if (state == BISECT_FOUND)
		tell_found(bisect, first_suspect(bisect));
	else
		tell_suspects(bisect, state == BISECT_HELD);
	if (state == BISECT_HELD)
		tell_given_up(bisect);
	if (count_suspects(bisect) == 1) {
		tell_culprit(bisect, first_suspect(bisect));
		tell_proof(bisect, first_suspect(bisect));
	}
	told_heading(bisect->options.told, "How it was found");
	if (bisect->options.by_chance) {
		tell_rates(bisect);
		tell_others(bisect);
		tell_curve(bisect);
	}
	tell_looks(bisect);
}
