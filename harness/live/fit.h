/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Whether a plan can be carried out between two ends in wall time. What cannot is refused by name,
 * with what to take instead, before anything is touched.
 */
#ifndef LIVE_FIT_H
#define LIVE_FIT_H

#include "harness/scenario/plan.h"

/** Who tells a bridge in which phase the device is. */
enum fit_phases {
	FIT_NO_PHASES,  /**< nobody */
	FIT_PHASES_OFF, /**< nobody, as there is no control socket; there could be one */
	FIT_PHASES,     /**< somebody, over the control socket */
};

/**
 * A fault that comes while a bridge runs.
 * @param services Whether events of services come there. Faults of these are the scenario's all the
 * same.
 * @return false with @p err (no place), which names the fault.
 */
bool fit_fault(const struct fault *fault, bool services, enum fit_phases phases, struct error *err);

/**
 * One of the plan, where the far end is the emulator's (live/far_end.h): faults of its services can
 * happen, and its events come.
 */
bool fit_fault_with_services(const struct fault *fault, enum fit_phases phases, struct error *err);

/**
 * The same where a relay is in front of a real server (live/relayed.h): most faults of services can
 * happen.
 */
bool fit_fault_with_relay(const struct fault *fault, enum fit_phases phases, struct error *err);

/**
 * A plan whose device is the emulated one and whose far end is another's (wall.h): all can happen
 * but what a relay in front of that one cannot do, and of what is expected nothing can be asked of
 * the emulator's services.
 */
bool fit_plan_with_device(const struct plan *plan, struct error *err);

/**
 * All faults of a plan, which is no replay, where the far end is the emulator's. @return false with
 * @p err, which names the plan's file and the fault.
 */
bool fit_plan_with_services(const struct plan *plan, enum fit_phases phases, struct error *err);

/**
 * All faults of a plan or of a replay all decisions, where a relay can be in front of a real
 * server.
 */
bool fit_plan_with_relay(const struct plan *plan, enum fit_phases phases, struct error *err);

#endif
