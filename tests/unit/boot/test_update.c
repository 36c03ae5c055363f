/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole updates over the model of the flash, with the supply failing in every single operation, at
 * several points of it, once and twice. After every cut the device boots a system that verifies,
 * and the next update succeeds.
 */
#include <stdio.h>
#include <string.h>

#include "emulator/guest/boot/choose.h"
#include "tests/test.h"
#include "tests/unit/boot/fixture.h"

extern const CU_TestInfo tests_boot_update[];

/* Trials of a new system. */
#define TRIES 3U
/* More boots than any test here takes. */
#define BOOTS_MAX 12U

static struct boot_fixture f;

enum ending { ENDED, CUT, GONE };

/* An update to @target: the device boots until it runs that, or until the supply fails. */
struct update {
	const char *target, *behaviour;
	const char *versions; /* the first characters of all versions that may be booted */
	bool gives_up;        /* the device stops after a rollback */
	unsigned trials;
};

static bool put_on_record(const struct boot_record *like)
{
	struct boot_record record = *like;

	return record_append(&f.flash, &record);
}

/* @return false if the supply failed. */
static bool install(const struct update *u, struct boot_record record)
{
	unsigned slot = 0;

	CU_ASSERT_FATAL(record_spare(&record, &slot));
	if (!boot_fixture_write_slot(&f, slot, u->target, u->behaviour))
		return false;
	record_activate(&record, slot, TRIES);
	return put_on_record(&record);
}

/* One boot. @return whether another one follows. */
static bool boot(struct update *u, enum ending *ret_ending)
{
	struct slot_header header = {.version = ""};
	struct choice choice;

	*ret_ending = CUT;
	if (!choose_from(&f.flash, boot_fixture_crypto(), &choice, &header))
		return false;
	if (choice.state == CHOICE_RECOVERY || header.version[0] == '\0' || strchr(u->versions, header.version[0]) == NULL) {
		*ret_ending = GONE;
		return false;
	}
	const bool is_target = strcmp(header.version, u->target) == 0, is_good = strcmp(header.behaviour, "good") == 0;
	u->trials += choice.state == CHOICE_TRIAL;
	if (choice.state == CHOICE_TRIAL && !is_good)
		return true;
	if (choice.state == CHOICE_ROLLBACK && u->gives_up) {
		*ret_ending = ENDED;
		return false;
	}
	if (choice.state != CHOICE_CONFIRMED) {
		record_confirm(&choice.record);
		if (!put_on_record(&choice.record))
			return false;
	}
	if (is_target) {
		*ret_ending = ENDED;
		return false;
	}
	return install(u, choice.record);
}

static enum ending run_device(struct update *u)
{
	enum ending ending;

	for (unsigned boots = 0; boots < BOOTS_MAX; boots++)
		if (!boot(u, &ending))
			return ending == CUT && f.nor.powered ? GONE : ending;
	return GONE;
}

/* A new device, after @records further records; slot B holds remains of an older system. */
static void make(struct boot_fixture_contents *ret_contents, unsigned records)
{
	boot_fixture_open(&f);
	CU_ASSERT_FATAL(boot_fixture_write_slot(&f, 1, "0", "good"));
	memset(f.array + BOOT_SLOT_B, 0, 300);
	CU_ASSERT_FATAL(boot_fixture_write_slot(&f, 0, "1", "good"));
	for (unsigned i = 0; i <= records; i++)
		CU_ASSERT_FATAL(put_on_record(&(struct boot_record){.active = 0, .state = RECORD_CONFIRMED}));
	boot_fixture_save(&f, ret_contents);
}

static void begin(const struct boot_fixture_contents *contents, uint64_t cut_op, unsigned permille)
{
	boot_fixture_load(&f, contents);
	boot_fixture_restart(&f, cut_op, permille);
}

static const struct update to_2 = {.target = "2", .behaviour = "good", .versions = "12"};
static const struct update to_bad_2 = {.target = "2", .behaviour = "crash", .versions = "12", .gives_up = true};

static bool runs(struct update u, enum ending expected)
{
	return run_device(&u) == expected;
}

/* The device continues and accepts the next update. */
static bool recovers(const struct update *u)
{
	boot_fixture_restart(&f, 0, 0);
	if (!runs(*u, ENDED))
		return false;
	boot_fixture_restart(&f, 0, 0);
	return runs((struct update){.target = "3", .behaviour = "good", .versions = "123"}, ENDED);
}

static uint64_t operations_of(const struct boot_fixture_contents *contents, const struct update *u)
{
	begin(contents, 0, 0);
	CU_ASSERT_FATAL(runs(*u, ENDED));
	return boot_fixture_operations(&f);
}

static const unsigned parts[] = {0, 1, 100, 333, 500, 700, 900, 990, 1000};
#define PARTS (sizeof parts / sizeof parts[0])

