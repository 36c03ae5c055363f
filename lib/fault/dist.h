/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A measured distribution, in the format of tc-netem's .dist files: whole numbers from -32768 to
 * 32767, many a line, with # before a remark. 8192 is one jitter more than the mean. A draw is one
 * of them, each equally likely.
 */
#ifndef FAULT_DIST_H
#define FAULT_DIST_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/** What stands for one standard deviation, or one jitter. */
#define DIST_SCALE 8192
/** As many as tc reads. */
#define DIST_MAX 16384

struct dist {
	size_t count; /**< 1 to DIST_MAX */
	int16_t *values;
};

/**
 * Reads a file.
 * @param ret_dist To be released with dist_close().
 * @return false with @p err, whose text begins with the file and the line.
 */
bool dist_open(struct dist *ret_dist, const char *path, struct error *err);
void dist_close(struct dist *dist);

#endif
