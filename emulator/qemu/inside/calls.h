/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The guest's semihosting calls: what the guest writes to the file "request" and reads from the
 * file "reply" goes to and comes from the harness, and what QEMU opens, reads and writes otherwise
 * is passed on.
 */
#ifndef INSIDE_CALLS_H
#define INSIDE_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "emulator/guest/module/protocol.h"

/** Called when the guest waits for the answer to its first request, on the virtual CPU's stack. */
void calls_on_first(void (*first)(void));

/**
 * The request that the guest waits for an answer to. @param ret_payload Valid until the answer.
 * @return false if it makes no sense.
 */
bool calls_request(struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err);

/** Gives the answer, which the guest reads when it goes on. @param payload reply->length bytes. */
void calls_answer(const struct stutter_reply *reply, const void *payload);

#endif
