/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A verdict as JSON: the whole of verdict.json, and an element of summary.json.
 */
#ifndef REPORTS_VERDICT_H
#define REPORTS_VERDICT_H

#include "reports/json.h"
#include "scenario/plan.h"
#include "session/verdict.h"

/** The members scenario, device, seed, verdict, reason, digest, virtual_s, wall_s and what else is known, into an object that was begun. */
void report_verdict(struct json *json, const struct plan *plan, const struct verdict *verdict);

#endif
