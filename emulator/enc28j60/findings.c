/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of all that a guest or its board can do wrong; and the one place that reports it. */
#include "chip.h"

struct row {
	enum stutter_enc28j60_event_kind kind;
	const char *id;
	const char *text;
	const char *section;
};

#define NOTE STUTTER_ENC28J60_EVENT_NOTE
#define FORBIDDEN STUTTER_ENC28J60_EVENT_FINDING

/* clang-format off */
static const struct row rows[FINDING_COUNT] = {
	[FINDING_SPI_OPCODE] = { FORBIDDEN, "spi-opcode", "opcode 110 does not exist", "DS39662 table 4-1" },
	[FINDING_SPI_CONSTANT] = { FORBIDDEN, "spi-constant", "the opcode came with the wrong constant", "DS39662 table 4-1" },
	[FINDING_SPI_EXTRA] = { FORBIDDEN, "spi-extra", "more data bytes than the command takes; ignored", "DS39662 sec. 4.2" },
	[FINDING_SPI_REPEAT] = { FORBIDDEN, "spi-repeat", "more bytes are read than the register has; it repeats", "DS39662 sec. 4.2.1" },
	[FINDING_SPI_SHORT] = { FORBIDDEN, "spi-short", "CS rose before the data byte; nothing was done", "DS39662 sec. 4.2" },
	[FINDING_SPI_DUMMY] = { FORBIDDEN, "spi-dummy", "only the dummy byte of a MAC or MII register was read", "DS39662 sec. 4.2.1" },
	[FINDING_SRC_EXTRA] = { NOTE, "src-extra", "SRC is one byte; the bytes after it are ignored", "DS39662 sec. 4.2.7" },
	[FINDING_BIT_FIELD] = { FORBIDDEN, "bit-field-mac", "BFS and BFC are for ETH registers only", "DS39662 sec. 4.2.5" },
	[FINDING_UNIMPLEMENTED] = { FORBIDDEN, "unimplemented", "no register at this address, or a reserved one", "DS39662 table 3-1" },
	[FINDING_READ_ONLY] = { FORBIDDEN, "read-only", "the register is read-only; the write does nothing", "DS39662 table 3-2" },
	[FINDING_RESERVED_BIT] = { FORBIDDEN, "reserved-bit", "a reserved bit is written as 1", "DS39662 table 3-2" },
	[FINDING_NOT_READY] = { FORBIDDEN, "not-ready", "MAC, MII and PHY registers are out of reach: no clock yet", "DS39662 sec. 2.2" },
	[FINDING_NOT_READY_START] = { FORBIDDEN, "not-ready-start", "RXEN or TXRTS is set while the clock is not ready",
				      "DS39662 sec. 2.2" },
	[FINDING_SLOW_SPI] = { FORBIDDEN, "slow-spi", "a MAC or MII register is accessed with less than 8 MHz; the access may be lost",
			       "erratum 1" },
	[FINDING_TEMPERATURE] = { FORBIDDEN, "temperature", "the board stands where the chip may not work", "erratum 3" },
	[FINDING_RBIAS] = { FORBIDDEN, "rbias", "the resistor at RBIAS is wrong for this silicon", "erratum 8" },
	[FINDING_RX_WRITER_OUTSIDE] = { FORBIDDEN, "rx-writer-outside", "the write pointer has gone astray: it lies outside the receive ring",
					"erratum 5" },
	[FINDING_TX_STALLED] = { FORBIDDEN, "tx-stalled", "TXRTS is set while the transmit logic is stalled: TXRST comes first",
				 "erratum 12" },
	[FINDING_PAUSE_OFF] = { FORBIDDEN, "pause-off", "EFLOCON asks for a pause frame while MACON1.TXPAUS is clear; none is sent",
				"DS39662 register 6-1" },
	[FINDING_RX_EVEN_POINTER] = { FORBIDDEN, "erxrdpt-even", "an even ERXRDPT may corrupt the receive ring", "erratum 14" },
	[FINDING_RX_POINTER_OUTSIDE] = { FORBIDDEN, "erxrdpt-outside", "ERXRDPT lies outside the receive ring", "DS39662 sec. 3.2.1" },
	[FINDING_RX_BUFFER_LIVE] = { FORBIDDEN, "rx-buffer-live", "ERXST and ERXND must not change while RXEN is set",
				     "DS39662 sec. 7.2.1" },
	[FINDING_RX_FILTER_LIVE] = { NOTE, "rx-filter-live", "better clear RXEN before changing ERXFCON or the MAC address",
				     "DS39662 sec. 7.2.1" },
	[FINDING_RX_BUFFER_SHAPE] = { NOTE, "rx-buffer-shape",
				      "better let the receive ring start even, and end odd so that ERXRDPT may stand there",
				      "DS39662 sec. 6.1, erratum 14" },
	[FINDING_DUPLEX_LIVE] = { FORBIDDEN, "duplex-live", "the duplex mode must not change while RXEN is set", "DS39662 sec. 7.2.1" },
	[FINDING_DUPLEX_MISMATCH] = { FORBIDDEN, "duplex-mismatch", "MACON3.FULDPX and PHCON1.PDPXMD differ", "DS39662 sec. 6.6" },
	[FINDING_PKTDEC_ZERO] = { FORBIDDEN, "pktdec-zero", "PKTDEC while EPKTCNT is 0", "DS39662 sec. 7.2.4" },
	[FINDING_TXRTS_BUSY] = { FORBIDDEN, "txrts-busy", "TXRTS is set again while a transmission is under way", "DS39662 sec. 7.1" },
	[FINDING_TXRTS_RESET] = { FORBIDDEN, "txrts-reset", "TXRTS is set while TXRST holds the transmit logic", "DS39662 sec. 11.3" },
	[FINDING_TX_EMPTY] = { FORBIDDEN, "tx-empty", "no room for a frame between ETXST and ETXND", "DS39662 sec. 7.1" },
	[FINDING_TX_IN_RX] = { FORBIDDEN, "tx-in-rx", "the frame or its status vector lies in the receive ring", "DS39662 sec. 3.2.2" },
	[FINDING_TX_REGISTER_BUSY] = { FORBIDDEN, "tx-register-busy", "a transmit register changes while TXRTS is set",
				       "DS39662 sec. 7.1" },
	[FINDING_TX_MEMORY_BUSY] = { FORBIDDEN, "tx-memory-busy", "bytes under transmission are accessed", "DS39662 sec. 7.1" },
	[FINDING_MII_BUSY] = { FORBIDDEN, "mii-busy", "MII access while MISTAT.BUSY is set", "DS39662 sec. 3.3.1" },
	[FINDING_MII_AGAIN] = { NOTE, "mii-again", "MIIRD was set already: no new read begins", "DS39662 sec. 3.3.1" },
	[FINDING_PHY_UNIMPLEMENTED] = { FORBIDDEN, "phy-unimplemented", "no PHY register at this address", "DS39662 table 3-3" },
	[FINDING_PHY_RESERVED_BIT] = { FORBIDDEN, "phy-reserved-bit", "a reserved PHY bit is written as 1", "DS39662 table 3-3" },
	[FINDING_PHY_IN_RESET] = { FORBIDDEN, "phy-in-reset", "PHY access before PHCON1.PRST has cleared itself", "DS39662 sec. 11.5" },
	[FINDING_PHY_SETTLES] = { FORBIDDEN, "phy-settles", "PHY registers are out of reach until 50 us after the reset", "DS39662 sec. 11.2" },
	[FINDING_LED_1110] = { FORBIDDEN, "led-1110", "the LED setting 1110 does not exist on silicon", "erratum 11" },
	[FINDING_LOOPBACK] = { NOTE, "loopback", "internal loopback is unreliable on silicon", "errata 9, 10" },
	[FINDING_POWER_SAVE_BUSY] = { FORBIDDEN, "power-save-busy", "power save with reception on or a transmission under way",
				      "DS39662 sec. 14.0" },
	[FINDING_SRC_POWER_SAVE] = { FORBIDDEN, "src-power-save", "SRC does nothing in power save", "erratum 19" },
	[FINDING_DMA_BUSY] = { FORBIDDEN, "dma-busy", "a DMA pointer or CSUMEN changes while DMAST is set", "DS39662 sec. 13.0" },
	[FINDING_DMA_ENDLESS] = { FORBIDDEN, "dma-endless", "EDMAND is never reached: the DMA does not end", "DS39662 sec. 13.0" },
	[FINDING_DMA_ONE_BYTE] = { FORBIDDEN, "dma-one-byte", "a copy of one byte overwrites all memory", "DS39662 sec. 13.0" },
	[FINDING_DMA_RECEIVING] = { FORBIDDEN, "dma-receiving", "a checksum while RXEN is set may abort a frame being received",
				    "erratum 17" },
	[FINDING_SELF_TEST_BUSY] = { NOTE, "self-test-busy", "the self-test overwrites the memory while RXEN or TXRTS is set", "DS39662 sec. 15.0" },
};
/* clang-format on */

static const char *register_name(unsigned index)
{
	const struct enc28j60_reg *reg;

	if (index >= STUTTER_ENC28J60_REG_COUNT) {
		size_t count;
		const struct enc28j60_phy_reg *phy = stutter_enc_phy_regs(&count);

		for (size_t i = 0; i < count; i++)
			if (phy[i].address == index - STUTTER_ENC28J60_REG_COUNT)
				return phy[i].name;
		return NULL;
	}
	reg = stutter_enc_reg_at(index);
	return reg ? reg->name : NULL;
}

void stutter_enc_report_finding(struct stutter_enc28j60 *chip, enum enc28j60_finding finding,
                                unsigned index, uint32_t value)
{
	const struct row *row = &rows[finding];

	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = row->kind,
				       .address = (uint16_t)index,
				       .value = value,
				       .reg = register_name(index),
				       .id = row->id,
				       .text = row->text,
				       .section = row->section,
			       });
}
