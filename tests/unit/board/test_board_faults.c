/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/board/board_faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "emulator/nic/enc28j60.h"
#include "tests/world/fixture.h"
#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/fault/made.h"

#define FAULTS 6u
#define TIMES 6u

/* The faults of a board without the board. */
struct board_faults_fixture {
	struct fault faults[FAULTS];
	size_t count;
	struct trace_text trace;
	struct board_faults *board_faults;
};

static struct board_faults_fixture f;

static void add(const char *name, const char *match, const char *action, const char *params)
{
	f.faults[f.count++] = made_checked_fault(name, match, action, params);
}

static void clear(void)
{
	memset(&f, 0, sizeof f);
}

static void board_faults_fixture_open(uint64_t seed)
{
	trace_text_open(&f.trace);
	f.board_faults = board_faults_open(f.faults, f.count, seed, f.trace.trace, (struct armed_ops){0}, NULL);
}

static void board_faults_fixture_close(void)
{
	board_faults_close(f.board_faults);
	trace_text_close(&f.trace);
}

static void open_one(const char *match, const char *action, const char *params)
{
	clear();
	add("one", match, action, params);
	board_faults_fixture_open(1);
}

static void counts(size_t index, uint64_t matched, uint64_t applied)
{
	struct fault_counters got = {0};

	CU_ASSERT(armed_faults_counters(board_faults_armed(f.board_faults), index, &got));
	CU_ASSERT_EQUAL(got.matched, matched);
	CU_ASSERT_EQUAL(got.applied, applied);
}

/* -- the bus -- */

#define BUS_NS 1000U
static const uint8_t five[5];
#define MISO_BYTE 0x5aU

/* The effects on a message of @length bytes, in words: "" if there are none. */
static const char *message(size_t length, sim_ns now)
{
	static char text[256];
	uint8_t mosi[16] = {0}, miso[16];
	size_t at = 0, more;

	const struct spi_effect d = board_faults_spi(f.board_faults, mosi, length, BUS_NS, now);
	memset(miso, MISO_BYTE, sizeof miso);
	board_faults_mosi(f.board_faults, mosi, length);
	board_faults_miso(f.board_faults, miso, length);
	text[0] = '\0';
	if (d.brown_out)
		TEST_APPEND(text, "brown-out ");
	if (d.longer_ns > 0)
		TEST_APPEND(text, "+%" PRIu64 " ns ", d.longer_ns);
	for (size_t i = 0; i < sizeof mosi; i++) {
		if (mosi[i] != 0)
			TEST_APPEND(text, "mosi %zu ^%02x ", i, (unsigned)mosi[i]);
		if (miso[i] != MISO_BYTE)
			TEST_APPEND(text, "miso %zu ^%02x ", i, (unsigned)miso[i] ^ MISO_BYTE);
	}
	for (; (more = board_faults_command(f.board_faults, at, length)) > 0 && more < length; at += more)
		TEST_APPEND(text, "%zu-%zu ", at, at + more);
	if (at < length && more == 0)
		TEST_APPEND(text, "off at %zu ", at);
	return text;
}

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
			open_one(rows[r].match, buses[b].action, buses[b].params);
			for (unsigned n = 1; n <= TIMES; n++) {
				bool wanted = rows[r].acts[n - 1] == 'X';
				applied += wanted;
				TEST_SAME_TEXT(message(5, n), wanted ? buses[b].expected : "");
			}
			counts(0, rows[r].matched, applied);
			CU_ASSERT_EQUAL(trace_lines(f.trace.trace), applied);
			board_faults_fixture_close();
		}
}

static void what_lies_beyond_the_message_changes_nothing(void)
{
	open_one("", "spi_bit", "line=mosi;byte=5");
	TEST_SAME_TEXT(message(5, 0), "");
	board_faults_fixture_close();
	open_one("", "spi_cut", "after=5");
	TEST_SAME_TEXT(message(5, 0), "");
	TEST_SAME_TEXT(message(1, 0), "");
	board_faults_fixture_close();
	open_one("", "spi_cut", "after=0;resume=true");
	TEST_SAME_TEXT(message(5, 0), "");
	board_faults_fixture_close();
}

