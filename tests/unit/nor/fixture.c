/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/nor/fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static void keep_event(void *ctx, const struct nor_event *event)
{
	static const char *const words[] = {"power", "reset", "program", "erase", "status", "torn", "disturbed", "finding", "not-modelled"};
	struct nor_fixture *f = ctx;

	CU_ASSERT_PTR_NOT_NULL(event->text);
	CU_ASSERT_EQUAL(event->now_ns, f->nor.now_ns);
	TEST_APPEND(f->events, "%s", words[event->kind]);
	if (event->id != NULL)
		TEST_APPEND(f->events, ":%s", event->id);
	if (event->number != 0)
		TEST_APPEND(f->events, "#%" PRIu64, event->number);
	if (event->kind == NOR_EVENT_POWER)
		TEST_APPEND(f->events, "-%s", event->text);
	if (event->kind == NOR_EVENT_TORN)
		TEST_APPEND(f->events, "@%u", event->value);
	TEST_APPEND(f->events, " ");
}

static void inject(void *ctx, enum nor_site site, uint64_t number, struct nor_effect *ret_effect)
{
	struct nor_fixture *f = ctx;

	if (site == NOR_SITE_OP && number == f->injected_op)
		*ret_effect = f->effect;
	if (site == NOR_SITE_READ && number == f->rotten_read)
		nor_rot(&f->nor, 0, 0x01);
}

static const struct nor_ops ops = {keep_event, inject};

void nor_fixture_open(struct nor_fixture *f, const struct nor_config *config)
{
	memset(f, 0, sizeof *f);
	f->array = malloc(NOR_SIZE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->array);
	memset(f->array, 0xff, NOR_SIZE);
	f->now_ns = 1000 * MS;
	nor_init(&f->nor, config, f->array, &ops, f, f->now_ns);
	f->now_ns += 10 * MS;
	nor_fixture_expect(f, "power-on ");
}

void nor_fixture_close(struct nor_fixture *f)
{
	free(f->array);
}

void nor_fixture_exchange(struct nor_fixture *f, const uint8_t *send, size_t length, uint8_t *ret_answer, size_t answer_length)
{
	static uint8_t bytes[4096];

	CU_ASSERT_FATAL(length + answer_length <= sizeof bytes);
	memcpy(bytes, send, length);
	memset(bytes + length, 0, answer_length);
	nor_transfer(&f->nor, bytes, bytes, length + answer_length, f->now_ns);
	/* The chip drives nothing while it listens. */
	for (size_t i = 0; i < length; i++)
		CU_ASSERT_EQUAL(bytes[i], 0xff);
	if (answer_length > 0)
		memcpy(ret_answer, bytes + length, answer_length);
}

void nor_fixture_command(struct nor_fixture *f, uint8_t opcode)
{
	nor_fixture_exchange(f, &opcode, 1, NULL, 0);
}

void nor_fixture_address(struct nor_fixture *f, uint8_t opcode, uint32_t address)
{
	const uint8_t send[] = {opcode, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};

	nor_fixture_exchange(f, send, sizeof send, NULL, 0);
}

void nor_fixture_program(struct nor_fixture *f, uint32_t address, const void *data, size_t length)
{
	uint8_t send[1024] = {0x02, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};

	CU_ASSERT_FATAL(4 + length <= sizeof send);
	memcpy(send + 4, data, length);
	nor_fixture_command(f, 0x06);
	nor_fixture_exchange(f, send, 4 + length, NULL, 0);
}

void nor_fixture_erase(struct nor_fixture *f, uint8_t opcode, uint32_t address)
{
	nor_fixture_command(f, 0x06);
	nor_fixture_address(f, opcode, address);
}

uint8_t nor_fixture_status(struct nor_fixture *f, uint8_t opcode)
{
	uint8_t status = 0;

	nor_fixture_exchange(f, &opcode, 1, &status, 1);
	return status;
}

uint8_t nor_fixture_read(struct nor_fixture *f, uint32_t address)
{
	const uint8_t send[] = {0x03, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
	uint8_t byte = 0;

	nor_fixture_exchange(f, send, sizeof send, &byte, 1);
	return byte;
}

uint64_t nor_fixture_wait(struct nor_fixture *f)
{
	const uint64_t from = f->now_ns;

	if (nor_busy_until(&f->nor) > f->now_ns)
		f->now_ns = nor_busy_until(&f->nor);
	nor_run(&f->nor, f->now_ns);
	return f->now_ns - from;
}

void nor_fixture_expect(struct nor_fixture *f, const char *expected)
{
	TEST_SAME_TEXT(f->events, expected);
	f->events[0] = '\0';
}
