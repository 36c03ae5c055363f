/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file How the report over a run is printed: for people, and as annotations for GitHub. */
#ifndef CLI_REPORTED_H
#define CLI_REPORTED_H

#include <stdbool.h>

#include "harness/campaign/ops.h"

struct reported {
	bool terminal, github;
};

/** For campaign_ops.reported(). @param ctx A struct reported. */
void reported_print(void *ctx, const struct causes *causes);

/** Whether this runs as a step of GitHub Actions. */
bool reported_on_github(void);

#endif
