/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A small installation in the folder of each test: one device called "box", and files in place of kernel, root file system and image.
 */
#ifndef TESTS_SCENARIO_BOX_H
#define TESTS_SCENARIO_BOX_H

#include "harness/scenario/plan.h"

/** Where its things are; empty before box_places(). */
extern struct paths box;

/** Makes the installation; box_open() does so where it is not there yet. */
void box_places(void);

/** Makes a folder in that of the test. */
void box_folder(const char *name);

/** Opens a scenario of this text, s.yaml in the test's folder. @return the error, or "" if there is none: the plan is then the caller's. */
const char *box_open(struct plan *plan, const char *text, const char *device);

/** That a scenario is refused with this error; with one that has this part. */
void box_refuses(const char *text, const char *error);
void box_refuses_with(const char *text, const char *part);

/** The plan as it is written. To be freed. */
char *box_written(const struct plan *plan);

/** That a scenario's plan is written, read and written again as the same. */
void box_keeps(const char *scenario);

#endif
