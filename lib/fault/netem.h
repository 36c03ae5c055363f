/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults in the words of tc-netem(8): "delay 100ms 20ms distribution normal loss gemodel 1% 10%
 * duplicate 1%".
 *
 * Grammar, units, defaults and abbreviations are those of tc as of iproute2 6.1: a bare delay is in
 * microseconds, a bare slot in nanoseconds, a bare rate in bits per second; a k is 1000 in a rate
 * and 1024 in a size; the last of two equal words counts, but there is one loss only. What becomes
 * of a frame is told where the actions are (harness/proxy/README.md has the differences).
 */
#ifndef FAULT_NETEM_H
#define FAULT_NETEM_H

#include "lib/fault/fault.h"

/** Faults that one line can make. */
#define NETEM_FAULTS_MAX 7

/**
 * Resolves @p text into faults in the order in which a frame meets them: loss, corrupt, reorder,
 * delay, rate (or limit), slot, duplicate. If @p base is netem_exact, duplicate comes first.
 * @param base Name and match of each; theirs become "NAME: delay" and so on. It must have no
 * probability of its own.
 * @return false with @p err (no place), which names the word that is wrong.
 */
bool netem_parse(const char *text, const struct fault *base, struct fault ret_faults[NETEM_FAULTS_MAX], size_t *ret_count,
                 struct error *err);

#endif
