/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the factory leaves in the flash is what the device boots. */
#include "session/factory.h"

#include <stdlib.h>
#include <string.h>

#include "guest/boot/choose.h"
#include "tests/test.h"
#include "tests/unit/boot/chip.h"

extern const CU_TestInfo tests_factory[];

static void sign(void *ctx, const void *data, size_t size, uint8_t ret_signature[SLOT_SIGNATURE])
{
	(void)ctx;
	chip_sign_bytes(data, size, ret_signature);
}

static const struct factory_signer signer = {NULL, sign};

static void a_device_boots_what_the_factory_left(void)
{
	struct slot_header header;
	struct choice choice;
	struct chip chip;

	for (unsigned is_dirty = 0; is_dirty < 2; is_dirty++) {
		const struct factory_config config = {"21.10", "good", 10000, is_dirty};
		chip_open(&chip);
		factory_fill(chip.array, &config, &signer);
		CU_ASSERT_FATAL(choose_from(&chip.flash, chip_crypto(), &choice, &header));
		CU_ASSERT(choice.state == CHOICE_CONFIRMED && choice.slot == 0 && !choice.writes);
		CU_ASSERT_STRING_EQUAL(header.version, "21.10");
		CU_ASSERT_STRING_EQUAL(header.behaviour, "good");
		CU_ASSERT_EQUAL(header.size, 10000);
		CU_ASSERT_EQUAL(slot_verify(&chip.flash, 1, chip_crypto(), &header), is_dirty ? SLOT_NO_HEADER : SLOT_EMPTY);
		CU_ASSERT_EQUAL(chip.array[BOOT_SLOT_B + BOOT_SLOT_SIZE - 1] == 0xff, !is_dirty);
		CU_ASSERT_EQUAL(chip.array[BOOT_SLOT_B + BOOT_SLOT_SIZE], 0xff);
		/* And takes an update. */
		CU_ASSERT(chip_write_slot(&chip, 1, "2", "good"));
		CU_ASSERT_EQUAL(slot_verify(&chip.flash, 1, chip_crypto(), &header), SLOT_GOOD);
		chip_close(&chip);
	}
}

static void an_image_is_a_function_of_its_version(void)
{
	static uint8_t one[SLOT_HEADER + 1001], again[sizeof one], other[sizeof one];

	factory_image("1", "good", 1001, &signer, one);
	factory_image("1", "good", 1001, &signer, again);
	factory_image("2", "good", 1001, &signer, other);
	CU_ASSERT_EQUAL(memcmp(one, again, sizeof one), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(one + SLOT_HEADER, other + SLOT_HEADER, 1001), 0);
}

const CU_TestInfo tests_factory[] = {
	{"a_device_boots_what_the_factory_left", a_device_boots_what_the_factory_left},
	{"an_image_is_a_function_of_its_version", an_image_is_a_function_of_its_version},
	CU_TEST_INFO_NULL,
};
