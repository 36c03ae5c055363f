/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver as anybody might have written it for a microcontroller: its names are those of the data
 * sheet and of the chip, and it knows nothing of an emulation. It drives four pins.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Registers: the bank in bits 6:5, the address below. */
enum {
	ERDPT = 0x00,
	EWRPT = 0x02,
	ETXST = 0x04,
	ETXND = 0x06,
	ERXST = 0x08,
	ERXND = 0x0a,
	ERXRDPT = 0x0c,
	EIE = 0x1b,
	EIR,
	ESTAT,
	ECON2,
	ECON1,
	ERXFCON = 0x38,
	EPKTCNT,
	MACON1 = 0x40,
	MACON3 = 0x42,
	MAMXFL = 0x4a,
	EREVID = 0x72,
};

#define ECON1_RXEN 0x04
#define ECON1_TXRTS 0x08
#define ECON2_PKTDEC 0x40
#define ESTAT_CLKRDY 0x01
#define MACON1_MARXEN 0x01
#define MACON3_PADCFG0 0x20
#define MACON3_TXCRCEN 0x10

struct enc28j60 {
	uint8_t bank;
	uint16_t next_packet;
};

/* The wires, for the driver to pull. */
void pin_select(bool low);
/* One bit each way: MOSI is set, SCK rises, MISO is read, SCK falls. */
bool pin_clock(bool mosi);
void wait_us(unsigned us);

void enc28j60_reset(struct enc28j60 *dev);
void enc28j60_init(struct enc28j60 *dev);
uint8_t enc28j60_reg_read(struct enc28j60 *dev, uint8_t reg);
void enc28j60_reg_write(struct enc28j60 *dev, uint8_t reg, uint8_t value);
void enc28j60_transmit(struct enc28j60 *dev, const uint8_t *bytes, size_t length);
/* Returns the length without FCS, 0 if there is nothing. */
size_t enc28j60_receive(struct enc28j60 *dev, uint8_t *ret_bytes, size_t size);

#endif
