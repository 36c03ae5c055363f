/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the guest has asked and what it was answered, so that another session can live through it.
 *
 * A request is never longer than a message of the protocol, and a beginning has some thousands: a
 * few megabytes.
 */
#ifndef INSIDE_REHEARSAL_H
#define INSIDE_REHEARSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "emulator/guest/module/protocol.h"

/** From now on requests and answers are kept. */
void rehearsal_record(void);

/** A request has come; it is kept if they are to be. */
void rehearsal_keep_request(const struct stutter_request *request, const uint8_t *payload);

/**
 * An answer is given: kept if they are to be; in a rehearsal compared with the one that the guest
 * has had.
 * @return false if it differs.
 */
bool rehearsal_keep_reply(const struct stutter_reply *reply, const void *payload);

/**
 * Begins a rehearsal of all that was kept; nothing more is kept. The last request has no answer
 * yet: with it the rehearsal ends.
 */
void rehearsal_begin(void);

/** Whether a rehearsal is under way. */
bool rehearsal_is_on(void);

/** How many requests a rehearsal has given so far. */
uint64_t rehearsal_asked(void);

/** Writes what was kept to a file, or takes it from one. @return false if that cannot be done. */
bool rehearsal_save(const char *path);
bool rehearsal_load(const char *path);

/**
 * Of what was loaded: passes over the next request and gives its answer. @return false at the end.
 */
bool rehearsal_answer(struct stutter_reply *ret_reply, const void **ret_payload);

/** The next request of a rehearsal. @return true. */
bool rehearsal_read(struct stutter_request *ret_request, const uint8_t **ret_payload);

#endif
