/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/decide.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "harness/session/stretch.h"
#include "harness/session/firmware.h"

static const char *const expected_names[] = {"pass", "fail", "any"};

__attribute__((format(printf, 3, 4))) static void conclude(struct verdict *verdict, enum verdict_kind kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(verdict->reason, sizeof verdict->reason, format, args);
	va_end(args);
	verdict->kind = kind;
}

/* A client other than the recorded one says other words, and may be content all the same. */
static void decide_played(const struct world *world, struct verdict *verdict)
{
	const struct servers_told told = servers_told(world->far_end.servers);

	conclude(verdict, VERDICT_PASS, "the recorded session was played: %zu conversations, %zu of them to their end%s%.250s",
	         told.conversations, told.complete, told.differences > 0 ? "; the first that differs: " : "", told.first);
}

/* The device says it is done; whether that can be so the judges ask. */
static void decide_pass(const struct account *account, const struct world *world, struct verdict *verdict)
{
	if (world->far_end.servers != NULL)
		decide_played(world, verdict);
	else if (world->plan->device.agent.flow == DEVICE_FLOW_STAGED)
		conclude(verdict, VERDICT_PASS, "%s version %s",
		         strcmp(account->version, firmware_offered(world)) == 0 ? "updated to" : "nothing new for", account->version);
	else if (outside_is_far_end(world->outside))
		conclude(verdict, VERDICT_PASS, "the client reports success; what it was served is not known here");
	else
		conclude(verdict, VERDICT_PASS, "%s",
		         world->far_end.service.log.image_count > 0 ? "updated"
		                                                    : "the client reports success; it never asked for an image");
}

/* A session that never came to a result hangs; where it does so stands in its last report. */
static void decide_deadline(const struct account *account, struct verdict *verdict)
{
	const unsigned resets = account->resets;
	char boots[64] = "";

	if (resets > 0)
		(void)snprintf(boots, sizeof boots, "; it had booted %u times", resets + 1);
	if (account->last[0] == '\0' && resets > 0)
		conclude(verdict, VERDICT_FAIL, "%s: the device booted %u times before the deadline and reported nothing; see console.log",
		         account->phase, resets + 1);
	else if (account->last[0] == '\0')
		conclude(verdict, VERDICT_INCONCLUSIVE, "the device reported nothing before the deadline; see console.log");
	else
		conclude(verdict, VERDICT_FAIL,
		         "%s: no result before the deadline; the last report, at %" PRIu64 ".%03" PRIu64 " s, was '%.200s'%s",
		         account->phase, account->last_ns / SIM_S, account->last_ns % SIM_S / SIM_MS, account->last, boots);
}

/* The judge that has ended the session, or for whom it ended. */
static void decide_lost(const struct account *account, const struct world *world, enum session_end end, struct verdict *verdict)
{
	const struct evidence evidence = world_evidence(world, false);
	const struct judge *judge = NULL;
	struct complaint complaint = {.why = ""};
	bool has_more;

	if (end == END_LOST)
		judge = judges_lost(&world->judges, &evidence, &complaint);
	else if (judges_due(&world->judges, &evidence, &judge) != SIM_NEVER)
		(void)judges_ask(&world->judges, judge, &evidence, &complaint);
	CHECK(judge != NULL && complaint.why[0] != '\0');
	has_more = complaint.more[0] != '\0';
	(void)snprintf(verdict->judge, sizeof verdict->judge, "%s", judge->name);
	conclude(verdict, VERDICT_FAIL, "judge %s: %.400s, in phase %s%s%s", judge->name, complaint.why, account->phase,
	         has_more ? "; " : "", complaint.more);
}

/* Asks all judges; what one is not content with is a failure. */
static void ask_judges(const struct world *world, struct verdict *verdict)
{
	const bool failed = verdict->kind == VERDICT_FAIL;
	const struct evidence evidence = world_evidence(world, verdict->kind == VERDICT_PASS);
	char before[VERDICT_TEXT_MAX];
	struct complaint complaint;

	if (verdict->kind == VERDICT_INCONCLUSIVE)
		return;
	const struct judge *judge = judges_ask_all(&world->judges, &evidence, &complaint);
	if (judge == NULL)
		return;
	memcpy(before, verdict->reason, sizeof before);
	(void)snprintf(verdict->judge, sizeof verdict->judge, "%s", judge->name);
	conclude(verdict, VERDICT_FAIL, "judge %s: %.300s%s%.150s", judge->name, complaint.why, failed ? "; besides: " : "",
	         failed ? before : "");
}

/* The first thing that went wrong. */
static void keep_problem(const struct account *account, struct verdict *verdict)
{
	memcpy(verdict->problem, account->problem, sizeof verdict->problem);
	memcpy(verdict->faults, account->faults, sizeof verdict->faults);
	memcpy(verdict->problem_frames, account->frames, sizeof verdict->problem_frames);
}

void decide_verdict(const struct account *account, const struct world *world, enum session_end end, const char *why,
                    struct verdict *verdict)
{
	const char *gap = world != NULL ? trace_first_gap(world->trace) : NULL;

