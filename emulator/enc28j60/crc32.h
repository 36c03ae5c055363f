/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Ethernet frame check sequence (IEEE 802.3 sec. 3.2.9), table driven, eight bytes a step. */
#ifndef ENC28J60_CRC32_H
#define ENC28J60_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The FCS of a frame that ends in its own correct FCS: the CRC residue, as enc28j60_fcs() returns it. */
#define ENC28J60_FCS_RESIDUE UINT32_C(0x2144df1c)

/**
 * Computes the FCS over some bytes.
 *
 * @param bytes  the bytes, destination address first
 * @param length how many, in bytes; 0 is allowed
 * @return the FCS as a number; on the wire its lowest byte goes first
 */
uint32_t enc28j60_fcs(const uint8_t *bytes, size_t length);

/**
 * Continues an FCS over further bytes, so that a frame in two pieces needs no copy.
 *
 * @param fcs    what enc28j60_fcs() or this function returned for the bytes before, 0 if there were none
 * @param bytes  the bytes that follow
 * @param length how many, in bytes
 * @return the FCS over all bytes so far
 */
uint32_t enc28j60_fcs_continue(uint32_t fcs, const uint8_t *bytes, size_t length);

#endif
