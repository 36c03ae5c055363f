/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * `--json-lines`: what a run tells while it lasts, for programs; an object of one line an event, on
 * standard output.
 *
 * Every object has `event`; the form of each is published: events.schema.json beside this file.
 * Members may be added to one, and events of other names may come.
 */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "harness/pool/pool.h"

/** The run begins. @param dir Its folder. */
void events_begin(const char *dir, size_t sessions);
void events_started(const struct job *job);
/** A session is so far. */
void events_progress(const struct job *job);
/** A session is at its end, or was not run. @param done How many of all are. */
void events_ended(const struct job *job, size_t done, size_t sessions);
void events_warning(const char *text);
/** The run is at its end, and its reports are written. @param code The exit status. */
void events_end(const char *dir, int code);

#endif
