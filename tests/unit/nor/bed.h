/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file A flash on a bench: a clock that the test moves, commands in a line, and a list of what the chip has told. */
#ifndef TESTS_NOR_BED_H
#define TESTS_NOR_BED_H

#include "emulator/nor/nor.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)

struct bed {
	struct nor nor;
	uint8_t *array;
	uint64_t now_ns;
	char told[4096];      /* one word an event: "program#1 " "finding:busy " */
	uint64_t injected_op; /* the operation that meets the effect; 0: none */
	struct nor_effect effect;
	uint64_t rotten_read; /* the read before which bit 0 of address 0 rots; 0: none */
};

/** Powers a blank chip on, and lets it get ready. @param config NULL: the default. */
void bed_open(struct bed *bed, const struct nor_config *config);
void bed_close(struct bed *bed);

/** Sends the bytes @p send, and then as many more as @p ret_answer takes. */
void bed_exchange(struct bed *bed, const uint8_t *send, size_t length, uint8_t *ret_answer, size_t answer_length);

/** A command of one byte. */
void bed_command(struct bed *bed, uint8_t opcode);
/** A command with an address. */
void bed_address(struct bed *bed, uint8_t opcode, uint32_t address);
/** Page program behind a write enable; does not wait. */
void bed_program(struct bed *bed, uint32_t address, const void *data, size_t length);
/** An erase behind a write enable; does not wait. */
void bed_erase(struct bed *bed, uint8_t opcode, uint32_t address);
uint8_t bed_status(struct bed *bed, uint8_t opcode);
/** Reads one byte of the array by 03h. */
uint8_t bed_read(struct bed *bed, uint32_t address);
/** Lets time pass until the chip is not busy. @return how long that took. */
uint64_t bed_wait(struct bed *bed);

/** Fails unless the chip has told exactly this since it was last asked. */
void bed_told(struct bed *bed, const char *expected);

#endif
