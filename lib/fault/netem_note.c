/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/netem_note.h"

#include <stdio.h>
#include <string.h>

#include "lib/fault/crandom.h"

#define RATE_MAX 32

static bool is_action(const struct fault *fault, const char *name)
{
	return strcmp(fault->action->name, name) == 0;
}

/*
 * The rate of frames that are reordered, if a draw hits at @p rate: behind one, gap - 1 are not
 * drawn for, and the next takes 1 / rate draws in the long run, whether or not draws follow from
 * those before them.
 */
static uint64_t reordered(const struct fault *fault, uint64_t rate)
{
	const uint64_t gap = action_quantity(fault->action, &fault->params, "gap");

	/* In billionths, 1 / (gap - 1 + 1 / rate) is rate / ((gap - 1) rate + 1). */
	return (uint64_t)((double)rate / ((double)(gap - 1) * (double)rate / (double)UNIT_PROBABILITY_ONE + 1));
}

/* "12.5%" of the frames, or what crandom_rate() cannot see. */
static void render_rate(uint64_t rate, char ret_text[RATE_MAX])
{
	if (rate < UNIT_PROBABILITY_ONE / 1000000)
		(void)snprintf(ret_text, RATE_MAX, "fewer than one in a million");
	else
		(void)snprintf(ret_text, RATE_MAX, "%.3g%%", (double)rate / 1e7);
}

static bool note_rate(const struct fault *fault, const char *does, uint64_t probability, uint64_t correlation,
                      char ret_text[NETEM_NOTE_MAX])
{
	const bool reorders = is_action(fault, "reorder");
	const uint64_t there = crandom_rate(probability, correlation);
	char rate_here[RATE_MAX], rate_there[RATE_MAX];

	render_rate(reorders ? reordered(fault, probability) : probability, rate_here);
	render_rate(reorders ? reordered(fault, there) : there, rate_there);
	if (strcmp(rate_here, rate_there) == 0)
		return false;
	(void)snprintf(ret_text, NETEM_NOTE_MAX, "%s %s of the frames here and %s on Linux, where a correlation moves the rate", does,
	               rate_here, rate_there);
	return true;
}

static uint64_t quantity(const struct fault *fault, const char *key)
{
	return action_quantity(fault->action, &fault->params, key);
}

static bool note_delay(const struct fault *fault, char ret_text[NETEM_NOTE_MAX])
{
	const uint64_t jitter_ns = quantity(fault, "jitter"), correlation = quantity(fault, "correlation");

	if (jitter_ns > CRANDOM_JITTER_MAX)
		(void)snprintf(ret_text, NETEM_NOTE_MAX, "has its whole jitter here; Linux cuts one to 2.147483647 s");
	else if (jitter_ns > 0 && correlation > 0)
		(void)snprintf(
			ret_text, NETEM_NOTE_MAX,
			"gives %.3g%% of the frames the delay of the one before; on Linux a correlation of delays does as good as nothing",
			(double)correlation / 1e7);
	else
		return false;
	return true;
}

static const char *doing_of(const struct fault *fault)
{
	static const struct {
		const char *action, *does;
	} doings[] = {{"reorder", "reorders"}, {"duplicate", "copies"}, {"corrupt", "corrupts"}};

	for (size_t i = 0; i < sizeof doings / sizeof doings[0]; i++)
		if (is_action(fault, doings[i].action))
			return doings[i].does;
	return "hits";
}

bool netem_note(const struct fault *fault, char ret_text[NETEM_NOTE_MAX])
{
	const struct match *match = &fault->match;

	if (match->netem_exact)
		return false;
	if (is_action(fault, "loss") && quantity(fault, "correlation") > 0)
		return note_rate(fault, "loses", quantity(fault, "percent"), quantity(fault, "correlation"), ret_text);
	if (match->correlation > 0 && fault->action->site == SITE_FRAME)
		return note_rate(fault, doing_of(fault), match->probability, match->correlation, ret_text);
	return is_action(fault, "delay") && note_delay(fault, ret_text);
}
