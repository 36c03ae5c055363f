/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the cable and of the switch port at its other end, each at its own time: the link goes away, the port babbles, the port asks for silence.
 */
#ifndef SESSION_CABLE_H
#define SESSION_CABLE_H

#include "fault/fault.h"
#include "link/link.h"
#include "sim/sim.h"
#include "sim/trace.h"

struct cable;

/** Plans the faults of LAYER_LINK. @param faults, link, sim, trace Borrowed. @return to be released with cable_close(). */
struct cable *cable_open(const struct fault *faults, size_t count, struct link *link, struct sim *sim, struct trace *trace);
void cable_close(struct cable *cable);

/** What a fault has done. @return false if the @p index-th fault of the plan is not of this layer. */
bool cable_counters(const struct cable *cable, size_t index, uint64_t *ret_matched, uint64_t *ret_applied);

#endif
