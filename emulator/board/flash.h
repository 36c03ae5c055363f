/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The flash on the board: its memory, its place in the trace, and the power cuts that its faults
 * ask for.
 */
#ifndef BOARD_FLASH_H
#define BOARD_FLASH_H

#include "emulator/board/board_faults.h"
#include "emulator/nor/nor.h"
#include "lib/sim/sim.h"
#include "lib/sim/trace.h"

struct flash {
	struct nor nor;
	uint8_t *array;
	struct sim *sim;
	struct trace *trace;
	struct board_faults *board_faults;
	struct sim_event cut; /* the supply fails then */
	uint64_t off_ns;      /* and is back after so long */
	/** The supply has failed, by this fault: the board is to follow. */
	void (*failed)(void *ctx, uint64_t off_ns, sim_ns now);
	void *ctx;
};

/** A blank flash, which has been powered on for long. @return to be released with flash_close(). */
struct flash *flash_open(const struct nor_config *config, struct board_faults *board_faults, struct sim *sim, struct trace *trace,
                         void (*failed)(void *ctx, uint64_t off_ns, sim_ns now), void *ctx);
void flash_close(struct flash *flash);

/** A message; both buffers may be one. */
void flash_spi(struct flash *flash, const uint8_t *mosi, uint8_t *ret_miso, size_t length);
void flash_power(struct flash *flash, bool on);

/** Writes the closing line: what was done, and a digest of the contents. */
void flash_finish(struct flash *flash);

#endif
