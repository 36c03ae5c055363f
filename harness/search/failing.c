/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/failing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/search/search.h"

/* Seeds of a scenario that says none itself, and how many are tried at once. */
#define SEEDS_TRIED 8U

static bool draws(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		if (fault_draws(&plan->faults[i]))
			return true;
	return false;
}

/* @param seed The only one; NULL: those of the scenario. */
static void seeds_of(const struct plan *plan, const uint64_t *seed, uint64_t *ret_first, uint64_t *ret_last)
{
	*ret_first = *ret_last = seed != NULL ? *seed : plan->seed;
	if (seed != NULL)
		return;
	if (plan->seeds.first != 0) {
		*ret_first = plan->seeds.first;
		*ret_last = plan->seeds.last;
	} else if (draws(plan)) {
		*ret_last = *ret_first <= UINT64_MAX - SEEDS_TRIED ? *ret_first + SEEDS_TRIED - 1 : UINT64_MAX;
	}
}

/*
 * Runs some seeds.
 * @param ret_dir The folder of the first that fails; empty: none does.
 * @return false with @p err.
 */
static bool try_seeds(struct search *search, const struct plan *plan, uint64_t first, size_t count, char ret_dir[DEVICE_PATH_MAX],
                      size_t *passed, struct error *err)
{
	struct trial *trials = memory_new(count * sizeof *trials);

	for (size_t i = 0; i < count; i++) {
		trial_with_seed(&trials[i], plan, first + i);
		trials[i].keep_if_fails = true;
		(void)snprintf(trials[i].name, sizeof trials[i].name, "seed %" PRIu64, first + i);
	}
	bool good = search_run(search, trials, count, NULL, NULL, err);
	for (size_t i = 0; i < count; i++) {
		const bool done = good && trials[i].state == TRIAL_DONE;
		*passed += done && trials[i].ending.kind == VERDICT_PASS;
		if (done && trials[i].ending.kind == VERDICT_FAIL && ret_dir[0] == '\0')
			memcpy(ret_dir, trials[i].dir, DEVICE_PATH_MAX);
		trial_close(&trials[i]);
	}
	free(trials);
	return good;
}

/* @return FAILING_NONE or FAILING_UNCLEAR, with @p err. */
static enum failing no_failure(const struct plan *plan, uint64_t first, uint64_t last, size_t passed, struct error *err)
{
	const uint64_t count = last - first + 1;

	if (passed < count)
		error_set(err,
		          "%s: %zu of %" PRIu64
		          " sessions passed and none failed; the others were inconclusive or not run: nothing to explain",
		          plan->path, passed, count);
	else if (count > 1)
		error_set(err,
		          "%s passes with each seed from %" PRIu64 " to %" PRIu64
		          ": there is nothing to explain; --seed names one that fails",
		          plan->path, first, last);
	else
		error_set(err, "%s passes with seed %" PRIu64 ": there is nothing to explain%s", plan->path, first,
		          plan->made.tool[0] != '\0' ? "" : "; --seed names one that fails");
	return passed < count ? FAILING_UNCLEAR : FAILING_NONE;
}

enum failing failing_find(struct search *search, const struct plan *plan, const uint64_t *seed, char ret_dir[DEVICE_PATH_MAX],
                          struct error *err)
{
	uint64_t first, last;
	size_t passed = 0;

	ret_dir[0] = '\0';
	seeds_of(plan, seed, &first, &last);
	search_stage(search, 0, "looks for a session that fails");
	/*
	 * The last seed may be the largest that there is, and a search that is over tries no more
	 * of them.
	 */
	for (uint64_t next = first, count; ret_dir[0] == '\0' && !search_is_over(search); next += count) {
		count = last - next < SEEDS_TRIED ? last - next + 1 : SEEDS_TRIED;
		if (!try_seeds(search, plan, next, (size_t)count, ret_dir, &passed, err))
			return FAILING_UNCLEAR;
		if (last - next < SEEDS_TRIED)
			break;
	}
	return ret_dir[0] != '\0' ? FAILING_FOUND : no_failure(plan, first, last, passed, err);
}
