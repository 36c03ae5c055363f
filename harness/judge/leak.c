/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A failed attempt gives back what it took.
 *
 * How it works: the client tells what it uses with every retry. What grows with every one of
 * several attempts of a phase in a row is lost; what grows once was needed for the first time,
 * whenever that is.
 */
#include <inttypes.h>

#include "harness/judge/judge.h"

/* So many failed attempts in a row make a leak. */
#define STEPS 3U
#define RING (STEPS + 1U)

static const struct param rows[] = {
	JUDGE_ROW_LIMIT(
		"leak", UNIT_SIZE, "0B", 0,
		"at most so much memory lost by three failed attempts in a row, and no file; "
		"0B: off"),
	{0},
};

struct usage {
	uint64_t files, heap;
};

struct leak_notes {
	/* reports of what the device's client uses, in the present phase */
	unsigned usages;
	struct usage last[RING]; /* a ring of the latest of them */
	/*
	 * what each of STEPS failed attempts in a row has cost at least: the worst, of all phases
	 */
	struct usage step;
};

static uint64_t growth(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void note_usage(struct leak_notes *notes, struct usage usage)
{
	struct usage step = {UINT64_MAX, UINT64_MAX};

	notes->last[notes->usages++ % RING] = usage;
	if (notes->usages < RING)
		return;
	for (unsigned i = notes->usages - RING; i + 1 < notes->usages; i++) {
		const struct usage *before = &notes->last[i % RING],
				   *after = &notes->last[(i + 1) % RING];
		step.files = lesser(step.files, growth(before->files, after->files));
		step.heap = lesser(step.heap, growth(before->heap, after->heap));
	}
	notes->step.files = greater(notes->step.files, step.files);
	notes->step.heap = greater(notes->step.heap, step.heap);
}

static void hear(void *ctx, const struct report *report, const struct evidence *evidence)
{
	struct leak_notes *notes = ctx;

	(void)evidence;
	if (report->kind == REPORT_USAGE)
		note_usage(notes, (struct usage){report->files, report->heap});
	else if (report->kind == REPORT_PHASE && report->step == REPORT_STEP_BEGIN)
		notes->usages = 0;
}

static bool ask(const void *params, const void *ctx, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct judge_limit *limit = params;
	const struct leak_notes *notes = ctx;

	(void)evidence;
	if (notes->step.files > 0)
		return judge_complain(ret_complaint,
		                      "each of %u failed attempts in a row left %" PRIu64
		                      " more files open",
		                      STEPS, notes->step.files);
	return STEPS * notes->step.heap <= limit->most ||
	       judge_complain(ret_complaint,
	                      "each of %u failed attempts in a row took at least %" PRIu64
	                      " bytes of memory for good",
	                      STEPS, notes->step.heap);
}

const struct judge judge_leak = {
	.name = "leak",
	.params = rows,
	.params_size = sizeof(struct judge_limit),
	.notes_size = sizeof(struct leak_notes),
	.concern = JUDGE_OF_CONDUCT,
	.final = true,
	.hear = hear,
	.ask = ask,
};
