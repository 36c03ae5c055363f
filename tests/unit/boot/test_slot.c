/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots: which verify and which do not. */
#include "emulator/guest/boot/slot.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/boot/fixture.h"

extern const CU_TestInfo tests_boot_slot[];

static struct boot_fixture f;

static enum slot_verdict verify(unsigned slot)
{
	struct slot_header header;

	return slot_verify(&f.flash, slot, boot_fixture_crypto(), &header);
}

static void a_header_is_read_back_as_written(void)
{
	struct slot_header header = {.version = "22.01", .behaviour = "deaf", .size = 1234}, back;
	uint8_t bytes[SLOT_HEADER];

	memset(header.hash, 0x11, sizeof header.hash);
	memset(header.signature, 0x22, sizeof header.signature);
	slot_encode(&header, bytes);
	CU_ASSERT_FATAL(slot_decode(bytes, &back));
	CU_ASSERT_EQUAL(memcmp(&header, &back, sizeof header), 0);
	CU_ASSERT(memcmp(bytes, "STUTSLOT", 8) == 0 && bytes[SLOT_SIGNED] == 0x22 && bytes[SLOT_SIGNED - 1] == 0);
	/* Another format, a payload that is too long, and texts without an end are none. */
	bytes[0x08] = 2;
	CU_ASSERT_FALSE(slot_decode(bytes, &back));
	bytes[0x08] = 1;
	bytes[0x0e] = 0x30;
	CU_ASSERT_FALSE(slot_decode(bytes, &back));
	bytes[0x0e] = 0;
	memset(bytes + 0x30, 'x', SLOT_VERSION);
	CU_ASSERT_FALSE(slot_decode(bytes, &back));
}

static void a_slot_verifies_whole_or_not_at_all(void)
{
	struct slot_header header;

	boot_fixture_open(&f);
	CU_ASSERT_EQUAL(verify(1), SLOT_EMPTY);
	CU_ASSERT_FATAL(boot_fixture_write_slot(&f, 1, "2", "good"));
	CU_ASSERT_EQUAL(slot_verify(&f.flash, 1, boot_fixture_crypto(), &header), SLOT_GOOD);
	CU_ASSERT_STRING_EQUAL(header.version, "2");
	CU_ASSERT_STRING_EQUAL(header.behaviour, "good");
	CU_ASSERT_EQUAL(header.size, BOOT_FIXTURE_PAYLOAD);
	CU_ASSERT_EQUAL(verify(0), SLOT_EMPTY);
	/* Each bit of the first header bytes, and one bit in each 100 bytes of the payload. */
	for (uint32_t at = 0; at < SLOT_HEADER + BOOT_FIXTURE_PAYLOAD; at += at < SLOT_HEADER ? 1 : 100) {
		nor_rot(&f.nor, BOOT_SLOT_B + at, 0x04);
		const enum slot_verdict verdict = verify(1);
		CU_ASSERT(verdict == (at >= SLOT_HEADER ? SLOT_WRONG_HASH : verdict) && verdict != SLOT_GOOD && verdict != SLOT_EMPTY);
		nor_rot(&f.nor, BOOT_SLOT_B + at, 0x04);
	}
	/* The bytes after the payload do not matter. */
	nor_rot(&f.nor, BOOT_SLOT_B + SLOT_HEADER + BOOT_FIXTURE_PAYLOAD, 0xff);
	CU_ASSERT_EQUAL(verify(1), SLOT_GOOD);
	nor_power(&f.nor, false, f.now_ns);
	CU_ASSERT_EQUAL(verify(1), SLOT_UNREADABLE);
	boot_fixture_close(&f);
}

static void a_slot_that_is_being_written_does_not_verify(void)
{
	struct writer writer;

	boot_fixture_open(&f);
	CU_ASSERT_FATAL(boot_fixture_write_slot(&f, 0, "1", "good"));
	CU_ASSERT(slot_begin(&writer, &f.flash, 0));
	CU_ASSERT_EQUAL(verify(0), SLOT_EMPTY);
	CU_ASSERT(writer_put(&writer, "abc", 3) && writer_end(&writer));
	CU_ASSERT_EQUAL(verify(0), SLOT_EMPTY);
	boot_fixture_close(&f);
}

static void the_header_is_erased_first_and_programmed_last(void)
{
	struct boot_fixture_contents before;

	boot_fixture_open(&f);
	CU_ASSERT_FATAL(boot_fixture_write_slot(&f, 1, "1", "good"));
	boot_fixture_save(&f, &before);
	boot_fixture_restart(&f, 0, 0);
	CU_ASSERT_FATAL(boot_fixture_write_slot(&f, 1, "2", "good"));
	const uint64_t operations = boot_fixture_operations(&f);
	CU_ASSERT_EQUAL(operations, 3 + 36 + 1);
	for (uint64_t op = 1; op <= operations; op++) {
		boot_fixture_load(&f, &before);
		boot_fixture_restart(&f, op, 500);
		CU_ASSERT_FALSE(boot_fixture_write_slot(&f, 1, "2", "good"));
		boot_fixture_restart(&f, 0, 0);
		const enum slot_verdict verdict = verify(1);
		CU_ASSERT(op == 1 || op == operations ? verdict != SLOT_GOOD && verdict != SLOT_EMPTY : verdict == SLOT_EMPTY);
	}
	boot_fixture_close(&f);
}

static void nothing_is_written_behind_the_end_of_a_slot(void)
{
	static const uint8_t bytes[BOOT_PAGE];
	struct writer writer;

	boot_fixture_open(&f);
	writer_begin(&writer, &f.flash, BOOT_SLOT_A, BOOT_SLOT_A + BOOT_PAGE + 1, BOOT_SLOT_A);
	CU_ASSERT(writer_put(&writer, bytes, BOOT_PAGE) && writer_put(&writer, bytes, 1));
	CU_ASSERT_FALSE(writer_put(&writer, bytes, 1));
	CU_ASSERT(writer_end(&writer));
	CU_ASSERT(f.array[BOOT_SLOT_A + BOOT_PAGE] == 0 && f.array[BOOT_SLOT_A + BOOT_PAGE + 1] == 0xff);
	boot_fixture_close(&f);
}

const CU_TestInfo tests_boot_slot[] = {
	{"a header is read back as written", a_header_is_read_back_as_written},
	{"a slot verifies whole or not at all", a_slot_verifies_whole_or_not_at_all},
	{"a slot that is being written does not verify", a_slot_that_is_being_written_does_not_verify},
	{"the header is erased first and programmed last", the_header_is_erased_first_and_programmed_last},
	{"nothing is written behind the end of a slot", nothing_is_written_behind_the_end_of_a_slot},
	CU_TEST_INFO_NULL,
};
