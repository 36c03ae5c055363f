/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A verdict as JSON: the whole of verdict.json, of which the reports over a run are made.
 */
#ifndef REPORTS_VERDICT_H
#define REPORTS_VERDICT_H

#include "reports/json.h"
#include "lib/verdict/planned.h"

/** Of verdict.json: raised when a reader of the old one would go wrong. */
#define VERDICT_VERSION 1

/**
 * The members scenario, device, seed, verdict, reason, digest, virtual_s, wall_s, ended and what
 * else is known, into an object that was begun.
 * @param ended_s When the session ended on this machine, in seconds since 1970. Like wall_s it is
 * of no trace, digest or plan.
 */
void report_verdict(struct json *json, const struct planned_session *of, const struct verdict *verdict, int64_t ended_s);

#endif
