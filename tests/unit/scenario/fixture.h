/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A small installation in the folder of each test: one device called "box", and files in place of
 * kernel, root file system and image.
 */
#ifndef TESTS_SCENARIO_FIXTURE_H
#define TESTS_SCENARIO_FIXTURE_H

#include "harness/scenario/plan.h"

/** Where its files are; empty before plan_fixture_install(). */
extern struct paths plan_fixture_paths;

/** Makes the installation. plan_fixture_open() does so if it does not exist yet. */
void plan_fixture_install(void);

/** Makes a folder below test_folder(). */
void plan_fixture_folder(const char *name);

/**
 * Opens the scenario @p text as s.yaml below test_folder(). @return the error, or "" if there is
 * none: the caller then owns the plan.
 */
const char *plan_fixture_open(struct plan *plan, const char *text, const char *device);

/**
 * Fails the test unless the scenario is refused with this error, or with an error that contains @p
 * part.
 */
void plan_fixture_refuses(const char *text, const char *error);
void plan_fixture_refuses_with(const char *text, const char *part);

/** The plan in YAML. To be released with free(). */
char *plan_fixture_written(const struct plan *plan);

/** Fails the test unless the plan of a scenario is the same after it was written and read again. */
void plan_fixture_keeps(const char *scenario);

#endif
