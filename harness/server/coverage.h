/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which bytes of a file were handed out, as a list of intervals. Plain data; all zero is nothing.
 */
#ifndef SERVER_COVERAGE_H
#define SERVER_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

/** Bytes from @p from up to and without @p to. */
struct span {
	uint64_t from, to;
};

struct coverage {
	struct span *spans; /**< in order, none touches another */
	size_t count, room;
};

/** Adds the bytes from @p from up to and without @p to. */
void coverage_add(struct coverage *coverage, uint64_t from, uint64_t to);

/** How many bytes there are. */
uint64_t coverage_total(const struct coverage *coverage);

void coverage_close(struct coverage *coverage);

#endif