static void fail_at(uint64_t op, unsigned permille, const char *what)
{
	printf("    cut in operation %u at %u/1000: %s\n", (unsigned)op, permille, what);
	CU_FAIL("a cut was not survived");
}

/* A power cut in every operation of an update, at every part. @return how many cuts. */
static unsigned sweep(const struct boot_fixture_contents *contents, const struct update *u)
{
	const uint64_t operations = operations_of(contents, u);
	unsigned cuts = 0;

	for (uint64_t op = 1; op <= operations; op++)
		for (size_t i = 0; i < PARTS; i++, cuts++) {
			begin(contents, op, parts[i]);
			if (!runs(*u, CUT))
				fail_at(op, parts[i], "the cut did not come");
			else if (!recovers(u))
				fail_at(op, parts[i], "the device did not come back");
		}
	return cuts;
}

static void a_good_update_survives_a_cut_at_every_operation(void)
{
	struct boot_fixture_contents contents;
	unsigned cuts = 0;

	/*
	 * With 61 records before, the log changes its sector in mid-update: at activation, at the
	 * trial, and at the confirmation.
	 */
	for (unsigned records = 0; records <= 63; records += records == 0 ? 61 : 1) {
		make(&contents, records);
		cuts += sweep(&contents, &to_2);
		boot_fixture_close(&f);
	}
	printf("    %u cuts of a good update\n", cuts);
}

static void a_bad_update_is_rolled_back_whatever_is_cut(void)
{
	struct boot_fixture_contents contents;

	make(&contents, 60);
	struct update u = to_bad_2;
	begin(&contents, 0, 0);
	CU_ASSERT_EQUAL(run_device(&u), ENDED);
	CU_ASSERT_EQUAL(u.trials, TRIES);
	printf("    %u cuts of a bad update\n", sweep(&contents, &to_bad_2));
	boot_fixture_close(&f);
}

/*
 * The supply fails again while the device recovers. Every first cut, and a sample of the second
 * ones that moves with the first.
 */
static void two_cuts_are_survived_too(void)
{
	struct boot_fixture_contents contents;
	unsigned cuts = 0;

	make(&contents, 61);
	const uint64_t operations = operations_of(&contents, &to_2);
	for (uint64_t op = 1; op <= operations; op++)
		for (uint64_t second = 1 + op % 5; second <= operations; second += 5, cuts += 2) {
			const unsigned first_part = parts[(op + second) % PARTS], second_part = parts[(op * 3 + second) % PARTS];
			begin(&contents, op, first_part);
			if (!runs(to_2, CUT))
				fail_at(op, first_part, "the cut did not come");
			boot_fixture_restart(&f, second, second_part);
			struct update u = to_2;
			if (run_device(&u) == GONE)
				fail_at(op, first_part, "the device was gone before the second cut");
			if (!recovers(&to_2))
				fail_at(second, second_part, "the device did not come back from the second cut");
		}
	printf("    %u cuts in pairs\n", cuts);
	boot_fixture_close(&f);
}

static void a_rotten_slot_is_replaced_by_the_other(void)
{
	struct boot_fixture_contents contents;
	struct slot_header header;
	struct choice choice;

	make(&contents, 0);
	CU_ASSERT(runs(to_2, ENDED));
	nor_rot(&f.nor, BOOT_SLOT_B + SLOT_HEADER + 5000, 0x10);
	CU_ASSERT(choose_from(&f.flash, boot_fixture_crypto(), &choice, &header));
	CU_ASSERT(choice.state == CHOICE_ROLLBACK && choice.slot == 0 && header.version[0] == '1');
	TEST_CONTAINS(choice.reason, "its hash is wrong");
	/* It stays so, and is reported until a report was acknowledged. */
	CU_ASSERT(choose_from(&f.flash, boot_fixture_crypto(), &choice, &header));
	CU_ASSERT(choice.state == CHOICE_ROLLBACK && choice.slot == 0 && !choice.writes);
	nor_rot(&f.nor, BOOT_SLOT_A + SLOT_HEADER, 0x10);
	CU_ASSERT(choose_from(&f.flash, boot_fixture_crypto(), &choice, &header));
	CU_ASSERT_EQUAL(choice.state, CHOICE_RECOVERY);
	boot_fixture_close(&f);
}

const CU_TestInfo tests_boot_update[] = {
	{"a good update survives a cut at every operation", a_good_update_survives_a_cut_at_every_operation},
	{"a bad update is rolled back whatever is cut", a_bad_update_is_rolled_back_whatever_is_cut},
	{"two cuts are survived too", two_cuts_are_survived_too},
	{"a rotten slot is replaced by the other", a_rotten_slot_is_replaced_by_the_other},
	CU_TEST_INFO_NULL,
};
