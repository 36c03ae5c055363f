/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The device's circuit board: an SPI bus with its chip selects, the INT line, and the chips on it.
 *
 *     chip select 0   the Ethernet controller (nic/nic.h), INT wired to the processor
 *     chip select 1   the flash, on boards that are fitted with one; it has no interrupt
 *
 * The board turns what the controller says into trace lines, joins its Ethernet side to the wire,
 * and keeps one digest over every byte on the bus, so that the trace's digest covers them all.
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emulator/board/board_faults.h"
#include "emulator/board/flash.h"
#include "lib/link/link.h"
#include "emulator/nic/nic.h"
#include "lib/sim/sim.h"
#include "lib/sim/trace.h"

struct board_counters {
	uint64_t messages, bytes; /**< on the SPI bus */
	uint64_t received, sent;  /**< frames that the NIC stored, and sent whole */
	/** frames lost for want of room; for their FCS or a filter; sent in part or not at all */
	uint64_t overflowed, refused, aborted;
	uint64_t findings; /**< the guest did what the datasheet forbids */
};

/** Sites of a NIC. */
#define BOARD_NIC_SITES_MAX 8U

struct board {
	struct sim *sim;
	struct trace *trace;
	struct link *link;
	const struct nic_model *model;
	void *nic; /* its state */
	/* Those of the model, as faults name them; SITES: they do not. */
	enum site sites[BOARD_NIC_SITES_MAX];
	struct sim_event nic_event;
	struct board_faults *board_faults;
	struct sim_event int_event; /* INT changes by itself, for a fault */
	struct board_counters counters;
	void *bus_digest; /* XXH3 state */
	/** set by the owner to follow the INT line; may be NULL */
	void (*int_changed)(void *ctx, bool asserted, sim_ns now);
	void *int_ctx;
	/**
	 * The supply of the whole board has failed, for this long; whoever holds the processor
	 * resets it, and switches the board on. May be NULL.
	 */
	void (*power_cut)(void *ctx, uint64_t off_ns, sim_ns now);
	void *power_ctx;
	struct flash *flash; /* NULL: none is fitted */
	bool is_off;
	bool int_was;  /* as the processor sees it */
	bool int_fell; /* since board_take_int_edge() */
};

/**
 * Powers the board on.
 * @param model Of its NIC. @param config For it; when its clock is ready is the board's business.
 * @param link Joined to its Ethernet side, in its bit time; must outlive the board.
 * @param board_faults The board's faults; taken over.
 */
void board_open(struct board *board, const struct nic_model *model, const struct nic_config *config, struct link *link,
                struct board_faults *board_faults, struct sim *sim, struct trace *trace);
void board_close(struct board *board);

/**
 * Fits a flash, blank; once, right after board_open(). @return its memory, NOR_SIZE bytes, to be
 * filled as the factory does.
 */
uint8_t *board_fit_flash(struct board *board, const struct nor_config *config);

/** The memory of the flash that was fitted, NOR_SIZE bytes; NULL if none was. */
uint8_t *board_flash_memory(struct board *board);

/**
 * Switches the supply of all chips, for nothing if it is as wanted already. Without it what the
 * flash is at is torn, every SPI message reads ones and no frame is heard; with it again all chips
 * are as after power on.
 */
void board_power(struct board *board, bool on, sim_ns now);

/**
 * What the link calls when a frame reaches the NIC (@p data: with FCS, valid during the call), or
 * has left it, when the NIC senses a carrier, and when the link comes or goes.
 */
void board_frame_arrived(struct board *board, const uint8_t *data, size_t length, sim_ns now);
void board_frame_sent(struct board *board, const struct medium_outcome *outcome, sim_ns now);
void board_carrier_sensed(struct board *board, bool carrier, sim_ns now);
void board_carrier(struct board *board, bool up, sim_ns now);

/**
 * The bytes of one chip-select-low period, at the simulation's now.
 * @param ret_miso As many bytes: what the chip sent; ones where nothing drives the line.
 * @param bus_ns How long they have occupied the bus.
 * @return for how much longer they do, in ns, because of a fault.
 */
uint64_t board_spi(struct board *board, unsigned chip_select, const uint8_t *mosi, uint8_t *ret_miso, size_t length, uint64_t bus_ns);

/** Whether the INT line is asserted (low), as the processor sees it. */
bool board_int_asserted(const struct board *board);

/** Whether INT has fallen since this was asked last, if only for a moment. */
bool board_take_int_edge(struct board *board);

/**
 * Whether INT can become asserted without the guest doing anything. If not, nothing that happens
 * can be noticed by the guest before it uses the bus.
 */
bool board_can_interrupt(const struct board *board);

/** Bytes that the NIC has received and the guest has not taken yet. */
unsigned board_rx_fill(const struct board *board);

/** Writes the closing lines: what was on the bus and its digest, and what the NIC did. */
void board_finish(struct board *board);

#endif
