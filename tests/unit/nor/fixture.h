/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A flash chip for unit tests: a clock that the test advances, one call per SPI command, and
 * a log of the events that the chip reports.
 */
#ifndef TESTS_NOR_FIXTURE_H
#define TESTS_NOR_FIXTURE_H

#include "emulator/nor/nor.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)

struct nor_fixture {
	struct nor nor;
	uint8_t *array;
	uint64_t now_ns;
	char events[4096];    /* one word per event: "program#1 " "finding:busy " */
	uint64_t injected_op; /* the operation that meets the effect; 0: none */
	struct nor_effect effect;
	uint64_t rotten_read; /* the read before which bit 0 of address 0 rots; 0: none */
};

/** Powers on a blank chip and waits until it is ready. @param config NULL: the default. */
void nor_fixture_open(struct nor_fixture *f, const struct nor_config *config);
void nor_fixture_close(struct nor_fixture *f);

/** Sends the bytes @p send, and then as many more as @p ret_answer takes. */
void nor_fixture_exchange(struct nor_fixture *f, const uint8_t *send, size_t length, uint8_t *ret_answer, size_t answer_length);

/** A command of one byte. */
void nor_fixture_command(struct nor_fixture *f, uint8_t opcode);
/** A command with an address. */
void nor_fixture_address(struct nor_fixture *f, uint8_t opcode, uint32_t address);
/** Page program behind a write enable; does not wait. */
void nor_fixture_program(struct nor_fixture *f, uint32_t address, const void *data, size_t length);
/** An erase behind a write enable; does not wait. */
void nor_fixture_erase(struct nor_fixture *f, uint8_t opcode, uint32_t address);
uint8_t nor_fixture_status(struct nor_fixture *f, uint8_t opcode);
/** Reads one byte of the array by 03h. */
uint8_t nor_fixture_read(struct nor_fixture *f, uint32_t address);
/** Advances the clock until the chip is no longer busy. @return by how much. */
uint64_t nor_fixture_wait(struct nor_fixture *f);

/** Fails unless the chip has reported exactly these events since the last call. */
void nor_fixture_expect(struct nor_fixture *f, const char *expected);

#endif
