/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A decision that took effect: what was hit, by its address, and what happened to it, exactly. A
 * frozen plan is a list of them.
 */
#ifndef FAULT_DECISION_H
#define FAULT_DECISION_H

#include "lib/fault/fault.h"

struct decision {
	/** a frame or an event (address.h); empty: at its time, or in a phase: */
	char at[FAULT_AT_MAX];
	/** of a fault of the cable: in this phase; empty: not asked */
	char during[FAULT_PHASE_MAX];
	sim_ns from_ns;            /**< and not before this time */
	unsigned direction;        /**< enum match_direction; both for what is not a frame */
	sim_ns time;               /**< when it was taken */
	char name[FAULT_NAME_MAX]; /**< of the fault behind it */
	/** of that fault in the chain; what comes before it acts before it */
	uint64_t place;
	const struct action *action; /**< with exact parameters: it draws nothing */
	struct action_params params;
};

/** A growing list. All zero is empty. */
struct decisions {
	struct decision *list;
	size_t count, room;
};

/** Copies it to the end: decisions come in the order of time. */
void decisions_add(struct decisions *decisions, const struct decision *decision);

/**
 * The decision taken at @p place at that @p time has come to less than it said: its parameters are
 * these. Nothing happens if there is none.
 */
void decisions_amend(struct decisions *decisions, uint64_t place, sim_ns time, const struct action_params *params);

void decisions_close(struct decisions *decisions);

#endif
