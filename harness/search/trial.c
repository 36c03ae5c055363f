/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/trial.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/unit.h"
#include "reports/file.h"

static void *copy(const void *list, size_t count, size_t size)
{
	void *own = memory_new((count > 0 ? count : 1) * size);

	if (count > 0)
		memcpy(own, list, count * size);
	return own;
}

/* Faults and decisions are the trial's own; what else there is by reference stays the base's. */
static void begin(struct trial *trial, const struct plan *base, const struct fault *faults, size_t fault_count,
                  const struct decision *decisions, size_t count)
{
	*trial = (struct trial){.plan = *base};
	trial->plan.faults = copy(faults, fault_count, sizeof *faults);
	trial->plan.fault_count = fault_count;
	trial->plan.decisions =
		(struct decisions){.list = copy(decisions, count, sizeof *decisions), .count = count, .room = count > 0 ? count : 1};
}

static bool is_left(const struct plan *plan, const char *wanted)
{
	bool found = false;

	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++)
		found = found || expect_means(wanted, plan->faults[i].name);
	for (size_t i = 0; i < plan->decisions.count && plan->replay; i++)
		found = found || expect_means(wanted, plan->decisions.list[i].name);
	return found;
}

void trial_expect(struct trial *trial)
{
	struct expectation *expect = &trial->plan.expect;
	size_t left = 0;

	for (size_t i = 0; i < EXPECT_ACTED_MAX && expect->acted[i][0] != '\0'; i++)
		if (is_left(&trial->plan, expect->acted[i]) && left++ < i)
			memcpy(expect->acted[left - 1], expect->acted[i], sizeof expect->acted[i]);
	for (; left < EXPECT_ACTED_MAX; left++)
		memset(expect->acted[left], 0, sizeof expect->acted[left]);
}

void trial_with_faults(struct trial *ret_trial, const struct plan *base, const struct fault *faults, size_t count)
{
	begin(ret_trial, base, faults, count, NULL, 0);
	ret_trial->plan.replay = false;
	trial_expect(ret_trial);
}

void trial_with_decisions(struct trial *ret_trial, const struct plan *base, const struct decision *decisions, size_t count)
{
	begin(ret_trial, base, base->faults, base->fault_count, decisions, count);
	ret_trial->plan.replay = true;
	trial_expect(ret_trial);
}

void trial_with_seed(struct trial *ret_trial, const struct plan *base, uint64_t seed)
{
	begin(ret_trial, base, base->faults, base->fault_count, base->decisions.list, base->decisions.count);
	plan_set_seed(&ret_trial->plan, seed);
}

void trial_with_device(struct trial *ret_trial, const struct plan *base, const struct plan *plan)
{
	begin(ret_trial, base, plan->faults, plan->fault_count, plan->decisions.list, plan->decisions.count);
	ret_trial->plan.replay = plan->replay;
	ret_trial->plan.least_found = UNIT_PROBABILITY_ONE;
	/* Only a plan that was made is one with decisions. */
	ret_trial->plan.made = plan->made;
	made_forget_device(&ret_trial->plan.made);
	plan_set_seed(&ret_trial->plan, plan->seed);
}

void trial_close(struct trial *trial)
{
	free(trial->plan.faults);
	decisions_close(&trial->plan.decisions);
	memset(trial, 0, sizeof *trial);
}

bool trial_write_plan(const struct trial *trial, const char *dir, const char *name, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	plan_write(&trial->plan, file.stream);
	return report_file_close(&file, err);
}
