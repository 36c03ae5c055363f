/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What judges may know of a session beside the device's reports and frames. Whoever has the world
 * fills it; nothing in it is a judge's to change, and none of it outlives the call that it is
 * handed to.
 */
#ifndef JUDGE_EVIDENCE_H
#define JUDGE_EVIDENCE_H

#include "lib/fault/decision.h"
#include "harness/judge/flash_view.h"
#include "harness/judge/wire_log.h"

/** The longest text of a judge, with its end. */
#define EVIDENCE_TEXT_MAX 512

struct service_log;

struct evidence {
	sim_ns now;
	/** The session is a success as far as was known before any judge; false while it runs */
	bool passed;
	/** What the emulator's services know; NULL: others are in their place */
	const struct service_log *services;
	/** Of a device that installs into its flash; NULL of any other */
	const struct flash_view *flash;
	const struct wire_log *wire;
	/** Of the faults, in the order in which they took effect */
	const struct decisions *decisions;
	/** What the far end's connections wait for, for people. @return ret_text. */
	const char *(*far_end_waits)(const void *far_end, char *ret_text, size_t size);
	const void *far_end;
};

#endif
