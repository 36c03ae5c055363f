/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "driver.h"

enum { RCR = 0x00, RBM = 0x3a, WCR = 0x40, WBM = 0x7a, BFS = 0x80, BFC = 0xa0, SRC = 0xff };

#define RX_END 0x19ff
#define TX_START 0x1a00

static uint8_t spi_byte(uint8_t mosi)
{
	uint8_t miso = 0;

	for (int bit = 7; bit >= 0; bit--)
		miso = (uint8_t)(miso << 1 | pin_clock(mosi >> bit & 1));
	return miso;
}

static void command(uint8_t opcode, uint8_t value)
{
	pin_select(true);
	spi_byte(opcode);
	spi_byte(value);
	pin_select(false);
}

static void select_bank(struct enc28j60 *dev, uint8_t reg)
{
	if ((reg & 0x1f) >= EIE || dev->bank == reg >> 5)
		return;
	dev->bank = reg >> 5;
	command(BFC | (ECON1 & 0x1f), 0x03);
	command(BFS | (ECON1 & 0x1f), dev->bank);
}

uint8_t enc28j60_reg_read(struct enc28j60 *dev, uint8_t reg)
{
	bool is_mac = reg >> 5 == 2 && (reg & 0x1f) < EIE;
	uint8_t value;

	select_bank(dev, reg);
	pin_select(true);
	spi_byte(RCR | (reg & 0x1f));
	if (is_mac)
		spi_byte(0);
	value = spi_byte(0);
	pin_select(false);
	return value;
}

void enc28j60_reg_write(struct enc28j60 *dev, uint8_t reg, uint8_t value)
{
	select_bank(dev, reg);
	command(WCR | (reg & 0x1f), value);
}

static void write16(struct enc28j60 *dev, uint8_t reg, uint16_t value)
{
	enc28j60_reg_write(dev, reg, (uint8_t)value);
	enc28j60_reg_write(dev, (uint8_t)(reg + 1), (uint8_t)(value >> 8));
}

void enc28j60_reset(struct enc28j60 *dev)
{
	pin_select(true);
	spi_byte(SRC);
	pin_select(false);
	wait_us(2000);
	dev->bank = 0;
}

void enc28j60_init(struct enc28j60 *dev)
{
	enc28j60_reset(dev);
	while (!(enc28j60_reg_read(dev, ESTAT) & ESTAT_CLKRDY))
		wait_us(100);
	dev->next_packet = 0;
	write16(dev, ERXST, 0);
	write16(dev, ERXND, RX_END);
	write16(dev, ERXRDPT, RX_END);
	enc28j60_reg_write(dev, ERXFCON, 0xa1);
	enc28j60_reg_write(dev, MACON1, MACON1_MARXEN);
	enc28j60_reg_write(dev, MACON3, MACON3_PADCFG0 | MACON3_TXCRCEN);
	write16(dev, MAMXFL, 1518);
	command(BFS | (ECON1 & 0x1f), ECON1_RXEN);
}

void enc28j60_transmit(struct enc28j60 *dev, const uint8_t *bytes, size_t length)
{
	write16(dev, EWRPT, TX_START);
	pin_select(true);
	spi_byte(WBM);
	spi_byte(0); /* no override */
	for (size_t i = 0; i < length; i++)
		spi_byte(bytes[i]);
	pin_select(false);
	write16(dev, ETXST, TX_START);
	write16(dev, ETXND, (uint16_t)(TX_START + length));
	command(BFS | (ECON1 & 0x1f), ECON1_TXRTS);
	while (enc28j60_reg_read(dev, ECON1) & ECON1_TXRTS)
		wait_us(10);
}

size_t enc28j60_receive(struct enc28j60 *dev, uint8_t *ret_bytes, size_t size)
{
	uint8_t header[6];
	size_t length;

	if (enc28j60_reg_read(dev, EPKTCNT) == 0)
		return 0;
	write16(dev, ERDPT, dev->next_packet);
	pin_select(true);
	spi_byte(RBM);
	for (unsigned i = 0; i < sizeof(header); i++)
		header[i] = spi_byte(0);
	length = (size_t)(header[2] | header[3] << 8) - 4;
	for (size_t i = 0; i < length && i < size; i++)
		ret_bytes[i] = spi_byte(0);
	pin_select(false);
	dev->next_packet = (uint16_t)(header[0] | header[1] << 8);
	write16(dev, ERXRDPT, dev->next_packet == 0 ? RX_END : (uint16_t)(dev->next_packet - 1));
	command(BFS | (ECON2 & 0x1f), ECON2_PKTDEC);
	return length;
}
