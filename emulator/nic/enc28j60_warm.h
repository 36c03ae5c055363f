/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An ENC28J60 that has a former life: the host was rebooted, the chip has no reset line and kept
 * its power, so it is where the driver of that life left it.
 *
 * It receives, its interrupts are enabled and INT is asserted, two frames lie in the ring, bank 3
 * is selected, and an MII read has just begun.
 */
#ifndef NIC_ENC28J60_WARM_H
#define NIC_ENC28J60_WARM_H

#include "emulator/enc28j60/enc28j60.h"

/**
 * How long before the session the former life begins: enough for the oscillator, the link and some
 * frames.
 */
#define ENC28J60_WARM_LIFE_NS UINT64_C(100000000)

/**
 * Powers the chip on and lets it live through its former life, which nobody hears of: it has no
 * listener until stutter_enc28j60_attach().
 * @param now_ns When it ends; at least ENC28J60_WARM_LIFE_NS.
 */
void enc28j60_warm_start(struct stutter_enc28j60 *chip,
                         const struct stutter_enc28j60_config *config, uint64_t now_ns);

#endif
