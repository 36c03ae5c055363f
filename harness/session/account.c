/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/session/stretch.h"

void account_init(struct account *account)
{
	memset(account, 0, sizeof *account);
	(void)snprintf(account->phase, sizeof account->phase, "start");
}

void account_reset(struct account *account)
{
	account->resets++;
}

static void note_problem(struct account *account, const struct world *world, const char *text)
{
	if (account->problem[0] != '\0')
		return;
	(void)snprintf(account->problem, sizeof account->problem, "at %" PRIu64 ".%03" PRIu64 " s: %s", world->sim.now / SIM_S,
	               world->sim.now % SIM_S / SIM_MS, text);
	(void)world_faults_in_force(world, account->faults, sizeof account->faults);
	(void)wire_log_last_frames(&world->wire, account->frames, sizeof account->frames);
}

/*
 * What comes after a failure, the report of it to the service for instance, gets on again: so it is
 * looked at here, not at the end.
 */
static void note_stretch(struct account *account, const struct world *world, const char *text)
{
	if (strcmp(account->phase, "report") == 0 && account->stretch_phase[0] != '\0')
		return;
	stretch_tell(world, text, world->sim.now, &account->stretch);
	memcpy(account->stretch_phase, account->phase, sizeof account->stretch_phase);
}

static void hear_phase(struct account *account, const struct world *world, const struct report *report)
{
	memcpy(account->phase, report->phase, sizeof account->phase);
	account->retries += report->step == REPORT_STEP_RETRY;
	if (report->step == REPORT_STEP_RETRY || report->step == REPORT_STEP_FAILED) {
		note_problem(account, world, report->text);
		note_stretch(account, world, report->text);
	}
}

static void hear_panic(struct account *account, const struct world *world, const struct report *report)
{
	account->has_result = true;
	(void)snprintf(account->result, sizeof account->result, "the device's kernel panicked: %.400s", report->reason);
	note_problem(account, world, report->text);
}

static void hear_result(struct account *account, const struct world *world, const struct report *report)
{
	account->has_result = true;
	account->result_pass = report->passed;
	(void)snprintf(account->result, sizeof account->result, "%s", report->reason[0] != '\0' ? report->reason : "no reason given");
	if (account->result_pass)
		return;
	note_problem(account, world, report->text);
	/* A reason alone leaves the phase as it was. */
	if (report->phase[0] != '\0')
		memcpy(account->phase, report->phase, sizeof account->phase);
}

bool account_hear(struct account *account, const struct world *world, const struct report *report)
{
	account->last_ns = world->sim.now;
	(void)snprintf(account->last, sizeof account->last, "%s", report->text);
	if (report->kind == REPORT_PHASE)
		hear_phase(account, world, report);
	else if (report->kind == REPORT_PANIC)
		hear_panic(account, world, report);
	else if (report->kind == REPORT_BOOT)
		memcpy(account->version, report->version, sizeof account->version);
	else if (report->kind == REPORT_LINK || report->lost_lease)
		note_problem(account, world, report->text);
	else if (report->kind == REPORT_RESULT)
		hear_result(account, world, report);
	return account->has_result;
}
