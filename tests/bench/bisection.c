/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a bisection by chance is right when it says 95 %, and what that takes, over simulated
 * histories of 128 revisions; beside it plain bisection over the same histories, with one session a
 * step and with as many a step as come to the same in all. The table is that of
 * harness/search/README.md.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/unit/search/simulated.h"

#define REVISIONS 128
#define STEPS 7
#define HISTORIES 200
#define PERCENT UINT64_C(10000000)
#define CONFIDENCE 95

struct row {
	unsigned right, sure, right_once, right_repeats, repeats;
	uint64_t sessions, most;
};

static void simulate(const struct revisions *revisions, unsigned after, unsigned before, unsigned batch, struct row *ret_row)
{
	const struct belief_options options = {.batch = batch, .confidence = CONFIDENCE * PERCENT, .most = 5000};
	struct simulated history = {.revisions = revisions, .after = after * PERCENT, .before = before * PERCENT};

	*ret_row = (struct row){.right = 0};
	for (history.seed = 1; history.seed <= HISTORIES; history.seed++) {
		const struct simulated_result result = simulated_belief(&history, &options);
		ret_row->right += result.is_right;
		ret_row->sure += result.state == BELIEF_SURE;
		ret_row->sessions += result.sessions;
		ret_row->most = result.sessions > ret_row->most ? result.sessions : ret_row->most;
	}
	ret_row->repeats = (unsigned)((ret_row->sessions + HISTORIES * STEPS / 2) / (HISTORIES * STEPS));
	for (history.seed = 1; history.seed <= HISTORIES; history.seed++) {
		ret_row->right_once += simulated_halving(&history, 1).is_right;
		ret_row->right_repeats += simulated_halving(&history, ret_row->repeats).is_right;
	}
}

void bench_bisection(void)
{
	static const struct {
		unsigned after, before;
	} rates[] = {{100, 0}, {50, 0}, {20, 0}, {10, 0}, {50, 5}, {30, 10}};
	struct revisions revisions;
	struct row row;
	char what[96];

	simulated_row(&revisions, REVISIONS);
	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		simulate(&revisions, rates[i].after, rates[i].before, 4, &row);
		(void)snprintf(what, sizeof what, "bisection, %u %% fail after, %u %% before: right of %u", rates[i].after, rates[i].before,
		               HISTORIES);
		bench_report(what, row.right, "", (double)HISTORIES * CONFIDENCE / 100, false);
		printf("  as sure as %u %% in %u; %.0f sessions each (at most %" PRIu64
		       "); plain bisection with one session a step right in %u, with %u in %u\n",
		       CONFIDENCE, row.sure, (double)row.sessions / HISTORIES, row.most, row.right_once, row.repeats, row.right_repeats);
		if (rates[i].after == 10)
			bench_report("bisection, 10 % fail after, 0 % before: sessions each", (double)row.sessions / HISTORIES, "", 330,
			             true);
	}
	revisions_close(&revisions);
}
