/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The Internet checksum (RFC 1071), for whoever changes or makes frames.
 */
#ifndef LINK_CHECKSUM_H
#define LINK_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/** Adds @p data to a sum that began with 0. Only the last piece may be of odd length. */
uint32_t checksum_add(uint32_t sum, const uint8_t *data, size_t length);
/** The checksum of what has been added, in host order. */
uint16_t checksum_end(uint32_t sum);

/** The sum of the pseudo header of TCP and UDP over IPv4 (RFC 9293 sec. 3.1, RFC 768). */
uint32_t checksum_pseudo(uint32_t source, uint32_t destination, uint8_t protocol, size_t length);

/**
 * A checksum after one word of what it covers has changed (RFC 1624 eqn. 3): nothing else of it
 * need be at hand.
 */
uint16_t checksum_adjusted(uint16_t checksum, uint16_t before, uint16_t after);

/**
 * Puts right what is wrong in a frame: the checksum of an IPv4 header, and that of TCP, UDP and
 * ICMP if the whole datagram lies in the frame. A UDP datagram without a checksum stays without
 * (RFC 768). Never reads or writes outside, whatever the lengths in the frame say.
 */
void checksum_mend(uint8_t *frame, size_t length);

#endif
