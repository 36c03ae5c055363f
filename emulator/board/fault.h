/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the board: what its faults do, each a file in faults/.
 *
 * A fault acts at the site that its action names. There its function is called with what it may
 * change: all faults that act at one event change the same, in the order of the plan.
 */
#ifndef BOARD_FAULT_H
#define BOARD_FAULT_H

#include "emulator/board/board_faults.h"
#include "lib/fault/fault.h"

/** INT between the chip and the processor. */
struct int_line {
	bool edge_hidden;         /**< the processor missed this assertion */
	sim_ns stuck_until;       /**< until then it stands still, */
	bool stuck_asserted;      /**< and so */
	sim_ns up_from, up_until; /**< the line is high in between, though the chip asserts it */
};

/** An action's `act`. The functions of its site are set, others are NULL. */
struct board_fault {
	/**
	 * A site of the NIC that the action names.
	 * @param effect What it does wrong, of that NIC's type.
	 * @param medium What a transmission meets on the cable.
	 */
	void (*nic)(const void *params, void *effect, struct medium_effect *medium);

	/** nor.op. @param off_ns For how long there is no supply then. */
	void (*flash_op)(const void *params, struct nor_effect *chip, uint64_t *off_ns);
	/** nor.read. */
	void (*flash_read)(const void *params, struct nor *nor);

	/* spi.msg; any of them may be NULL. */
	/** The message begins. @param bus_ns How long it occupies the bus by itself. */
	void (*message)(const void *params, uint64_t bus_ns, struct spi_effect *chip);
	/** Changes its bytes on their way to the chip, */
	void (*mosi)(const void *params, uint8_t *bytes, size_t length);
	/** and those of the answer on their way to the host. */
	void (*miso)(const void *params, uint8_t *bytes, size_t length);
	/** Drives MISO during the whole message, whatever others have made of it. */
	void (*drive_miso)(const void *params, uint8_t *bytes, size_t length);
	/**
	 * Where chip select rises in a command that begins at byte @p from. @return at most @p end.
	 */
	size_t (*select)(const void *params, size_t from, size_t end);

	/** int.edge. */
	void (*edge)(const void *params, sim_ns now, struct int_line *line);

	/* At power on; it has no site. */
	/** @return when the chip's clock is ready. */
	uint64_t (*startup)(const void *params);
	/** The chip is as a former life of the host has left it. */
	bool is_warm;
};

/** A message takes so much longer, up to FAULT_TIME_MAX. */
static inline void spi_lengthen(struct spi_effect *chip, uint64_t by_ns)
{
	uint64_t room_ns = FAULT_TIME_MAX - chip->longer_ns;

	chip->longer_ns += by_ns < room_ns ? by_ns : room_ns;
}

#endif
