/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the board: what goes wrong in the chip, on the SPI bus, on the INT line and with the
 * supply.
 *
 * Its sites are enc.tx (a transmission begins), enc.rx (a frame has passed the filters), enc.mii
 * (an MII operation begins), spi.msg (a message on the bus) int.edge (the chip lets INT fall),
 * nor.op (the flash begins to program or to erase) and nor.read (it is about to be read).
 */
#ifndef BOARD_BOARD_FAULTS_H
#define BOARD_BOARD_FAULTS_H

#include "lib/fault/armed.h"
#include "lib/link/medium.h"
#include "emulator/nor/nor.h"

/** All faults that this layer carries out. */
extern const struct fault_catalogue catalogue_board;

struct board_faults;

/**
 * @param faults Borrowed; those of other layers are left out. @return to be released with
 * board_faults_close().
 */
struct board_faults *board_faults_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct armed_ops ops,
                                       void *ctx);
void board_faults_close(struct board_faults *board_faults);

/** Its faults, for what all layers do with theirs. */
struct armed_faults *board_faults_armed(struct board_faults *board_faults);

/**
 * The board is powered on at @p now: when the chip's clock is ready after that, or @p standard_ns
 * if no fault says otherwise.
 */
uint64_t board_faults_startup(struct board_faults *board_faults, uint64_t standard_ns, sim_ns now);

/**
 * The NIC asks at one of its sites.
 * @param ret_effect Of its own type, all zero.
 */
void board_faults_nic(struct board_faults *board_faults, enum site site, unsigned number, sim_ns now, void *ret_effect);

/** What the transmission that the NIC has asked about just now meets on the cable. */
struct medium_effect board_faults_medium(const struct board_faults *board_faults);

/**
 * Whether the chip is powered on as a former life of the host has left it: with its clock running
 * and INT asserted.
 */
bool board_faults_warm(struct board_faults *board_faults, sim_ns now);

/**
 * The flash begins its @p number-th operation.
 * @return for how long there is no supply, if it is cut.
 */
uint64_t board_faults_flash_op(struct board_faults *board_faults, uint64_t number, sim_ns now, struct nor_effect *ret_effect);

/** The flash is about to be read for the @p number-th time: what has rotted by then. */
void board_faults_flash_read(struct board_faults *board_faults, uint64_t number, sim_ns now, struct nor *nor);

/** What happens to a message on the bus, besides what happens to its bytes. */
struct spi_effect {
	bool brown_out; /**< before it */
	/** the bus stays occupied for so much longer; at most FAULT_TIME_MAX */
	uint64_t longer_ns;
};

/**
 * The next message begins.
 * @param mosi Its bytes, as the host sends them.
 * @param bus_ns How long it occupies the bus by itself.
 */
struct spi_effect board_faults_spi(struct board_faults *board_faults, const uint8_t *mosi, size_t length, uint64_t bus_ns, sim_ns now);

/** What becomes of this message's bytes on their way to the chip. */
void board_faults_mosi(const struct board_faults *board_faults, uint8_t *bytes, size_t length);

/** What becomes of the chip's answer to this message on its way to the host. */
void board_faults_miso(const struct board_faults *board_faults, uint8_t *bytes, size_t length);

/**
 * How many bytes of this message the chip takes as one command, from byte @p from on, before chip
 * select rises.
 * @return 0 if chip select does not fall again, or the message is at its end.
 */
size_t board_faults_command(const struct board_faults *board_faults, size_t from, size_t length);

/**
 * INT as the processor sees it.
 * @param asserted As the chip drives it now.
 */
bool board_faults_int(struct board_faults *board_faults, bool asserted, sim_ns now);

/** When, after @p now, board_faults_int() next changes by itself, or SIM_NEVER. */
sim_ns board_faults_next(const struct board_faults *board_faults, sim_ns now);

#endif
