/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file How a plan is read, by its parts (plan.c reads the whole). */
#ifndef SCENARIO_PARTS_H
#define SCENARIO_PARTS_H

#include "harness/scenario/plan.h"
#include "harness/scenario/yaml.h"

/** `faults:` into plan->faults. @param list NULL: there are none. */
bool parts_faults(const struct yaml_file *file, const struct yaml_node *list, struct plan *plan, struct error *err);

/** The keys of a decision, of a struct decision. */
extern const struct param decision_params[];

/** `decisions:` of a frozen plan. @param list NULL: there are none. */
bool parts_decisions(const struct yaml_file *file, const struct yaml_node *list, struct plan *plan, struct error *err);

/**
 * The path of the file that a fault reads, to be changed in place; NULL: it reads none. @param
 * ret_what "table" or "recording".
 */
char *parts_file_of(struct fault *fault, const char **ret_what);

/** `device:`, by name, path or as a mapping. @param override In its place; NULL: none. */
bool parts_device(const struct yaml_file *file, const char *override, const struct paths *paths, struct plan *plan, struct error *err);

/** `session:`, whose path becomes one that can be opened. What is in it whoever plays it reads. */
bool parts_session(const struct yaml_file *file, struct plan *plan, struct error *err);

/**
 * Image, kernel, initramfs and overlay: finds them, and makes their paths those that can be opened.
 */
bool parts_files(const struct yaml_file *file, const struct paths *paths, struct plan *plan, struct error *err);

#endif
