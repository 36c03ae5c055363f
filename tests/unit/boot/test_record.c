/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot record: a log that survives a power cut at every operation. */
#include "emulator/guest/boot/record.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/boot/fixture.h"

extern const CU_TestInfo tests_boot_record[];

/* Beyond two changes of the sector: 64 entries fit one. */
#define APPENDS 140U

static struct boot_fixture f;

static struct boot_record nth(uint32_t n)
{
	struct boot_record record = {.active = n % 2, .state = (uint8_t)(n % 3), .tries = (uint8_t)n, .failed = n / 2 % 2};

	memset(record.trust, (int)n, sizeof record.trust);
	memset(record.application, (int)~n, sizeof record.application);
	return record;
}

static bool is_nth(const struct boot_record *record, uint32_t n)
{
	struct boot_record expected = nth(n);

	expected.sequence = n;
	return memcmp(record, &expected, sizeof expected) == 0;
}

static bool append(uint32_t n)
{
	struct boot_record record = nth(n);

	return record_append(&f.flash, &record);
}

/* The number of the newest record, 0 if there is none. */
static uint32_t newest(void)
{
	struct boot_record record = {0};
	bool found;

	CU_ASSERT_FATAL(record_read(&f.flash, &record, &found));
	CU_ASSERT(!found || is_nth(&record, record.sequence));
	return found ? record.sequence : 0;
}

static void the_newest_record_counts_over_all_changes_of_the_sector(void)
{
	boot_fixture_open(&f);
	CU_ASSERT_EQUAL(newest(), 0);
	for (uint32_t n = 1; n <= APPENDS; n++) {
		CU_ASSERT(append(n));
		CU_ASSERT_EQUAL(newest(), n);
	}
	/* One erase for each sector that was begun. */
	CU_ASSERT_EQUAL(f.nor.counters.erases, 3);
	boot_fixture_close(&f);
}

static void every_bit_of_an_entry_counts(void)
{
	boot_fixture_open(&f);
	CU_ASSERT(append(1) && append(2));
	for (unsigned bit = 0; bit < 64 * 8; bit++) {
		nor_rot(&f.nor, BOOT_RECORD + 64 + bit / 8, (uint8_t)(1U << bit % 8));
		CU_ASSERT_EQUAL(newest(), 1);
		nor_rot(&f.nor, BOOT_RECORD + 64 + bit / 8, (uint8_t)(1U << bit % 8));
	}
	CU_ASSERT_EQUAL(newest(), 2);
	boot_fixture_close(&f);
}

static void an_entry_that_is_not_blank_is_skipped(void)
{
	boot_fixture_open(&f);
	CU_ASSERT(append(1));
	/* A torn entry that reads as blank but for one bit, far behind. */
	nor_rot(&f.nor, BOOT_RECORD + 5 * 64 + 63, 0x80);
	CU_ASSERT(append(2));
	CU_ASSERT_EQUAL(newest(), 2);
	CU_ASSERT(f.array[BOOT_RECORD + 64] == 0xff && f.array[BOOT_RECORD + 6 * 64] == 'B');
	boot_fixture_close(&f);
}

static unsigned weak; /* so many entries lose a bit when they have been programmed */

static bool program_weakly(void *ctx, uint32_t offset, const void *data, uint32_t size)
{
	const struct boot_fixture *of = ctx;
	bool done = of->flash.program(ctx, offset, data, size);

	if (weak > 0 && weak-- > 0)
		nor_rot(&f.nor, offset + 9, 0x80);
	return done;
}

static void an_entry_that_does_not_keep_its_bits_is_skipped(void)
{
	struct boot_record record = nth(1);

	boot_fixture_open(&f);
	struct boot_flash flash = f.flash;
	flash.program = program_weakly;
	weak = 2;
	CU_ASSERT(record_append(&flash, &record));
	CU_ASSERT_EQUAL(newest(), 1);
	CU_ASSERT(f.array[BOOT_RECORD + 2 * 64] == 'B' && f.array[BOOT_RECORD + 3 * 64] == 0xff);
	/* No place of the sector does: the other sector is begun. */
	weak = 61;
	record = nth(2);
	CU_ASSERT(record_append(&flash, &record));
	CU_ASSERT(newest() == 2 && f.array[BOOT_RECORD + BOOT_SECTOR] == 'B');
	boot_fixture_close(&f);
}

