/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Writes the SPI bus and the INT line as a value change dump (IEEE 1364-2005 clause 18) for
 * GTKWave, PulseView and sigrok-cli.
 *
 * The signals are SCK, MOSI, MISO, CS and INT, in virtual time with a resolution of 1 ns, in SPI
 * mode 0: a bit is put on the line when SCK falls and is taken when it rises. The guest carries
 * short transfers over as a debt (guest/README.md), so such a transfer is drawn where the one
 * before it ends: up to some 10 us later than the guest knows its answer. Nothing is ever drawn
 * before what was drawn already. Time for which a fault lets a transfer occupy the bus for longer
 * is drawn as a pause behind it.
 *
 * The stream belongs to the caller, who also looks for write errors.
 */
#ifndef REPORTS_VCD_H
#define REPORTS_VCD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct vcd {
	FILE *stream;
	uint64_t drawn_ns;   /* up to where */
	uint64_t stamped_ns; /* the last time stamp in the file */
	unsigned levels;     /* of the signals as drawn, a bit each */
};

/** Begins a file at @p now_ns with the bus at rest: CS and INT high, SCK low. */
void vcd_begin(struct vcd *vcd, FILE *stream, uint64_t now_ns);

/**
 * Draws one chip-select-low period that ended at @p end_ns.
 * @param bus_ns How long it took; its bits share the time evenly, the select and deselect pause
 * takes the rest.
 * @param clock_hz The bus clock.
 */
void vcd_transfer(struct vcd *vcd, const uint8_t *mosi, const uint8_t *miso, size_t length, uint64_t bus_ns, uint64_t clock_hz,
                  uint64_t end_ns);

/** Draws the INT line. @param asserted Low. */
void vcd_int(struct vcd *vcd, bool asserted, uint64_t now_ns);

/**
 * Ends a file at @p now_ns with a bare time stamp, without which readers take the last change for
 * one that lasts no time and leave it out.
 */
void vcd_end(struct vcd *vcd, uint64_t now_ns);

#endif
