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

/* nor.c */
_Noreturn void nor_die(const struct nor *nor, const char *what, uint64_t found, uint64_t limit);
void nor_emit(struct nor *nor, struct nor_event event);
void nor_begin(struct nor *nor, struct nor_operation operation, uint64_t duration_ns);
void nor_abandon(struct nor *nor);
void nor_reset_state(struct nor *nor);
void nor_ask(struct nor *nor, enum nor_site site, uint64_t number, struct nor_effect *ret_effect);

/* findings.c */
void nor_report_finding(struct nor *nor, enum nor_finding finding, uint32_t address);

/* command.c */
void nor_command(struct nor *nor, const uint8_t *mosi, uint8_t *miso, size_t length);

/* array.c */
void nor_finish_operation(struct nor *nor, const struct nor_operation *operation);
void nor_tear_operation(struct nor *nor, const struct nor_operation *operation, unsigned permille);
void nor_program(struct nor *nor, uint32_t address, const uint8_t *data, size_t length);
void nor_erase(struct nor *nor, uint32_t address, uint32_t size, uint64_t duration_ns);

/* status.c */
void nor_write_status(struct nor *nor, unsigned first, const uint8_t *values, size_t count);
uint8_t nor_read_status(const struct nor *nor, unsigned index);
bool nor_is_protected(const struct nor *nor, uint32_t address, uint32_t length);

/* sfdp.c */
uint8_t nor_sfdp(uint32_t address);

static inline bool nor_is_busy(const struct nor *nor)
{
	return nor->now_ns < nor->busy_until_ns;
}

#endif
