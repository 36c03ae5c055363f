/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a campaign tells while it lasts, to whoever has started it. It neither prints nor exits:
 * what is shown, and how, is the owner's.
 */
#ifndef CAMPAIGN_OPS_H
#define CAMPAIGN_OPS_H

#include <signal.h>
#include <stddef.h>

#include "lib/base/error.h"

struct job;
struct jobs;
struct causes;

/** What sessions came to, all together, the worst that is known of any. */
enum campaign_outcome {
	CAMPAIGN_PASSED,       /**< all came out as expected */
	CAMPAIGN_FAILED,       /**< some did not */
	CAMPAIGN_INCONCLUSIVE, /**< nothing is proved */
	CAMPAIGN_BROKEN,       /**< a mistake of ours */
	CAMPAIGN_OUTCOMES,
};

/**
 * All are called with @p ctx. Those that are NULL are not called; wrong() and stop() must be there.
 */
struct campaign_ops {
	/** Something that keeps the campaign, or one of its scenarios, from being run. */
	void (*wrong)(void *ctx, const struct error *err);
	/** Something about a scenario, with its place. */
	void (*warning)(void *ctx, const struct error *warning);
	/** Something that the user should know, said at once. */
	void (*warn)(void *ctx, const char *text);
	/** As warn(), of what was done in place of something else. */
	void (*note)(void *ctx, const char *text);
	/** Sessions are about to be run. @return what is 1 once the user asks for an end. */
	const volatile sig_atomic_t *(*stop)(void *ctx);
	/**
	 * The folder is there, and these sessions are run from now on; again for each round of
	 * them.
	 */
	void (*begun)(void *ctx, const char *dir, const struct jobs *jobs, size_t side_by_side);
	/** A session started, went on or ended. */
	void (*changed)(void *ctx, const struct job *job);
	/** Several times a second. */
	void (*tick)(void *ctx);
	/** All of begun() have ended, one way or another. */
	void (*ran)(void *ctx, const struct jobs *jobs);
	/** The files of the report are written, from these. */
	void (*reported)(void *ctx, const struct causes *causes);
	void *ctx;
};

#endif
