/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/nor/bed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static void keep_event(void *ctx, const struct nor_event *event)
{
	static const char *const words[] = {"power", "reset", "program", "erase", "status", "torn", "disturbed", "finding", "not-modelled"};
	struct bed *bed = ctx;
	size_t used = strlen(bed->told);

	CU_ASSERT_PTR_NOT_NULL(event->text);
	CU_ASSERT_EQUAL(event->now_ns, bed->nor.now_ns);
	used += (size_t)snprintf(bed->told + used, sizeof bed->told - used, "%s", words[event->kind]);
	if (event->id != NULL)
		used += (size_t)snprintf(bed->told + used, sizeof bed->told - used, ":%s", event->id);
	if (event->number != 0)
		used += (size_t)snprintf(bed->told + used, sizeof bed->told - used, "#%" PRIu64, event->number);
	if (event->kind == NOR_EVENT_POWER)
		used += (size_t)snprintf(bed->told + used, sizeof bed->told - used, "-%s", event->text);
	if (event->kind == NOR_EVENT_TORN)
		used += (size_t)snprintf(bed->told + used, sizeof bed->told - used, "@%u", event->value);
	used += (size_t)snprintf(bed->told + used, sizeof bed->told - used, " ");
	CU_ASSERT_FATAL(used < sizeof bed->told);
}

static void inject(void *ctx, enum nor_site site, uint64_t number, struct nor_effect *ret_effect)
{
	struct bed *bed = ctx;

	if (site == NOR_SITE_OP && number == bed->injected_op)
		*ret_effect = bed->effect;
	if (site == NOR_SITE_READ && number == bed->rotten_read)
		nor_rot(&bed->nor, 0, 0x01);
}

static const struct nor_ops ops = {keep_event, inject};

void bed_open(struct bed *bed, const struct nor_config *config)
{
	memset(bed, 0, sizeof *bed);
	bed->array = malloc(NOR_SIZE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bed->array);
	memset(bed->array, 0xff, NOR_SIZE);
	bed->now_ns = 1000 * MS;
	nor_init(&bed->nor, config, bed->array, &ops, bed, bed->now_ns);
	bed->now_ns += 10 * MS;
	bed_told(bed, "power-on ");
}

void bed_close(struct bed *bed)
{
	free(bed->array);
}

void bed_exchange(struct bed *bed, const uint8_t *send, size_t length, uint8_t *ret_answer, size_t answer_length)
{
	static uint8_t bytes[4096];

	CU_ASSERT_FATAL(length + answer_length <= sizeof bytes);
	memcpy(bytes, send, length);
	memset(bytes + length, 0, answer_length);
	nor_transfer(&bed->nor, bytes, bytes, length + answer_length, bed->now_ns);
	/* The chip drives nothing while it listens. */
	for (size_t i = 0; i < length; i++)
		CU_ASSERT_EQUAL(bytes[i], 0xff);
	if (answer_length > 0)
		memcpy(ret_answer, bytes + length, answer_length);
}

void bed_command(struct bed *bed, uint8_t opcode)
{
	bed_exchange(bed, &opcode, 1, NULL, 0);
}

void bed_address(struct bed *bed, uint8_t opcode, uint32_t address)
{
	const uint8_t send[] = {opcode, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};

	bed_exchange(bed, send, sizeof send, NULL, 0);
}

void bed_program(struct bed *bed, uint32_t address, const void *data, size_t length)
{
	uint8_t send[1024] = {0x02, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};

	CU_ASSERT_FATAL(4 + length <= sizeof send);
	memcpy(send + 4, data, length);
	bed_command(bed, 0x06);
	bed_exchange(bed, send, 4 + length, NULL, 0);
}

void bed_erase(struct bed *bed, uint8_t opcode, uint32_t address)
{
	bed_command(bed, 0x06);
	bed_address(bed, opcode, address);
}

uint8_t bed_status(struct bed *bed, uint8_t opcode)
{
	uint8_t status = 0;

	bed_exchange(bed, &opcode, 1, &status, 1);
	return status;
}

uint8_t bed_read(struct bed *bed, uint32_t address)
{
	const uint8_t send[] = {0x03, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
	uint8_t byte = 0;

	bed_exchange(bed, send, sizeof send, &byte, 1);
	return byte;
}

uint64_t bed_wait(struct bed *bed)
{
	const uint64_t from = bed->now_ns;

	if (nor_busy_until(&bed->nor) > bed->now_ns)
		bed->now_ns = nor_busy_until(&bed->nor);
	nor_run(&bed->nor, bed->now_ns);
	return bed->now_ns - from;
}

void bed_told(struct bed *bed, const char *expected)
{
	TEST_SAME_TEXT(bed->told, expected);
	bed->told[0] = '\0';
}
