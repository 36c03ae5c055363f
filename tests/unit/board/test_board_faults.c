/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The faults of a board: those of the chip, chance, counters and power on. Those of the bus and of
 * INT are in test_board_faults_bus.c and test_board_faults_int.c.
 */
#include "emulator/board/board_faults.h"

#include <string.h>

#include "emulator/nic/enc28j60.h"
#include "tests/test.h"
#include "tests/unit/board/board_faults_fixture.h"

static const uint8_t five[5];
static struct board_faults_fixture f;

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
		board_faults_fixture_open_one(&f, "nth=2", rows[i].action, rows[i].params);
		for (unsigned n = 1; n <= 3; n++)
			for (unsigned site = 0; site < 3; site++) {
				struct stutter_enc28j60_effect d = ask((enum site)site, n);
				if (site == rows[i].site && n == 2)
					CU_ASSERT_EQUAL(memcmp(&d, &rows[i].expected, sizeof d), 0);
				if (site != rows[i].site || n != 2)
					CU_ASSERT(is_calm(d));
			}
		board_faults_fixture_counts(&f, 0, 3, 1);
		board_faults_fixture_close(&f);
	}
}

/* A number of the chip counts what was not asked for as well; an ordinal does not. */
static void an_address_is_the_chips_number_and_an_ordinal_is_not(void)
{
	board_faults_fixture_add(&f, "at", "at=enc.rx#7", "rx_error", "");
	board_faults_fixture_add(&f, "nth", "nth=2", "rx_overflow", "");
	board_faults_fixture_open(&f, 1);
	CU_ASSERT(is_calm(ask(SITE_RX, 5)));
	struct stutter_enc28j60_effect d = ask(SITE_RX, 7);
	CU_ASSERT(d.rx_rxerif && d.rx_overflow);
	CU_ASSERT(is_calm(ask(SITE_RX, 8)));
	TEST_SAME_TEXT(f.trace.text, "[  0.000000007] fault   enc.rx#7: 'at' rx_error\n"
	                             "[  0.000000007] fault   enc.rx#7: 'nth' rx_overflow\n");
	board_faults_fixture_counts(&f, 0, 3, 1);
	board_faults_fixture_counts(&f, 1, 3, 1);
	board_faults_fixture_close(&f);
}

static void two_chip_faults_add_up(void)
{
	board_faults_fixture_add(&f, "a", "", "tx_flags", "lose_txif=true");
	board_faults_fixture_add(&f, "b", "", "tx_flags", "raise_txerif=true");
	board_faults_fixture_add(&f, "c", "", "tx_stall", "flags=true");
	board_faults_fixture_add(&f, "d", "", "tx_stall", "");
	board_faults_fixture_open(&f, 1);
	struct stutter_enc28j60_effect d = ask(SITE_TX, 1);
	CU_ASSERT(d.tx_no_txif && d.tx_txerif);
	CU_ASSERT(d.tx_stall && d.tx_stall_flagged);
	board_faults_fixture_close(&f);
	board_faults_fixture_add(&f, "a", "", "rx_pointer", "xor=1");
	board_faults_fixture_add(&f, "b", "", "rx_pointer", "xor=2");
	board_faults_fixture_open(&f, 1);
	CU_ASSERT_EQUAL(ask(SITE_RX, 1).rx_next_xor, 3);
	board_faults_fixture_close(&f);
	board_faults_fixture_add(&f, "a", "", "rx_pktif", "kind=lost");
	board_faults_fixture_add(&f, "b", "", "rx_overflow", "flag=false");
	board_faults_fixture_add(&f, "c", "", "rx_overflow", "flag=true");
	board_faults_fixture_open(&f, 1);
	d = ask(SITE_RX, 1);
	CU_ASSERT(d.rx_pktif_lost && !d.rx_pktif_false && d.rx_overflow && d.rx_rxerif_lost);
	board_faults_fixture_close(&f);
}

