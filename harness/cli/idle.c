/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/idle.h"

#include <stdio.h>
#include <string.h>

#include "session/folder.h"

bool idle_rule(const struct job *jobs, size_t count, const struct job *job, size_t rule, size_t *ret_sessions)
{
	size_t sessions = 0, idle = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(jobs[i].plan.name, job->plan.name) != 0 || jobs[i].verdict.rule_count <= rule)
			continue;
		sessions++;
		idle += jobs[i].verdict.rules[rule].matched == 0;
	}
	*ret_sessions = sessions;
	return sessions > 0 && idle == sessions;
}

static void enforce(const struct job *jobs, size_t count, struct job *job)
{
	struct verdict *verdict = &job->verdict;
	struct error err;
	size_t sessions;

	for (size_t rule = 0; verdict->met_expectation && rule < verdict->rule_count; rule++) {
		if (!idle_rule(jobs, count, job, rule, &sessions))
			continue;
		verdict->met_expectation = false;
		(void)snprintf(verdict->expectation, sizeof verdict->expectation, "--strict: the fault '%s' never matched anything",
		               job->plan.faults[rule].name);
		(void)folder_write_verdict(job->dir, &job->plan, verdict, &err);
	}
}

void idle_enforce(struct job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		enforce(jobs, count, &jobs[i]);
}
