/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens in the chip, on the SPI bus, on the INT line and with the supply; emulator/board does it. */
#include "fault/fault.h"

static const struct param collision_params[] = {
	PARAM_ROW_QUANTITY(collision_params, times, "times", UNIT_NONE, "1", 1, 64, "attempts of the frame; 16 make excessive collisions"),
	PARAM_ROW_QUANTITY(collision_params, after, "after", UNIT_NONE, "20", 0, 1600,
                           "bytes of each, preamble included; from 64 on it is late"),
	{0},
};

static const struct param tx_stall_params[] = {
	PARAM_ROW_BOOL(tx_stall_params, flags, "flags", "false", "TXIF, TXERIF and TXABRT are set all the same"),
	{0},
};

static const struct param tx_flags_params[] = {
	PARAM_ROW_BOOL(tx_flags_params, lose_txif, "lose_txif", "false", "TXIF is not set"),
	PARAM_ROW_BOOL(tx_flags_params, raise_txerif, "raise_txerif", "false", "TXERIF is set as well"),
	PARAM_ROW_BOOL(tx_flags_params, early_txif, "early_txif", "false",
                       "TXIF is set when the transmission begins, and again at its end"),
	{0},
};

static const struct param rx_pointer_params[] = {
	PARAM_ROW_QUANTITY(rx_pointer_params, xor_bits, "xor", UNIT_NONE, NULL, 1, 0xffff, "the bits of the pointer that are stored wrong"),
	{0},
};

static const struct param rx_overflow_params[] = {
	PARAM_ROW_BOOL(rx_overflow_params, flag, "flag", "true", "RXERIF is set; false: the frame is lost in silence"),
	{0},
};

static const char *const pktif_kinds[] = {"lost", "false", NULL};

static const struct param rx_pktif_params[] = {
	PARAM_ROW_CHOICE(rx_pktif_params, kind, "kind", pktif_kinds, NULL,
                         "lost: the frame is stored and counted without it; false: the frame is lost, the flag comes"),
	{0},
};

static const char *const spi_lines[] = {"mosi", "miso", NULL};
static const char *const levels[] = {"0", "1", NULL};

static const struct param spi_bit_params[] = {
	PARAM_ROW_CHOICE(spi_bit_params, line, "line", spi_lines, "miso", "on which line"),
	PARAM_ROW_QUANTITY(spi_bit_params, byte, "byte", UNIT_NONE, "1", 0, 0,
                           "which byte of the message, from 0; nothing happens beyond its end"),
	PARAM_ROW_QUANTITY(spi_bit_params, bit, "bit", UNIT_NONE, "0", 0, 7, "which bit; 7 goes first"),
	{0},
};

static const struct param spi_stuck_params[] = {
	PARAM_ROW_CHOICE(spi_stuck_params, level, "level", levels, NULL, "where MISO stands"),
	{0},
};

static const struct param spi_cut_params[] = {
	PARAM_ROW_QUANTITY(spi_cut_params, after, "after", UNIT_NONE, NULL, 0, 0, "bytes that the chip sees before chip select rises"),
	PARAM_ROW_BOOL(spi_cut_params, resume, "resume", "false", "chip select falls again: the other bytes are a message of their own"),
	{0},
};

