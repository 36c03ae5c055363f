/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file A gate as it runs, and how it is put into words. */
#ifndef CLI_GATE_TOLD_H
#define CLI_GATE_TOLD_H

#include "cli/jobs.h"
#include "cli/screen.h"
#include "gate/gate.h"
#include "history/history.h"

enum { GATING_BASELINE, GATING_CANDIDATE, GATING_SIDES };

/** One of the two devices, and its sessions. */
struct gating_side {
	const char *device; /**< as the user named it */
	char dir[DEVICE_PATH_MAX];
	struct cli_reading reading;
	struct jobs jobs; /**< that were run */
	int lock;         /**< of its run's folder; -1: none yet */
};

/** A scenario. */
struct subject {
	const struct choice *choice;
	struct plan like[GATING_SIDES];
	size_t read; /**< how many of these there are */
	bool drawn;  /**< a plan for each seed, on both devices; else one plan, of the candidate */
	bool same;   /**< both devices are the same: each plan is run once, and counts for both */
	uint64_t next_seed, left;
	struct gate_pair *pairs;
	size_t pair_count, waived;
	const struct exception *quarantine; /**< NULL: it decides */
	struct gate_finding finding;
};

struct gating {
	struct selection selection;
	struct gating_side sides[GATING_SIDES];
	struct subject *subjects;
	size_t subject_count;
	struct ordinals seeds; /**< first 0: those of the suites */
	uint64_t side_by_side;
	uint64_t wall_limit_ns, budget_ns, started_ms;
	char day[EXCEPTION_DAY_MAX];
	char dir[DEVICE_PATH_MAX];
	struct screen screen;
	const volatile sig_atomic_t *stop; /**< 1 when the user has asked for an end */
	struct history *history;           /**< NULL: it is not recorded */
	enum gate_decision decision;
	size_t sessions;
	uint64_t core_ns;                /**< of all sessions together */
	const char *from, *to, *release; /**< of the record that a promotion writes; from NULL: none */
};

/** Writes promotion.json into the gate's folder (server/promotion.h). */
bool gate_promote(const struct gating *gating, struct error *err);

/** A scenario as the gate is asked about it. It borrows from @p subject. */
struct gate_scenario gating_scenario(const struct subject *subject);

/** Prints what came of it, and writes it into the gate's folder. */
bool gate_told(const struct gating *gating, struct error *err);

#endif
