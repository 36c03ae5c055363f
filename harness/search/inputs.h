/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The files that a search's sessions are made from, and whether they still are what they were when
 * it began.
 *
 * A search runs sessions for hours, keeps engines whose device was booted at the beginning, and
 * remembers results by what was in its files then. If somebody builds a kernel anew in its place
 * meanwhile, sessions of both would be mixed.
 *
 * How it works. What is in a file decides. When it was last changed, its size and its place on the
 * disk tell just whether to look into it again.
 */
#ifndef SEARCH_INPUTS_H
#define SEARCH_INPUTS_H

#include "lib/base/error.h"
#include "lib/base/hash.h"
#include "harness/scenario/plan.h"

struct input {
	char *path;
	char hash[HASH_TEXT_MAX]; /* empty: it could not be read */
	/* what the file system says of it; 0: to be looked into again in any case */
	uint64_t mark;
};

/** Plain data; all zero: none are known yet. */
struct inputs {
	struct input *list;
	size_t count, room;
	size_t looks; /**< so often a file was looked into */
};

/**
 * Checks the files of a plan: kernel, root file system, overlay and image must be what plan_look()
 * found, the others what they were when they were first asked for. A plan that was never looked at
 * is fine.
 * @return false with @p err: one has changed.
 */
bool inputs_check(struct inputs *inputs, const struct plan *plan, struct error *err);

void inputs_close(struct inputs *inputs);

#endif
