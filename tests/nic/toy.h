/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A NIC that nobody makes: as little as the contract of nic/nic.h asks for, at 100 Mbit/s. It shows that
 * a board knows nothing of its NIC but that contract.
 *
 * Its host talks to it in messages. The first byte is a command:
 *
 *     STATUS  0x01  answers in the bytes after it: frames that wait, length of the first (high, low)
 *     SEND    0x02  the bytes after it are a frame; the FCS is the NIC's business
 *     READ    0x03  answers with the first frame, without FCS, and forgets it
 *
 * INT is asserted while a frame waits.
 */
#ifndef TESTS_TOY_NIC_H
#define TESTS_TOY_NIC_H

#include "emulator/nic/nic.h"

enum { TOY_STATUS = 1, TOY_SEND, TOY_READ };

extern const struct nic_model toy_nic;

#endif
