/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The language of the control socket: a request is a line, and so is its answer, in JSON.
 *
 *     list                      the faults in the chain, as they can be given back to `add`
 *     add FAULT                 FAULT as in a scenario's list, in YAML's flow style: {name: slow,
 *                               delay: 20ms}
 *     change NAME FAULT         another in the place of the one of that name, which it keeps unless
 *                               FAULT has a name
 *     remove NAME
 *     phase NAME                the device is in this phase from now on: for faults that act
 *                               `during` one
 *     counters                  what each fault has done, frames, skew
 *     stop
 *
 * An answer is {"ok": true, ...}, or {"ok": false, "error": TEXT}, and then nothing has changed.
 *
 * A name also means all faults that one entry (`netem`, `preset`) has become: 'slow' means 'slow:
 * delay' and 'slow: loss', too. What an added fault counts from its window's beginning
 * (`until: +5s`, a recording) it counts from now, unless it has a `from`.
 */
#ifndef LIVE_REQUESTS_H
#define LIVE_REQUESTS_H

#include <stdio.h>

#include "harness/live/bridge.h"

/**
 * Carries out a request and writes its answer with a line feed. @param line Without its line feed.
 */
void request_answer(struct bridge *bridge, const char *line, FILE *stream);

/** The words that a request can begin with; ends with NULL. */
extern const char *const request_words[];

#endif
