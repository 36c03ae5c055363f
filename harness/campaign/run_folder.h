/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The folder that a run leaves its sessions and reports in. */
#ifndef CAMPAIGN_RUN_FOLDER_H
#define CAMPAIGN_RUN_FOLDER_H

#include "lib/base/error.h"
#include "harness/campaign/jobs.h"

/** Where runs go that name none: in folders with numbers. */
#define RUN_FOLDERS "stutter-runs"

/**
 * Makes the folder that the user wants, and what is missing above it, or the next in RUN_FOLDERS.
 * @param wanted NULL: none.
 * @return false also if it is there already.
 */
bool run_folder_make(const char *wanted, char ret_dir[DEVICE_PATH_MAX], struct error *err);

/**
 * Whether nothing is there yet where run_folder_make() is to make a folder, before anything else is
 * touched.
 * @param wanted NULL: none.
 */
bool run_folder_is_new(const char *wanted, struct error *err);

#endif
