/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The errata sheet as a table (DS80349C, tables 1 and 2).
 *
 * How it works: a row says which silicon has the erratum and what the switch does in this model; the switch itself is a bit of
 * config.errata, looked at where it bites. By rule: it always bites when the host does what the sheet warns of, and then as badly as
 * the sheet allows, so that a host that leaves out the work-around is seen to fail. By chance: silicon may misbehave at any time, so
 * it does only where ops->disturb says so.
 */
#include "enc28j60.h"

#define IS(revision) (UINT32_C(1) << ENC28J60_##revision)
#define EVERY (IS(B1) | IS(B4) | IS(B5) | IS(B7))
#define EARLY (IS(B1) | IS(B4))
#define LATE (IS(B5) | IS(B7))

/* clang-format off */
static const struct enc28j60_erratum rows[] = {
	{ 1, "MAC interface", EARLY, false, "MAC registers need an SPI clock of 8 MHz",
	  "below 8 MHz a write to a MAC or MII register is lost, a read gives 0" },
	{ 2, "Reset", EVERY, false, "SRC does not clear CLKRDY", "CLKRDY stays set while the PHY clock stands still" },
	{ 3, "Core", EARLY, false, "no industrial temperature range", "a finding outside 0..70 instead of -40..85 degrees Celsius" },
	{ 4, "Oscillator", EVERY, false, "CLKOUT stops in power save", "`enc28j60_clkout_hz()` is 0 until the clock is back" },
	{ 5, "Memory", EVERY, false, "the receive write pointer goes astray", "it becomes 0000h whenever ERXST or ERXND is written" },
	{ 6, "Interrupts", EVERY, false, "PKTIF is unreliable", "EIR.PKTIF reads 0; INT and ESTAT.INT work" },
	{ 7, "PHY", EVERY, false, "reversed polarity is not corrected", "with `config.polarity_reversed` every bit arrives inverted" },
	{ 8, "PHY", EARLY, false, "RBIAS is 2.7 kOhm", "a finding unless `config.rbias_ohm` is 2700 instead of 2320" },
	{ 9, "PHY", EVERY, false, "half-duplex loopback is unreliable", "every second looped frame is lost" },
	{ 10, "PHY", EVERY, false, "full-duplex loopback is unreliable", "every second looped frame is lost" },
	{ 11, "PHY LEDs", EVERY, false, "LED setting 1110 does not exist", "using it is a finding" },
	{ 12, "Transmit logic", EVERY, false, "a half-duplex abort stalls transmission",
	  "TXRTS stays set and nothing is sent until TXRST; clearing TXRTS or TXRST raises TXERIF" },
	{ 13, "PHY", LATE, true, "a link pulse passes for a late collision", "where `tx_link_pulse` says so" },
	{ 14, "Memory", EVERY, false, "an even ERXRDPT corrupts the ring", "bit 1 of the next-packet pointers stored meanwhile is wrong" },
	{ 15, "Transmit logic", EVERY, false, "LATECOL is unreliable", "it does not come up" },
	{ 16, "PHY LEDs", EVERY, false, "the LED polarity is misread", "with `config.led_polarity_misread` PDPXMD resets to the opposite" },
	{ 17, "DMA", EVERY, false, "a checksum aborts reception", "frames on the wire at the same time are lost" },
	{ 18, "Receive filter", EVERY, true, "the pattern filter passes too much", "where `rx_pattern_passes` says so" },
	{ 19, "SPI interface", EVERY, false, "SRC is not heard in power save", "it does nothing, which is a finding" },
};
/* clang-format on */

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const struct enc28j60_erratum *enc28j60_errata_table(size_t *ret_count)
{
	*ret_count = ROW_COUNT;
	return rows;
}

uint32_t enc28j60_errata(enum enc28j60_revision revision)
{
	uint32_t errata = 0;

	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].revisions >> revision & 1)
			errata |= ENC28J60_ERRATUM(rows[i].number);
	return errata;
}
