/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which sessions of a pool share their beginning, and so are run one after the other: those of a
 * family (beginnings.h), if there are enough of them.
 */
#ifndef POOL_FAMILIES_H
#define POOL_FAMILIES_H

#include "harness/pool/pool.h"

struct families_wish {
	struct job *jobs; /**< job.group and job.depth are set */
	size_t count;
	size_t side_by_side;
	struct beginnings *kept; /**< that stay for later pools; NULL: they end with this one */
};

/**
 * Puts the jobs of each family behind its first one, since few beginnings are kept at once.
 * @param order The places of the jobs, as they were asked for; then as they are to be run.
 */
void families_put_in_order(const struct families_wish *wish, size_t *order);

#endif
