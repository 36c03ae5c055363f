/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/neighbour.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* So many lines are shown before a difference, and so many of each side behind it. */
#define BEFORE 3U
#define BEHIND 6U

/* -- lines of a trace -- */

/* A walk over the lines that count. */
struct walk {
	const char *at; /* the line; at the end: an empty text */
	bool heard;     /* only what the device says, and the session's own lines */
};

static size_t line_length(const char *line)
{
	return strcspn(line, "\n");
}

/* What stands behind the time: "device  phase dns ok". */
static const char *text_of(const char *line)
{
	const char *end = line[0] == '[' ? memchr(line, ']', line_length(line)) : NULL;

	return end != NULL && end[1] == ' ' ? end + 2 : line;
}

static bool counts(const struct walk *walk)
{
	const char *text = text_of(walk->at);

	if (walk->at[0] == '#')
		return false;
	return !walk->heard || strncmp(text, "device ", 7) == 0 || strncmp(text, "session ", 8) == 0;
}

static void skip_to_next(struct walk *walk)
{
	while (walk->at[0] != '\0' && !counts(walk)) {
		walk->at += line_length(walk->at);
		walk->at += walk->at[0] == '\n';
	}
}

static void step(struct walk *walk)
{
	walk->at += line_length(walk->at);
	walk->at += walk->at[0] == '\n';
	skip_to_next(walk);
}

static struct walk walk_begin(const char *text, bool heard)
{
	struct walk walk = {.at = text != NULL ? text : "", .heard = heard};

	skip_to_next(&walk);
	return walk;
}

/* "[  7.306150280]" in nanoseconds. */
static uint64_t time_of(const char *line)
{
	uint64_t seconds = 0, ns = 0;

	return line[0] == '[' && sscanf(line, "[ %" SCNu64 ".%9" SCNu64 "]", &seconds, &ns) == 2 ? seconds * SIM_S + ns : 0;
}

static bool same_text(const char *a, size_t a_length, const char *b, size_t b_length)
{
	return a_length == b_length && memcmp(a, b, a_length) == 0;
}

static bool same_line(const struct walk *a, const struct walk *b)
{
	const char *left = a->heard ? text_of(a->at) : a->at, *right = b->heard ? text_of(b->at) : b->at;

	return same_text(left, line_length(left), right, line_length(right));
}

/* -- what was taken out -- */

/*
 * Whether the line tells of one of the decisions: it is of their instant and has their fault's
 * name.
 */
static bool tells_of(const char *line, const struct weight *removed, const struct decisions *decisions)
{
	const uint64_t time = time_of(line);
	char *text = memory_format("%.*s", (int)line_length(line), line);
	bool does = false;

	for (size_t i = removed->first; i <= removed->last && !does; i++) {
		char *name = memory_format("'%s' ", decisions->list[i].name);
		does = weight_has(removed, decisions, i) && decisions->list[i].time == time && strstr(text, name) != NULL;
		free(name);
	}
	free(text);
	return does;
}

/* Whether both are about the same frame at the same instant, whatever was done to it. */
static bool same_frame(const char *a, const char *b)
{
	const size_t a_length = strcspn(a, "\n"), b_length = strcspn(b, "\n");
	const char *a_end = memmem(a, a_length, " B: ", 4), *b_end = memmem(b, b_length, " B: ", 4);

	return a_end != NULL && b_end != NULL && same_text(a, (size_t)(a_end - a), b, (size_t)(b_end - b));
}

/*
 * Passes over the line of a decision that was taken out; what else was done to its frame goes with
 * it.
 */
static bool pass_over(struct walk *failing, struct walk *passing, const struct weight *removed, const struct decisions *decisions)
{
	if (removed == NULL || failing->at[0] == '\0' || !tells_of(failing->at, removed, decisions))
		return false;
	if (same_frame(failing->at, passing->at))
		step(passing);
	step(failing);
	return true;
}

/* -- the difference -- */

static char *lines_from(struct walk walk, size_t count)
{
	char *text = memory_text("");

	for (size_t i = 0; i < count && walk.at[0] != '\0'; i++, step(&walk)) {
		char *more = memory_format("%s%.*s\n", text, (int)line_length(walk.at), walk.at);
		free(text);
		text = more;
	}
	return text;
}

