/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the chip: what its registers are, a row each (DS39662 tables 3-1 to 3-3). The tests
 * walk the rows; nobody else needs them.
 */
#ifndef ENC28J60_TABLES_H
#define ENC28J60_TABLES_H

#include "enc28j60.h"

#pragma GCC visibility push(hidden)

/* Kinds of registers: they differ in how SPI reaches them (DS39662 sec. 3.1, 4.2). */
enum enc28j60_reg_kind { ENC28J60_ETH, ENC28J60_MAC, ENC28J60_MII };

#define ENC28J60_EVERY_BANK 0xffu

/* What a control register does beyond storing. Any pointer may be NULL. */
struct enc28j60_reg_hooks {
	void (*before_write)(struct stutter_enc28j60 *chip, unsigned index, uint8_t value);
	void (*after_write)(struct stutter_enc28j60 *chip, unsigned index, uint8_t before);
	uint8_t (*read)(const struct stutter_enc28j60 *chip, unsigned index);
};

/*
 * One control register. Applied in one place, registers.c; a bit in none of the masks is
 * unimplemented and reads 0.
 */
struct enc28j60_reg {
	const char *name;
	uint8_t bank;    /* 0..3, or ENC28J60_EVERY_BANK for 1Bh..1Fh */
	uint8_t address; /* 0..31 */
	enum enc28j60_reg_kind kind;
	uint8_t reset_value;    /* after power on; EREVID and ESTAT.INT follow from elsewhere */
	uint8_t reset_mask;     /* bits that the pin or SRC sets to reset_value; others stay */
	uint8_t write_mask;     /* bits a write stores */
	uint8_t clear_mask;     /* bits that the host can clear but not set */
	uint8_t read_only_mask; /* bits only the chip changes */
	uint8_t reserved_mask;  /* bits to be written as 0; setting one is a finding; they read 0 */
	const struct enc28j60_reg_hooks *hooks; /* NULL if a plain store and load is all */
	const char *section;                    /* source */
};

/* One PHY register (DS39662 table 3-3), same idea, 16 bits wide. */
struct enc28j60_phy_reg {
	const char *name;
	uint8_t address;
	uint16_t reset_value;
	uint16_t write_mask;    /* bits a write stores */
	uint16_t reserved_mask; /* bits to be written as 0; setting one is a finding */
	const char *section;
	void (*after_write)(struct stutter_enc28j60 *chip,
	                    uint16_t before); /* NULL if a plain store is all */
	uint16_t (*read)(struct stutter_enc28j60
	                         *chip); /* NULL if a plain load is all; may clear what it reads */
};

/**
 * @param index bank * 32 + address
 * @return the row of a control register, NULL if nothing is implemented there
 */
const struct enc28j60_reg *stutter_enc_reg_at(unsigned index);

/**
 * The control register table, in order of bank and address.
 *
 * @param ret_count receives the number of rows
 * @return the rows
 */
const struct enc28j60_reg *stutter_enc_regs(size_t *ret_count);

/**
 * The PHY register table.
 *
 * @param ret_count receives the number of rows
 * @return the rows
 */
const struct enc28j60_phy_reg *stutter_enc_phy_regs(size_t *ret_count);

#pragma GCC visibility pop

#endif
