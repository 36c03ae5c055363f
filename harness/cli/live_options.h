/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The options of `run` and `replay` for sessions in wall time: what is at their far end. */
#ifndef CLI_LIVE_OPTIONS_H
#define CLI_LIVE_OPTIONS_H

#include "harness/campaign/live.h"
#include "harness/cli/values.h"

/**
 * A device that is behind by less is in time for a peer that knows nothing of the way yet and sends
 * again after a second (RFC 6298 2.1).
 */
#define LIVE_SKEW "1s"

/** @return false with @p err: they do not go together. */
bool cli_read_live(const struct cli_values *values, struct campaign_live_wish *ret_live, struct error *err);

#endif
