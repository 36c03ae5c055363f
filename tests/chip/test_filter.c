/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;
static uint8_t frame[256];
static const uint8_t own[6] = {0x02, 0x04, 0xa3, 0x11, 0x22, 0x33};
static const uint8_t other[6] = {0x02, 0x04, 0xa3, 0x11, 0x22, 0x34};
static const uint8_t group[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb};
static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void start(void)
{
	static const unsigned order[6] = {ENC28J60_MAADR1, ENC28J60_MAADR2, ENC28J60_MAADR3,
	                                  ENC28J60_MAADR4, ENC28J60_MAADR5, ENC28J60_MAADR6};

	chip_fixture_init(&f, NULL);
	for (unsigned i = 0; i < 6; i++)
		chip_wcr(&f, order[i], own[i]);
	chip_open_ring(&f, 0, 0x1fff);
}

static bool passes(uint8_t erxfcon, const uint8_t *destination, size_t length)
{
	uint8_t before = chip_rcr(&f, ENC28J60_EPKTCNT);

	chip_wcr(&f, ENC28J60_ERXFCON, erxfcon);
	if (destination)
		memcpy(frame, destination, 6);
	chip_put_fcs(frame, length);
	chip_receive(&f, frame, length);
	return chip_rcr(&f, ENC28J60_EPKTCNT) != before;
}

static void each_address_filter_takes_its_own(void)
{
	start();
	chip_make_frame(frame, 64, 1);
	CU_ASSERT(passes(ERXFCON_UCEN, own, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_UCEN, other, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_UCEN, all, 64));
	CU_ASSERT(passes(ERXFCON_BCEN, all, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_BCEN, group, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_BCEN, own, 64));
	CU_ASSERT(passes(ERXFCON_MCEN, group, 64));
	CU_ASSERT(passes(ERXFCON_MCEN, all, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_MCEN, own, 64));
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_FILTERED), 5);
}

static void no_filter_takes_all(void)
{
	start();
	chip_make_frame(frame, 64, 1);
	CU_ASSERT(passes(0, other, 64));
	CU_ASSERT(passes(ERXFCON_ANDOR, other, 64));
	CU_ASSERT(passes(ERXFCON_CRCEN, group, 64));
}

static void filters_are_joined_by_or_and_by_and(void)
{
	start();
	chip_make_frame(frame, 64, 1);
	CU_ASSERT(passes(ERXFCON_UCEN | ERXFCON_BCEN, own, 64));
	CU_ASSERT(passes(ERXFCON_UCEN | ERXFCON_BCEN, all, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_UCEN | ERXFCON_BCEN, group, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_ANDOR | ERXFCON_UCEN | ERXFCON_BCEN, own, 64));
	CU_ASSERT(passes(ERXFCON_ANDOR | ERXFCON_MCEN | ERXFCON_BCEN, all, 64));
	CU_ASSERT_FALSE(passes(ERXFCON_ANDOR | ERXFCON_MCEN | ERXFCON_BCEN, group, 64));
}

static void drops_bad_fcs_whatever_the_filters_say(void)
{
	start();
	chip_make_frame(frame, 64, 1);
	memcpy(frame, own, 6);
	chip_put_fcs(frame, 64);
	frame[63] ^= 0x80;
	chip_wcr(&f, ENC28J60_ERXFCON, ERXFCON_UCEN | ERXFCON_CRCEN);
	chip_receive(&f, frame, 64);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	chip_wcr(&f, ENC28J60_ERXFCON, ERXFCON_UCEN);
	chip_receive(&f, frame, 64);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
}

/* The worked example of DS39662 figure 8-3: offset 6, mask 1F0Ah, checksum 563Fh. */
static void pattern_match_agrees_with_the_data_sheets_example(void)
{
	static const uint8_t bytes[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa,
	                                0xbb, 0xcc, 0x00, 0x5a, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x40};

	start();
	chip_make_frame(frame, 70, 1);
	memcpy(frame, bytes, sizeof(bytes));
	chip_wcr16(&f, ENC28J60_EPMOL, 6);
	chip_wcr(&f, ENC28J60_EPMM0, 0x0a);
	chip_wcr(&f, ENC28J60_EPMM1, 0x1f);
	chip_wcr16(&f, ENC28J60_EPMCSL, 0x563f);
	CU_ASSERT(passes(ERXFCON_PMEN, NULL, 70));
	frame[14] ^= 1;
	CU_ASSERT_FALSE(passes(ERXFCON_PMEN, NULL, 70));
	frame[14] ^= 1;
	frame[8] ^= 1;
	CU_ASSERT(passes(ERXFCON_PMEN, NULL, 70));
	CU_ASSERT_FALSE(passes(ERXFCON_PMEN, NULL, 69));
}

