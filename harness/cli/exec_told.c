/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/exec_told.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/unit.h"
#include "harness/cli/cli.h"
#include "harness/session/decide.h"
#include "lib/statistics/binomial.h"

/* What timeout(1) says of a command that it has ended. */
#define STATUS_DEADLINE 124
/* What may lie beyond either end of an interval of 95 %, billionths. */
#define TAIL 25000000U

/* -- verdicts -- */

void exec_judge(const struct plan *plan, struct exec_session *session)
{
	const struct execution *execution = &session->execution;
	struct verdict *verdict = &session->verdict;

	memset(verdict, 0, sizeof *verdict);
	if (execution->has_result) {
		*verdict = execution->result.verdict;
		return;
	}
	verdict->kind = VERDICT_INCONCLUSIVE;
	verdict->ours = execution->end == EXECUTION_BUG;
	(void)snprintf(verdict->reason, sizeof verdict->reason, "%.500s", execution->err.text);
	decide_expectation(&plan->expect, verdict);
}

/* -- a session -- */

static void tell_rules(FILE *stream, const struct bridge_result *result)
{
	for (size_t i = 0; i < result->rule_count; i++) {
		const struct bridge_rule *rule = &result->rules[i];
		fprintf(stream, "; '%s' %s %" PRIu64 " of %" PRIu64, rule->fault.name, rule->fault.action->name, rule->counters.applied,
		        rule->counters.matched);
	}
}

static void tell_skew(FILE *stream, const struct skew_summary *skew)
{
	char p50[UNIT_TEXT_MAX], p99[UNIT_TEXT_MAX], max[UNIT_TEXT_MAX];

	fprintf(stream, "; skew p50 %s, p99 %s, max %s", unit_show_duration(skew->p50_ns, p50), unit_show_duration(skew->p99_ns, p99),
	        unit_show_duration(skew->max_ns, max));
}

void exec_tell_played(FILE *stream, const char *lead, const struct servers_told *told)
{
	fprintf(stream, "%sof the recorded session %zu conversations were begun, %zu went to their end; %" PRIu64 " difference%s", lead,
	        told->conversations, told->complete, told->differences, told->differences == 1 ? "" : "s");
	fprintf(stream, "%s%s\n", told->differences > 0 ? ", the first in " : "", told->first);
}

/* What went wrong is told whoever wants to hear it or not. */
static bool tell_wrong(FILE *stream, const struct exec_session *session)
{
	const struct execution *execution = &session->execution;

	if (execution->end == EXECUTION_ENDED || execution->end == EXECUTION_DEADLINE) {
		if (execution->server_ended)
			fprintf(stream, "stutter: the server ended before the command, with status %d\n", execution->server_status);
		return false;
	}
	fprintf(stream, "stutter: %s\n", execution->err.text);
	return true;
}

void exec_tell_session(FILE *stream, const struct plan *plan, const struct exec_session *session, bool expects, bool quiet, bool many)
{
	const struct execution *execution = &session->execution;
	const struct verdict *verdict = &session->verdict;
	char lasted[UNIT_TEXT_MAX];

	if (tell_wrong(stream, session))
		return;
	if (quiet && verdict->kind != VERDICT_INCONCLUSIVE)
		return;
	fprintf(stream, "stutter: %s", plan->name);
	if (many)
		fprintf(stream, ", seed %" PRIu64, session->seed);
	if (many && session->time > 1)
		fprintf(stream, ", run %llu", session->time);
	fprintf(stream, ": %s%s after %s", verdict->kind == VERDICT_INCONCLUSIVE ? "inconclusive: " : "", verdict->reason,
	        unit_show_duration(execution->lasted_ns, lasted));
	if (expects)
		fprintf(stream, " (%s)", verdict->met_expectation ? "as expected" : verdict->expectation);
	if (execution->has_result) {
		const struct bridge_status *status = &execution->result.status;
		tell_rules(stream, &execution->result);
		fprintf(stream, "; %" PRIu64 " frames to-server, %" PRIu64 " to-device", status->frames[TO_SERVER],
		        status->frames[TO_DEVICE]);
		tell_skew(stream, &status->skew);
	}
	fputc('\n', stream);
	if (execution->has_played)
		exec_tell_played(stream, "stutter: ", &execution->played);
}

/* -- all of them -- */

static bool was_run(const struct execution *execution)
{
	return execution->end == EXECUTION_ENDED || execution->end == EXECUTION_DEADLINE;
}

bool exec_is_last(const struct exec_session *session)
{
	return !was_run(&session->execution) || session->execution.asked != 0;
}

