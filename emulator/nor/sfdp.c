/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the chip tells about itself: the header and the one table that every chip has, the basic
 * flash parameters (JESD216B sec. 6.4). It speaks of the chip as it is sold, dual and quad reads
 * included; that these are not modelled shows when they are used. Times are the typical ones of the
 * data sheet, rounded up to what the fields can say; an operation that config makes slower is
 * slower than its table.
 */
#include "chip.h"

#define TABLE_AT 0x80u

/*
 * "SFDP", revision 1.6, one parameter header: table FF00h, revision 1.6, 16 double words at 80h
 * (JESD216B sec. 6.2, 6.3).
 */
static const uint8_t header[] = {0x53, 0x46, 0x44, 0x50, 0x06, 0x01, 0x00, 0xff, 0x00, 0x06, 0x01, 0x10, TABLE_AT, 0x00, 0x00, 0xff};

/* One double word a line, however short its comment. */
/* clang-format off */
static const uint32_t table[16] = {
	/*
	 * 1: 4 KiB erase by 20h, 64-byte writes or more, three address bytes; reads 1-1-2, 1-2-2,
	 * 1-4-4, 1-1-4
	 */
	0xfff120e5,
	/* 2: the last bit's number, of 64 Mibit */
	0x03ffffff,
	/* 3: 1-4-4 by EBh, 4 wait states and 2 mode clocks; 1-1-4 by 6Bh, 8 wait states */
	0x6b08eb44,
	/* 4: 1-1-2 by 3Bh, 8 wait states; 1-2-2 by BBh, 2 wait states and 2 mode clocks */
	0xbb423b08,
	0xffffffee, /* 5: neither 2-2-2 nor 4-4-4 */
	0xff00ffff, /* 6 */
	0xff00ffff, /* 7 */
	0x520f200c, /* 8: erase type 1: 2^12 by 20h, type 2: 2^15 by 52h */
	0x0000d810, /* 9: type 3: 2^16 by D8h, no type 4 */
	0x00a53a26, /* 10: maximum 14 times the typical; 3 x 16 ms, 8 x 16 ms, 10 x 16 ms */
	/*
	 * 11: pages of 256 bytes in 7 x 64 us, first byte 4 x 8 us, more 3 x 1 us,
	 * chip erase 5 x 4 s; maximum 10 times the typical
	 */
	0xc414e684,
	0x337663e9, /* 12: suspend and resume exist; what they exclude, and their latencies */
	0x757a757a, /* 13: suspend by 75h, resume by 7Ah */
	0x5cd5a2f7, /* 14: power-down by B9h, release by ABh, after 3 us; BUSY is bit 0 of 05h */
	0xff4df600, /* 15: quad enable is bit 1 of status register 2; no 4-4-4 */
	0x80f830e9, /* 16: soft reset by 66h, 99h; three address bytes for ever */
};
/* clang-format on */

uint8_t nor_sfdp(uint32_t address)
{
	if (address < sizeof header)
		return header[address];
	if (address >= TABLE_AT && address < TABLE_AT + sizeof table)
		return (uint8_t)(table[(address - TABLE_AT) / 4] >> 8 * (address % 4));
	return 0xff;
}
