/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Times that are drawn: a mean, and so many jitters more or less.
 */
#ifndef PROXY_JITTER_H
#define PROXY_JITTER_H

#include "lib/fault/dist.h"
#include "lib/fault/fault.h"

/** What delays are drawn from; the words are tc-netem's. */
enum distribution {
	DIST_CONSTANT,
	DIST_UNIFORM,
	DIST_NORMAL,
	DIST_PARETO,
	DIST_PARETONORMAL,
	DIST_TABLE, /**< from a file */
};

/** Their words, in the same order; ends with NULL. */
extern const char *const jitter_distributions[];

struct jitter {
	uint64_t time_ns, jitter_ns;
	unsigned distribution;
	struct dist table; /* of DIST_TABLE */
};

/**
 * Checks what is said of a time that is drawn. @return false with @p err and the key that is wrong.
 */
bool jitter_check(uint64_t time_ns, uint64_t jitter_ns, unsigned distribution, const char *table, const char **ret_key, struct error *err);

/** @param table The path of a file that fault_check() has read. */
void jitter_open(struct jitter *jitter, uint64_t time_ns, uint64_t jitter_ns, unsigned distribution, const char *table);
void jitter_close(struct jitter *jitter);

/** @return a time, at least 0; a part of a nanosecond is cut off. */
uint64_t jitter_draw(const struct jitter *jitter, struct random_stream stream, uint64_t what, uint64_t which);

/**
 * The same as sch_netem makes it of a result of crandom_mix(): modulo twice the jitter, or modulo
 * the length of the table, so that of a correlation there is as good as nothing left unless the
 * jitter is above half a second; and of a jitter above CRANDOM_JITTER_MAX only so much.
 */
uint64_t jitter_exactly(const struct jitter *jitter, uint32_t result);

#endif