static const struct param spi_stall_params[] = {
	PARAM_ROW_QUANTITY(spi_stall_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how much longer the message takes"),
	{0},
};

static const struct param spi_slow_params[] = {
	PARAM_ROW_QUANTITY(spi_slow_params, factor, "factor", UNIT_NONE, NULL, 2, FAULT_FACTOR_MAX, "how many times as long it takes"),
	{0},
};

static const struct param int_stuck_params[] = {
	PARAM_ROW_CHOICE(int_stuck_params, level, "level", levels, NULL, "where INT stands; 0 is asserted"),
	PARAM_ROW_QUANTITY(int_stuck_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long"),
	{0},
};

static const struct param int_double_params[] = {
	PARAM_ROW_QUANTITY(int_double_params, after_ns, "after", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "how long INT is low before it rises, and how long it is high before it falls again"),
	{0},
};

static const struct param clkrdy_params[] = {
	PARAM_ROW_QUANTITY(clkrdy_params, after_ns, "after", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "after power on; 300us is right"),
	{0},
};

/* -- checks that a table cannot make -- */

static bool check_tx_flags(const struct fault *fault, const char **ret_key, struct error *err)
{
	if (fault->params.tx_flags.lose_txif || fault->params.tx_flags.raise_txerif || fault->params.tx_flags.early_txif)
		return true;
	*ret_key = "tx_flags";
	return error_set(err, "say which flag: lose_txif, raise_txerif, early_txif or several");
}

static bool check_power_on(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;
	bool begins = match->from.kind != MOMENT_TIME || match->from.ns != 0,
	     ends = match->until.kind != MOMENT_TIME || match->until.ns != 0;

	if (!begins && !ends)
		return true;
	*ret_key = begins ? "from" : "until";
	return error_set(err, "'%s' is about power on, so '%s' has no place here", fault->action->name, *ret_key);
}

/* clang-format off */
const struct action actions_board[] = {
	{FAULT_COLLISION, "collision", "a transmission collides with something on the cable (half duplex)", LAYER_BOARD, "enc.tx",
	 collision_params, NULL},
	{FAULT_TX_STALL, "tx_stall", "the transmit logic hangs: TXRTS stays set and nothing is sent (like erratum 12)", LAYER_BOARD,
	 "enc.tx", tx_stall_params, NULL},
	{FAULT_TX_FLAGS, "tx_flags", "the frame is sent, its interrupt flags are wrong", LAYER_BOARD, "enc.tx", tx_flags_params,
	 check_tx_flags},
	{FAULT_LINK_PULSE, "link_pulse", "in half duplex, a link pulse is taken for a late collision and the frame aborted (erratum 13)",
	 LAYER_BOARD, "enc.tx", plain_params, NULL},
	{FAULT_RX_POINTER, "rx_pointer", "the next-packet pointer of a received frame is stored wrong (like erratum 14)", LAYER_BOARD,
	 "enc.rx", rx_pointer_params, NULL},
	{FAULT_RX_OVERFLOW, "rx_overflow", "a received frame is lost as if the ring were full", LAYER_BOARD, "enc.rx", rx_overflow_params,
	 NULL},
	{FAULT_RX_UNCOUNTED, "rx_uncounted", "a received frame is stored, EPKTCNT and PKTIF do not see it", LAYER_BOARD, "enc.rx",
	 plain_params, NULL},
	{FAULT_RX_ERROR, "rx_error", "a received frame is stored, RXERIF is set as well", LAYER_BOARD, "enc.rx", plain_params, NULL},
	{FAULT_RX_PKTIF, "rx_pktif", "PKTIF does not say what is in the ring (like erratum 6)", LAYER_BOARD, "enc.rx", rx_pktif_params,
	 NULL},
	{FAULT_RX_PATTERN, "rx_pattern", "the pattern filter takes a frame without the pattern (erratum 18)", LAYER_BOARD, "enc.rx",
	 plain_params, NULL},
	{FAULT_MII_STUCK, "mii_stuck", "an MII operation never ends, until a reset", LAYER_BOARD, "enc.mii", plain_params, NULL},
	{FAULT_SPI_BIT, "spi_bit", "one bit of an SPI message is inverted", LAYER_BOARD, "spi.msg", spi_bit_params, NULL},
	{FAULT_SPI_STUCK, "spi_stuck", "MISO does not move during an SPI message", LAYER_BOARD, "spi.msg", spi_stuck_params, NULL},
	{FAULT_SPI_CUT, "spi_cut", "chip select rises in mid-message: the chip sees only the beginning, or two messages", LAYER_BOARD,
	 "spi.msg", spi_cut_params, NULL},
	{FAULT_SPI_STALL, "spi_stall", "the bus stalls: an SPI message takes longer", LAYER_BOARD, "spi.msg", spi_stall_params, NULL},
	{FAULT_SPI_SLOW, "spi_slow", "an SPI message takes several times as long", LAYER_BOARD, "spi.msg", spi_slow_params, NULL},
	{FAULT_BROWN_OUT, "brown_out", "the supply dips before an SPI message: registers as after power on", LAYER_BOARD, "spi.msg",
	 plain_params, NULL},
	{FAULT_INT_LOST, "int_lost", "the processor misses a falling edge of INT", LAYER_BOARD, "int.edge", plain_params, NULL},
	{FAULT_INT_STUCK, "int_stuck", "from a falling edge on, INT stands still for some time", LAYER_BOARD, "int.edge", int_stuck_params,
	 NULL},
	{FAULT_INT_DOUBLE, "int_double", "a falling edge of INT comes twice", LAYER_BOARD, "int.edge", int_double_params, NULL},
	{FAULT_CLKRDY, "clkrdy", "the chip's clock is ready at another time than 300 us after power on", LAYER_BOARD, NULL, clkrdy_params,
	 check_power_on},
	{FAULT_WARM_START, "warm_start", "at power on the chip is in mid-work, as a warm reboot of the host leaves it without a reset line",
	 LAYER_BOARD, NULL, plain_params, check_power_on},
	{.name = NULL},
};
/* clang-format on */
