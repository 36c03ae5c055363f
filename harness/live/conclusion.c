/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/conclusion.h"

#include <stdio.h>
#include <string.h>

#include "harness/session/decide.h"

/* Signals have numbers up to this. */
#define SIGNALS_MAX 64

static void conclude(struct verdict *verdict, enum verdict_kind kind, const char *text)
{
	verdict->kind = kind;
	(void)snprintf(verdict->reason, sizeof verdict->reason, "%s", text);
}

static void conclude_status(struct verdict *verdict, int status)
{
	char text[128];

	if (status > 128 && status <= 128 + SIGNALS_MAX)
		(void)snprintf(text, sizeof text, "the command ended with status %d, which signal %d (%s) makes", status, status - 128,
		               strsignal(status - 128));
	else
		(void)snprintf(text, sizeof text, "the command ended with status %d", status);
	conclude(verdict, status == 0 ? VERDICT_PASS : VERDICT_FAIL, text);
}

void conclusion_reach(const struct plan *plan, const struct conclusion_facts *facts, struct verdict *verdict)
{
	if (facts->asked)
		conclude(verdict, VERDICT_INCONCLUSIVE, "it was asked to end");
	else if (verdict->kind != VERDICT_INCONCLUSIVE && facts->ended)
		conclude_status(verdict, facts->status);
	else if (verdict->kind != VERDICT_INCONCLUSIVE)
		conclude(verdict, VERDICT_FAIL, "the command had not ended at the deadline");
	decide_expectation(&plan->expect, verdict);
}
