/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which bytes of a frame a compiled filter looks at.
 *
 * How it works: a BPF program can load from fixed places, from places relative to the register X,
 * and the frame's length; the IPv4 header's length, four bits of byte 14, is what compilers put
 * into X. In a plain frame (loads_plain(): IPv4 in Ethernet without tags and without IP options,
 * LOADS_HEAD bytes or more) byte 14 and the type are known, so most places are, and most branches
 * for other protocols are never taken. The program is followed once, forwards, with what is known
 * of A and X at each instruction; where two ways meet, what they do not agree about is not known.
 * What cannot be followed is not guessed: loads_of() says no, and so it does if a load might lie
 * behind the first LOADS_HEAD bytes, where a program could end because the frame does.
 *
 * So if loads_of() says yes, the program's answer for a plain frame is a function of the bytes and
 * the length that it tells, and of nothing else.
 */
#ifndef PROXY_LOADS_H
#define PROXY_LOADS_H

#include <pcap/pcap.h>

#include "lib/link/frame.h"

/**
 * Bytes that are looked at: Ethernet, IPv4 without options, and 14 more, up to a TCP header's
 * flags.
 */
#define LOADS_HEAD 48U

struct loads {
	/** bit k: byte k of the frame, but for the bytes that are the same in all plain frames */
	uint64_t bytes;
	bool length; /**< the frame's length too */
};

/** Whether @p frame is plain. */
bool loads_plain(const struct frame *frame);

/** @return false if it cannot be told what @p program loads from a plain frame. */
bool loads_of(const struct bpf_program *program, struct loads *ret_loads);

#endif
