/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The agent's events: one line each, written to the message device, read by the harness.
 */
#ifndef AGENT_REPORT_H
#define AGENT_REPORT_H

#include "policy.h"

#define REASON_MAX 200

/** Why an attempt failed. */
struct failure {
	char reason[REASON_MAX];
	bool permanent; /**< trying again makes no sense */
};

struct report {
	int fd; /**< the message device; -1: standard output */
};

/** Opens the message device, or falls back to standard output where there is none. */
void report_open(struct report *ret_report, const char *path);

/** Writes one event. */
void report_event(const struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Fills @p ret_why with a formatted reason that is not permanent. @return false. */
bool failure_set(struct failure *ret_why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
