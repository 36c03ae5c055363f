/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The ENC28J60 as a model of a NIC. Boards take it by its row; this is for what is about this chip
 * and no other, such as its faults, whose effect is a struct stutter_enc28j60_effect.
 */
#ifndef NIC_ENC28J60_H
#define NIC_ENC28J60_H

#include "emulator/enc28j60/enc28j60.h"
#include "emulator/nic/nic.h"

extern const struct nic_model nic_enc28j60;

/** @param nic What nic_enc28j60 has filled. @return the chip in it, to be looked at. */
struct stutter_enc28j60 *nic_enc28j60_chip(void *nic);

#endif