static void compare(struct walk failing, struct walk passing, const struct weight *removed, const struct decisions *decisions,
                    struct difference *ret_difference)
{
	struct walk before[BEFORE];
	size_t common = 0;

	memset(ret_difference, 0, sizeof *ret_difference);
	for (;;) {
		if (failing.at[0] != '\0' && passing.at[0] != '\0' && same_line(&failing, &passing)) {
			before[common++ % BEFORE] = failing;
			step(&failing);
			step(&passing);
		} else if (!pass_over(&failing, &passing, removed, decisions)) {
			break;
		}
	}
	ret_difference->found = failing.at[0] != '\0' || passing.at[0] != '\0';
	ret_difference->at_ns[0] = time_of(failing.at);
	ret_difference->at_ns[1] = time_of(passing.at);
	ret_difference->common = common > 0 ? lines_from(before[common < BEFORE ? 0 : common % BEFORE], common < BEFORE ? common : BEFORE)
	                                    : memory_text("");
	ret_difference->lines[0] = lines_from(failing, failing.heard ? 1 : BEHIND);
	ret_difference->lines[1] = lines_from(passing, passing.heard ? 1 : BEHIND);
}

void difference_find(const char *failing, const char *passing, const struct weight *removed, const struct decisions *decisions,
                     struct difference *ret_difference)
{
	compare(walk_begin(failing, false), walk_begin(passing, false), removed, decisions, ret_difference);
}

void difference_heard(const char *failing, const char *passing, struct difference *ret_difference)
{
	compare(walk_begin(failing, true), walk_begin(passing, true), NULL, NULL, ret_difference);
}

void difference_close(struct difference *difference)
{
	free(difference->common);
	free(difference->lines[0]);
	free(difference->lines[1]);
	memset(difference, 0, sizeof *difference);
}

/* -- the neighbour -- */

const struct weight *neighbour_choose(const struct weights *weights)
{
	const struct weight *best = NULL;

	for (size_t i = 0; i < weights->count; i++) {
		const struct weight *weight = &weights->list[i];
		if (weight->effect != WEIGHT_PASSES)
			continue;
		if (best == NULL || weight->count < best->count || (weight->count == best->count && weight->first > best->first))
			best = weight;
	}
	return best;
}

static void read_differences(const char *failing_dir, const struct weight *removed, const struct decisions *decisions,
                             struct neighbour *neighbour)
{
	char *paths[2] = {memory_format("%s/trace.txt", failing_dir), memory_format("%s/trace.txt", neighbour->trial.dir)};
	char *texts[2] = {memory_file(paths[0]), memory_file(paths[1])};

	difference_find(texts[0], texts[1], removed, decisions, &neighbour->all);
	difference_heard(texts[0], texts[1], &neighbour->heard);
	for (size_t i = 0; i < 2; i++) {
		free(texts[i]);
		free(paths[i]);
	}
}

bool neighbour_run(struct search *search, const struct plan *plan, const char *failing_dir, const struct cut_curve *curve,
                   const struct weights *weights, struct neighbour *ret_neighbour, struct error *err)
{
	const struct weight *removed = neighbour_choose(weights);

	memset(ret_neighbour, 0, sizeof *ret_neighbour);
	if (curve->has_saved && (removed == NULL || removed->count > 1)) {
		cut_trial(&ret_neighbour->trial, plan, curve->saved_ns, curve->saved_seed);
		removed = NULL;
	} else if (removed != NULL) {
		weight_trial(&ret_neighbour->trial, plan, removed);
	} else {
		return true;
	}
	ret_neighbour->known = true;
	ret_neighbour->trial.keep = true;
	if (!search_run(search, &ret_neighbour->trial, 1, NULL, NULL, err))
		return false;
	ret_neighbour->found = ret_neighbour->trial.state == TRIAL_DONE && ret_neighbour->trial.ending.kind == VERDICT_PASS;
	if (ret_neighbour->found)
		read_differences(failing_dir, removed, &plan->decisions, ret_neighbour);
	return true;
}

void neighbour_close(struct neighbour *neighbour)
{
	difference_close(&neighbour->all);
	difference_close(&neighbour->heard);
	trial_close(&neighbour->trial);
	memset(neighbour, 0, sizeof *neighbour);
}
