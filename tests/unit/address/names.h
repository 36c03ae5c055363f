/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * For the tests of the namer: the names of a frame as a text.
 */
#ifndef TESTS_UNIT_ADDRESS_NAMES_H
#define TESTS_UNIT_ADDRESS_NAMES_H

#include "lib/address/namer.h"
#include "tests/unit/proxy/traffic.h"

/**
 * "tcp.syn#1 [80/1]#1": all names but `frame`, with their ordinals over all and, for the last, the
 * flow; "-" if there are none.
 */
const char *names_of_frame(struct namer *namer, struct frame *frame, enum direction direction);

/** The same of a frame that is made. */
const char *names_of(struct namer *namer, const struct made *made);

/** @return the words of a frame; bit w is word w. */
uint64_t words_of_made(struct namer *namer, const struct made *made);

#endif
