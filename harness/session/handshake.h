/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What the guest says first after every boot: which protocol it speaks, and how its time lies
 * to the machine's counter.
 */
#ifndef SESSION_HANDSHAKE_H
#define SESSION_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "emulator/guest/module/protocol.h"

/**
 * Reads the payload of a STUTTER_HANDSHAKE.
 * @param request the request; its length is that of @p payload in bytes
 * @param ret_ahead_ns how far the machine's counter is ahead of the time that the boot counts;
 * untouched on failure
 * @return false if the guest speaks another protocol, or has a counter whose ticks are no whole
 * nanoseconds
 */
bool handshake_read(const struct stutter_request *request, const uint8_t *payload, uint64_t *ret_ahead_ns, struct error *err);

#endif
