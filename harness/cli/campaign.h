/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A run from its sessions to its report: what is to be run and how, as the options of `run` and `replay` have it.
 */
#ifndef CLI_CAMPAIGN_H
#define CLI_CAMPAIGN_H

#include "cli/jobs.h"
#include "cli/run_live.h"
#include "cli/screen.h"
#include "history/history.h"

/* What is to be run, and how. */
struct campaign {
	struct cli_reading reading;
	struct selection selection;
	struct jobs_wish wish;
	struct jobs jobs;
	uint64_t side_by_side;
	unsigned bus; /* bits of session/folder.h */
	bool audit, addresses;
	uint64_t wall_limit_ns, budget_ns; /* 0: none */
	bool fail_fast, strict;
	enum transport transport;
	bool share; /* what sessions have in common at their beginning */
	struct run_live live;
	bool replay, resumes;
	const char *device, *shard; /* as the user gave them; NULL: not at all */
	char dir[DEVICE_PATH_MAX];
	struct history *history; /* NULL: the run is not recorded */
	struct screen screen;
	uint64_t started_ms;
	char held[160]; /* why no more sessions are started; empty: they are */
};

/**
 * Runs the sessions and reports what came of them.
 * @param arguments The words by which the run can be resumed; ends with NULL.
 * @return an exit status.
 */
int campaign_run(struct campaign *campaign, const char *const *arguments);

void campaign_close(struct campaign *campaign);

#endif