static void a_failing_flash_is_not_taken_for_an_empty_one(void)
{
	struct boot_record record;
	bool found = true;

	boot_fixture_open(&f);
	nor_power(&f.nor, false, f.now_ns);
	CU_ASSERT_FALSE(record_read(&f.flash, &record, &found));
	CU_ASSERT_FALSE(append(1));
	boot_fixture_close(&f);
}

static const unsigned parts[] = {0, 1, 20, 100, 250, 400, 500, 600, 750, 900, 980, 999, 1000};
#define PARTS (sizeof parts / sizeof parts[0])

/* How many of the parts a second cut comes at; which they are moves on from record to record. */
#define SECONDS 3U

/*
 * The supply fails in the @op-th operation of an append, then again in the next append, then no
 * more.
 */
static unsigned cut_twice(const struct boot_fixture_contents *before, uint32_t n, uint64_t op, unsigned permille)
{
	unsigned cuts = 0;

	for (size_t i = 0; i <= SECONDS; i++) {
		const bool again = i < SECONDS;
		boot_fixture_load(&f, before);
		boot_fixture_restart(&f, op, permille);
		(void)append(n);
		boot_fixture_restart(&f, again ? 1 + (i + n) % 2 : 0, again ? parts[(i * 5 + n) % PARTS] : 0);
		uint32_t now = newest();
		CU_ASSERT(now == n - 1 || now == n);
		(void)append(now + 1);
		boot_fixture_restart(&f, 0, 0);
		const uint32_t then = newest();
		CU_ASSERT(then == now || then == now + 1);
		CU_ASSERT(again || then == now + 1);
		CU_ASSERT(append(then + 1));
		CU_ASSERT_EQUAL(newest(), then + 1);
		cuts += 1 + again;
	}
	return cuts;
}

static void a_cut_leaves_the_old_record_or_the_new_one(void)
{
	struct boot_fixture_contents before;
	unsigned cuts = 0;

	boot_fixture_open(&f);
	for (uint32_t n = 1; n <= APPENDS; n++) {
		boot_fixture_save(&f, &before);
		boot_fixture_restart(&f, 0, 0);
		CU_ASSERT(append(n));
		const uint64_t operations = boot_fixture_operations(&f);
		struct boot_fixture_contents after;
		boot_fixture_save(&f, &after);
		for (uint64_t op = 1; op <= operations; op++)
			for (size_t i = 0; i < PARTS; i++)
				cuts += cut_twice(&before, n, op, parts[i]);
		boot_fixture_load(&f, &after);
	}
	printf("    %u cuts of the boot record\n", cuts);
	boot_fixture_close(&f);
}

static void states_follow_each_other(void)
{
	struct boot_record record = {.active = 0, .state = RECORD_ROLLED_BACK, .failed = 1};
	unsigned slot = 7;

	CU_ASSERT(record_spare(&record, &slot) && slot == 1);
	record_activate(&record, slot, 3);
	CU_ASSERT(record.active == 1 && record.state == RECORD_TRIAL && record.tries == 3 && record.failed == 0);
	/* The way back of a trial is not to be written to. */
	CU_ASSERT_FALSE(record_spare(&record, &slot));
	record_confirm(&record);
	CU_ASSERT(record.active == 1 && record.state == RECORD_CONFIRMED && record.tries == 0);
	CU_ASSERT(record_spare(&record, &slot) && slot == 0);
}

const CU_TestInfo tests_boot_record[] = {
	{"the newest record counts over all changes of the sector", the_newest_record_counts_over_all_changes_of_the_sector},
	{"every bit of an entry counts", every_bit_of_an_entry_counts},
	{"an entry that is not blank is skipped", an_entry_that_is_not_blank_is_skipped},
	{"an entry that does not keep its bits is skipped", an_entry_that_does_not_keep_its_bits_is_skipped},
	{"a failing flash is not taken for an empty one", a_failing_flash_is_not_taken_for_an_empty_one},
	{"a cut leaves the old record or the new one", a_cut_leaves_the_old_record_or_the_new_one},
	{"states follow each other", states_follow_each_other},
	CU_TEST_INFO_NULL,
};
