/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An SNTP client (RFC 4330): asks once, from local UDP port 124, and steps the time of day.
 */
#ifndef AGENT_NTP_H
#define AGENT_NTP_H

#include "policy.h"
#include "report.h"

/**
 * Asks policy->ntp_server for the time and sets it.
 * @param ret_offset_ns By how much the time of day was wrong.
 */
bool ntp_ask(const struct policy *policy, int64_t *ret_offset_ns, struct failure *ret_why);

#endif
