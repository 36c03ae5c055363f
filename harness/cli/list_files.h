/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The topics of `list` that are files: scenarios, suites, devices. */
#ifndef CLI_LIST_FILES_H
#define CLI_LIST_FILES_H

#include "harness/campaign/selection.h"

/**
 * Prints name and summary of every file in a folder that can be read; tells of those that cannot.
 * @return an exit status.
 */
int cli_list_files(const char *folder, enum selection_kind kind);

#endif
