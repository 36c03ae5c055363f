/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file A gate at work, between the files that make it. */
#ifndef GATE_GATING_H
#define GATE_GATING_H

#include "harness/gate/gate.h"

/** One of the two devices, and its sessions. */
struct gate_side {
	char dir[DEVICE_PATH_MAX];
	struct reading reading;
	struct jobs jobs; /**< that were run */
	int lock;         /**< of its run's folder; -1: none yet */
};

/** A scenario. */
struct subject {
	const struct choice *choice;
	struct plan like[GATE_SIDES];
	size_t read; /**< how many of these there are */
	bool drawn;  /**< a plan for each seed, on both devices; else one plan, of the candidate */
	bool same;   /**< both devices are the same: each plan is run once, and counts for both */
	uint64_t next_seed, left;
	struct gate_pair *pairs;
	size_t pair_count, waived;
	const struct exception *quarantine; /**< NULL: it decides */
	struct gate_finding finding;
};

struct gate {
	struct gate_wish wish;
	struct gate_ops ops;
	struct campaign *campaign;
	struct selection selection;
	struct gate_side sides[GATE_SIDES];
	struct subject *subjects;
	size_t subject_count;
	uint64_t started_ms;
	enum gate_decision decision;
	size_t sessions;
	uint64_t core_ns; /**< of all sessions together */
};

/** Reads all scenarios, so that all that is wrong is told before anything starts. */
bool subjects_read(struct gate *gate);
void subjects_close(struct gate *gate);

/** A scenario on a side's device. */
struct choice subject_choice(const struct gate *gate, const struct subject *subject, size_t side);

/** A scenario as the rules are asked about it. It borrows from @p subject. */
struct gate_scenario subject_scenario(const struct subject *subject);

/** Whether a failure of it is waived. */
bool subject_is_waived(const struct gate *gate, const struct subject *subject, const struct verdict *verdict);

/** Tells what came of it, and writes it into the gate's folder. */
bool gate_told(const struct gate *gate, struct error *err);

/** The names of the suites, with commas. @return to be released with free(). */
char *gate_name_suites(const struct gate *gate);

/** Writes promotion.json into the gate's folder (server/promotion.h). */
bool gate_promote(const struct gate *gate, struct error *err);

#endif
