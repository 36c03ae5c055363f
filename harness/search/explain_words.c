/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/explain_words.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/memory.h"

double explain_seconds(uint64_t ns)
{
	return (double)ns / (double)SIM_S;
}

double explain_percent_down(uint64_t billionths)
{
	const uint64_t tenths = billionths / 1000000;

	return (double)tenths / 10;
}

static const char *ordinal_end(unsigned number)
{
	if (number % 100 >= 11 && number % 100 <= 13)
		return "th";
	return number % 10 == 1 ? "st" : number % 10 == 2 ? "nd" : number % 10 == 3 ? "rd" : "th";
}

char *explain_say_section(const struct section *section)
{
	if (section == NULL)
		return memory_text("before the first phase");
	if (section->attempt < 2)
		return memory_format("%s", section->name);
	return memory_format("%s, %u%s retry", section->name, section->attempt - 1, ordinal_end(section->attempt - 1));
}

/* "41.200 s (download, 3rd retry)". To be released with free(). */
static char *say_instant(const struct explanation *explanation, uint64_t at_ns)
{
	if (at_ns <= explanation->curve.start_ns)
		return memory_text("power on");
	char *section = explain_say_section(explain_section(explanation, at_ns));
	char *text = memory_format("%.3f s (%s)", explain_seconds(at_ns), section);

	free(section);
	return text;
}

/* "; at 38.000 s (download) still 7 of 16 passed", or nothing. To be released with free(). */
static char *say_saved(const struct explanation *explanation)
{
	const struct cut_curve *curve = &explanation->curve;
	const size_t passed = cut_last_passed(curve);

	if (passed == 0)
		return memory_text("");
	const struct cut *cut = &curve->list[passed - 1];
	char *when = say_instant(explanation, cut->at_ns);
	char *text = memory_format("drawn anew from %s on, %" PRIu64 " of %" PRIu64 " passed", when, cut->tally.passed,
	                           tally_known(&cut->tally));
	free(when);
	return text;
}

static char *say_proof(const struct explanation *explanation, const char *saved)
{
	const struct tally *tally = &explanation->curve.proof.tally;
	char *when = say_instant(explanation, explanation->curve.proof.at_ns);
	char *alike = tally->other == 0 ? memory_text(" in the same way")
	                                : memory_format(", %" PRIu64 " of them in the same way", tally->same);
	char *text = memory_format("after %s %" PRIu64 " of %" PRIu64
	                           " redraws failed%s (95 %%: at least %.1f %% of such sessions fail)%s%s",
	                           when, tally_failed(tally), tally_known(tally), alike, explain_percent_down(tally_interval(tally).low),
	                           saved[0] != '\0' ? "; " : "", saved);

	free(alike);
	free(when);
	return text;
}

static char *say_border(const struct explanation *explanation)
{
	const struct cut_curve *curve = &explanation->curve;
	char *saved = say_saved(explanation), *text;

	if (curve->has_proof)
		text = say_proof(explanation, saved);
	else if (saved[0] != '\0')
		text = memory_format("no moment %s after which all redraws failed: %s", curve->whole ? "was found" : "is known yet", saved);
	else
		text = memory_format("%s could tell when the failure was bound to come",
		                     curve->whole ? "too many redraws were inconclusive, so nothing" : "the search ended before it");
	free(saved);
	return text;
}

/* Whether any redraw has passed or failed. */
static bool is_known(const struct cut_curve *curve)
{
	for (size_t i = 0; i < curve->count; i++)
		if (tally_known(&curve->list[i].tally) > 0)
			return true;
	return false;
}

char *explain_sentence(const struct explanation *explanation)
{
	const struct cut_curve *curve = &explanation->curve;

	if (curve->why_not != NULL)
		return memory_format("the time after which it was bound to fail is unknown: %s", curve->why_not);
	if (!curve->differs && is_known(curve) && curve->whole)
		return memory_text("no redraw differed from the failing session: what its faults draw makes no difference");
	return say_border(explanation);
}
