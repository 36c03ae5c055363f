/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Which conversation of a recording a new connection is. */
#ifndef RECORDED_CASTING_H
#define RECORDED_CASTING_H

#include "lib/base/bytes.h"
#include "harness/recorded/recording.h"

/** A connection to the servers' side. */
struct casting {
	const struct recording *recording;
	const bool *played; /**< of each step */
	uint32_t address;   /**< that it is to, host order */
	uint16_t port;
};

/**
 * The step that begins most like it, of those that were not played, or of all if none is left; of
 * several the first, or the last of those that were played.
 * @param words What the client has said so far; empty: nothing.
 * @param ret_again It was played before.
 * @return its index; SIZE_MAX: none is at this address and port.
 */
size_t casting_choose(const struct casting *casting, struct bytes words, bool *ret_again);

/** Whether several steps may be meant, and the client's first words will tell which. */
bool casting_needs_words(const struct casting *casting);

#endif
