/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The board as the guest's module sees it: bytes on the bus, how long they take, and INT. */
#include "emulator/board/board.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "emulator/enc28j60/registers.h"
#include "emulator/nic/enc28j60.h"
#include "tests/unit/board/fixture.h"

#define BUS_NS 1000U

static struct board_fixture f;
/* "fell 5 rose 7 ": INT in ns since power on, as the processor sees it */
static char int_line[256];

static void follow_int(void *ctx, bool asserted, sim_ns now)
{
	(void)ctx;
	TEST_APPEND(int_line, "%s %u ", asserted ? "fell" : "rose", (unsigned)(now - BOARD_FIXTURE_POWER_ON));
}

/* @return for how much longer the message occupies the bus. */
static uint64_t exchange(const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	return board_spi(&f.board, 0, mosi, ret_miso, length, BUS_NS);
}

static void command(unsigned opcode, unsigned reg, unsigned value)
{
	const uint8_t mosi[2] = {(uint8_t)(opcode | (reg & 0x1fU)), (uint8_t)value};
	uint8_t miso[2];

	(void)exchange(mosi, miso, sizeof mosi);
}

enum { BFS = 0x80, BFC = 0xa0 };

static struct stutter_enc28j60 *chip(void)
{
	return nic_enc28j60_chip(f.board.nic);
}

static unsigned peek(unsigned reg)
{
	return stutter_enc28j60_peek(chip(), reg);
}

/* -- the bus -- */

static void what_comes_after_a_glitch_of_chip_select_is_a_command_of_its_own(void)
{
	/* A read of ESTAT, and in its further bytes what would be a write of ERDPTL. */
	static const uint8_t mosi[] = {0x1d, 0x00, 0x40, 0x12};
	uint8_t miso[4];

	board_fixture_add(&f, "at=spi.msg#2", "spi_cut", "after=2");
	board_fixture_add(&f, "at=spi.msg#3", "spi_cut", "after=2;resume=true");
	board_fixture_open(&f, "0ns");
	board_fixture_run(&f, SIM_MS);
	(void)exchange(mosi, miso, sizeof mosi);
	CU_ASSERT(miso[1] == 0x01 && miso[2] == 0x01 && peek(ENC28J60_ERDPTL) != 0x12);
	(void)exchange(mosi, miso, sizeof mosi);
	CU_ASSERT(miso[1] == 0x01 && miso[2] == 0xff && miso[3] == 0xff && peek(ENC28J60_ERDPTL) != 0x12);
	(void)exchange(mosi, miso, sizeof mosi);
	CU_ASSERT(miso[1] == 0x01 && miso[2] == 0xff && peek(ENC28J60_ERDPTL) == 0x12);
	board_fixture_close(&f);
}

static void a_message_says_for_how_much_longer_it_occupies_the_bus(void)
{
	static const uint8_t read_estat[] = {0x1d, 0};
	uint8_t miso[2];

	board_fixture_add(&f, "nth=2", "spi_stall", "for=3ms");
	board_fixture_add(&f, "nth=3", "spi_slow", "factor=8");
	board_fixture_open(&f, "0ns");
	CU_ASSERT_EQUAL(exchange(read_estat, miso, sizeof miso), 0);
	CU_ASSERT_EQUAL(exchange(read_estat, miso, sizeof miso), 3 * SIM_MS);
	CU_ASSERT_EQUAL(exchange(read_estat, miso, sizeof miso), 7 * (uint64_t)BUS_NS);
	CU_ASSERT_EQUAL(exchange(read_estat, miso, sizeof miso), 0);
	/* The other chip selects have no chip, so no fault counts messages to them. */
	CU_ASSERT_EQUAL(board_spi(&f.board, 1, read_estat, miso, sizeof miso, BUS_NS), 0);
	board_fixture_close(&f);
}

/* -- a warm start -- */

