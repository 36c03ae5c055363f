/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/search/simulated.h"

#include <math.h>
#include <stdio.h>

#include "lib/sim/random.h"

#define BILLION 1e9

void simulated_row(struct revisions *ret_revisions, size_t count)
{
	char name[32];

	*ret_revisions = (struct revisions){.count = 0};
	for (size_t i = 0; i <= count; i++) {
		(void)snprintf(name, sizeof name, "r%zu", i);
		(void)revisions_add(ret_revisions, name, name, i > 0);
		if (i > 0)
			revisions_add_parent(ret_revisions, i, i - 1);
	}
	revisions_link(ret_revisions);
}

size_t simulated_culprit(const struct simulated *simulated)
{
	return 1 + (size_t)random_below(random_stream(simulated->seed, "culprit"), 0, 0, revisions_candidates(simulated->revisions));
}

/* @param first Which session of the revision is the first one. */
static struct belief_count run(const struct simulated *simulated, size_t at, unsigned first, unsigned count)
{
	const bool is_bad = revisions_is_after(simulated->revisions, at, simulated_culprit(simulated));
	struct belief_count found = {.failed = 0};

	for (unsigned i = first; i < first + count; i++)
		found.failed += random_happens(random_stream(simulated->seed, "sessions"), at, i,
		                               is_bad ? simulated->after : simulated->before);
	found.passed = count - found.failed;
	return found;
}

struct simulated_result simulated_belief(const struct simulated *simulated, const struct belief_options *options)
{
	struct belief_options own = *options;
	struct simulated_result result = {.is_right = false};
	struct belief belief;
	size_t at;

	own.revisions = simulated->revisions;
	belief_open(&belief, &own);
	while ((result.state = belief_next(&belief, &at)) == BELIEF_GOES_ON) {
		const struct belief_count found = run(simulated, at, belief.counts[at].failed + belief.counts[at].passed, own.batch);
		belief_add(&belief, at, &found);
	}
	result.is_right = result.state == BELIEF_SURE && belief.best == simulated_culprit(simulated);
	result.sessions = belief.sessions;
	belief_close(&belief);
	return result;
}

/*
 * Whether so many failures are more probable from the culprit on; with rates that are known, which
 * is more than one mostly knows.
 */
static bool is_rather_after(const struct simulated *simulated, struct belief_count found)
{
	const double after = (double)simulated->after / BILLION, before = (double)simulated->before / BILLION;

	if (before <= 0)
		return found.failed > 0;
	if (after >= 1)
		return found.passed == 0;
	return found.failed * log(after / before) + found.passed * log((1 - after) / (1 - before)) > 0;
}

struct simulated_result simulated_halving(const struct simulated *simulated, unsigned repeats)
{
	struct simulated_result result = {.is_right = false};
	struct suspects suspects;
	size_t at;

	suspects_open(&suspects, simulated->revisions);
	while (suspects.count > 1 && (at = suspects_halve(&suspects)) != REVISION_NONE) {
		suspects_take(&suspects, at, is_rather_after(simulated, run(simulated, at, 0, repeats)));
		result.sessions += repeats;
	}
	result.is_right = suspects.count == 1 && suspects.is[simulated_culprit(simulated)];
	suspects_close(&suspects);
	return result;
}
