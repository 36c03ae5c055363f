/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of the bus: which messages they count, and what becomes of the bytes. */
#include "emulator/board/board_faults.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/board/board_faults_fixture.h"
#include "tests/world/fixture.h"

#define TIMES 6u

static struct board_faults_fixture f;

static const struct {
	const char *action, *params, *expected; /* of a message of 5 bytes */
} buses[] = {
	{"spi_bit", "line=mosi;byte=0;bit=7", "mosi 0 ^80 "},
	{"spi_bit", "line=mosi;byte=4;bit=0", "mosi 4 ^01 "},
	{"spi_bit", "line=miso;byte=2;bit=3", "miso 2 ^08 "},
	{"spi_stuck", "level=0", "miso 0 ^5a miso 1 ^5a miso 2 ^5a miso 3 ^5a miso 4 ^5a "},
	{"spi_stuck", "level=1", "miso 0 ^a5 miso 1 ^a5 miso 2 ^a5 miso 3 ^a5 miso 4 ^a5 "},
	{"spi_cut", "after=0", "off at 0 "},
	{"spi_cut", "after=3", "0-3 off at 3 "},
	{"spi_cut", "after=3;resume=true", "0-3 3-5 "},
	{"spi_stall", "for=1ms", "+1000000 ns "},
	{"spi_slow", "factor=2", "+1000 ns "},
	{"spi_slow", "factor=10", "+9000 ns "},
	{"brown_out", "", "brown-out "},
};

static void every_bus_fault_acts_never_always_and_at_exactly_the_nth(void)
{
	static const struct {
		const char *match, *acts;
		uint64_t matched;
	} rows[] = {
		{"probability=0%", "......", 6},
		{"", "XXXXXX", 6},
		{"nth=3", "..X...", 6},
		{"at=spi.msg#4", "...X..", 6},
		{"nth=7", "......", 6},
		{"at=spi.msg#7", "......", 6},
		{"every=2", ".X.X.X", 6},
		{"first=2", "XX....", 6},
		{"from=2ns;until=4ns", ".XX...", 2},
		{"from=2ns;nth=2", "..X...", 5},
		{"from=2ns;at=spi.msg#2", ".X....", 5},
		{"from=3ns;at=spi.msg#2", "......", 4},
	};

	for (size_t b = 0; b < sizeof buses / sizeof buses[0]; b++)
		for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
			uint64_t applied = 0;
			board_faults_fixture_open_one(&f, rows[r].match, buses[b].action, buses[b].params);
			for (unsigned n = 1; n <= TIMES; n++) {
				bool wanted = rows[r].acts[n - 1] == 'X';
				applied += wanted;
				TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, n), wanted ? buses[b].expected : "");
			}
			board_faults_fixture_counts(&f, 0, rows[r].matched, applied);
			CU_ASSERT_EQUAL(trace_lines(f.trace.trace), applied);
			board_faults_fixture_close(&f);
		}
}

static void what_lies_beyond_the_message_changes_nothing(void)
{
	board_faults_fixture_open_one(&f, "", "spi_bit", "line=mosi;byte=5");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "");
	board_faults_fixture_close(&f);
	board_faults_fixture_open_one(&f, "", "spi_cut", "after=5");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 1, 0), "");
	board_faults_fixture_close(&f);
	board_faults_fixture_open_one(&f, "", "spi_cut", "after=0;resume=true");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "");
	board_faults_fixture_close(&f);
}

static void two_bus_faults_act_together(void)
{
	board_faults_fixture_add(&f, "a", "", "spi_bit", "line=mosi;byte=1;bit=0");
	board_faults_fixture_add(&f, "b", "nth=1", "spi_bit", "line=miso;byte=3;bit=6");
	board_faults_fixture_add(&f, "c", "", "spi_cut", "after=4");
	board_faults_fixture_add(&f, "d", "", "spi_cut", "after=2");
	board_faults_fixture_open(&f, 1);
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "mosi 1 ^01 miso 3 ^40 0-2 off at 2 ");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "mosi 1 ^01 0-2 off at 2 ");
	board_faults_fixture_close(&f);
}

/* Of the messages 9b 80, 9b, 9b 80 00, 9b 81, 80 9b, and 9b 80 again. */
static void a_fault_counts_the_messages_that_it_names(void)
{
	static const struct {
		uint8_t bytes[3];
		size_t length;
	} messages[] = {{{0x9b, 0x80}, 2}, {{0x9b}, 1}, {{0x9b, 0x80, 0x00}, 3}, {{0x9b, 0x81}, 2}, {{0x80, 0x9b}, 2}, {{0x9b, 0x80}, 2}};
	static const struct {
		const char *match, *acts;
		uint64_t matched;
	} rows[] = {
		{"message=9b80", "X.X..X", 3},     {"message=9B 80;nth=2", "..X...", 3},       {"message=9b", "XXXX.X", 5},
		{"message=9b 80 00", "..X...", 1}, {"message=9b80;at=spi.msg#6", ".....X", 3}, {"message=9b80;at=spi.msg#5", "......", 3},
		{"message=ff", "......", 0},
	};

	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		uint64_t applied = 0;
		board_faults_fixture_open_one(&f, rows[r].match, "brown_out", "");
		for (unsigned n = 0; n < TIMES; n++) {
			bool wanted = rows[r].acts[n] == 'X';
			applied += wanted;
			CU_ASSERT_EQUAL(board_faults_spi(f.board_faults, messages[n].bytes, messages[n].length, 0, n).brown_out, wanted);
		}
		board_faults_fixture_counts(&f, 0, rows[r].matched, applied);
		board_faults_fixture_close(&f);
	}
}

