/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/explain_told.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/run/run.h"
#include "reports/search/told.h"
#include "reports/session/session.h"
#include "harness/search/explain_words.h"

/* A rate is surely below this if its interval is. */
#define SURELY_BELOW 900000000U
/* Marks on the curve, so that they can be read, and rows of the table of decisions. */
#define MARKS_MAX 16U
#define ROWS_MAX 60U
/* The folder below the search's that holds its sessions, and so both sides of the comparison. */
#define SIDES "sessions"

static double percent(uint64_t billionths)
{
	return (double)billionths / 1e7;
}

/* As explain_percent_down(), of the upper end. */
static double percent_up(uint64_t billionths)
{
	const uint64_t tenths = (billionths + 999999) / 1000000;

	return (double)tenths / 10;
}

/* -- the curve -- */

static void mark_sections(json_t *curve, const struct explanation *explanation)
{
	const struct events *events = &explanation->events;
	const uint64_t least = (events->end - events->start) / (2 * MARKS_MAX);
	uint64_t last = 0;

	for (size_t i = 0; i < events->section_count; i++) {
		const struct section *section = &events->sections[i];
		/* Of several at the same place on the axis the last is the one that goes on. */
		const uint64_t next = i + 1 < events->section_count ? events->sections[i + 1].from : events->end;
		if (next - section->from < least || (last > 0 && section->from - last < least))
			continue;
		char *text = explain_say_section(section);
		told_mark(curve, explain_seconds(section->from), text);
		free(text);
		last = section->from;
	}
	told_mark(curve, explain_seconds(events->end), "fails");
}

static void tell_curve(json_t *told, const struct explanation *explanation)
{
	const struct cut_curve *curve = &explanation->curve;
	json_t *shown = told_curve(
		told, "How often sessions fail that are as they were up to a cut, and drawn anew from there on, with intervals of 95 %",
		"cut, s", "share that fails");

	for (size_t i = 0; i < curve->count; i++) {
		const struct cut *cut = &curve->list[i];
		const struct interval interval = tally_interval(&cut->tally);
		char *label = explain_say_section(explain_section(explanation, cut->at_ns));
		if (tally_known(&cut->tally) > 0)
			told_point(shown, explain_seconds(cut->at_ns > curve->start_ns ? cut->at_ns : curve->start_ns),
			           tally_rate(&cut->tally), interval.low, interval.high, label);
		free(label);
	}
	mark_sections(shown, explanation);
}

static void tell_tally(json_t *row, const struct tally *tally)
{
	const struct interval interval = tally_interval(tally);

	told_cell(row, TOLD_PLAIN, NULL, "%" PRIu64, tally->passed);
	told_cell(row, TOLD_PLAIN, NULL, "%" PRIu64, tally->same);
	told_cell(row, TOLD_PLAIN, NULL, "%" PRIu64, tally->other);
	told_cell(row, TOLD_PLAIN, NULL, "%" PRIu64, tally->unknown);
	if (tally_known(tally) == 0)
		told_cell(row, TOLD_UNKNOWN, NULL, "not known");
	else
		told_cell(row, TOLD_PLAIN, NULL, "%.1f %% (%.1f to %.1f %%)", percent(tally_rate(tally)),
		          explain_percent_down(interval.low), percent_up(interval.high));
}

static void tell_cuts(json_t *told, const struct explanation *explanation)
{
	static const char *const columns[] = {"drawn anew from",  "in",           "passed",       "failed alike",
	                                      "failed otherwise", "inconclusive", "fails (95 %)", NULL};
	const struct cut_curve *curve = &explanation->curve;
	json_t *table = told_table(told, "Cuts", columns);

	for (size_t i = 0; i < curve->count + curve->has_proof; i++) {
		const bool is_proof = i == curve->count;
		const struct cut *cut = is_proof ? &curve->proof : &curve->list[i];
		json_t *row = told_row(table);
		char *section = explain_say_section(explain_section(explanation, cut->at_ns));
		if (cut->at_ns <= curve->start_ns)
			told_cell(row, TOLD_PLAIN, NULL, "power on");
		else
			told_cell(row, TOLD_PLAIN, NULL, "%.3f s", explain_seconds(cut->at_ns));
		told_cell(row, TOLD_PLAIN, NULL, "%s%s", section, is_proof ? ", once more" : "");
		tell_tally(row, &cut->tally);
		free(section);
	}
}

