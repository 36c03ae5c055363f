/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/judge.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "session/stretch.h"
#include "session/systems.h"

static const char *const expected_names[] = {"pass", "fail", "any"};

const char *verdict_name(enum verdict_kind kind)
{
	static const char *const names[] = {"pass", "fail", "inconclusive"};

	return names[kind];
}

const char *verdict_skew(const struct verdict_live *live, char ret_text[VERDICT_TEXT_MAX])
{
	char p50[UNIT_TEXT_MAX], p99[UNIT_TEXT_MAX], most[UNIT_TEXT_MAX];

	(void)snprintf(ret_text, VERDICT_TEXT_MAX, "%" PRIu64 " frames left later than asked by %s (p50), %s (p99), %s (max)", live->sent,
	               unit_show_duration(live->skew_p50_ns, p50), unit_show_duration(live->skew_p99_ns, p99),
	               unit_show_duration(live->skew_max_ns, most));
	return ret_text;
}

void judge_init(struct judge *judge)
{
	memset(judge, 0, sizeof *judge);
	(void)snprintf(judge->phase, sizeof judge->phase, "start");
}

void judge_reset(struct judge *judge)
{
	oracle_reset(&judge->notes);
}

static void note_trouble(struct judge *judge, const struct world *world, const char *text)
{
	if (judge->trouble[0] != '\0')
		return;
	(void)snprintf(judge->trouble, sizeof judge->trouble, "at %" PRIu64 ".%03" PRIu64 " s: %s", world->sim.now / SIM_S,
	               world->sim.now % SIM_S / SIM_MS, text);
	(void)world_faults_in_force(world, judge->faults, sizeof judge->faults);
	(void)witness_last_frames(&world->witness, judge->frames, sizeof judge->frames);
}

/* What comes after a failure, the report of it to the service for instance, gets on again: so it is looked at here, not at the end. */
static void note_stretch(struct judge *judge, const struct world *world, const char *text)
{
	if (strcmp(judge->phase, "report") == 0 && judge->stretch_phase[0] != '\0')
		return;
	stretch_tell(world, text, world->sim.now, &judge->stretch);
	memcpy(judge->stretch_phase, judge->phase, sizeof judge->stretch_phase);
}

static void hear_phase(struct judge *judge, const struct world *world, const struct report *report)
{
	memcpy(judge->phase, report->phase, sizeof judge->phase);
	judge->retries += report->step == REPORT_STEP_RETRY;
	if (report->step == REPORT_STEP_RETRY || report->step == REPORT_STEP_FAILED) {
		note_trouble(judge, world, report->text);
		note_stretch(judge, world, report->text);
	}
}

static void hear_panic(struct judge *judge, const struct world *world, const struct report *report)
{
	judge->has_result = true;
	(void)snprintf(judge->result, sizeof judge->result, "the device's kernel panicked: %.400s", report->reason);
	note_trouble(judge, world, report->text);
}

static void hear_result(struct judge *judge, const struct world *world, const struct report *report)
{
	judge->has_result = true;
	judge->result_pass = report->passed;
	(void)snprintf(judge->result, sizeof judge->result, "%s", report->reason[0] != '\0' ? report->reason : "no reason given");
	if (judge->result_pass)
		return;
	note_trouble(judge, world, report->text);
	/* A reason alone leaves the phase as it was. */
	if (report->phase[0] != '\0')
		memcpy(judge->phase, report->phase, sizeof judge->phase);
}

bool judge_report(struct judge *judge, const struct world *world, const struct report *report)
{
	judge->last_ns = world->sim.now;
	oracle_hear(&judge->notes, world, report);
	(void)snprintf(judge->last, sizeof judge->last, "%s", report->text);
	if (report->kind == REPORT_PHASE)
		hear_phase(judge, world, report);
	else if (report->kind == REPORT_PANIC)
		hear_panic(judge, world, report);
	else if (report->kind == REPORT_LINK || report->lost_lease)
		note_trouble(judge, world, report->text);
	else if (report->kind == REPORT_RESULT)
		hear_result(judge, world, report);
	return judge->has_result;
}

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
	const struct servers_told told = servers_told(world->servers);

	conclude(verdict, VERDICT_PASS, "the recorded session was played: %zu conversations, %zu of them to their end%s%.250s",
	         told.conversations, told.complete, told.differences > 0 ? "; the first that differs: " : "", told.first);
}

/* The device says it is done; whether that can be so the judges ask. */
static void decide_pass(const struct judge *judge, const struct world *world, struct verdict *verdict)
{
	if (world->servers != NULL)
		decide_played(world, verdict);
	else if (world->plan->device.agent.flow == DEVICE_FLOW_STAGED)
		conclude(verdict, VERDICT_PASS, "%s version %s",
		         strcmp(judge->notes.version, systems_offered(world)) == 0 ? "updated to" : "nothing new for",
		         judge->notes.version);
	else if (outside_is_far_end(world->outside))
		conclude(verdict, VERDICT_PASS, "the client reports success; what it was served is not known here");
	else
		conclude(verdict, VERDICT_PASS, "%s",
		         world->service.truth.image_count > 0 ? "updated" : "the client reports success; it never asked for an image");
}