static void a_warm_start_finds_a_running_chip(void)
{
	board_fixture_add(&f, "", "warm_start", "");
	board_fixture_open(&f, "0ns");
	CU_ASSERT(peek(ENC28J60_ESTAT) & ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(peek(ENC28J60_ECON1), ECON1_RXEN | 3);
	CU_ASSERT_EQUAL(peek(ENC28J60_EPKTCNT), 2);
	CU_ASSERT(peek(ENC28J60_EIR) & EIR_LINKIF);
	CU_ASSERT(peek(ENC28J60_EIE) & EIE_PKTIE);
	CU_ASSERT(board_int_asserted(&f.board));
	CU_ASSERT(peek(ENC28J60_MISTAT) & MISTAT_BUSY);
	CU_ASSERT(peek(ENC28J60_MACON1) & MACON1_MARXEN);
	CU_ASSERT(chip()->link.up);
	CU_ASSERT_EQUAL(chip()->now_ns, BOARD_FIXTURE_POWER_ON);
	/* What the sites have counted: two writes of the PHY, and the read. */
	CU_ASSERT_EQUAL(chip()->rx.number, 2);
	CU_ASSERT_EQUAL(chip()->mii.number, 3);
	/* What happened before the session is not reported: these frames are not part of it. */
	CU_ASSERT_EQUAL(f.board.counters.received, 0);
	TEST_SAME_TEXT(f.trace.text, "[  1.000000000] fault   'warm_start' warm_start\n");
	board_fixture_run(&f, 20 * SIM_US);
	CU_ASSERT_FALSE(peek(ENC28J60_MISTAT) & MISTAT_BUSY);
	CU_ASSERT(chip()->link.up);
	board_fixture_close(&f);
}

static void a_cold_start_finds_a_reset_chip(void)
{
	board_fixture_add(&f, "", "warm_start", "enabled=false");
	board_fixture_open(&f, "0ns");
	CU_ASSERT_EQUAL(peek(ENC28J60_ESTAT), 0);
	CU_ASSERT_EQUAL(peek(ENC28J60_EPKTCNT), 0);
	CU_ASSERT_FALSE(board_int_asserted(&f.board));
	board_fixture_close(&f);
}

static void whether_a_start_is_warm_may_be_left_to_chance(void)
{
	board_fixture_add(&f, "probability=0%", "warm_start", "");
	board_fixture_open(&f, "0ns");
	CU_ASSERT_FALSE(board_int_asserted(&f.board));
	board_fixture_close(&f);
	board_fixture_add(&f, "probability=99.9999999%", "warm_start", "");
	board_fixture_open(&f, "0ns");
	CU_ASSERT(board_int_asserted(&f.board));
	board_fixture_close(&f);
}

static void a_warm_chip_forgets_all_with_src(void)
{
	static const uint8_t src[] = {0xff};
	uint8_t miso[1];

	board_fixture_add(&f, "", "warm_start", "");
	board_fixture_open(&f, "0ns");
	(void)exchange(src, miso, sizeof src);
	CU_ASSERT_FALSE(board_int_asserted(&f.board));
	CU_ASSERT_EQUAL(peek(ENC28J60_EPKTCNT), 0);
	CU_ASSERT_EQUAL(peek(ENC28J60_ECON1), 0);
	/* Its events are reported from power on. */
	TEST_CONTAINS(f.trace.text, "chip    reset: SRC command");
	board_fixture_close(&f);
}

static void a_warm_chip_whose_cable_was_pulled_has_no_link(void)
{
	board_fixture_add(&f, "", "warm_start", "");
	board_fixture_open(&f, "5s");
	CU_ASSERT_FALSE(chip()->link.up);
	board_fixture_run(&f, 5 * SIM_S);
	CU_ASSERT(chip()->link.up);
	board_fixture_close(&f);
}

/* -- INT -- */

static void a_line_that_was_low_at_power_on_has_not_fallen(void)
{
	board_fixture_add(&f, "", "warm_start", "");
	board_fixture_add(&f, "at=int.edge#1", "int_lost", "");
	board_fixture_open(&f, "0ns");
	CU_ASSERT(board_int_asserted(&f.board));
	CU_ASSERT_FALSE(board_take_int_edge(&f.board));
	/* It rises; its next fall is the first, and is lost. */
	command(BFC, ENC28J60_EIE, EIE_INTIE);
	command(BFS, ENC28J60_EIE, EIE_INTIE);
	CU_ASSERT_FALSE(board_int_asserted(&f.board) || board_take_int_edge(&f.board));
	command(BFC, ENC28J60_EIE, EIE_INTIE);
	command(BFS, ENC28J60_EIE, EIE_INTIE);
	CU_ASSERT(board_int_asserted(&f.board));
	CU_ASSERT(board_take_int_edge(&f.board));
	CU_ASSERT_FALSE(board_take_int_edge(&f.board));
	CU_ASSERT(board_int_asserted(&f.board));
	board_fixture_close(&f);
}

static void an_edge_counts_even_if_the_line_has_risen_again(void)
{
	board_fixture_add(&f, "", "warm_start", "");
	board_fixture_open(&f, "0ns");
	command(BFC, ENC28J60_EIE, EIE_INTIE);
	(void)board_take_int_edge(&f.board);
	command(BFS, ENC28J60_EIE, EIE_INTIE);
	command(BFC, ENC28J60_EIE, EIE_INTIE);
	CU_ASSERT_FALSE(board_int_asserted(&f.board));
	CU_ASSERT(board_take_int_edge(&f.board));
	board_fixture_close(&f);
}

static void a_doubled_edge_is_two_edges_and_can_be_waited_for(void)
{
	board_fixture_add(&f, "", "warm_start", "");
	board_fixture_add(&f, "at=int.edge#1", "int_double", "after=2us");
	board_fixture_open(&f, "0ns");
	f.board.int_changed = follow_int;
	command(BFC, ENC28J60_EIE, EIE_INTIE);
	CU_ASSERT_FALSE(board_can_interrupt(&f.board));
	board_fixture_run(&f, SIM_US);
	command(BFS, ENC28J60_EIE, EIE_INTIE);
	CU_ASSERT(board_take_int_edge(&f.board));
	CU_ASSERT(board_can_interrupt(&f.board));
	board_fixture_run(&f, 2 * SIM_US);
	CU_ASSERT_FALSE(board_int_asserted(&f.board) || board_take_int_edge(&f.board));
	CU_ASSERT(board_can_interrupt(&f.board));
	board_fixture_run(&f, 2 * SIM_US);
	CU_ASSERT(board_int_asserted(&f.board) && board_take_int_edge(&f.board));
	CU_ASSERT_FALSE(board_can_interrupt(&f.board));
	TEST_SAME_TEXT(int_line, "rose 0 fell 1000 rose 3000 fell 5000 ");
	board_fixture_close(&f);
}

const CU_TestInfo tests_board[] = {
	{"what comes after a glitch of chip select is a command of its own",
         what_comes_after_a_glitch_of_chip_select_is_a_command_of_its_own},
	{"a message says for how much longer it occupies the bus", a_message_says_for_how_much_longer_it_occupies_the_bus},
	{"a warm start finds a running chip", a_warm_start_finds_a_running_chip},
	{"whether a start is warm may be left to chance", whether_a_start_is_warm_may_be_left_to_chance},
	{"a cold start finds a reset chip", a_cold_start_finds_a_reset_chip},
	{"a warm chip forgets all with src", a_warm_chip_forgets_all_with_src},
	{"a warm chip whose cable was pulled has no link", a_warm_chip_whose_cable_was_pulled_has_no_link},
	{"a line that was low at power on has not fallen", a_line_that_was_low_at_power_on_has_not_fallen},
	{"an edge counts even if the line has risen again", an_edge_counts_even_if_the_line_has_risen_again},
	{"a doubled edge is two edges and can be waited for", a_doubled_edge_is_two_edges_and_can_be_waited_for},
	CU_TEST_INFO_NULL,
};