/* The example in DS39662 sec. 8.2: source address 00-04-A3-FF-FF-FF gives 5BFCh. */
static void pattern_match_finds_a_source_address(void)
{
	static const uint8_t source[6] = {0x00, 0x04, 0xa3, 0xff, 0xff, 0xff};

	start();
	chip_make_frame(frame, 64, 1);
	memcpy(frame + 6, source, 6);
	chip_wcr(&f, ENC28J60_EPMM0, 0xc0);
	chip_wcr(&f, ENC28J60_EPMM1, 0x0f);
	chip_wcr16(&f, ENC28J60_EPMCSL, 0x5bfc);
	CU_ASSERT(passes(ERXFCON_PMEN, NULL, 64));
	frame[8] = 0xa4;
	CU_ASSERT_FALSE(passes(ERXFCON_PMEN, NULL, 64));
}

static void magic_packet_is_found_anywhere_in_the_data(void)
{
	start();
	for (size_t at = 14; at <= 14 + 40; at++) {
		size_t length = 14 + 40 + 102 + 4;

		chip_make_frame(frame, length, 3);
		memset(frame + at, 0xff, 6);
		for (unsigned i = 1; i <= 16; i++)
			memcpy(frame + at + 6 * i, own, 6);
		CU_ASSERT(passes(ERXFCON_MPEN, own, length));
		CU_ASSERT_FALSE(passes(ERXFCON_MPEN, other, length));
		frame[at + 101] ^= 1;
		CU_ASSERT_FALSE(passes(ERXFCON_MPEN, own, length));
	}
}

/* The pointer computed the long way: data bit by bit into a CRC with its highest bit first. */
static uint32_t slow_remainder(const uint8_t *address)
{
	uint32_t crc = 0xffffffff;

	for (unsigned i = 0; i < 48; i++) {
		uint32_t bit = (crc >> 31) ^ (address[i / 8] >> i % 8 & 1);

		crc = crc << 1 ^ (bit ? 0x04c11db7u : 0u);
	}
	return crc;
}

static void hash_table_is_pointed_into_by(enum stutter_enc28j60_hash_index index)
{
	start();
	f.chip.config.hash_index = index;
	chip_make_frame(frame, 64, 1);
	for (unsigned i = 0; i < 40; i++) {
		uint8_t address[6] = {
			0x01, 0x00, 0x5e, (uint8_t)i, (uint8_t)(i * 17), (uint8_t)(i * 5)};
		uint32_t remainder = slow_remainder(address);
		unsigned hash = index == STUTTER_ENC28J60_HASH_28_23 ? remainder >> 23 & 0x3f
		                                                     : ~remainder >> 26;

		for (unsigned byte = 0; byte < 8; byte++)
			chip_wcr(&f, ENC28J60_EHT0 + byte,
			         (uint8_t)(byte == hash / 8 ? 1u << hash % 8 : 0));
		CU_ASSERT(passes(ERXFCON_HTEN, address, 64));
		chip_wcr(&f, ENC28J60_EHT0 + hash / 8, (uint8_t) ~(1u << hash % 8));
		CU_ASSERT_FALSE(passes(ERXFCON_HTEN, address, 64));
	}
}

static void hash_table_is_pointed_into_by_crc_bits_28_to_23(void)
{
	CU_ASSERT_EQUAL(stutter_enc28j60_config_default().hash_index, STUTTER_ENC28J60_HASH_28_23);
	hash_table_is_pointed_into_by(STUTTER_ENC28J60_HASH_28_23);
}

static void hash_table_may_be_pointed_into_by_the_six_highest_inverted_bits(void)
{
	hash_table_is_pointed_into_by(STUTTER_ENC28J60_HASH_INVERTED_31_26);
}

const CU_TestInfo tests_filter[] = {
	{"each address filter takes its own", each_address_filter_takes_its_own},
	{"no filter takes all", no_filter_takes_all},
	{"filters are joined by or and by and", filters_are_joined_by_or_and_by_and},
	{"drops bad fcs whatever the filters say", drops_bad_fcs_whatever_the_filters_say},
	{"pattern match agrees with the data sheets example",
         pattern_match_agrees_with_the_data_sheets_example},
	{"pattern match finds a source address", pattern_match_finds_a_source_address},
	{"magic packet is found anywhere in the data", magic_packet_is_found_anywhere_in_the_data},
	{"hash table is pointed into by crc bits 28 to 23",
         hash_table_is_pointed_into_by_crc_bits_28_to_23},
	{"hash table may be pointed into by the six highest inverted bits",
         hash_table_may_be_pointed_into_by_the_six_highest_inverted_bits},
	CU_TEST_INFO_NULL,
};
