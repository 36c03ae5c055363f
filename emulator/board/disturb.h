/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the board: what goes wrong in the chip, on the SPI bus, on the INT line and with the supply.
 *
 * Its sites are enc.tx (a transmission begins), enc.rx (a frame has passed the filters), enc.mii (an MII operation begins), spi.msg (a message on the bus)
 * int.edge (the chip lets INT fall), nor.op (the flash begins to program or to erase) and nor.read (it is about to be read).
 */
#ifndef BOARD_DISTURB_H
#define BOARD_DISTURB_H

#include "lib/fault/armed.h"
#include "lib/link/medium.h"
#include "emulator/nor/nor.h"

struct disturber;

/** @param faults Borrowed; those of other layers are left out. @return to be released with disturber_close(). */
struct disturber *disturber_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct armed_ops ops,
                                 void *ctx);
void disturber_close(struct disturber *disturber);

/** Its faults, for what all layers do with theirs. */
struct armed_faults *disturber_faults(struct disturber *disturber);

/** The board is powered on at @p now: when the chip's clock is ready after that, or @p standard_ns if no fault says otherwise. */
uint64_t disturber_startup(struct disturber *disturber, uint64_t standard_ns, sim_ns now);

/**
 * The NIC asks at one of its sites.
 * @param ret_effect Of its own type, all zero.
 */
void disturber_nic(struct disturber *disturber, enum site site, unsigned number, sim_ns now,
                   void *ret_effect);

/** What the transmission that the NIC has asked about just now meets on the cable. */
struct medium_noise disturber_noise(const struct disturber *disturber);

/** Whether the chip is powered on as a former life of the host has left it: with its clock running and INT asserted. */
bool disturber_warm(struct disturber *disturber, sim_ns now);

/**
 * The flash begins its @p number-th operation.
 * @return for how long there is no supply, if it is cut.
 */
uint64_t disturber_flash_op(struct disturber *disturber, uint64_t number, sim_ns now, struct nor_disturbance *ret_disturbance);

/** The flash is about to be read for the @p number-th time: what has rotted by then. */
void disturber_flash_read(struct disturber *disturber, uint64_t number, sim_ns now, struct nor *nor);

/** What happens to a message on the bus, besides what happens to its bytes. */
struct spi_disturbance {
	bool brown_out;     /**< before it */
	uint64_t longer_ns; /**< the bus stays occupied for so much longer; at most FAULT_TIME_MAX */
};

/**
 * The next message begins.
 * @param mosi Its bytes, as the host sends them.
 * @param bus_ns How long it occupies the bus by itself.
 */
struct spi_disturbance disturber_spi(struct disturber *disturber, const uint8_t *mosi, size_t length, uint64_t bus_ns, sim_ns now);

/** What becomes of this message's bytes on their way to the chip. */
void disturber_mosi(const struct disturber *disturber, uint8_t *bytes, size_t length);

/** What becomes of the chip's answer to this message on its way to the host. */
void disturber_miso(const struct disturber *disturber, uint8_t *bytes, size_t length);

/**
 * How many bytes of this message the chip takes as one command, from byte @p from on, before chip select rises.
 * @return 0 if chip select does not fall again, or the message is at its end.
 */
size_t disturber_command(const struct disturber *disturber, size_t from, size_t length);

/**
 * INT as the processor sees it.
 * @param asserted As the chip drives it now.
 */
bool disturber_int(struct disturber *disturber, bool asserted, sim_ns now);

/** When, after @p now, disturber_int() next changes by itself, or SIM_NEVER. */
sim_ns disturber_next(const struct disturber *disturber, sim_ns now);

#endif
