/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

/* Bit by bit, as the standard puts it. */
static uint32_t slow_fcs(const uint8_t *bytes, size_t length)
{
	uint32_t remainder = 0xffffffff;

	for (size_t i = 0; i < length; i++) {
		remainder ^= bytes[i];
		for (unsigned bit = 0; bit < 8; bit++)
			remainder = remainder >> 1 ^ (remainder & 1 ? 0xedb88320u : 0u);
	}
	return ~remainder;
}

static void check_value_is_cbf43926(void)
{
	CU_ASSERT_EQUAL(stutter_enc28j60_fcs((const uint8_t *)"123456789", 9), 0xcbf43926u);
	CU_ASSERT_EQUAL(stutter_enc28j60_fcs((const uint8_t *)"", 0), 0);
}

static void every_table_entry_agrees_with_the_bitwise_division(void)
{
	uint8_t bytes[16] = {0};

	for (unsigned slice = 0; slice < 8; slice++) {
		for (unsigned value = 0; value < 256; value++) {
			memset(bytes, 0, sizeof(bytes));
			bytes[slice] = (uint8_t)value;
			CU_ASSERT_EQUAL_FATAL(stutter_enc28j60_fcs(bytes, 8), slow_fcs(bytes, 8));
		}
	}
}

static void every_length_and_split_agrees(void)
{
	uint8_t bytes[100];
	uint32_t state = 7;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)chip_random(&state);
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		uint32_t expected = slow_fcs(bytes, length);

		CU_ASSERT_EQUAL_FATAL(stutter_enc28j60_fcs(bytes, length), expected);
		for (size_t split = 0; split <= length; split++) {
			uint32_t head = stutter_enc28j60_fcs(bytes, split);

			CU_ASSERT_EQUAL_FATAL(
				stutter_enc28j60_fcs_continue(head, bytes + split, length - split),
				expected);
		}
	}
}

static void sealed_frame_leaves_the_residue(void)
{
	uint8_t frame[1518];

	for (size_t length = 18; length <= sizeof(frame); length += 37) {
		chip_make_frame(frame, length, (unsigned)length);
		CU_ASSERT_EQUAL(stutter_enc28j60_fcs(frame, length), STUTTER_ENC28J60_FCS_RESIDUE);
		frame[length / 2] ^= 0x10;
		CU_ASSERT_NOT_EQUAL(stutter_enc28j60_fcs(frame, length),
		                    STUTTER_ENC28J60_FCS_RESIDUE);
	}
}

const CU_TestInfo tests_crc32[] = {
	{"check value is cbf43926", check_value_is_cbf43926},
	{"every table entry agrees with the bitwise division",
         every_table_entry_agrees_with_the_bitwise_division},
	{"every length and split agrees", every_length_and_split_agrees},
	{"sealed frame leaves the residue", sealed_frame_leaves_the_residue},
	CU_TEST_INFO_NULL,
};
