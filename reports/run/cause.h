/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What went wrong in a run, each thing once: sessions with the same outcome, judge, phase and
 * reason are one entry, whatever their scenario, device and seed.
 *
 * Reasons are the same if they differ in nothing but amounts: bytes, times, addresses, hashes. A
 * number that names something stays: `curl 28` is not `curl 7`.
 */
#ifndef REPORTS_RUN_CAUSE_H
#define REPORTS_RUN_CAUSE_H

#include "reports/run/before.h"

struct cause {
	const struct run_session *first;
	const size_t *sessions; /**< indexes of the run's, in order; the first is @c first */
	size_t count;
};

struct causes {
	const struct run *run;
	struct cause *list; /**< the worst first, of equals the one with most sessions */
	size_t count;
	size_t *sessions;
	struct changes changes; /**< since the run before */
};

/** Finds those of all sessions that are not as expected. @param run Must outlive them. */
void causes_open(struct causes *ret_causes, const struct run *run);
void causes_close(struct causes *causes);

/** How many of its sessions did not fail in the run before; 0 if there is none. */
size_t cause_new(const struct causes *causes, const struct cause *cause);

/** @return the text without its amounts, each a '#' in its place; to be released with free(). */
char *cause_normal(const char *text);

/**
 * Writes who they are, a line a scenario and device: "flaky-link on reference, seeds 1..3, 7".
 * @param put Gets a line without its end.
 */
void cause_names(const struct causes *causes, const struct cause *cause, void (*put)(void *ctx, const char *line), void *ctx);

#endif