static void two_bus_faults_act_together(void)
{
	clear();
	add("a", "", "spi_bit", "line=mosi;byte=1;bit=0");
	add("b", "nth=1", "spi_bit", "line=miso;byte=3;bit=6");
	add("c", "", "spi_cut", "after=4");
	add("d", "", "spi_cut", "after=2");
	board_faults_fixture_open(1);
	TEST_SAME_TEXT(message(5, 0), "mosi 1 ^01 miso 3 ^40 0-2 off at 2 ");
	TEST_SAME_TEXT(message(5, 0), "mosi 1 ^01 0-2 off at 2 ");
	board_faults_fixture_close();
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
		open_one(rows[r].match, "brown_out", "");
		for (unsigned n = 0; n < TIMES; n++) {
			bool wanted = rows[r].acts[n] == 'X';
			applied += wanted;
			CU_ASSERT_EQUAL(board_faults_spi(f.board_faults, messages[n].bytes, messages[n].length, 0, n).brown_out, wanted);
		}
		counts(0, rows[r].matched, applied);
		board_faults_fixture_close();
	}
}

static void all_bits_of_one_line_are_inverted(void)
{
	clear();
	add("a", "", "spi_bit", "byte=1;bit=0");
	add("b", "", "spi_bit", "byte=3;bit=7");
	add("c", "", "spi_bit", "byte=1;bit=4");
	add("d", "", "spi_bit", "line=mosi;byte=0;bit=1");
	add("e", "", "spi_bit", "line=mosi;byte=2;bit=2");
	board_faults_fixture_open(1);
	TEST_SAME_TEXT(message(5, 0), "mosi 0 ^02 miso 1 ^11 mosi 2 ^04 miso 3 ^80 ");
	board_faults_fixture_close();
}

static void two_flips_of_a_bit_cancel_and_a_stuck_line_has_no_bits(void)
{
	clear();
	add("a", "", "spi_bit", "byte=1;bit=0");
	add("b", "nth=1", "spi_bit", "byte=1;bit=0");
	add("c", "nth=3", "spi_stuck", "level=1");
	board_faults_fixture_open(1);
	TEST_SAME_TEXT(message(5, 0), "");
	TEST_SAME_TEXT(message(5, 0), "miso 1 ^01 ");
	TEST_SAME_TEXT(message(3, 0), "miso 0 ^a5 miso 1 ^a5 miso 2 ^a5 ");
	board_faults_fixture_close();
}

/*
 * Chip select glitches as often as there are faults that say so, in whatever order; one that stays
 * high ends them.
 */
static void chip_select_glitches_split_a_message_into_commands(void)
{
	clear();
	add("a", "", "spi_cut", "after=4;resume=true");
	add("b", "", "spi_cut", "after=1;resume=true");
	add("c", "nth=2", "spi_cut", "after=2");
	add("d", "nth=3", "spi_cut", "after=1");
	board_faults_fixture_open(1);
	TEST_SAME_TEXT(message(5, 0), "0-1 1-4 4-5 ");
	TEST_SAME_TEXT(message(5, 0), "0-1 1-2 off at 2 ");
	TEST_SAME_TEXT(message(5, 0), "0-1 off at 1 ");
	board_faults_fixture_close();
}

static void a_message_takes_as_much_longer_as_all_faults_say_and_no_more_than_a_year(void)
{
	clear();
	add("a", "nth=1", "spi_stall", "for=5us");
	add("b", "first=2", "spi_stall", "for=365d");
	add("c", "", "spi_slow", "factor=3");
	add("d", "nth=3", "spi_slow", "factor=1000");
	board_faults_fixture_open(1);
	TEST_SAME_TEXT(message(1, 0), "+31536000000000000 ns ");
	TEST_SAME_TEXT(message(1, 0), "+31536000000000000 ns ");
	TEST_SAME_TEXT(message(1, 0), "+1001000 ns ");
	TEST_SAME_TEXT(message(1, 0), "+2000 ns ");
	board_faults_fixture_close();
}