static void all_bits_of_one_line_are_inverted(void)
{
	board_faults_fixture_add(&f, "a", "", "spi_bit", "byte=1;bit=0");
	board_faults_fixture_add(&f, "b", "", "spi_bit", "byte=3;bit=7");
	board_faults_fixture_add(&f, "c", "", "spi_bit", "byte=1;bit=4");
	board_faults_fixture_add(&f, "d", "", "spi_bit", "line=mosi;byte=0;bit=1");
	board_faults_fixture_add(&f, "e", "", "spi_bit", "line=mosi;byte=2;bit=2");
	board_faults_fixture_open(&f, 1);
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "mosi 0 ^02 miso 1 ^11 mosi 2 ^04 miso 3 ^80 ");
	board_faults_fixture_close(&f);
}

static void two_flips_of_a_bit_cancel_and_a_stuck_line_has_no_bits(void)
{
	board_faults_fixture_add(&f, "a", "", "spi_bit", "byte=1;bit=0");
	board_faults_fixture_add(&f, "b", "nth=1", "spi_bit", "byte=1;bit=0");
	board_faults_fixture_add(&f, "c", "nth=3", "spi_stuck", "level=1");
	board_faults_fixture_open(&f, 1);
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "miso 1 ^01 ");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 3, 0), "miso 0 ^a5 miso 1 ^a5 miso 2 ^a5 ");
	board_faults_fixture_close(&f);
}

/*
 * Chip select glitches as often as there are faults that say so, in whatever order; one that stays
 * high ends them.
 */
static void chip_select_glitches_split_a_message_into_commands(void)
{
	board_faults_fixture_add(&f, "a", "", "spi_cut", "after=4;resume=true");
	board_faults_fixture_add(&f, "b", "", "spi_cut", "after=1;resume=true");
	board_faults_fixture_add(&f, "c", "nth=2", "spi_cut", "after=2");
	board_faults_fixture_add(&f, "d", "nth=3", "spi_cut", "after=1");
	board_faults_fixture_open(&f, 1);
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "0-1 1-4 4-5 ");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "0-1 1-2 off at 2 ");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "0-1 off at 1 ");
	board_faults_fixture_close(&f);
}

static void a_message_takes_as_much_longer_as_all_faults_say_and_no_more_than_a_year(void)
{
	board_faults_fixture_add(&f, "a", "nth=1", "spi_stall", "for=5us");
	board_faults_fixture_add(&f, "b", "first=2", "spi_stall", "for=365d");
	board_faults_fixture_add(&f, "c", "", "spi_slow", "factor=3");
	board_faults_fixture_add(&f, "d", "nth=3", "spi_slow", "factor=1000");
	board_faults_fixture_open(&f, 1);
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 1, 0), "+31536000000000000 ns ");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 1, 0), "+31536000000000000 ns ");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 1, 0), "+1001000 ns ");
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 1, 0), "+2000 ns ");
	board_faults_fixture_close(&f);
}

/* On a whole board: the bytes that the host reads. */
static void the_host_reads_what_the_faults_make_of_the_bus(void)
{
	static const uint8_t read_estat[2] = {0x1d, 0};
	static struct world_fixture device;
	uint8_t miso[2];
	static const uint8_t expected[][2] = {{0xff, 0x01}, {0xff, 0x81}, {0x00, 0x00}, {0xff, 0xff},
	                                      {0xff, 0xff}, {0xff, 0x00}, {0xff, 0x00}};

	world_fixture_open(&device, "name: bus\n"
	                            "faults:\n"
	                            "  - {at: 'spi.msg#2', spi_bit: {line: miso, byte: 1, bit: 7}}\n"
	                            "  - {at: 'spi.msg#3', spi_stuck: {level: 0}}\n"
	                            "  - {at: 'spi.msg#4', spi_stuck: {level: 1}}\n"
	                            "  - {at: 'spi.msg#5', spi_cut: 1}\n"
	                            "  - {at: 'spi.msg#6', spi_bit: {line: mosi, byte: 0, bit: 0}}\n"
	                            "  - {at: 'spi.msg#7', brown_out: true}\n");
	world_fixture_run(&device, SIM_MS);
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		CU_ASSERT_EQUAL(board_spi(&device.world.board, 0, read_estat, miso, sizeof miso, 800), 0);
		CU_ASSERT_EQUAL(memcmp(miso, expected[i], sizeof miso), 0);
		if (memcmp(miso, expected[i], sizeof miso) != 0)
			printf("    message %zu: %02x %02x\n", i + 1, (unsigned)miso[0], (unsigned)miso[1]);
	}
	TEST_CONTAINS(device.trace.text, "spi.msg#7: ");
	world_fixture_close(&device);
}

const CU_TestInfo tests_board_faults_bus[] = {
	{"every bus fault acts never always and at exactly the nth", every_bus_fault_acts_never_always_and_at_exactly_the_nth},
	{"what lies beyond the message changes nothing", what_lies_beyond_the_message_changes_nothing},
	{"two bus faults act together", two_bus_faults_act_together},
	{"a fault counts the messages that it names", a_fault_counts_the_messages_that_it_names},
	{"all bits of one line are inverted", all_bits_of_one_line_are_inverted},
	{"two flips of a bit cancel and a stuck line has no bits", two_flips_of_a_bit_cancel_and_a_stuck_line_has_no_bits},
	{"chip select glitches split a message into commands", chip_select_glitches_split_a_message_into_commands},
	{"a message takes as much longer as all faults say and no more than a year",
         a_message_takes_as_much_longer_as_all_faults_say_and_no_more_than_a_year},
	{"the host reads what the faults make of the bus", the_host_reads_what_the_faults_make_of_the_bus},
	CU_TEST_INFO_NULL,
};
