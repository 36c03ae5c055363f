/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "emulator/enc28j60/chip.h"

static uint8_t frame[1518];

static void set_type(unsigned type)
{
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
}

static void length_field_is_compared_unless_it_is_a_type_or_padded(void)
{
	static const struct {
		unsigned claimed;
		size_t length;
		bool wrong;
	} rows[] = {
		{100, 118, false}, {99, 118, true},     {101, 118, true},    {46, 64, false},
		{1, 64, false},    {47, 64, true},      {1500, 1518, false}, {1499, 1518, true},
		{1501, 64, false}, {0x0800, 64, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_type(rows[i].claimed);
		CU_ASSERT_EQUAL(stutter_enc_frame_length_is_wrong(frame, rows[i].length),
		                rows[i].wrong);
	}
}

static void addresses_are_told_apart(void)
{
	memset(frame, 0xff, 6);
	CU_ASSERT(stutter_enc_frame_is_broadcast(frame));
	CU_ASSERT_FALSE(stutter_enc_frame_is_multicast(frame));
	frame[5] = 0xfe;
	CU_ASSERT_FALSE(stutter_enc_frame_is_broadcast(frame));
	CU_ASSERT(stutter_enc_frame_is_multicast(frame));
	frame[0] = 0xfe;
	CU_ASSERT_FALSE(stutter_enc_frame_is_multicast(frame));
}

static void types_are_told_apart(void)
{
	set_type(0x8808);
	frame[14] = 0;
	frame[15] = 1;
	CU_ASSERT(stutter_enc_frame_is_control(frame) && stutter_enc_frame_is_pause(frame));
	frame[15] = 2;
	CU_ASSERT(stutter_enc_frame_is_control(frame) && !stutter_enc_frame_is_pause(frame));
	set_type(0x8100);
	CU_ASSERT(stutter_enc_frame_is_vlan(frame) && !stutter_enc_frame_is_control(frame));
}

const CU_TestInfo tests_frame[] = {
	{"length field is compared unless it is a type or padded",
         length_field_is_compared_unless_it_is_a_type_or_padded},
	{"addresses are told apart", addresses_are_told_apart},
	{"types are told apart", types_are_told_apart},
	CU_TEST_INFO_NULL,
};
