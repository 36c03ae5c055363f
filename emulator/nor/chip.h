/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder know of each other. Nobody outside includes this. */
#ifndef NOR_CHIP_H
#define NOR_CHIP_H

#include "nor.h"

/* Rows of the table in findings.c. */
enum nor_finding {
	FINDING_OPCODE,
	FINDING_SHORT,
	FINDING_LONG,
	FINDING_BUSY,
	FINDING_EARLY,
	FINDING_EARLY_WRITE,
	FINDING_ASLEEP,
	FINDING_NO_WEL,
	FINDING_PROGRAM_SET,
	FINDING_PROGRAM_WRAP,
	FINDING_PROGRAM_LONG,
	FINDING_PROTECTED,
	FINDING_OUTSIDE,
	FINDING_STATUS_LOCKED,
	FINDING_STATUS_RESERVED,
	FINDING_RESET_BUSY,
	FINDING_RESET_ALONE,
	FINDING_DUAL_QUAD,
	FINDING_SUSPEND,
	FINDING_SECURITY,
	FINDING_BLOCK_LOCK,
	FINDING_COUNT,
};

/* -- nor.c -- */

/* Our own mistake, or our user's: says so and aborts. */
_Noreturn void nor_die(const struct nor *nor, const char *what, uint64_t found, uint64_t limit);
/* Fills in time and command, and tells nor_ops.event. */
void nor_emit(struct nor *nor, struct nor_event event);
/* An operation begins, from nor->now_ns on: BUSY is set for duration_ns, faults aside. */
void nor_begin(struct nor *nor, struct nor_operation operation, uint64_t duration_ns);
/* Ends the operation under way, if there is one: it is torn where it stands, or done by now. */
void nor_abandon(struct nor *nor);
/* Loses what is volatile, as at power on and by the reset command. */
void nor_reset_state(struct nor *nor);
/* What is wrong with the number-th event at a site, counted from 1; all zero: nothing. */
void nor_ask(struct nor *nor, enum nor_site site, uint64_t number, struct nor_effect *ret_effect);

/* -- findings.c -- */

/* The guest did what the data sheet forbids, or relies on what is not modelled; address: where. */
void nor_report_finding(struct nor *nor, enum nor_finding finding, uint32_t address);

/* -- command.c -- */

/* One chip-select-low period, at least a byte; mosi and miso may be one buffer. */
void nor_command(struct nor *nor, const uint8_t *mosi, uint8_t *miso, size_t length);

/* -- array.c -- */

/* What an operation has done to the array, or to the status registers, at its end. */
void nor_finish_operation(struct nor *nor, const struct nor_operation *operation);
/* The same if it was torn after permille thousandths of its time. */
void nor_tear_operation(struct nor *nor, const struct nor_operation *operation, unsigned permille);
/* Begins a page program; what runs over the end of the page goes on at its beginning. */
void nor_program(struct nor *nor, uint32_t address, const uint8_t *data, size_t length);
/* Begins to erase the block of size bytes that address lies in. */
void nor_erase(struct nor *nor, uint32_t address, uint32_t size, uint64_t duration_ns);

/* -- status.c -- */

/* Writes count registers from the first-th (0 to 2) on, at once or as an operation. */
void nor_write_status(struct nor *nor, unsigned first, const uint8_t *values, size_t count);
/* Status register 1, 2 or 3 (index 0 to 2), as a read of it now would have it. */
uint8_t nor_read_status(const struct nor *nor, unsigned index);
/* Whether any of these bytes is protected. */
bool nor_is_protected(const struct nor *nor, uint32_t address, uint32_t length);

/* -- sfdp.c -- */

/* A byte of the table of parameters; FFh where there is none. */
uint8_t nor_sfdp(uint32_t address);

static inline bool nor_is_busy(const struct nor *nor)
{
	return nor->now_ns < nor->busy_until_ns;
}

#endif
