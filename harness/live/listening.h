/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Whether anybody in this process' network namespace waits for clients yet: its sockets, as
 * proc(5) lists them.
 */
#ifndef LIVE_LISTENING_H
#define LIVE_LISTENING_H

#include <stdbool.h>
#include <stdint.h>

/**
 * How many sockets listen (TCP) or are bound without a partner (UDP). @param ret_digest Changes
 * with their ports and addresses.
 */
unsigned listening_sockets(uint64_t *ret_digest);

/**
 * The same of one list, such as /proc/net/tcp. @param text The file's. @param state Of the sockets
 * that are meant, as in its column `st`. @param digest Is changed.
 */
unsigned listening_count(const char *text, unsigned state, uint64_t *digest);

#endif