/* A session that never came to a result hangs; where it does so stands in its last report. */
static void decide_deadline(const struct judge *judge, struct verdict *verdict)
{
	const unsigned resets = judge->notes.resets;
	char boots[64] = "";

	if (resets > 0)
		(void)snprintf(boots, sizeof boots, "; it had booted %u times", resets + 1);
	if (judge->last[0] == '\0' && resets > 0)
		conclude(verdict, VERDICT_FAIL, "%s: the device booted %u times before the deadline and reported nothing; see console.log",
		         judge->phase, resets + 1);
	else if (judge->last[0] == '\0')
		conclude(verdict, VERDICT_INCONCLUSIVE, "the device reported nothing before the deadline; see console.log");
	else
		conclude(verdict, VERDICT_FAIL,
		         "%s: no result before the deadline; the last report, at %" PRIu64 ".%03" PRIu64 " s, was '%.200s'%s", judge->phase,
		         judge->last_ns / SIM_S, judge->last_ns % SIM_S / SIM_MS, judge->last, boots);
}

/* What was going on stands in the last sign of life, in what else was heard, and in what the far end holds. */
static void decide_hang(const struct judge *judge, const struct world *world, struct verdict *verdict)
{
	const struct witness *witness = &world->witness;
	char waits[VERDICT_TEXT_MAX / 4], others[VERDICT_TEXT_MAX / 2] = "", limit[UNIT_TEXT_MAX];

	(void)world_far_end_waits(world, waits, sizeof waits);
	if (witness->others > 0)
		(void)snprintf(others, sizeof others, "; since then %" PRIu64 " other frame%s came, the last %.120s", witness->others,
		               witness->others == 1 ? "" : "s", witness->last_other);
	(void)snprintf(verdict->judge, sizeof verdict->judge, "hang");
	conclude(verdict, VERDICT_FAIL,
	         "judge hang: no sign of life for %s since %" PRIu64 ".%03" PRIu64 " s, in phase %s; the last was %.120s%s%s%s",
	         unit_format(UNIT_DURATION, world->plan->expect.judges.hang_ns, limit), witness->last_active / SIM_S,
	         witness->last_active % SIM_S / SIM_MS, judge->phase, witness->heard, others,
	         waits[0] != '\0' ? "; the far end waits " : "", waits);
}

/* The judge that has ended the session. */
static void decide_lost(const struct judge *judge, const struct world *world, struct verdict *verdict)
{
	char why[VERDICT_TEXT_MAX];
	const struct oracle *oracle = oracle_lost(&world->plan->expect.judges, world, &judge->notes, why);

	CHECK(oracle != NULL);
	(void)snprintf(verdict->judge, sizeof verdict->judge, "%s", oracle->name);
	conclude(verdict, VERDICT_FAIL, "judge %s: %.400s, in phase %s", oracle->name, why, judge->phase);
}

/* The first thing that went wrong. */
static void keep_trouble(const struct judge *judge, struct verdict *verdict)
{
	memcpy(verdict->trouble, judge->trouble, sizeof verdict->trouble);
	memcpy(verdict->faults, judge->faults, sizeof verdict->faults);
	memcpy(verdict->trouble_frames, judge->frames, sizeof verdict->trouble_frames);
}

void judge_decide(const struct judge *judge, const struct world *world, enum session_end end, const char *why, struct verdict *verdict)
{
	const char *gap = world != NULL ? trace_first_gap(world->trace) : NULL;

	CHECK(world != NULL || end == END_BROKEN);
	memcpy(verdict->phase, judge->phase, sizeof verdict->phase);
	verdict->retries = judge->retries;
	if (end == END_BROKEN)
		conclude(verdict, VERDICT_INCONCLUSIVE, "%s", why);
	else if (gap != NULL)
		conclude(verdict, VERDICT_INCONCLUSIVE, "the session relied on something that is not modelled: %.400s", gap);
	else if (end == END_DEADLINE)
		decide_deadline(judge, verdict);
	else if (end == END_HANG)
		decide_hang(judge, world, verdict);
	else if (end == END_LOST)
		decide_lost(judge, world, verdict);
	else if (judge->result_pass)
		decide_pass(judge, world, verdict);
	else
		conclude(verdict, VERDICT_FAIL, "%s", judge->result);
	/* A session that a judge has ended had no time to satisfy the others. */
	if (world != NULL && end != END_LOST && end != END_HANG)
		oracle_judge(&world->plan->expect.judges, world, &judge->notes, verdict);
	keep_trouble(judge, verdict);
	if (world == NULL || verdict->kind != VERDICT_FAIL)
		return;
	if (end == END_RESULT && !judge->result_pass && strcmp(judge->stretch_phase, verdict->phase) == 0)
		verdict->stretch = judge->stretch;
	else
		stretch_tell(world, judge->last, judge->last_ns, &verdict->stretch);
}

void judge_replay(uint64_t least, struct verdict *verdict)
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

void judge_origin(const struct plan *plan, struct verdict *verdict)
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

void judge_expectation(const struct expectation *expect, struct verdict *verdict)
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