/* So few decisions are named one by one. */
#define NAMED_MAX 4U

/* Adds to a list, which may be empty. */
static void add_to(char **list, char *more)
{
	char *both = memory_format("%s%s%s", *list, (*list)[0] != '\0' ? ", " : "", more);

	free(*list);
	free(more);
	*list = both;
}

/* The decisions of a fault from one instant up to another: how many, and the first of them. */
static size_t count_between(const struct decisions *decisions, const struct weight *fault, uint64_t from, uint64_t to)
{
	size_t count = 0;

	for (size_t i = fault->first; i <= fault->last; i++)
		count += weight_has(fault, decisions, i) && decisions->list[i].time >= from && decisions->list[i].time < to;
	return count;
}

static void name_between(char **list, const struct decisions *decisions, const struct weight *fault, uint64_t from, uint64_t to)
{
	for (size_t i = fault->first; i <= fault->last; i++) {
		const struct decision *decision = &decisions->list[i];
		if (weight_has(fault, decisions, i) && decision->time >= from && decision->time < to)
			add_to(list, memory_format("'%s' %s of %s at %.3f s", decision->name, decision->action->name,
			                           decision->at[0] != '\0' ? decision->at : "the cable", explain_seconds(decision->time)));
	}
}

/* What the faults did between the last cut that could be passed and the first that could not. */
static void tell_between(json_t *told, const struct plan *plan, const struct explanation *explanation)
{
	const struct cut_curve *curve = &explanation->curve;
	const uint64_t from = curve->list[cut_last_passed(curve) - 1].at_ns, to = curve->proof.at_ns;
	struct weight *faults;
	char *text = memory_text("");
	const size_t count = weight_faults(&plan->decisions, &faults);

	for (size_t i = 0; i < count; i++) {
		const size_t times = count_between(&plan->decisions, &faults[i], from, to);
		if (times > 0 && times <= NAMED_MAX)
			name_between(&text, &plan->decisions, &faults[i], from, to);
		else if (times > 0)
			add_to(&text, memory_format("'%s' %zu times", faults[i].name, times));
	}
	free(faults);
	told_text(told, "Between these two, from %.3f s to %.3f s, faults acted: %s.", explain_seconds(from), explain_seconds(to),
	          text[0] != '\0' ? text : "none");
	free(text);
}

/*
 * A decision that comes later and would save it is one that no redraw has drawn otherwise: that is
 * no contradiction, but looks like one.
 */
static void tell_later(json_t *told, const struct plan *plan, const struct explanation *explanation)
{
	const struct weight *nearest = neighbour_choose(&explanation->weights);
	const struct decision *decision = nearest != NULL ? &plan->decisions.list[nearest->first] : NULL;

	if (decision != NULL && nearest->count == 1 && decision->time >= explanation->curve.proof.at_ns)
		told_text(told,
		          "Without '%s' at %s, at %.3f s and so after that, it would still pass; but none of the redraws there came to a "
		          "session that passes.",
		          nearest->name, decision->at, explain_seconds(decision->time));
}

static void tell_when(json_t *told, const struct plan *plan, const struct explanation *explanation)
{
	const struct cut_curve *curve = &explanation->curve;

	told_heading(told, "When it was bound to fail");
	if (curve->why_not != NULL || curve->count == 0) {
		told_text(told, "There is no curve: %s.", curve->why_not != NULL ? curve->why_not : "the search had no time for it");
		return;
	}
	tell_curve(told, explanation);
	tell_cuts(told, explanation);
	if (curve->has_proof && cut_last_passed(curve) > 0)
		tell_between(told, plan, explanation);
	if (curve->has_proof)
		tell_later(told, plan, explanation);
	const size_t below = cut_surely_below(curve, SURELY_BELOW);
	if (below > 0)
		told_text(told,
		          "Drawn anew from %.3f s on fewer than 90 %% fail, with a confidence of 95 %%; of no later cut is that known.",
		          explain_seconds(curve->list[below - 1].at_ns));
	if (!curve->whole)
		told_text(told, "The search had no time for all of the curve.");
}

/* -- which decisions -- */

static enum told_sense sense_of(enum weight_effect effect)
{
	return effect == WEIGHT_PASSES ? TOLD_GOOD : effect == WEIGHT_UNTRIED || effect == WEIGHT_UNKNOWN ? TOLD_UNKNOWN : TOLD_BAD;
}

