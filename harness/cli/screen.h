/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a run shows while it lasts: on a terminal a line of progress, and a line a session as it
 * ends; elsewhere lines; for programs events.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "harness/pool/pool.h"

enum screen_style {
	SCREEN_TERMINAL, /**< a line of progress that is written over and over */
	SCREEN_LINES,
	SCREEN_QUIET, /**< warnings alone */
	SCREEN_EVENTS,
};

struct screen {
	const struct job *jobs;
	size_t count, side_by_side;
	enum screen_style style;
	bool colours;
	bool line_shown;  /* a progress line stands on the terminal */
	uint64_t told_ms; /* when progress was told last */
};

/** Called by the pool when a job changed. */
void screen_changed(struct screen *screen, const struct job *job);

/** Called by the pool now and then, so that a long session does not look like a hung one. */
void screen_tick(struct screen *screen);

/** Something the user should know, said at once. */
void screen_warn(struct screen *screen, const char *text);

/** Takes the progress line away, for what is printed after it. */
void screen_close(struct screen *screen);

#endif
