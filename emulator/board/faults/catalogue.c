/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of the board, in the order of the reference. A new one is one line more. */
#include "emulator/board/fault.h"

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

static bool is_whole(const struct action *action)
{
	const struct board_fault *act = action->act;
	const bool has[SITES_ALL] = {
		[SITE_TX] = act->nic != NULL,
		[SITE_RX] = act->nic != NULL,
		[SITE_MII] = act->nic != NULL,
		[SITE_SPI] = act->message != NULL || act->mosi != NULL || act->miso != NULL || act->drive_miso != NULL ||
	                     act->select != NULL,
		[SITE_INT] = act->edge != NULL,
		[SITE_NOR_OP] = act->flash_op != NULL,
		[SITE_NOR_READ] = act->flash_read != NULL,
		[SITE_POWER] = act->startup != NULL || act->is_warm,
	};

	return has[action->site];
}

const struct fault_catalogue catalogue_board = {.actions = actions, .is_whole = is_whole};
