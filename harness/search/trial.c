/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "search/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
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

void trial_with_faults(struct trial *ret_trial, const struct plan *base, const struct fault *faults, size_t count)
{
	begin(ret_trial, base, faults, count, NULL, 0);
	ret_trial->plan.replay = false;
}

void trial_with_decisions(struct trial *ret_trial, const struct plan *base, const struct decision *decisions, size_t count)
{
	begin(ret_trial, base, base->faults, base->fault_count, decisions, count);
	ret_trial->plan.replay = true;
}

void trial_with_seed(struct trial *ret_trial, const struct plan *base, uint64_t seed)
{
	begin(ret_trial, base, base->faults, base->fault_count, base->decisions.list, base->decisions.count);
	plan_set_seed(&ret_trial->plan, seed);
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
