/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Whether the parts of a scenario fit together. What cannot happen, or cannot come true, is an
 * error before anything runs, never a verdict about a device.
 */
#ifndef SCENARIO_SENSE_H
#define SCENARIO_SENSE_H

#include "harness/scenario/plan.h"

/**
 * Checks the plan but for its faults, of which sense_fault() is asked one by one.
 * @return false with @p err and its place in @p file.
 */
bool sense_plan(const struct yaml_file *file, const struct plan *plan, struct error *err);

/**
 * Whether the plan, as it was read, can be that of the session with this seed: with `nth: seed` and
 * 0 no frame would be meant. @return false with @p err (no place).
 */
bool sense_seed(const struct plan *plan, uint64_t seed, struct error *err);

/**
 * Whether this device, on this link, can meet with the fault. A frozen plan may be replayed on a
 * device that cannot: then nothing is found there.
 * @param ret_key The key that is wrong, as that of fault_check(). @return false with @p err (no
 * place).
 */
bool sense_fault(const struct plan *plan, const struct fault *fault, const char **ret_key, struct error *err);

/** What a mapping is by its keys. */
enum sense_kind { SENSE_EITHER, SENSE_SCENARIO, SENSE_DEVICE };

/** @param mapping Of a YAML file; SENSE_EITHER if its keys fit both or neither. */
enum sense_kind sense_kind(const struct yaml_node *mapping);

/** Whether a file holds a device. @return false if it cannot be read. */
bool sense_is_device(const char *path);

#endif
