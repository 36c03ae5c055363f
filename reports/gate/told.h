/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a gate has decided, and why, in the words of whoever promotes a release: for a terminal, for
 * programs (gate.json, whose form is gate.schema.json), and as a page (index.html).
 */
#ifndef REPORTS_GATE_TOLD_H
#define REPORTS_GATE_TOLD_H

#include <stdio.h>

#include "lib/base/error.h"
#include "lib/statistics/gate_rules.h"

/** Of gate.json: raised when a reader of the old one would go wrong. */
#define GATE_VERSION 1

/** Billionths. */
struct told_interval {
	uint64_t low, high;
};

struct told_scenario {
	const char *name;
	struct gate_finding finding;
	/** plans that are not drawn; failures that a waiver let pass */
	size_t fixed, waived;
	/**
	 * how often the candidate breaks alone, with 95 %, of gate_known(): Clopper-Pearson, Wilson
	 */
	struct told_interval exact, score;
	char text[GATE_TEXT_MAX]; /**< gate_tell() */
	/** by whom, until when and why it decides nothing; NULL: it decides */
	const char *quarantine;
};

/** A session that broke on the candidate alone, or a fixed plan that did. */
struct told_example {
	const char *scenario, *seed, *why, *replay;
	const char *folder; /**< relative to the gate's */
	size_t like;        /**< how many broke so, itself included */
};

struct told_gate {
	enum gate_decision decision;
	const char *tool, *started, *baseline, *candidate, *suites;
	const struct told_scenario *scenarios;
	size_t scenario_count;
	const struct told_example *examples; /**< those that say it best, one a cause */
	size_t example_count;
	/** what would change the verdict, a sentence each; ends with NULL */
	const char *const *changes;
	/** quarantine, waivers and what has expired of them, a sentence each; ends with NULL */
	const char *const *exceptions;
	/**
	 * Plans that were drawn: of those that both devices proved, which broke on one alone, and
	 * how many these are.
	 */
	size_t only_candidate, only_baseline, known;
	size_t unknown;            /**< that proved nothing on one of them */
	size_t sessions;           /**< that were run */
	uint64_t core_ns, wall_ns; /**< what they took together, and what the whole took */
};

/** "PROMOTE", "BLOCK", "NOT ENOUGH EVIDENCE". */
const char *told_decision(enum gate_decision decision);

/** The verdict in a sentence. @return ret_text. */
const char *told_headline(const struct told_gate *told, char *ret_text, size_t size);

void told_terminal(FILE *stream, const struct told_gate *told);

/** Writes gate.json and index.html into the folder. */
bool told_files(const char *dir, const struct told_gate *told, struct error *err);

#endif
