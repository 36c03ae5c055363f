/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which states a session came into, for a sweep's pairs: what the device reported and how often,
 * what the chip, the cable and the services went through.
 *
 * It is a map as reach.h has it, of fewer things: what the sweep's own faults did, and sums, are
 * left out, since each session of a sweep differs in these.
 */
#ifndef SEARCH_STATES_H
#define SEARCH_STATES_H

#include "harness/search/reach.h"

/**
 * Reads them from the trace of a finished session. @param ret_reach To be released with
 * reach_close(); empty if there is no trace.
 */
void states_read(const char *dir, struct reach *ret_reach);

/** The same from the text of a trace. */
void states_parse(const char *trace, struct reach *ret_reach);

#endif
