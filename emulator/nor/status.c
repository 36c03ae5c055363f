/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The status registers and what they protect (DS "Status and configuration registers").
 *
 * How it works: each register has a value that is kept without power and one that is in force. A
 * write after 06h changes both and takes tW; one after 50h changes what is in force, at once, until
 * power is lost.
 */
#include <string.h>

#include "chip.h"

/* What a write can change; what is in none of the registers reads 0. LB bits can only be set. */
static const uint8_t writable[3] = {
	NOR_SR1_SRP | NOR_SR1_SEC | NOR_SR1_TB | NOR_SR1_BP,
	NOR_SR2_CMP | NOR_SR2_LB | NOR_SR2_QE | NOR_SR2_SRL,
	NOR_SR3_DRV | NOR_SR3_WPS,
};
/* Bits that drivers write back as they have read them. */
static const uint8_t read_only[3] = {NOR_SR1_BUSY | NOR_SR1_WEL, 0x80, 0};

uint8_t nor_read_status(const struct nor *nor, unsigned index)
{
	uint8_t value = nor->status[index];

	if (index == 0)
		value = (uint8_t)(value | (nor_is_busy(nor) ? NOR_SR1_BUSY : 0) | (nor->wel ? NOR_SR1_WEL : 0));
	return value;
}

static uint8_t written(struct nor *nor, unsigned index, uint8_t value)
{
	if (value & (uint8_t) ~(writable[index] | read_only[index]))
		nor_report_finding(nor, FINDING_STATUS_RESERVED, 0);
	value &= writable[index];
	if (index == 1)
		value |= nor->status[1] & NOR_SR2_LB;
	if (index == 2 && (value & NOR_SR3_WPS))
		nor_report_finding(nor, FINDING_BLOCK_LOCK, 0);
	return value;
}

void nor_write_status(struct nor *nor, unsigned first, const uint8_t *values, size_t count)
{
	struct nor_operation operation = {.kind = NOR_WRITE_STATUS};

	if (nor->status[1] & NOR_SR2_SRL) {
		nor_report_finding(nor, FINDING_STATUS_LOCKED, 0);
		return;
	}
	memcpy(operation.status, nor->status, sizeof operation.status);
	for (unsigned i = first; i < sizeof operation.status && i - first < count; i++)
		operation.status[i] = written(nor, i, values[i - first]);
	if (nor->volatile_wel) {
		memcpy(nor->status, operation.status, sizeof nor->status);
		nor->volatile_wel = false;
		return;
	}
	nor_begin(nor, operation, nor->config.status_ns);
	nor_emit(nor,
	         (struct nor_event){.kind = NOR_EVENT_STATUS, .number = nor->operation.number, .text = "write of the status registers"});
}

/* -- block protection (DS "Status register memory protection") -- */

/* How much BP2:0 protect, counted from one end of the array. */
static uint32_t amount(const struct nor *nor)
{
	const unsigned bp = (nor->status[0] & NOR_SR1_BP) >> 2;

	if (bp == 0)
		return 0;
	if (bp == 7)
		return NOR_SIZE;
	if (nor->status[0] & NOR_SR1_SEC)
		return bp >= 4 ? 0x8000 : 0x800U << bp;
	return 0x10000U << bp;
}

uint32_t nor_protected(const struct nor *nor, uint32_t *ret_start)
{
	bool lower = nor->status[0] & NOR_SR1_TB;
	uint32_t size = amount(nor);

	if (nor->status[1] & NOR_SR2_CMP) {
		size = NOR_SIZE - size;
		lower = !lower;
	}
	*ret_start = lower ? 0 : NOR_SIZE - size;
	return size;
}

bool nor_is_protected(const struct nor *nor, uint32_t address, uint32_t length)
{
	uint32_t start, size = nor_protected(nor, &start);

	return size > 0 && address < start + size && start < address + length;
}
