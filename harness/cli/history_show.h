/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file `history show`: the last runs, and what has changed between two of them. */
#ifndef CLI_HISTORY_SHOW_H
#define CLI_HISTORY_SHOW_H

#include "harness/cli/values.h"

/** @param values Of `history`. @return an exit status. */
int cli_history_show(const struct cli_values *values);

#endif
