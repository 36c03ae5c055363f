/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/idle.h"

#include <stdio.h>
#include <string.h>

#include "session/folder.h"

size_t idle_sessions(const struct job *jobs, size_t count)
{
	size_t sessions = 1;

	while (sessions < count && strcmp(jobs[sessions].plan.name, jobs[0].plan.name) == 0)
		sessions++;
	return sessions;
}

bool idle_rule(const struct job *sessions, size_t count, size_t rule, size_t *ret_told)
{
	size_t told = 0, idle = 0;

	for (size_t i = 0; i < count; i++) {
		if (sessions[i].verdict.rule_count <= rule)
			continue;
		told++;
		idle += sessions[i].verdict.rules[rule].matched == 0;
	}
	*ret_told = told;
	return told > 0 && idle == told;
}

/* A session that cannot tell of its faults is inconclusive, and not as expected for that. */
static void enforce(struct job *job, size_t rule)
{
	struct verdict *verdict = &job->verdict;
	struct error err;

	if (!verdict->met_expectation || verdict->rule_count <= rule)
		return;
	verdict->met_expectation = false;
	(void)snprintf(verdict->expectation, sizeof verdict->expectation, "--strict: the fault '%s' never matched anything",
	               job->plan.faults[rule].name);
	(void)folder_write_verdict(job->dir, &job->plan, verdict, &err);
}

static void enforce_scenario(struct job *sessions, size_t count)
{
	size_t told;

	for (size_t rule = 0; rule < sessions[0].plan.fault_count; rule++)
		if (idle_rule(sessions, count, rule, &told))
			for (size_t i = 0; i < count; i++)
				enforce(&sessions[i], rule);
}

void idle_enforce(struct job *jobs, size_t count)
{
	for (size_t i = 0, sessions; i < count; i += sessions) {
		sessions = idle_sessions(&jobs[i], count - i);
		enforce_scenario(&jobs[i], sessions);
	}
}