/* -- the chip -- */

static struct stutter_enc28j60_effect ask(enum site site, unsigned number)
{
	struct stutter_enc28j60_effect d;

	/* Its padding is compared too. */
	memset(&d, 0, sizeof d);
	board_faults_nic(f.board_faults, site, number, number, &d);
	return d;
}

static bool is_calm(struct stutter_enc28j60_effect d)
{
	static const struct stutter_enc28j60_effect nothing;

	return memcmp(&d, &nothing, sizeof d) == 0;
}

static void every_chip_fault_is_asked_for_at_its_own_site(void)
{
	static const struct {
		const char *action, *params;
		enum site site;
		struct stutter_enc28j60_effect expected;
	} rows[] = {
		{"tx_stall", "", SITE_TX, {.tx_stall = true}},
		{"tx_stall", "flags=true", SITE_TX, {.tx_stall = true, .tx_stall_flagged = true}},
		{"tx_flags", "lose_txif=true", SITE_TX, {.tx_no_txif = true}},
		{"tx_flags", "raise_txerif=true", SITE_TX, {.tx_txerif = true}},
		{"tx_flags", "early_txif=true", SITE_TX, {.tx_early_txif = true}},
		{"link_pulse", "", SITE_TX, {.tx_link_pulse = true}},
		{"rx_pointer", "xor=4660", SITE_RX, {.rx_next_xor = 0x1234}},
		{"rx_overflow", "", SITE_RX, {.rx_overflow = true}},
		{"rx_overflow", "flag=false", SITE_RX, {.rx_overflow = true, .rx_rxerif_lost = true}},
		{"rx_uncounted", "", SITE_RX, {.rx_uncounted = true}},
		{"rx_error", "", SITE_RX, {.rx_rxerif = true}},
		{"rx_pktif", "kind=lost", SITE_RX, {.rx_pktif_lost = true}},
		{"rx_pktif", "kind=false", SITE_RX, {.rx_pktif_false = true}},
		{"rx_pattern", "", SITE_RX, {.rx_pattern_passes = true}},
		{"mii_stuck", "", SITE_MII, {.mii_stuck = true}},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		open_one("nth=2", rows[i].action, rows[i].params);
		for (unsigned n = 1; n <= 3; n++)
			for (unsigned site = 0; site < 3; site++) {
				struct stutter_enc28j60_effect d = ask((enum site)site, n);
				if (site == rows[i].site && n == 2)
					CU_ASSERT_EQUAL(memcmp(&d, &rows[i].expected, sizeof d), 0);
				if (site != rows[i].site || n != 2)
					CU_ASSERT(is_calm(d));
			}
		counts(0, 3, 1);
		board_faults_fixture_close();
	}
}

/* A number of the chip counts what was not asked for as well; an ordinal does not. */
static void an_address_is_the_chips_number_and_an_ordinal_is_not(void)
{
	clear();
	add("at", "at=enc.rx#7", "rx_error", "");
	add("nth", "nth=2", "rx_overflow", "");
	board_faults_fixture_open(1);
	CU_ASSERT(is_calm(ask(SITE_RX, 5)));
	struct stutter_enc28j60_effect d = ask(SITE_RX, 7);
	CU_ASSERT(d.rx_rxerif && d.rx_overflow);
	CU_ASSERT(is_calm(ask(SITE_RX, 8)));
	TEST_SAME_TEXT(f.trace.text, "[  0.000000007] fault   enc.rx#7: 'at' rx_error\n"
	                             "[  0.000000007] fault   enc.rx#7: 'nth' rx_overflow\n");
	counts(0, 3, 1);
	counts(1, 3, 1);
	board_faults_fixture_close();
}

