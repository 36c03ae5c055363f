/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What was hit, in the simplest words: `tcp.syn#1` where that is the same frame as
 * `tcp.syn[80/1]#1`.
 */
#ifndef SEARCH_WORDS_H
#define SEARCH_WORDS_H

#include "lib/fault/decision.h"

/**
 * Finds a simpler address of a decision's frame, by how many frames of each word and flow a session
 * had.
 * @param addresses The session's addresses.txt.
 * @param ret_is_certain Whether the numbers alone show that it is the same frame; else a session
 * has to.
 * @return false if there is none, or none that says more.
 */
bool words_simplify(const struct decision *decision, const char *addresses, char ret_at[FAULT_AT_MAX], bool *ret_is_certain);

/** As words_join() needs them. */
struct words_place {
	char at[FAULT_AT_MAX];
	unsigned direction;
};

/**
 * Whether @p next is the neighbour of @p first#A..B, one behind it, in the same direction: then @p
 * first becomes first#A..B+1.
 */
bool words_join(struct words_place *first, const struct words_place *next);

/** "tcp.syn#1 to the server", "enc.tx#7". @return ret_text. */
const char *words_say_place(const struct words_place *place, char *ret_text, size_t size);

#endif