/*
 * "all 23 of them", "tcp.syn[80/1]#3 to-server", "7 from 39.100 s to 41.000 s". To be released with
 * free().
 */
static char *say_members(const struct plan *plan, const struct weight *weight)
{
	static const char *const directions[] = {"", " to-server", " to-device"};
	const struct decision *first = &plan->decisions.list[weight->first], *last = &plan->decisions.list[weight->last];

	if (weight->count == 1)
		return memory_format("%s%s at %.3f s", first->at, directions[first->direction], explain_seconds(first->time));
	return memory_format("%s%zu, from %.3f s to %.3f s", weight->depth == 0 ? "all " : "", weight->count, explain_seconds(first->time),
	                     explain_seconds(last->time));
}

static void tell_consequence(json_t *row, const struct weight *weight, const struct ending *failing)
{
	char text[2 * VERDICT_TEXT_MAX];
	const int64_t later = (int64_t)weight->ending.virtual_ns - (int64_t)failing->virtual_ns;

	if (weight->effect == WEIGHT_UNTRIED)
		told_cell(row, TOLD_UNKNOWN, NULL, " ");
	else if (weight->effect == WEIGHT_SAME)
		told_cell(row, TOLD_PLAIN, NULL, later == 0 ? "at the same instant" : "%.3f s %s",
		          (double)(later < 0 ? -later : later) / 1e9, later < 0 ? "earlier" : "later");
	else
		told_cell(row, TOLD_PLAIN, NULL, "%.300s", ending_say(&weight->ending, text, sizeof text));
}

static void tell_weight(json_t *table, const struct plan *plan, const struct weight *weight, const struct ending *failing)
{
	const struct decision *first = &plan->decisions.list[weight->first];
	json_t *row = told_row(table);
	char *members = say_members(plan, weight);

	told_cell(row, TOLD_PLAIN, NULL, "'%s' %s", weight->name, first->action->name);
	told_cell(row, TOLD_PLAIN, NULL, "%s", members);
	told_cell(row, sense_of(weight->effect), NULL, "%s", weight_effect_name(weight->effect));
	tell_consequence(row, weight, failing);
	if (weight->effect == WEIGHT_UNTRIED)
		told_cell(row, TOLD_UNKNOWN, NULL, " ");
	else
		told_cell(row, TOLD_PLAIN, NULL, "%" PRIu64, weight->ending.unfound_before);
	free(members);
}

static size_t count_effect(const struct weights *weights, enum weight_effect effect, bool single)
{
	size_t count = 0;

	for (size_t i = 0; i < weights->count; i++)
		count += weights->list[i].effect == effect && (!single || weights->list[i].count == 1);
	return count;
}

/* One sentence about the decisions. */
char *explain_say_weights(const struct plan *plan, const struct weights *weights)
{
	const size_t single = count_effect(weights, WEIGHT_PASSES, true);
	const struct weight *nearest = neighbour_choose(weights);

	if (plan->decisions.count == 0)
		return memory_text("it fails without any fault acting");
	if (nearest == NULL)
		return memory_text(weights->whole ? "no fault that was taken out whole made it pass"
		                                  : "nothing that was taken out alone made it pass");
	char *members = say_members(plan, nearest), *text;
	if (single == 1)
		text = memory_format("it passes without '%s' at %s; no other single decision that was tried makes it pass", nearest->name,
		                     members);
	else if (single > 1)
		text = memory_format("it passes without any one of %zu decisions, the last of them '%s' at %s", single, nearest->name,
		                     members);
	else
		text = memory_format("no single decision that was tried saves it; it passes without these of '%s': %s", nearest->name,
		                     members);
	free(members);
	return text;
}

static void tell_weights(json_t *told, const struct plan *plan, const struct explanation *explanation)
{
	static const char *const columns[] = {"fault", "decisions taken out", "without them it", "how", "others not found", NULL};
	const struct weights *weights = &explanation->weights;

	told_heading(told, "Which decisions matter");
	told_text(
		told,
		"The plan has %zu decisions. Some of them were taken out, and the session was run with the others; what comes after is not what "
		"came then, so others may not find what they are about.",
		plan->decisions.count);
	if (weights->count == 0)
		return;
	json_t *table = told_table(told, "Decisions", columns);
	for (size_t i = 0; i < weights->count && i < ROWS_MAX; i++)
		tell_weight(table, plan, &weights->list[i], &explanation->failing.ending);
	if (weights->count > ROWS_MAX)
		told_text(told, "%zu rows more stand in search.json.", weights->count - ROWS_MAX);
	if (!weights->whole)
		told_text(told, "There are parts that matter and were not looked into any further; --removals N allows more sessions.");
}

