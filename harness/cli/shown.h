/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A campaign as it is shown: the screen while it lasts, then what was asked for of its sessions,
 * then its report.
 */
#ifndef CLI_SHOWN_H
#define CLI_SHOWN_H

#include "harness/campaign/campaign.h"
#include "harness/cli/reported.h"
#include "harness/cli/screen.h"

/** Set style and the like, then call shown_ops(). */
struct shown {
	struct screen screen;
	bool audit, addresses; /**< of each session that has ended */
	bool says_notes;
	struct reported reported;
};

/** What there is to see, by the options that were given. */
void shown_choose(struct shown *shown, bool events, bool quiet, bool no_color);

/** @param shown Borrowed by what is returned. */
struct campaign_ops shown_ops(struct shown *shown);

/** The exit status that an outcome is. */
int shown_status(enum campaign_outcome outcome);

#endif
