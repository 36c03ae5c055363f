/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of the board, in the order of the reference. A new one is one line more. */
#include "lib/fault/action.h"

#define FAULTS(F) \
	F(collision) \
	F(tx_stall) \
	F(tx_flags) \
	F(link_pulse) \
	F(rx_pointer) \
	F(rx_overflow) \
	F(rx_uncounted) \
	F(rx_error) \
	F(rx_pktif) \
	F(rx_pattern) \
	F(mii_stuck) \
	F(spi_bit) \
	F(spi_stuck) \
	F(spi_cut) \
	F(spi_stall) \
	F(spi_slow) \
	F(brown_out) \
	F(int_lost) \
	F(int_stuck) \
	F(int_double) \
	F(clkrdy) \
	F(warm_start) \
	F(power_cut) \
	F(nor_rot) \
	F(nor_stuck) \
	F(nor_slow)

#define DECLARE(name) extern const struct action fault_##name;
FAULTS(DECLARE)

#define ROW(name) &fault_##name,
static const struct action *const actions[] = {FAULTS(ROW) NULL};
const struct fault_catalogue catalogue_board = {actions, NULL};
