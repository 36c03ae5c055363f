/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The smallest NIC that satisfies the contract of nic/nic.h, at 100 Mbit/s. It shows that a board
 * depends on nothing else of its NIC.
 *
 * Its host talks to it in messages. The first byte is a command:
 *
 *     STATUS  0x01  answers in the bytes after it: frames that wait, length of the first (high,
 *                   low)
 *     SEND    0x02  the bytes after it are a frame; the FCS is the NIC's business
 *     READ    0x03  answers with the first frame, without FCS, and forgets it
 *
 * INT is asserted while a frame waits.
 */
#ifndef TESTS_NIC_MINIMAL_H
#define TESTS_NIC_MINIMAL_H

#include "emulator/nic/nic.h"

enum { MINIMAL_STATUS = 1, MINIMAL_SEND, MINIMAL_READ };

extern const struct nic_model minimal_nic;

#endif
