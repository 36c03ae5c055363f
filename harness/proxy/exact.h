/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults that others tell what they have done as, since they draw nothing: a loss model loses a
 * frame as `drop` does, a distribution delays it as `delay` does.
 */
#ifndef PROXY_EXACT_H
#define PROXY_EXACT_H

#include "harness/proxy/rule.h"

extern const struct action fault_drop, fault_delay, fault_forge, fault_rebind;

/** The frame is lost. */
void drop_exactly(struct act *act);

/** It leaves later than it would have. */
void delay_exactly(struct act *act, sim_ns by);

/** It is lost, and its sender gets an RST in the name of the other end. */
void reset_exactly(struct act *act);

#endif
