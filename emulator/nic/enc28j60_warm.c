/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the former life is a script of writes, each some time after power on. It uses the
 * chip as a driver does, over SPI, so the chip ends in no state that it could not get into.
 */
#include "emulator/nic/enc28j60_warm.h"

#include <string.h>

#include "emulator/enc28j60/registers.h"

/* DS39662 table 4-1. */
enum { WRITE_REGISTER = 0x40, SET_BITS = 0x80, CLEAR_BITS = 0xa0 };

#define MS UINT64_C(1000000)
/* Longer than an MII operation takes (DS39662 sec. 3.3). */
#define MII_NS UINT64_C(20000)
#define FRAME_BYTES 64U
#define FCS_BYTES 4U

/* A register's write, and how long the driver waits after it. */
struct step {
	unsigned reg;
	uint8_t value;
	uint64_t wait_ns;
};

static const struct step set_up[] = {
	{ENC28J60_ERXSTL, 0x00, 0},
	{ENC28J60_ERXSTH, 0x00, 0},
	{ENC28J60_ERXNDL, 0xff, 0},
	{ENC28J60_ERXNDH, 0x19, 0},
	{ENC28J60_ERXRDPTL, 0xff, 0},
	{ENC28J60_ERXRDPTH, 0x19, 0},
	{ENC28J60_ETXSTL, 0x00, 0},
	{ENC28J60_ETXSTH, 0x1a, 0},
	{ENC28J60_ERXFCON, ERXFCON_UCEN | ERXFCON_CRCEN | ERXFCON_BCEN, 0},
	{ENC28J60_MACON1, MACON1_MARXEN, 0},
	{ENC28J60_MACON3, 0x20 | MACON3_TXCRCEN | MACON3_FRMLNEN, 0}, /* pads to 60 bytes */
	{ENC28J60_MABBIPG, 0x12, 0},
	{ENC28J60_MAIPGL, 0x12, 0},
	{ENC28J60_MAIPGH, 0x0c, 0},
	{ENC28J60_MAMXFLL, 0xee, 0},
	{ENC28J60_MAMXFLH, 0x05, 0},
	{ENC28J60_MIREGADR, ENC28J60_PHCON2, 0},
	{ENC28J60_MIWRL, PHCON2_HDLDIS & 0xff, 0},
	{ENC28J60_MIWRH, PHCON2_HDLDIS >> 8, MII_NS},
	{ENC28J60_MIREGADR, ENC28J60_PHIE, 0},
	{ENC28J60_MIWRL, PHIE_PGEIE | PHIE_PLNKIE, 0},
	{ENC28J60_MIWRH, 0, MII_NS},
	{ENC28J60_EIE, EIE_INTIE | EIE_PKTIE | EIE_LINKIE | EIE_TXIE | EIE_TXERIE | EIE_RXERIE, 0},
	{ENC28J60_ECON1, ECON1_RXEN, 0},
};

/* The driver asks the PHY for the link, and is cut short. */
static const struct step last[] = {
	{ENC28J60_MIREGADR, ENC28J60_PHSTAT2, 0},
	{ENC28J60_MICMD, MICMD_MIIRD, 0},
};

static void command(struct stutter_enc28j60 *chip, unsigned opcode, unsigned reg, unsigned value,
                    uint64_t now_ns)
{
	const uint8_t mosi[2] = {(uint8_t)(opcode | (reg & 0x1fU)), (uint8_t)value};

	stutter_enc28j60_transfer(chip, mosi, NULL, sizeof mosi, now_ns);
}

static void select_bank(struct stutter_enc28j60 *chip, unsigned bank, uint64_t now_ns)
{
	command(chip, CLEAR_BITS, ENC28J60_ECON1, ECON1_BSEL, now_ns);
	command(chip, SET_BITS, ENC28J60_ECON1, bank, now_ns);
}

/* @return when the script has run. */
static uint64_t run(struct stutter_enc28j60 *chip, const struct step *steps, size_t count,
                    uint64_t now_ns)
{
	for (size_t i = 0; i < count; i++) {
		/* EIE and what comes after it are in every bank (DS39662 table 3-1). */
		if ((steps[i].reg & 0x1fU) < ENC28J60_EIE)
			select_bank(chip, steps[i].reg >> 5, now_ns);
		command(chip, WRITE_REGISTER, steps[i].reg, steps[i].value, now_ns);
		now_ns += steps[i].wait_ns;
	}
	return now_ns;
}

/* A broadcast of the smallest size, of a type that no one listens to (IEEE 802: local
 * experimental). */
static void receive(struct stutter_enc28j60 *chip, uint8_t content, uint64_t now_ns)
{
	static const uint8_t head[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
	                               0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0xb5};
	uint8_t frame[FRAME_BYTES];

	memset(frame, content, sizeof frame);
	memcpy(frame, head, sizeof head);
	const uint32_t fcs = stutter_enc28j60_fcs(frame, FRAME_BYTES - FCS_BYTES);
	for (unsigned i = 0; i < FCS_BYTES; i++)
		frame[FRAME_BYTES - FCS_BYTES + i] = (uint8_t)(fcs >> (8 * i));
	stutter_enc28j60_receive(chip, frame, sizeof frame, now_ns);
}

void enc28j60_warm_start(struct stutter_enc28j60 *chip,
                         const struct stutter_enc28j60_config *config, uint64_t now_ns)
{
	const uint64_t power_on = now_ns - ENC28J60_WARM_LIFE_NS;

	stutter_enc28j60_init(chip, config, NULL, NULL, power_on);
	stutter_enc28j60_set_link(chip, true, power_on);
	/* The script is done within the second millisecond. */
	(void)run(chip, set_up, sizeof set_up / sizeof set_up[0], power_on + MS);
	receive(chip, 0x55, now_ns - 2 * MS);
	receive(chip, 0xaa, now_ns - MS);
	(void)run(chip, last, sizeof last / sizeof last[0], now_ns);
	select_bank(chip, 3, now_ns);
}
