/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What `run` and `replay` have in common: options, and the way from them to an exit status.
 */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include "harness/campaign/campaign.h"
#include "harness/cli/values.h"

/** The first table of both. */
extern const struct cli_option cli_run_options[];

/** Reads these options. What others are about is left as it is. */
bool cli_run_read(const struct cli_values *values, struct campaign_wish *wish, struct campaign_sessions *sessions, struct error *err);

/** Runs a campaign and shows it. @return an exit status. */
int cli_run_campaign(const struct cli_values *values, const struct campaign_wish *wish, const struct campaign_sessions *sessions);

#endif
