/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the board: what goes wrong in the chip, on the SPI bus, on the INT line and with the supply.
 *
 * A fault belongs to a site, and a site counts its occasions from 1 since power on: enc.tx (a transmission begins), enc.rx (a frame is about to be stored),
 * enc.mii (an MII operation begins), spi.msg (a message on the bus), int.edge (INT falls). Every fault that acts is a line of the trace with its site's
 * address, such as enc.tx#7, so that the next plan can name it.
 */
#ifndef BOARD_DISTURB_H
#define BOARD_DISTURB_H

#include "enc28j60/enc28j60.h"
#include "fault/fault.h"
#include "link/medium.h"
#include "sim/trace.h"

struct disturber;

/** @param faults Borrowed; those of other layers are left out. @return to be released with disturber_close(). */
struct disturber *disturber_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace);
void disturber_close(struct disturber *disturber);

/** The board is powered on at @p now: when the chip's clock is ready after that, or @p standard_ns if no fault says otherwise. */
uint64_t disturber_startup(struct disturber *disturber, uint64_t standard_ns, sim_ns now);

/** The chip asks at its sites. */
void disturber_chip(struct disturber *disturber, enum enc28j60_site site, unsigned number, sim_ns now,
                    struct enc28j60_disturbance *ret_disturbance);

/** What the transmission that the chip asked about last meets on the cable. */
struct medium_noise disturber_noise(const struct disturber *disturber);

/** What happens to a message on the bus. */
struct spi_disturbance {
	bool brown_out;              /**< before it */
	size_t seen;                 /**< how many bytes the chip sees */
	bool miso_stuck;             /**< all bits of MISO are as in miso_level */
	uint8_t miso_level;          /**< 0x00 or 0xff */
	size_t mosi_byte, miso_byte; /**< where a bit is inverted; beyond the message if nowhere */
	uint8_t mosi_bits, miso_bits;
};

/** The next message, of @p length bytes, begins. */
struct spi_disturbance disturber_spi(struct disturber *disturber, size_t length, sim_ns now);

/**
 * INT as the processor sees it.
 * @param asserted As the chip drives it now.
 */
bool disturber_int(struct disturber *disturber, bool asserted, sim_ns now);

/** When disturber_int() changes by itself (the end of the last int_stuck, which may be past), or SIM_NEVER. */
sim_ns disturber_next(const struct disturber *disturber);

/** What the faults have done. @return false if the @p index-th fault of the plan is not of this layer. */
bool disturber_counters(const struct disturber *disturber, size_t index, uint64_t *ret_matched, uint64_t *ret_applied);

#endif
