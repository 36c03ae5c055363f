/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What `stutter explain` has found, in words, as a curve, as tables, and as the member `explain` of search.json. */
#ifndef CLI_EXPLAIN_TOLD_H
#define CLI_EXPLAIN_TOLD_H

#include "cli/search.h"
#include "search/explain.h"

/** Tells it, and makes the pages of the failing session and of the nearest one that passes, side by side. */
void explain_tell(struct cli_search *cli, const struct plan *plan, const struct explanation *explanation);

/** The sentence about when the failure was bound to come; never more than was observed. @return to be released with free(). */
char *explain_sentence(const struct explanation *explanation);

#endif
