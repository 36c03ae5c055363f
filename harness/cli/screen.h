/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a run shows while it lasts: a progress line on a terminal, and a line a session as it ends.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "campaign/pool.h"

struct screen {
	const struct job *jobs;
	size_t count;
	bool terminal;
	bool line_shown;  /* a progress line stands on the terminal */
	uint64_t told_ms; /* when progress was told last */
};

/** Called by the pool when a job changed; @p ctx is the screen. */
void screen_changed(void *ctx, const struct job *job);

/** Called by the pool now and then, so that a long session does not look like a hung one; @p ctx is the screen. */
void screen_tick(void *ctx);

/** Something the user should know, said at once. @p ctx is the screen. */
void screen_warn(void *ctx, const char *text);

/** Takes the progress line away, for what is printed after it. */
void screen_close(struct screen *screen);

#endif
