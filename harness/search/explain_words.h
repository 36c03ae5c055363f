/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The words of an explanation: the sentence about when a failure was bound to come, and its parts.
 */
#ifndef SEARCH_EXPLAIN_WORDS_H
#define SEARCH_EXPLAIN_WORDS_H

#include "harness/search/explain.h"

/** The sentence; never more than was observed. @return to be released with free(). */
char *explain_sentence(const struct explanation *explanation);

/**
 * "download, 3rd retry".
 * @param section NULL: before the first.
 * @return to be released with free().
 */
char *explain_say_section(const struct section *section);

/**
 * The lower end of an interval in percent, rounded down to a tenth: no digit says more than is
 * known.
 */
double explain_percent_down(uint64_t billionths);

double explain_seconds(uint64_t ns);

#endif
