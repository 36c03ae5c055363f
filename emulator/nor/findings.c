/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of all that a guest can do wrong, and of what is not modelled; and the one place that
 * reports it.
 */
#include "chip.h"

struct row {
	enum nor_event_kind kind;
	const char *id;
	const char *text;
	const char *section;
};

#define FORBIDDEN NOR_EVENT_FINDING
#define LACKING NOR_EVENT_NOT_MODELLED

/* clang-format off */
static const struct row rows[FINDING_COUNT] = {
	[FINDING_OPCODE] = { FORBIDDEN, "opcode", "no such command", "DS \"Instruction set table\"" },
	[FINDING_SHORT] = { FORBIDDEN, "short", "chip select rose before the command was whole; nothing was done", "DS \"Instructions\"" },
	[FINDING_LONG] = { FORBIDDEN, "long", "chip select rose behind the end of the command; nothing was done", "DS \"Instructions\"" },
	[FINDING_BUSY] = { FORBIDDEN, "busy", "the chip is busy and does not hear this command", "DS \"Program/erase/write in progress (BUSY)\"" },
	[FINDING_EARLY] = { FORBIDDEN, "early", "the chip does not hear commands yet: tVSL, tRST, tDP, tRES1 or tRES2 is not over",
			    "DS \"AC electrical characteristics\"" },
	[FINDING_EARLY_WRITE] = { FORBIDDEN, "early-write", "nothing can be written yet after power on: tPUW is not over",
				  "DS \"Power-up power-down timing and requirements\"" },
	[FINDING_ASLEEP] = { FORBIDDEN, "asleep", "in power-down only ABh is heard", "DS \"Power-down (B9h)\"" },
	[FINDING_NO_WEL] = { FORBIDDEN, "no-wel", "WEL is not set; nothing was done", "DS \"Write enable (06h)\"" },
	[FINDING_PROGRAM_SET] = { FORBIDDEN, "program-set", "a bit that is 0 cannot be programmed to 1: the place was not erased",
				  "DS \"Page program (02h)\"" },
	[FINDING_PROGRAM_WRAP] = { FORBIDDEN, "program-wrap", "the data wraps to the start of the page", "DS \"Page program (02h)\"" },
	[FINDING_PROGRAM_LONG] = { FORBIDDEN, "program-long", "of more than 256 bytes only the last are programmed",
				   "DS \"Page program (02h)\"" },
	[FINDING_PROTECTED] = { FORBIDDEN, "protected", "the place is protected by SR; nothing was done", "DS \"Block protect bits\"" },
	[FINDING_OUTSIDE] = { FORBIDDEN, "outside", "the address has bits above A22, which are ignored", "DS \"Block diagram\"" },
	[FINDING_STATUS_LOCKED] = { FORBIDDEN, "status-locked", "SRL protects the status registers until power on; nothing was done",
				    "DS \"Status register protect\"" },
	[FINDING_STATUS_RESERVED] = { FORBIDDEN, "status-reserved", "a reserved bit is written as 1", "DS \"Status registers\"" },
	[FINDING_RESET_BUSY] = { FORBIDDEN, "reset-busy", "a reset during an operation corrupts what it works on",
				 "DS \"Enable reset (66h) and reset device (99h)\"" },
	[FINDING_RESET_ALONE] = { FORBIDDEN, "reset-alone", "99h does nothing unless 66h comes right before it",
				  "DS \"Enable reset (66h) and reset device (99h)\"" },
	[FINDING_DUAL_QUAD] = { LACKING, "dual-quad", "transfers on two or four lines", NULL },
	[FINDING_SUSPEND] = { LACKING, "suspend", "suspending an erase or a program", NULL },
	[FINDING_SECURITY] = { LACKING, "security", "the security registers", NULL },
	[FINDING_BLOCK_LOCK] = { LACKING, "block-lock", "locks of single blocks", NULL },
};
/* clang-format on */

void nor_report_finding(struct nor *nor, enum nor_finding finding, uint32_t address)
{
	const struct row *row = &rows[finding];

	nor->counters.findings += row->kind == FORBIDDEN;
	nor_emit(nor, (struct nor_event){
			      .kind = row->kind,
			      .address = address,
			      .value = nor->opcode,
			      .id = row->id,
			      .text = row->text,
			      .section = row->section,
		      });
}