	CHECK(world != NULL || end == END_BROKEN);
	memcpy(verdict->phase, account->phase, sizeof verdict->phase);
	verdict->retries = account->retries;
	if (end == END_BROKEN)
		conclude(verdict, VERDICT_INCONCLUSIVE, "%s", why);
	else if (gap != NULL)
		conclude(verdict, VERDICT_INCONCLUSIVE, "the session relied on something that is not modelled: %.400s", gap);
	else if (end == END_DEADLINE)
		decide_deadline(account, verdict);
	else if (end == END_LOST || end == END_OVERDUE)
		decide_lost(account, world, end, verdict);
	else if (account->result_pass)
		decide_pass(account, world, verdict);
	else
		conclude(verdict, VERDICT_FAIL, "%s", account->result);
	/* A session that a judge has ended had no time to satisfy the others. */
	if (world != NULL && end != END_LOST && end != END_OVERDUE)
		ask_judges(world, verdict);
	keep_problem(account, verdict);
	if (world == NULL || verdict->kind != VERDICT_FAIL)
		return;
	if (end == END_RESULT && !account->result_pass && strcmp(account->stretch_phase, verdict->phase) == 0)
		verdict->stretch = account->stretch;
	else
		stretch_tell(world, account->last, account->last_ns, &verdict->stretch);
}

void decide_replay(uint64_t least, struct verdict *verdict)
{
	uint64_t before = verdict->decisions - (verdict->unfound - verdict->unfound_before), found = verdict->decisions - verdict->unfound;
	char otherwise[VERDICT_TEXT_MAX];

	if (verdict->unfound_before == 0 || (double)found >= (double)before * (double)least / 1e9 || verdict->kind == VERDICT_INCONCLUSIVE)
		return;
	memcpy(otherwise, verdict->reason, sizeof otherwise);
	conclude(verdict, VERDICT_INCONCLUSIVE,
	         "only %" PRIu64 " of %" PRIu64
	         " decisions before the end found their address (replay.txt lists them); without that: %s, %.200s",
	         found, before, verdict_name(verdict->kind), otherwise);
}

void decide_origin(const struct plan *plan, struct verdict *verdict)
{
	char differs[VERDICT_TEXT_MAX / 2], otherwise[VERDICT_TEXT_MAX];

	if (plan->may_differ || verdict->kind == VERDICT_INCONCLUSIVE ||
	    plan_differs(plan, verdict->image_hash, differs, sizeof differs)[0] == '\0')
		return;
	memcpy(otherwise, verdict->reason, sizeof otherwise);
	conclude(verdict, VERDICT_INCONCLUSIVE,
	         "not what the plan was made from: %.200s (--anyway is content with that); without that: %s, %.150s", differs,
	         verdict_name(verdict->kind), otherwise);
}

__attribute__((format(printf, 2, 3))) static void miss(struct verdict *verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(verdict->expectation, sizeof verdict->expectation, format, args);
	va_end(args);
	verdict->met_expectation = false;
}

static bool has_reason(const char *pattern, const char *reason)
{
	char anywhere[sizeof((struct expectation *)NULL)->reason + 2];

	(void)snprintf(anywhere, sizeof anywhere, "*%s*", pattern);
	return pattern[0] == '\0' || fnmatch(anywhere, reason, 0) == 0;
}

/* The first fault that was to act and did not; NULL if there is none. */
static const char *never_acted(const struct expectation *expect, const struct verdict *verdict)
{
	for (size_t i = 0; i < EXPECT_ACTED_MAX && expect->acted[i][0] != '\0'; i++)
		if ((verdict->acted >> i & 1) == 0)
			return expect->acted[i];
	return NULL;
}

void decide_expectation(const struct expectation *expect, struct verdict *verdict)
{
	const char *idle = never_acted(expect, verdict);
	char limit[UNIT_TEXT_MAX];
	bool wants_other = expect->verdict != EXPECT_ANY && (expect->verdict == EXPECT_PASS) != (verdict->kind == VERDICT_PASS);

	verdict->met_expectation = true;
	verdict->expectation[0] = '\0';
	if (verdict->kind == VERDICT_INCONCLUSIVE)
		miss(verdict, "nothing is proved");
	else if (wants_other)
		miss(verdict, "%s was expected", expected_names[expect->verdict]);
	else if (verdict->kind == VERDICT_FAIL && expect->phase[0] != '\0' && strcmp(expect->phase, verdict->phase) != 0)
		miss(verdict, "a failure in phase %s was expected, not in %s", expect->phase, verdict->phase);
	else if (verdict->kind == VERDICT_FAIL && expect->judge[0] != '\0' && strcmp(expect->judge, verdict->judge) != 0)
		miss(verdict, "a failure found by the judge '%s' was expected, not by '%s'", expect->judge, verdict->judge);
	else if (verdict->kind == VERDICT_FAIL && !has_reason(expect->reason, verdict->reason))
		miss(verdict, "a failure with '%s' in its reason was expected", expect->reason);
	else if (idle != NULL)
		miss(verdict, "the fault '%s' was to act, and never did", idle);
	else if (expect->at_least_ns != 0 && verdict->virtual_ns < expect->at_least_ns)
		miss(verdict, "at least %s was expected", unit_format(UNIT_DURATION, expect->at_least_ns, limit));
	else if (expect->at_most_ns != 0 && verdict->virtual_ns > expect->at_most_ns)
		miss(verdict, "at most %s was expected", unit_format(UNIT_DURATION, expect->at_most_ns, limit));
}
