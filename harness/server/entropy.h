/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Where OpenSSL's random numbers come from: a named stream of ours, one for each thing that draws
 * (a certificate, a TLS connection).
 *
 * OpenSSL has one random method a process, so which stream is in force is state of this file:
 * whoever calls something in OpenSSL that draws says first whose numbers these are. A draw without
 * that is our own mistake and ends the process, so no number can come from the machine.
 */
#ifndef SERVER_ENTROPY_H
#define SERVER_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/sim/random.h"

/**
 * A sequence of random bytes, a function of the stream and of the thing they are for. Plain data.
 */
struct entropy {
	struct random_stream stream;
	uint64_t what;
	uint64_t draws; /**< blocks of 8 bytes that were used */
};

/** The bytes for thing number @p what of the stream called @p name. */
struct entropy entropy_of(uint64_t seed, const char *name, uint64_t what);

/**
 * From now on OpenSSL draws from @p entropy, which must live until another one is used; NULL:
 * nothing may draw.
 */
void entropy_use(struct entropy *entropy);

/** Fills @p ret_bytes from @p entropy. */
void entropy_draw(struct entropy *entropy, uint8_t *ret_bytes, size_t length);

#endif
