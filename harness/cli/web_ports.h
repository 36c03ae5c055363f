/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file The option of `proxy`, `exec` and `run --live` that says on which ports of a real server
 * faults of HTTP and TLS act.
 */
#ifndef CLI_WEB_PORTS_H
#define CLI_WEB_PORTS_H

#include "harness/relay/relay.h"

/** What it is for. */
#define CLI_WEB_PORTS "ports of the real server on which faults of HTTP and TLS act (default: 80,443,8000,8080,8443)"

/** @param text What was given; NULL: nothing was. @return false with @p err. */
bool cli_web_ports(const char *text, struct relay_ports *ret_ports, struct error *err);

#endif
