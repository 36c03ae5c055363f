/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flash on the board: its chip select, its faults, and what a power cut does to the rest of the
 * board.
 */
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/board/fixture.h"

extern const CU_TestInfo tests_board_flash[];

#define SECTOR_NS (45 * SIM_MS)

static struct board_fixture f;
static uint8_t *array;  /* of the flash */
static uint64_t off_ns; /* of the last power cut */
static sim_ns cut_at;

static void lose_power(void *ctx, uint64_t for_ns, sim_ns now)
{
	(void)ctx;
	off_ns = for_ns;
	cut_at = now;
}

/* The board with a flash. */
static void open_with_flash(void)
{
	const struct nor_config config = nor_config_default();

	board_fixture_open(&f, "0ns");
	array = board_fit_flash(&f.board, &config);
	f.board.power_cut = lose_power;
}

/* @return the last byte of the answer to @length bytes. */
static uint8_t send_to(uint8_t opcode, unsigned address, size_t length)
{
	const uint8_t mosi[8] = {opcode, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
	uint8_t miso[8] = {0};

	CU_ASSERT_EQUAL(board_spi(&f.board, 1, mosi, miso, length, 0), 0);
	return miso[length - 1];
}

static void erase(unsigned address)
{
	(void)send_to(0x06, 0, 1);
	(void)send_to(0x20, address, 4);
}

static uint8_t status(void)
{
	return send_to(0x05, 0, 2);
}

static uint8_t read_estat(void)
{
	const uint8_t mosi[2] = {0x1d, 0};
	uint8_t miso[2];

	(void)board_spi(&f.board, 0, mosi, miso, sizeof mosi, 0);
	return miso[1];
}

static void chip_select_1_is_the_flash_if_one_is_fitted(void)
{
	board_fixture_open(&f, "0ns");
	CU_ASSERT_EQUAL(send_to(0x9f, 0, 2), 0xff);
	board_finish(&f.board);
	CU_ASSERT_PTR_NULL(strstr(f.trace.text, "flash"));
	board_fixture_close(&f);
	open_with_flash();
	CU_ASSERT_EQUAL(send_to(0x9f, 0, 2), 0xef);
	/* It was there before the processor was, so it is written to at once. */
	erase(0);
	CU_ASSERT_EQUAL(status(), NOR_SR1_BUSY | NOR_SR1_WEL);
	CU_ASSERT_FALSE(board_can_interrupt(&f.board));
	board_fixture_run(&f, SECTOR_NS);
	CU_ASSERT_EQUAL(status(), 0);
	CU_ASSERT_EQUAL(f.board.counters.messages, 5);
	board_fixture_close(&f);
}

static void the_closing_line_has_a_digest_of_the_contents(void)
{
	char digest[17];

	open_with_flash();
	board_finish(&f.board);
	const char *line = strstr(f.trace.text,
	                          "flash   0 programs of 0 bytes, 0 erases of 0 bytes, 0 reads of 0 bytes, 0 torn, 0 findings, digest ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	memcpy(digest, strstr(line, "digest ") + 7, 16);
	digest[16] = '\0';
	array[NOR_SIZE - 1] ^= 1;
	trace_text_clear(&f.trace);
	board_finish(&f.board);
	CU_ASSERT_PTR_NULL(strstr(f.trace.text, digest));
	board_fixture_close(&f);
}

static void mistakes_of_the_guest_are_traced(void)
{
	open_with_flash();
	(void)send_to(0x20, 0x1000, 4);
	(void)send_to(0x6b, 0, 5);
	TEST_CONTAINS(
		f.trace.text,
		"flash   finding no-wel in Sector Erase (4KB) at 000000: WEL is not set; nothing was done (DS \"Write enable (06h)\")");
	TEST_CONTAINS(f.trace.text, "flash   not modelled: Fast Read Quad Output: transfers on two or four lines");
	board_fixture_close(&f);
}

static void a_power_cut_takes_the_whole_board(void)
{
	board_fixture_add(&f, "at=nor.op#2", "power_cut", "after=50%;for=3s");
	open_with_flash();
	board_fixture_run(&f, 100 * SIM_MS);
	CU_ASSERT_EQUAL(read_estat() & 0x01, 0x01);
	erase(0);
	board_fixture_run(&f, SECTOR_NS);
	memset(array + 0x1000, 0, 0x1000);
	erase(0x1000);
	/* The guest must notice it in time, although the flash has no interrupt. */
	CU_ASSERT(board_can_interrupt(&f.board));
	const sim_ns begun = f.sim.now;
	CU_ASSERT_EQUAL(sim_next_visible(&f.sim), begun + SECTOR_NS / 2);
	board_fixture_run(&f, SECTOR_NS / 2 - 1);
	CU_ASSERT(!f.board.is_off && status() == (NOR_SR1_BUSY | NOR_SR1_WEL));
	board_fixture_run(&f, SIM_S);
	CU_ASSERT(f.board.is_off && off_ns == 3 * SIM_S && cut_at == begun + SECTOR_NS / 2);
	CU_ASSERT(status() == 0xff && read_estat() == 0xff);
	CU_ASSERT_FALSE(board_can_interrupt(&f.board));
	/* Half of the bits, or so. */
	CU_ASSERT(memchr(array + 0x1000, 0x00, 0x1000) != NULL && memchr(array + 0x1000, 0xff, 0x1000) != NULL);
	board_frame_arrived(&f.board, (const uint8_t[64]){0}, 64, f.sim.now);
	CU_ASSERT_EQUAL(f.board.counters.refused, 0);
	board_power(&f.board, true, f.sim.now);
	board_power(&f.board, true, f.sim.now);
	CU_ASSERT_EQUAL(status(), 0);
	/* The Ethernet chip starts as after power on. */
	CU_ASSERT_EQUAL(read_estat() & 0x01, 0);
	board_fixture_run(&f, SIM_MS);
	CU_ASSERT_EQUAL(read_estat() & 0x01, 0x01);
	erase(0x1000);
	board_finish(&f.board);
	TEST_CONTAINS(f.trace.text, "fault   nor.op#2: 'power_cut' power_cut\n");
	TEST_CONTAINS(f.trace.text, "flash   nor.op#2 torn 001000+4096: cut short at 50.0%\n");
	TEST_CONTAINS(f.trace.text, "power   off\n");
	TEST_CONTAINS(f.trace.text, "power   on\n");
	TEST_CONTAINS(f.trace.text, " 3 erases of 12288 bytes");
	CU_ASSERT_STRING_EQUAL(f.decisions, "power_cut nor.op#2 ");
	board_fixture_close(&f);
}

static void the_board_can_be_switched_off_and_on_by_itself(void)
{
	board_fixture_open(&f, "0ns");
	board_fixture_run(&f, 100 * SIM_MS);
	TEST_CONTAINS(f.trace.text, "PHY: link up");
	board_power(&f.board, false, f.sim.now);
	trace_text_clear(&f.trace);
	board_fixture_run(&f, SIM_S);
	CU_ASSERT_EQUAL(read_estat(), 0xff);
	CU_ASSERT_STRING_EQUAL(f.trace.text, "");
	board_power(&f.board, true, f.sim.now);
	board_fixture_run(&f, 100 * SIM_MS);
	/* The cable was there all the time. */
	TEST_CONTAINS(f.trace.text, "chip    reset: power on");
	TEST_CONTAINS(f.trace.text, "PHY: link up");
	board_fixture_close(&f);
}

static void the_earliest_of_several_power_cuts_happens(void)
{
	board_fixture_add(&f, "", "power_cut", "after=75%;for=1s");
	board_fixture_add(&f, "", "power_cut", "after=25%;for=2s");
	board_fixture_add(&f, "", "nor_slow", "factor=4");
	open_with_flash();
	erase(0);
	const sim_ns begun = f.sim.now;
	board_fixture_run(&f, SIM_S);
	CU_ASSERT(cut_at == begun + SECTOR_NS && off_ns == 2 * SIM_S);
	board_fixture_close(&f);
}

static void an_operation_gets_slow_or_stuck(void)
{
	board_fixture_add(&f, "nth=1", "nor_slow", "factor=3");
	board_fixture_add(&f, "nth=2", "nor_stuck", "for=1s");
	open_with_flash();
	erase(0);
	board_fixture_run(&f, 3 * SECTOR_NS - 1);
	CU_ASSERT_NOT_EQUAL(status(), 0);
	board_fixture_run(&f, 1);
	CU_ASSERT_EQUAL(status(), 0);
	erase(0);
	board_fixture_run(&f, SECTOR_NS + SIM_S - 1);
	CU_ASSERT_EQUAL(status() & NOR_SR1_BUSY, NOR_SR1_BUSY);
	board_fixture_run(&f, 1);
	CU_ASSERT_EQUAL(status(), 0);
	erase(0);
	board_fixture_run(&f, SECTOR_NS);
	CU_ASSERT_EQUAL(status(), 0);
	CU_ASSERT_STRING_EQUAL(f.decisions, "nor_slow nor.op#1 nor_stuck nor.op#2 ");
	board_fixture_close(&f);
}

static void a_bit_stays_rotten(void)
{
	board_fixture_add(&f, "at=nor.read#2", "nor_rot", "offset=4096;bit=3");
	board_fixture_add(&f, "at=nor.read#2", "nor_rot", "offset=4096;bit=4");
	open_with_flash();
	CU_ASSERT_EQUAL(send_to(0x03, 0x1000, 5), 0xff);
	CU_ASSERT_EQUAL(send_to(0x03, 0x1000, 5), 0xe7);
	CU_ASSERT_EQUAL(send_to(0x03, 0x1000, 5), 0xe7);
	CU_ASSERT_STRING_EQUAL(f.decisions, "nor_rot nor.read#2 nor_rot nor.read#2 ");
	board_fixture_close(&f);
}

const CU_TestInfo tests_board_flash[] = {
	{"chip select 1 is the flash if one is fitted", chip_select_1_is_the_flash_if_one_is_fitted},
	{"the closing line has a digest of the contents", the_closing_line_has_a_digest_of_the_contents},
	{"mistakes of the guest are traced", mistakes_of_the_guest_are_traced},
	{"a power cut takes the whole board", a_power_cut_takes_the_whole_board},
	{"the board can be switched off and on by itself", the_board_can_be_switched_off_and_on_by_itself},
	{"the earliest of several power cuts happens", the_earliest_of_several_power_cuts_happens},
	{"an operation gets slow or stuck", an_operation_gets_slow_or_stuck},
	{"a bit stays rotten", a_bit_stays_rotten},
	CU_TEST_INFO_NULL,
};