static int status_of(const struct execution *execution)
{
	switch (execution->end) {
	case EXECUTION_ENDED:
	case EXECUTION_NO_COMMAND:
		return execution->status;
	case EXECUTION_DEADLINE:
		return execution->asked != 0 ? 128 + execution->asked : STATUS_DEADLINE;
	case EXECUTION_NO_SERVER:
		return execution->asked != 0 ? 128 + execution->asked : EXIT_INCONCLUSIVE;
	case EXECUTION_BROKEN:
		return execution->asked != 0 ? 128 + execution->asked : EXIT_USAGE;
	case EXECUTION_BUG:
		break;
	}
	return EXIT_BUG;
}

void exec_tally_add(struct exec_tally *tally, const struct exec_session *session)
{
	const struct execution *execution = &session->execution;
	const struct verdict *verdict = &session->verdict;
	const bool is_known = verdict->kind != VERDICT_INCONCLUSIVE;

	tally->count++;
	tally->well += verdict->kind == VERDICT_PASS;
	tally->failed += verdict->kind == VERDICT_FAIL;
	tally->unknown += !is_known;
	tally->met += is_known && verdict->met_expectation;
	tally->missed += is_known && !verdict->met_expectation;
	tally->last = status_of(execution);
	tally->unrun = !was_run(execution);
	tally->asked = execution->asked != 0;
	if (execution->end != EXECUTION_ENDED || !is_known)
		return;
	tally->statuses[execution->status & 255]++;
	tally->lasted_ns = memory_resize(tally->lasted_ns, tally->lasted + 1, sizeof *tally->lasted_ns);
	tally->lasted_ns[tally->lasted++] = execution->lasted_ns;
}

void exec_tally_asked(struct exec_tally *tally, int signal)
{
	if (signal == 0 || tally->asked)
		return;
	tally->asked = true;
	tally->last = 128 + signal;
}

void exec_tally_close(struct exec_tally *tally)
{
	free(tally->lasted_ns);
	tally->lasted_ns = NULL;
	tally->lasted = 0;
}

static double percent(uint64_t billionths)
{
	return (double)billionths / ((double)BILLION / 100);
}

static void tell_share(FILE *stream, const char *what, uint64_t k, uint64_t n)
{
	const struct interval interval = interval_clopper_pearson(k, n, TAIL);

	fprintf(stream, "%" PRIu64 " of %" PRIu64 " %s: %.1f %% (95 %% interval %.1f to %.1f %%)", k, n, what, 100 * (double)k / (double)n,
	        percent(interval.low), percent(interval.high));
}

static int compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void tell_times(FILE *stream, const struct exec_tally *tally)
{
	char least[UNIT_TEXT_MAX], median[UNIT_TEXT_MAX], most[UNIT_TEXT_MAX];

	if (tally->lasted == 0)
		return;
	qsort(tally->lasted_ns, tally->lasted, sizeof *tally->lasted_ns, compare);
	fprintf(stream, "stutter: they took %s to %s, half of them up to %s\n", unit_show_duration(tally->lasted_ns[0], least),
	        unit_show_duration(tally->lasted_ns[tally->lasted - 1], most),
	        unit_show_duration(tally->lasted_ns[(tally->lasted - 1) / 2], median));
}

void exec_tell_tally(FILE *stream, const struct exec_tally *tally, bool expects)
{
	const uint64_t known = tally->well + tally->failed;
	char what[64];

	if (tally->count < 2)
		return;
	fputs("stutter: ", stream);
	if (known > 0)
		tell_share(stream, expects ? "as expected" : "ended well", expects ? tally->met : tally->well, known);
	if (tally->unknown > 0)
		fprintf(stream, "%s%" PRIu64 " inconclusive", known > 0 ? "; " : "", tally->unknown);
	fputc('\n', stream);
	for (size_t status = 1; status < sizeof tally->statuses / sizeof tally->statuses[0]; status++)
		if (tally->statuses[status] > 0) {
			(void)snprintf(what, sizeof what, "ended with status %zu", status);
			fputs("stutter:   ", stream);
			tell_share(stream, what, tally->statuses[status], known);
			fputc('\n', stream);
		}
	tell_times(stream, tally);
}

int exec_status(const struct exec_tally *tally, bool expects)
{
	if (tally->unrun || (!expects && (tally->asked || tally->count == 1)))
		return tally->last;
	if (expects ? tally->missed > 0 : tally->failed > 0)
		return EXIT_FAILED;
	return tally->unknown > 0 ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}
