/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the device has told of its session so far: its phase, what first went wrong, its result. The
 * judges hear the same reports for themselves (judge/judges.h).
 */
#ifndef SESSION_ACCOUNT_H
#define SESSION_ACCOUNT_H

#include "emulator/guest/language/report.h"
#include "lib/verdict/verdict.h"
#include "harness/session/world.h"

struct account {
	char phase[REPORT_PHASE_MAX];
	/* of the first thing that went wrong */
	char problem[VERDICT_TEXT_MAX], faults[VERDICT_TEXT_MAX];
	char frames[VERDICT_FRAMES_MAX]; /* the last ones before it */
	unsigned resets;                 /* of the device */
	/* of the system that was booted last; empty: nothing was said of it */
	char version[REPORT_VERSION_MAX];
	/* before the last retry or failure, which was */
	struct verdict_stretch stretch;
	/* in this phase; empty: there was none */
	char stretch_phase[REPORT_PHASE_MAX];
	char last[VERDICT_TEXT_MAX]; /* the last report */
	sim_ns last_ns;
	uint64_t retries;
	bool has_result, result_pass;
	char result[VERDICT_TEXT_MAX]; /* what follows "result fail" */
};

/** Starts before the device's first report. */
void account_init(struct account *account);

/** The device has booted again. */
void account_reset(struct account *account);

/** A report of the device at the world's now. @return true if it was the session's result. */
bool account_hear(struct account *account, const struct world *world, const struct report *report);

#endif
