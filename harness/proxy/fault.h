/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A fault as the user describes it: who is hit (struct match) and what happens (an action and its parameters). Plain data.
 *
 * The tables here are the one source of the scenario's grammar, of resolved plans, of the help and of the reference.
 */
#ifndef PROXY_FAULT_H
#define PROXY_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/param.h"

#define FAULT_NAME_MAX 64
#define FAULT_FILTER_MAX 256
#define FAULTS_MAX 256

enum match_direction { MATCH_BOTH, MATCH_TO_SERVER, MATCH_TO_DEVICE };

/** Which frames a fault is about; all conditions must hold. Counting is done after direction, filter and window. */
struct match {
	unsigned direction;                /**< enum match_direction */
	char filter[FAULT_FILTER_MAX];     /**< a pcap filter expression; empty: every frame */
	uint64_t from_ns;                  /**< window in virtual time since power on: from (inclusive) */
	uint64_t until_ns;                 /**< until (exclusive); 0: for ever */
	uint64_t nth;                      /**< only the n-th frame, from 1; 0: not asked */
	uint64_t every;                    /**< every n-th frame; 0: not asked */
	uint64_t first;                    /**< the first n frames; 0: not asked */
	uint64_t probability;              /**< billionths */
};

extern const struct param match_params[];

struct drop_params {
	bool enabled;
};

struct delay_params {
	uint64_t time_ns;   /**< mean */
	uint64_t jitter_ns; /**< uniform from time - jitter to time + jitter */
	bool keep_order;    /**< a frame never overtakes one that this fault delayed before it in the same direction */
};

struct outage_params {
	uint64_t for_ns; /**< from the frame that starts it on, every frame in both directions is dropped for so long */
};

/** The Gilbert-Elliott model in tc-netem's parameters (Elliott, Bell System Technical Journal 42, 1963). Billionths. */
struct gemodel_params {
	uint64_t p;          /**< from good to bad, a frame */
	uint64_t r;          /**< from bad to good, a frame */
	uint64_t one_less_h; /**< loss in the bad state, 1-h */
	uint64_t one_less_k; /**< loss in the good state, 1-k */
};

union action_params {
	struct drop_params drop;
	struct delay_params delay;
	struct outage_params outage;
	struct gemodel_params gemodel;
};

struct action;

struct fault {
	char name[FAULT_NAME_MAX];
	struct match match;
	const struct action *action;
	union action_params params;
};

/** @return the @p index-th of all actions, from 0, or NULL behind the last. */
const struct action *action_at(size_t index);

/** @return the action called @p name, or NULL. */
const struct action *action_find(const char *name);
const char *action_name(const struct action *action);
const char *action_summary(const struct action *action);
/** The table of the action's parameters, for a union action_params. */
const struct param *action_params(const struct action *action);

/**
 * Checks what a table cannot: the window, the filter's syntax, parameters that exclude each other.
 * @param ret_key The key that is wrong, for the place in the user's file; untouched if nothing is.
 * @return false with @p err (no place).
 */
bool fault_check(const struct fault *fault, const char **ret_key, struct error *err);

#endif