static void two_chip_faults_add_up(void)
{
	clear();
	add("a", "", "tx_flags", "lose_txif=true");
	add("b", "", "tx_flags", "raise_txerif=true");
	add("c", "", "tx_stall", "flags=true");
	add("d", "", "tx_stall", "");
	board_faults_fixture_open(1);
	struct stutter_enc28j60_effect d = ask(SITE_TX, 1);
	CU_ASSERT(d.tx_no_txif && d.tx_txerif);
	CU_ASSERT(d.tx_stall && d.tx_stall_flagged);
	board_faults_fixture_close();
	clear();
	add("a", "", "rx_pointer", "xor=1");
	add("b", "", "rx_pointer", "xor=2");
	board_faults_fixture_open(1);
	CU_ASSERT_EQUAL(ask(SITE_RX, 1).rx_next_xor, 3);
	board_faults_fixture_close();
	clear();
	add("a", "", "rx_pktif", "kind=lost");
	add("b", "", "rx_overflow", "flag=false");
	add("c", "", "rx_overflow", "flag=true");
	board_faults_fixture_open(1);
	d = ask(SITE_RX, 1);
	CU_ASSERT(d.rx_pktif_lost && !d.rx_pktif_false && d.rx_overflow && d.rx_rxerif_lost);
	board_faults_fixture_close();
}

static void a_removed_fault_does_nothing_and_undoes_nothing(void)
{
	static const char *const actions[] = {"link_pulse", "rx_uncounted", "rx_error", "rx_pattern", "mii_stuck", "brown_out", "int_lost"};

	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		clear();
		add("in", "", actions[i], "");
		add("out", "", actions[i], "enabled=false");
		board_faults_fixture_open(1);
		bool tx = !is_calm(ask(SITE_TX, 1));
		bool rx = !is_calm(ask(SITE_RX, 1)), mii = !is_calm(ask(SITE_MII, 1));
		bool bus = board_faults_spi(f.board_faults, five, 5, 0, 0).brown_out, line = board_faults_int(f.board_faults, true, 0);
		CU_ASSERT_EQUAL(tx + rx + mii + bus + !line, 1);
		CU_ASSERT_EQUAL(trace_lines(f.trace.trace), 1);
		CU_ASSERT(strstr(f.trace.text, "'out'") == NULL);
		board_faults_fixture_close();
	}
}

/* -- INT -- */

static void a_lost_edge_is_hidden_until_the_line_rises_and_falls_again(void)
{
	open_one("nth=2", "int_lost", "");
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 0));
	CU_ASSERT(board_faults_int(f.board_faults, true, 1));
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 2));
	for (sim_ns now = 3; now < 10; now++)
		CU_ASSERT_FALSE(board_faults_int(f.board_faults, true, now));
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, true, SIM_S * 3600));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 0), SIM_NEVER);
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, SIM_S * 3600));
	CU_ASSERT(board_faults_int(f.board_faults, true, SIM_S * 3600));
	counts(0, 3, 1);
	TEST_SAME_TEXT(f.trace.text, "[  0.000000003] fault   int.edge#2: 'one' int_lost\n");
	board_faults_fixture_close();
}

static void a_stuck_line_is_stuck_for_exactly_its_time(void)
{
	for (unsigned level = 0; level < 2; level++) {
		open_one("nth=1", "int_stuck", level == 0 ? "level=0;for=100ns" : "level=1;for=100ns");
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 0), SIM_NEVER);
		CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 999));
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, true, 1000), level == 0);
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1000), 1100);
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1099), 1100);
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1100), SIM_NEVER);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, false, 1050), level == 0);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, true, 1060), level == 0);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, level != 0, 1099), level == 0);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, level != 0, 1100), level != 0);
		counts(0, level == 0 ? 2 : 2, 1);
		board_faults_fixture_close();
	}
}