static void a_removed_fault_does_nothing_and_undoes_nothing(void)
{
	static const char *const actions[] = {"link_pulse", "rx_uncounted", "rx_error", "rx_pattern", "mii_stuck", "brown_out", "int_lost"};

	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		board_faults_fixture_add(&f, "in", "", actions[i], "");
		board_faults_fixture_add(&f, "out", "", actions[i], "enabled=false");
		board_faults_fixture_open(&f, 1);
		bool tx = !is_calm(ask(SITE_TX, 1));
		bool rx = !is_calm(ask(SITE_RX, 1)), mii = !is_calm(ask(SITE_MII, 1));
		bool bus = board_faults_spi(f.board_faults, five, 5, 0, 0).brown_out, line = board_faults_int(f.board_faults, true, 0);
		CU_ASSERT_EQUAL(tx + rx + mii + bus + !line, 1);
		CU_ASSERT_EQUAL(trace_lines(f.trace.trace), 1);
		CU_ASSERT(strstr(f.trace.text, "'out'") == NULL);
		board_faults_fixture_close(&f);
	}
}

/* -- chance, counters, power on -- */

static unsigned acted(const char *match, uint64_t seed)
{
	unsigned count = 0;

	board_faults_fixture_add(&f, "one", match, "brown_out", "");
	board_faults_fixture_open(&f, seed);
	for (unsigned n = 0; n < 10000; n++)
		count += board_faults_spi(f.board_faults, five, 1, 0, n).brown_out;
	board_faults_fixture_counts(&f, 0, 10000, count);
	board_faults_fixture_close(&f);
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

	board_faults_fixture_add(&f, "frames", "", "drop", "");
	board_faults_fixture_add(&f, "bus", "", "brown_out", "");
	board_faults_fixture_add(&f, "cable", "", "carrier", "for=1s");
	board_faults_fixture_open(&f, 1);
	(void)board_faults_spi(f.board_faults, five, 1, 0, 0);
	CU_ASSERT_FALSE(armed_faults_counters(board_faults_armed(f.board_faults), 0, &counters));
	CU_ASSERT_FALSE(armed_faults_counters(board_faults_armed(f.board_faults), 2, &counters));
	CU_ASSERT_FALSE(armed_faults_counters(board_faults_armed(f.board_faults), 3, &counters));
	CU_ASSERT(counters.matched == 77 && counters.applied == 78);
	board_faults_fixture_counts(&f, 1, 1, 1);
	board_faults_fixture_close(&f);
	board_faults_fixture_open(&f, 1);
	TEST_SAME_TEXT(board_faults_fixture_message(&f, 5, 0), "");
	CU_ASSERT_FALSE(board_faults_warm(f.board_faults, 0));
	CU_ASSERT(board_faults_int(f.board_faults, true, 0));
	board_faults_fixture_close(&f);
	board_faults_close(NULL);
}

static void the_clock_is_ready_when_the_fault_says(void)
{
	board_faults_fixture_open(&f, 1);
	CU_ASSERT_EQUAL(board_faults_startup(f.board_faults, 300000, 0), 300000);
	board_faults_fixture_close(&f);
	board_faults_fixture_open_one(&f, "", "clkrdy", "after=2s");
	CU_ASSERT_EQUAL(board_faults_startup(f.board_faults, 300000, 0), 2 * SIM_S);
	board_faults_fixture_close(&f);
}

/* INT is low from the beginning, so there is no edge before it has risen. */
static void a_warm_start_has_no_edge(void)
{
	board_faults_fixture_open_one(&f, "", "warm_start", "");
	CU_ASSERT(board_faults_warm(f.board_faults, 7));
	CU_ASSERT(board_faults_int(f.board_faults, true, 8));
	CU_ASSERT_EQUAL(trace_lines(f.trace.trace), 1);
	board_faults_fixture_counts(&f, 0, 1, 1);
	board_faults_fixture_close(&f);
	board_faults_fixture_open_one(&f, "", "warm_start", "enabled=false");
	CU_ASSERT_FALSE(board_faults_warm(f.board_faults, 7));
	board_faults_fixture_counts(&f, 0, 1, 0);
	board_faults_fixture_close(&f);
}

const CU_TestInfo tests_board_faults[] = {
	{"every chip fault is asked for at its own site", every_chip_fault_is_asked_for_at_its_own_site},
	{"an address is the chips number and an ordinal is not", an_address_is_the_chips_number_and_an_ordinal_is_not},
	{"two chip faults add up", two_chip_faults_add_up},
	{"a removed fault does nothing and undoes nothing", a_removed_fault_does_nothing_and_undoes_nothing},
	{"a probability is met", a_probability_is_met},
	{"counters are for this layer only", counters_are_for_this_layer_only},
	{"the clock is ready when the fault says", the_clock_is_ready_when_the_fault_says},
	{"a warm start has no edge", a_warm_start_has_no_edge},
	CU_TEST_INFO_NULL,
};
