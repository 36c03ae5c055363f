/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file docs/catches.md as the tests read it: a section a failure, whose heading is the scenario's
 * name.
 */
#ifndef TESTS_STRUCTURE_CATCHES_H
#define TESTS_STRUCTURE_CATCHES_H

#include <stdbool.h>

#define CATCH_TEXT_MAX 1024

/** A failure. A part that its section lacks is empty. */
struct catch
{
	char name[64];
	char plan[256];              /**< a path, from the top */
	char ends[256];              /**< how the reason of its verdict begins */
	char when[CATCH_TEXT_MAX];   /**< "fails iff ..." */
	char blame[CATCH_TEXT_MAX];  /**< file, function and line of the upstream code */
	char newest[CATCH_TEXT_MAX]; /**< what the newest kernel does */
};

typedef void catch_visitor(const struct catch *catch, void *ctx);

/** Calls for each failure of the page, in its order. Fails the test if the page cannot be read. */
void catches_visit(catch_visitor *visit, void *ctx);

/**
 * Whether its plan is one of the page's own, in docs/catches/, in place of a scenario that is there
 * for other reasons, too.
 */
bool catch_is_new(const struct catch *catch);

#endif
