/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What `proxy` is asked for. */
#ifndef CLI_PROXY_OPTIONS_H
#define CLI_PROXY_OPTIONS_H

#include "harness/cli/proxy_bench.h"

extern const struct cli_option cli_proxy_options[];

/** Reads options and plan; nothing is set up yet. */
bool cli_proxy_read(const struct cli_values *values, struct proxy_bench *bench, struct error *err);

#endif
