/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Checksums that their sender has left to hardware that is not there.
 *
 * A sender on this host, or in another guest of it, that reaches an interface by memory only (veth,
 * virtio) leaves TCP and UDP with the sum of the pseudo header in place of the checksum, for the
 * adapter to finish (Documentation/networking/checksum-offloads.rst in Linux: CHECKSUM_PARTIAL).
 * libpcap hands that over as it is. Who receives such a frame from a bridge drops it, so it is
 * finished here.
 *
 * There is no other sign of it than that value. A frame that was corrupted on its way to just that
 * value is mended with it: 1 in 65536 of those.
 */
#ifndef LIVE_UNFINISHED_H
#define LIVE_UNFINISHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

/** Where the unfinished checksum of a frame stands. */
struct unfinished {
	size_t at;    /**< the checksum, from the beginning of the frame */
	size_t begin; /**< where it begins to count, from the beginning of the frame */
	size_t length;
};

/**
 * Whether the frame's TCP or UDP checksum (over IPv4 or IPv6, not fragmented, all of it in the
 * frame, VLAN tags allowed) was left unfinished.
 */
bool unfinished_find(struct bytes frame, struct unfinished *ret_unfinished);

/** Finishes it, in a copy of that frame. */
void unfinished_finish(uint8_t *frame, const struct unfinished *unfinished);

#endif
