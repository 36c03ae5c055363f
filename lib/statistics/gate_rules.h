/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Whether a release may go out: what its sessions came to, against the release before it.
 *
 * How it works
 *
 * Frozen plans repeat failures that are known. The candidate must survive all of them: one failure
 * blocks, nothing is tried again.
 *
 * Fresh plans are drawn, and each runs on both devices. Of a scenario, the pairs are followed by
 * sequential tests (statistics/sequential.h), which may be looked at after every pair and end in
 * one of three ways:
 *
 * - worse: of the pairs that come out differently, so many more broke on the candidate, that two
 *   equal devices come to it with a chance of at most `alpha`. The p-value is corrected over all
 *   scenarios (statistics/holm.h), so `alpha` is the chance that a good release is blocked, however
 *   many scenarios there are.
 * - good, not worse: the pairs that come out differently tell that the candidate does not break
 *   `odds` times as often as the baseline.
 * - good, tolerated: of all pairs, so few broke on the candidate alone that their share is below
 *   `tolerated`. Two devices that do the same in every pair would else be tested for ever.
 *   `negligible` is the share for which this test is quickest.
 *
 * After `runs_max` pairs the tests end anyway, with none of the three: that is not enough evidence,
 * neither for the candidate nor against it.
 *
 * A release is bad if, in some scenario, it breaks alone in `tolerated` of the plans or more, and
 * `odds` times as often as the baseline breaks alone. A bad one is promoted with a chance of at
 * most `beta`: one half for either way to be good. This needs no correction, since every scenario
 * must be good.
 *
 * A session that proved nothing is no evidence for the candidate: a frozen plan without a verdict
 * does not pass, a fresh one counts as if the candidate had broken alone, where it is asked whether
 * that is tolerated. One of the baseline takes its pair out of the count.
 */
#ifndef STATISTICS_GATE_RULES_H
#define STATISTICS_GATE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a session came to, seen from the gate. */
enum gate_outcome {
	GATE_SURVIVED, /**< it came out as the scenario expects */
	GATE_BROKE,
	GATE_UNKNOWN, /**< inconclusive */
};

/** The same fresh plan on both devices. */
struct gate_pair {
	enum gate_outcome baseline, candidate;
};

struct gate_scenario {
	const enum gate_outcome *frozen; /**< of the candidate, an element a frozen plan */
	size_t frozen_count;
	/** whether it has something that differs from plan to plan; else the frozen ones are all */
	bool takes_fresh;
	/** in the order of the plans, not of the sessions' ends; none if it takes none */
	const struct gate_pair *pairs;
	size_t pair_count;
};

/** Shares in billionths. */
struct gate_rules {
	uint64_t alpha;                 /**< how often a good release may be blocked */
	uint64_t beta;                  /**< how often a bad one may be promoted */
	uint64_t odds;                  /**< see above; from 2 to 1000 */
	uint64_t negligible, tolerated; /**< see above; 0 < negligible < tolerated < BILLION */
	/**
	 * the most pairs of a scenario, from 1 to SAMPLE_MAX; what is given beyond is not looked at
	 */
	uint64_t runs_max;
};

/**
 * The rules that docs and tests speak of: alpha and beta 5 %, odds 4, negligible 2 %, tolerated 10
 * %, at most 300 pairs.
 */
extern const struct gate_rules gate_standard;

enum gate_decision { GATE_PROMOTE, GATE_BLOCK, GATE_NOT_ENOUGH };

/** Why a scenario came out as it did. */
enum gate_reason {
	GATE_FROZEN_BROKE,   /**< block: a frozen plan */
	GATE_WORSE,          /**< block: the sequential test */
	GATE_FROZEN_UNKNOWN, /**< not enough: a frozen plan proved nothing */
	GATE_UNDECIDED,      /**< not enough: more pairs may decide it */
	GATE_BOUND,          /**< not enough: the bound is reached */
	GATE_NOTHING,        /**< not enough: neither frozen nor fresh plans */
	GATE_NOT_WORSE,      /**< promote: the sequential test */
	GATE_TOLERATED,      /**< promote: too few broke on the candidate alone */
	GATE_FROZEN_PASSED,  /**< promote: the frozen plans are all, and passed */
};

struct gate_finding {
	enum gate_decision decision;
	enum gate_reason reason;
	size_t frozen_broke, frozen_unknown;
	/** pairs that were looked at; the five below make them up */
	uint64_t pairs;
	/** those of gate_known(): both devices came to a verdict */
	uint64_t candidate_only, baseline_only, same;
	/** the candidate alone proved nothing; the baseline did not */
	uint64_t unknown, baseline_unknown;
	/** p-value of both being equal, and the same corrected over all scenarios; billionths */
	uint64_t equal, equal_corrected;
	/** p-values of breaking `odds` times as often, and in `tolerated` of the plans */
	uint64_t worse, not_tolerated;
	/**
	 * the exact one-sided p-value of these counts; told, not decided by: how many pairs there
	 * are hangs on them
	 */
	uint64_t mcnemar;
};

/**
 * Judges a release. A pure function: the same outcomes come to the same decision on every machine,
 * and it may be asked after every pair.
 * @param ret_findings One a scenario.
 * @return GATE_BLOCK if any scenario blocks, else GATE_NOT_ENOUGH if any has not enough or there is
 *        none, else GATE_PROMOTE.
 */
enum gate_decision gate_judge(const struct gate_rules *rules, const struct gate_scenario *scenarios, size_t count,
                              struct gate_finding *ret_findings);

/**
 * Whether more pairs of this scenario may change anything: it has not enough evidence, and is not
 * at its bound.
 */
bool gate_wants_more(const struct gate_finding *finding);

/**
 * How many pairs tell the two devices apart or alike: those of which both proved something. Shares
 * of a scenario are shares of these.
 */
uint64_t gate_known(const struct gate_finding *finding);

#define GATE_TEXT_MAX 320

/**
 * Writes a sentence for people about a scenario: what was seen, and what it means.
 * @return ret_text.
 */
const char *gate_tell(const struct gate_finding *finding, char ret_text[GATE_TEXT_MAX]);

#endif
