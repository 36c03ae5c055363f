/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A fault's window: `from`, `until` and `during`, while it is at work.
 */
#ifndef FAULT_WINDOW_H
#define FAULT_WINDOW_H

#include "lib/fault/address.h"
#include "lib/fault/fault.h"

struct window {
	const struct match *match;
	struct fault_address from, until; /* as far as the match has them */
	bool always;                      /* it has neither beginning nor end nor phase */
	/* it begins or ends at an address; else nobody need tell it of events */
	bool by_address;
	bool opened, closed; /* at an address */
	sim_ns opened_at;
	char phase[FAULT_PHASE_MAX];
};

/** @param match Borrowed; fault_check() must hold. */
void window_init(struct window *window, const struct match *match);

/** Something happens: an event that opens the window lies in it, one that closes it does not. */
void window_sees(struct window *window, const struct fault_event *event);

/** The session enters a phase. */
void window_enters(struct window *window, const char *phase);

/** When a window that is open has opened. */
sim_ns window_begun(const struct window *window);
bool window_is_open(const struct window *window, sim_ns now);

#endif
