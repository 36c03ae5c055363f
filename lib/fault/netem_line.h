/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of netem.h: what a line of tc-netem(8) says, between its words and the faults that they
 * mean.
 */
#ifndef FAULT_NETEM_LINE_H
#define FAULT_NETEM_LINE_H

#include "lib/fault/netem.h"

#define NETEM_WORDS_MAX 64
/** The distribution of tc where none is named. */
#define NETEM_DISTRIBUTION "uniform"

/* A loss model has at most so many probabilities. */
#define NETEM_LOSSES_MAX 5

/* A time that is drawn. */
struct netem_times {
	uint64_t time_ns, jitter_ns, correlation;
	const char *distribution; /* as the actions call it */
	char table[FAULT_PATH_MAX];
};

/* What the words have said so far. */
struct netem {
	const char *words[NETEM_WORDS_MAX];
	size_t count, at; /* at: the next one */
	const char *keyword;

	bool has_delay, has_limit, has_rate, has_slot, has_distribution, has_corrupt, has_duplicate;
	struct netem_times delay;
	const char *loss;                  /* the action; NULL: none */
	uint64_t losses[NETEM_LOSSES_MAX]; /* the loss model's probabilities, in tc's order */
	size_t loss_count;
	uint64_t reorder, reorder_correlation, gap;
	uint64_t corrupt, corrupt_correlation;
	uint64_t duplicate, duplicate_correlation;
	uint64_t limit;
	struct {
		uint64_t rate_bps, cell_size;
		int64_t overhead, cell_overhead;
	} rate;
	struct {
		uint64_t min_ns, max_ns, packets, bytes;
		struct netem_times times;
	} slot;
};

/**
 * The faults that the line means, each called "NAME: WHAT" after @p base. @return how many; at most
 * NETEM_FAULTS_MAX.
 */
size_t netem_make(const struct netem *netem, const struct fault *base, struct fault *ret_faults);

#endif