static void tell_rates(json_t *told, const struct weights *weights)
{
	static const char *const columns[] = {"without",      "passed", "failed alike", "failed otherwise", "inconclusive",
	                                      "fails (95 %)", NULL};

	if (weights->rate_count == 0)
		return;
	json_t *table = told_table(told, "With other seeds", columns);
	for (size_t i = 0; i < weights->rate_count; i++) {
		json_t *row = told_row(table);
		const char *name = weights->rates[i].name;
		told_cell(row, TOLD_PLAIN, NULL, i == 0 ? "none: with all faults%s" : "'%s'", i == 0 ? "" : name);
		tell_tally(row, &weights->rates[i].tally);
	}
}

/* -- side by side -- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Both sessions as a run of two, so that they have pages. */
static bool make_pages(const char *search_folder, const struct explanation *explanation, struct error *err)
{
	const struct trial *failing = &explanation->failing, *passing = &explanation->neighbour.trial;
	struct run_planned sessions[] = {{.folder = base_name(failing->dir)}, {.folder = base_name(passing->dir)}};
	const char *const none[] = {NULL};
	const struct run_plan plan = {.sessions = sessions, .count = 2, .started = "", .notes = none};
	char *dir = memory_format("%s/" SIDES, search_folder);
	struct run run;
	size_t made;

	plan_describe(&failing->plan, "", &sessions[0].of);
	plan_hash(&failing->plan, sessions[0].hash);
	plan_describe(&passing->plan, "", &sessions[1].of);
	plan_hash(&passing->plan, sessions[1].hash);
	int fd = run_begin(dir, &plan, err);
	if (fd >= 0)
		(void)close(fd);
	bool good = fd >= 0 && run_open(&run, dir, err);
	if (good) {
		good = session_pages(&run, &made, err);
		run_close(&run);
	}
	free(dir);
	return good;
}

static void tell_difference(json_t *told, const char *caption, const struct difference *difference)
{
	char *text = memory_format("%s%sthe failing session:\n%s%sthe passing session:\n%s%s", difference->common,
	                           difference->common[0] != '\0' ? "\n" : "", difference->lines[0],
	                           difference->lines[0][0] != '\0' ? "\n" : "(it has ended)\n\n", difference->lines[1],
	                           difference->lines[1][0] != '\0' ? "" : "(it has ended)\n");

	told_lines(told, caption, text);
	free(text);
}

static void tell_neighbour(json_t *told, const char *dir, const struct explanation *explanation)
{
	const struct neighbour *neighbour = &explanation->neighbour;
	struct error err = {.text = ""};

	told_heading(told, "Beside a session that passes");
	if (!neighbour->found) {
		told_text(told, neighbour->known ? "There was no time left to run one that passes once more, for its folder."
		                                 : "None was found that passes.");
		return;
	}
	told_text(told, "The nearest that passes: %s.", neighbour->trial.name);
	if (neighbour->all.found)
		tell_difference(told, "Where the traces first differ", &neighbour->all);
	if (neighbour->heard.found)
		tell_difference(told, "What the device says and the session comes to, where it first differs", &neighbour->heard);
	if (make_pages(dir, explanation, &err))
		told_link(told, SIDES "/" SESSION_COMPARE, "both sessions side by side");
	else
		told_text(told, "The pages of both could not be made: %s", err.text);
}

/* -- the whole -- */

void explain_tell(const struct explanation *explanation, const struct plan *plan, const char *dir, json_t *told)
{
	char text[2 * VERDICT_TEXT_MAX], *sentence = explain_sentence(explanation),
					 *weights = explain_say_weights(plan, &explanation->weights);

	told_text(told, "'%s' with seed %" PRIu64 " on '%s' comes to: %s, at %.3f s.", plan->name, plan->seed, plan->device.name,
	          ending_say(&explanation->failing.ending, text, sizeof text), explain_seconds(explanation->events.end));
	told_result(told, TOLD_BAD, "%s", sentence);
	told_result(told, TOLD_PLAIN, "%s", weights);
	tell_when(told, plan, explanation);
	tell_weights(told, plan, explanation);
	tell_rates(told, &explanation->weights);
	tell_neighbour(told, dir, explanation);
	free(sentence);
	free(weights);
}