static void a_shorter_stuck_line_does_not_end_a_longer_one(void)
{
	clear();
	add("long", "nth=1", "int_stuck", "level=0;for=1s");
	add("short", "nth=2", "int_stuck", "level=0;for=1ns");
	board_faults_fixture_open(1);
	CU_ASSERT(board_faults_int(f.board_faults, true, 0));
	CU_ASSERT(board_faults_int(f.board_faults, false, 10));
	CU_ASSERT(board_faults_int(f.board_faults, true, 20));
	CU_ASSERT(board_faults_int(f.board_faults, false, 30));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 0), SIM_S);
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, SIM_S));
	board_faults_fixture_close();
}

/*
 * One character for each nanosecond from 0 on: L if the processor sees INT asserted. The chip
 * asserts it from @fell on, @length ns long.
 */
static const char *line(sim_ns fell, sim_ns length)
{
	static char text[17];

	for (sim_ns now = 0; now < 16; now++)
		text[now] = board_faults_int(f.board_faults, now >= fell && now < fell + length, now) ? 'L' : '-';
	return text;
}

static void a_doubled_edge_falls_twice(void)
{
	open_one("", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 12), "--LLL---LLLLLL--");
	board_faults_fixture_close();
	/*
	 * The chip is served before the line rises, while it is up, and not before it falls again.
	 */
	open_one("", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 2), "--LL------------");
	board_faults_fixture_close();
	open_one("", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 5), "--LLL-----------");
	board_faults_fixture_close();
	open_one("", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 7), "--LLL---L-------");
	counts(0, 1, 1);
	board_faults_fixture_close();
}

static void a_doubled_edge_says_when_it_moves_the_line(void)
{
	open_one("nth=2", "int_double", "after=100ns");
	CU_ASSERT(board_faults_int(f.board_faults, true, 500));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 500), SIM_NEVER);
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 600));
	CU_ASSERT(board_faults_int(f.board_faults, true, 1000));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1000), 1100);
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1100), 1200);
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1200), SIM_NEVER);
	TEST_SAME_TEXT(f.trace.text, "[  0.000001000] fault   int.edge#2: 'one' int_double\n");
	board_faults_fixture_close();
}

static void a_lost_edge_that_is_doubled_comes_once(void)
{
	clear();
	add("lost", "nth=1", "int_lost", "");
	add("double", "nth=1", "int_double", "after=3ns");
	board_faults_fixture_open(1);
	TEST_SAME_TEXT(line(2, 12), "--------LLLLLL--");
	board_faults_fixture_close();
}

/* -- chance, counters, the clock -- */

static unsigned acted(const char *match, uint64_t seed)
{
	unsigned count = 0;

	clear();
	add("one", match, "brown_out", "");
	board_faults_fixture_open(seed);
	for (unsigned n = 0; n < 10000; n++)
		count += board_faults_spi(f.board_faults, five, 1, 0, n).brown_out;
	counts(0, 10000, count);
	board_faults_fixture_close();
	return count;
}

/* 10,000 draws of one half: the standard deviation is 50, the bounds are at four of them. */
static void a_probability_is_met(void)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		unsigned half = acted("probability=50%", seed);
		CU_ASSERT_EQUAL(acted("probability=0%", seed), 0);
		CU_ASSERT_EQUAL(acted("probability=100%", seed), 10000);
		CU_ASSERT(half > 4800 && half < 5200);
		CU_ASSERT_EQUAL(acted("probability=50%", seed), half);
	}
	CU_ASSERT_NOT_EQUAL(acted("probability=50%", 1), acted("probability=50%", 2));
}

static void counters_are_for_this_layer_only(void)
{
	struct fault_counters counters = {.matched = 77, .applied = 78};

	clear();
	add("frames", "", "drop", "");
	add("bus", "", "brown_out", "");
	add("cable", "", "carrier", "for=1s");
	board_faults_fixture_open(1);
	(void)board_faults_spi(f.board_faults, five, 1, 0, 0);
	CU_ASSERT_FALSE(armed_faults_counters(board_faults_armed(f.board_faults), 0, &counters));
	CU_ASSERT_FALSE(armed_faults_counters(board_faults_armed(f.board_faults), 2, &counters));
	CU_ASSERT_FALSE(armed_faults_counters(board_faults_armed(f.board_faults), 3, &counters));
	CU_ASSERT(counters.matched == 77 && counters.applied == 78);
	counts(1, 1, 1);
	board_faults_fixture_close();
	clear();
	board_faults_fixture_open(1);
	TEST_SAME_TEXT(message(5, 0), "");
	CU_ASSERT_FALSE(board_faults_warm(f.board_faults, 0));
	CU_ASSERT(board_faults_int(f.board_faults, true, 0));
	board_faults_fixture_close();
	board_faults_close(NULL);
}

static void the_clock_is_ready_when_the_fault_says(void)
{
	clear();
	board_faults_fixture_open(1);
	CU_ASSERT_EQUAL(board_faults_startup(f.board_faults, 300000, 0), 300000);
	board_faults_fixture_close();
	open_one("", "clkrdy", "after=2s");
	CU_ASSERT_EQUAL(board_faults_startup(f.board_faults, 300000, 0), 2 * SIM_S);
	board_faults_fixture_close();
}

/* INT is low from the beginning, so there is no edge before it has risen. */
static void a_warm_start_has_no_edge(void)
{
	open_one("", "warm_start", "");
	CU_ASSERT(board_faults_warm(f.board_faults, 7));
	CU_ASSERT(board_faults_int(f.board_faults, true, 8));
	CU_ASSERT_EQUAL(trace_lines(f.trace.trace), 1);
	counts(0, 1, 1);
	board_faults_fixture_close();
	open_one("", "warm_start", "enabled=false");
	CU_ASSERT_FALSE(board_faults_warm(f.board_faults, 7));
	counts(0, 1, 0);
	board_faults_fixture_close();
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

const CU_TestInfo tests_board_faults[] = {
	{"every bus fault acts never always and at exactly the nth", every_bus_fault_acts_never_always_and_at_exactly_the_nth},
	{"what lies beyond the message changes nothing", what_lies_beyond_the_message_changes_nothing},
	{"two bus faults act together", two_bus_faults_act_together},
	{"a fault counts the messages that it names", a_fault_counts_the_messages_that_it_names},
	{"all bits of one line are inverted", all_bits_of_one_line_are_inverted},
	{"two flips of a bit cancel and a stuck line has no bits", two_flips_of_a_bit_cancel_and_a_stuck_line_has_no_bits},
	{"chip select glitches split a message into commands", chip_select_glitches_split_a_message_into_commands},
	{"a message takes as much longer as all faults say and no more than a year",
         a_message_takes_as_much_longer_as_all_faults_say_and_no_more_than_a_year},
	{"every chip fault is asked for at its own site", every_chip_fault_is_asked_for_at_its_own_site},
	{"an address is the chips number and an ordinal is not", an_address_is_the_chips_number_and_an_ordinal_is_not},
	{"two chip faults add up", two_chip_faults_add_up},
	{"a removed fault does nothing and undoes nothing", a_removed_fault_does_nothing_and_undoes_nothing},
	{"a lost edge is hidden until the line rises and falls again", a_lost_edge_is_hidden_until_the_line_rises_and_falls_again},
	{"a stuck line is stuck for exactly its time", a_stuck_line_is_stuck_for_exactly_its_time},
	{"a shorter stuck line does not end a longer one", a_shorter_stuck_line_does_not_end_a_longer_one},
	{"a doubled edge falls twice", a_doubled_edge_falls_twice},
	{"a doubled edge says when it moves the line", a_doubled_edge_says_when_it_moves_the_line},
	{"a lost edge that is doubled comes once", a_lost_edge_that_is_doubled_comes_once},
	{"a probability is met", a_probability_is_met},
	{"counters are for this layer only", counters_are_for_this_layer_only},
	{"the clock is ready when the fault says", the_clock_is_ready_when_the_fault_says},
	{"a warm start has no edge", a_warm_start_has_no_edge},
	{"the host reads what the faults make of the bus", the_host_reads_what_the_faults_make_of_the_bus},
	CU_TEST_INFO_NULL,
};
