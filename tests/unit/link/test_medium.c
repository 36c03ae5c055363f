/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cable with a recorder. What each end does and senses is logged as a line "TIME END what", times
 * in nanoseconds, ends d(evice) and p(artner). The expected times follow from IEEE 802.3 clause 4
 * by hand.
 */
#include "lib/link/medium.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

struct medium_fixture {
	struct sim sim;
	struct medium medium;
	char notes[16384];
	struct medium_outcome last[2];
};

static struct medium_fixture f;

static const struct medium_rules full = {.full_duplex = true, .gap_bits = 96};

__attribute__((format(printf, 2, 3))) static void note(enum direction direction, const char *format, ...)
{
	va_list args;

	TEST_APPEND(f.notes, "%" PRIu64 " %c ", f.sim.now, direction == TO_SERVER ? 'd' : 'p');
	va_start(args, format);
	test_append_list(f.notes, sizeof f.notes, format, args);
	va_end(args);
}

static void ended(void *ctx, enum direction direction, const struct medium_outcome *outcome, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	f.last[direction] = *outcome;
	note(direction, "%s%s%s%s%s\n", outcome->sent ? "sent" : "gives up", outcome->late_collision ? ", late" : "",
	     outcome->excessive_collisions ? ", excessive" : "", outcome->deferred ? ", deferred" : "",
	     outcome->excessive_deferral ? " for long" : "");
}

static void arrived(void *ctx, enum direction direction, bool intact, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	note(direction, "%s\n", intact ? "arrives" : "is lost");
}

static void activity(void *ctx, enum direction direction, bool on, bool broken, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	note(direction, "%s%s\n", on ? "on" : "off", broken ? ", broken off" : "");
}

static void medium_fixture_open_at(sim_ns bit_ns, sim_ns delay, uint64_t seed)
{
	const struct medium_ops ops = {ended, arrived, activity};

	memset(&f, 0, sizeof f);
	sim_open(&f.sim, 0);
	medium_init(&f.medium, bit_ns, delay, &ops, &f, &f.sim, random_stream(seed, "test"));
}

static void medium_fixture_open_seed(sim_ns delay, uint64_t seed)
{
	medium_fixture_open_at(MEDIUM_10_BIT_NS, delay, seed);
}

static void medium_fixture_open(sim_ns delay)
{
	medium_fixture_open_seed(delay, 1);
}

static void medium_fixture_close(void)
{
	medium_close(&f.medium);
	CU_ASSERT_EQUAL(f.sim.count, 0);
	sim_close(&f.sim);
}

static void run_until(sim_ns now)
{
	sim_run_until(&f.sim, now);
}

static void forget(void)
{
	f.notes[0] = '\0';
}

static void sends(enum direction direction, size_t bytes)
{
	medium_send(&f.medium, direction, bytes, &medium_standard_rules, (struct medium_effect){0});
}

static void sends_by(enum direction direction, size_t bytes, const struct medium_rules *rules)
{
	medium_send(&f.medium, direction, bytes, rules, (struct medium_effect){0});
}

/* Without draws, so that times can be worked out. */
static struct medium_rules at_once(void)
{
	struct medium_rules rules = medium_standard_rules;

	rules.no_backoff = true;
	return rules;
}

/* 72 bytes with preamble: 57600 ns. */
#define SHORT 72U

static void a_quiet_cable_is_used_at_once(void)
{
	medium_fixture_open(1000);
	run_until(500);
	sends(TO_SERVER, SHORT);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "500 d on\n58100 d off\n58100 d sent\n59100 d arrives\n");
	medium_fixture_close();
}

static void an_end_that_senses_the_other_waits_for_its_end_and_the_gap(void)
{
	medium_fixture_open(1000);
	sends(TO_DEVICE, SHORT);
	run_until(1000);
	sends(TO_SERVER, SHORT);
	run_until(SIM_MS);
	/* Its carrier is sensed from 1000 to 58600. */
	TEST_SAME_TEXT(f.notes, "0 p on\n57600 p off\n57600 p sent\n58600 p arrives\n"
	                        "68200 d on\n125800 d off\n125800 d sent, deferred\n126800 d arrives\n");
	medium_fixture_close();
}

static void two_ends_that_start_before_they_sense_each_other_collide(void)
{
	medium_fixture_open(1000);
	sends(TO_DEVICE, SHORT);
	run_until(999);
	sends(TO_SERVER, SHORT);
	run_until(9700);
	/*
	 * The device senses the other at 1000 and the partner at 1999; both finish the preamble and
	 * add a jam: 9600 from the start.
	 */
	TEST_SAME_TEXT(f.notes, "0 p on\n999 d on\n9600 p off, broken off\n");
	CU_ASSERT_EQUAL(f.medium.counters.collisions, 1);
	run_until(SIM_S);
	TEST_CONTAINS(f.notes, "10599 d off, broken off\n");
	TEST_CONTAINS(f.notes, "d arrives\n");
	TEST_CONTAINS(f.notes, "p arrives\n");
	CU_ASSERT(f.last[TO_SERVER].sent && f.last[TO_DEVICE].sent);
	CU_ASSERT(f.last[TO_SERVER].collisions >= 1 && f.last[TO_DEVICE].collisions >= 1);
	/* Four bytes of jam an attempt. */
	CU_ASSERT_EQUAL(f.last[TO_SERVER].collided_bytes, 4 * f.last[TO_SERVER].collisions);
	medium_fixture_close();
}

static void a_carrier_in_the_first_part_of_the_gap_is_waited_for(void)
{
	struct medium_rules eager = at_once();

	eager.gap_bits = 0;
	medium_fixture_open(0);
	sends_by(TO_DEVICE, SHORT, &eager);
	run_until(57600 + 6400);
	sends_by(TO_DEVICE, SHORT, &eager);
	sends(TO_SERVER, SHORT);
	forget();
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "64000 p on\n121600 p off\n121600 p sent\n121600 p arrives\n"
	                        "131200 d on\n188800 d off\n188800 d sent, deferred\n188800 d arrives\n");
	medium_fixture_close();
}

static void a_carrier_in_the_last_part_of_the_gap_is_not(void)
{
	struct medium_rules eager = at_once();

	eager.gap_bits = 0;
	medium_fixture_open(0);
	sends_by(TO_DEVICE, SHORT, &eager);
	run_until(57600 + 6000);
	sends(TO_SERVER, SHORT);
	run_until(57600 + 6401);
	forget();
	sends_by(TO_DEVICE, SHORT, &eager);
	run_until(67200);
	TEST_SAME_TEXT(f.notes, "64001 p on\n67200 d on\n");
	run_until(SIM_MS);
	CU_ASSERT(f.medium.counters.collisions >= 2);
	medium_fixture_close();
}

static void a_collision_ends_with_a_whole_jam_behind_the_preamble(void)
{
	const struct medium_rules rules = at_once();

	medium_fixture_open(0);
	medium_send(&f.medium, TO_SERVER, 200, &rules, (struct medium_effect){.attempts = 1, .after_bytes = 20});
	run_until(SIM_MS);
	/* 20 bytes, 4 of jam, the gap, then all. */
	TEST_SAME_TEXT(f.notes, "0 d on\n19200 d off, broken off\n28800 d on\n188800 d off\n188800 d sent\n188800 d arrives\n");
	CU_ASSERT_EQUAL(f.last[TO_SERVER].collided_bytes, 16);
	medium_fixture_close();
}

static void the_window_divides_early_from_late_collisions(void)
{
	medium_fixture_open(0);
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 1, .after_bytes = 63});
	run_until(SIM_MS);
	CU_ASSERT(f.last[TO_SERVER].sent);
	CU_ASSERT_EQUAL(f.last[TO_SERVER].collisions, 1);
	forget();
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 1, .after_bytes = 64});
	run_until(2 * SIM_MS);
	TEST_SAME_TEXT(f.notes, "1000000 d on\n1054400 d off, broken off\n1054400 d gives up, late\n");
	CU_ASSERT(!f.last[TO_SERVER].sent && f.last[TO_SERVER].late_collision);
	medium_fixture_close();
}

static void noise_waits_for_an_attempt_that_lasts_until_it(void)
{
	struct medium_rules eager = at_once();

	medium_fixture_open(1000);
	sends_by(TO_DEVICE, SHORT, &eager);
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 1, .after_bytes = 64});
	run_until(SIM_S);
	CU_ASSERT(f.last[TO_SERVER].collisions >= 2);
	CU_ASSERT(f.last[TO_SERVER].late_collision);
	medium_fixture_close();
}

/* The partner starts first and is not sensed yet; it ignores the carrier, the device does not. */
static void what_a_half_duplex_end_starts_over_is_lost_to_it(void)
{
	medium_fixture_open(1000);
	sends_by(TO_DEVICE, SHORT, &full);
	run_until(500);
	sends(TO_SERVER, SHORT);
	run_until(SIM_S);
	TEST_CONTAINS(f.notes, "58600 p is lost\n");
	TEST_CONTAINS(f.notes, "d arrives\n");
	medium_fixture_close();
}

static void fifteen_collisions_are_tried_again_and_sixteen_are_not(void)
{
	medium_fixture_open(0);
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 15, .after_bytes = 10});
	run_until(SIM_S);
	CU_ASSERT(f.last[TO_SERVER].sent);
	CU_ASSERT_EQUAL(f.last[TO_SERVER].collisions, 15);
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 16, .after_bytes = 10});
	run_until(2 * SIM_S);
	CU_ASSERT(!f.last[TO_SERVER].sent && f.last[TO_SERVER].excessive_collisions);
	CU_ASSERT_EQUAL(f.last[TO_SERVER].collisions, 16);
	medium_fixture_close();
}

/* How many slots a frame has waited behind its @p attempt-th collision. */
static uint64_t slots_waited(uint64_t seed, unsigned attempt)
{
	struct medium_rules rules = medium_standard_rules;
	sim_ns begun[17] = {0};
	unsigned count = 0;

	medium_fixture_open_seed(0, seed);
	medium_send(&f.medium, TO_SERVER, 200, &rules, (struct medium_effect){.attempts = 15, .after_bytes = 10});
	run_until(SIM_S);
	for (const char *line = f.notes; count < 16 && (line = strstr(line, " d on\n")) != NULL; line++) {
		const char *from = line;
		while (from > f.notes && from[-1] != '\n')
			from--;
		(void)sscanf(from, "%" SCNu64, &begun[count++]);
	}
	CU_ASSERT_EQUAL_FATAL(count, 16);
	medium_fixture_close();
	/* 10 bytes and a jam; then the slots, of which the first 9600 ns are the gap. */
	sim_ns waited = begun[attempt] - begun[attempt - 1] - 11200;
	return waited <= 9600 ? 0 : waited / (MEDIUM_SLOT_BITS * MEDIUM_10_BIT_NS);
}

static void the_back_off_is_uniform_and_doubles_up_to_1023_slots(void)
{
	unsigned ones = 0, quarter[4] = {0};
	uint64_t most = 0;

	for (uint64_t seed = 1; seed <= 400; seed++) {
		uint64_t first = slots_waited(seed, 1), second = slots_waited(seed, 2), last = slots_waited(seed, 12);
		CU_ASSERT_FATAL(first < 2 && second < 4 && last < 1024);
		ones += first == 1;
		quarter[second]++;
		most = last > most ? last : most;
	}
	/* Within 99.99 % of a fair draw: chi-square with 1 and 3 degrees of freedom. */
	double half = (double)ones - 200, chi = 0;
	CU_ASSERT(half * half / 200 * 2 < 15.1);
	for (unsigned i = 0; i < 4; i++)
		chi += ((double)quarter[i] - 100) * ((double)quarter[i] - 100) / 100;
	CU_ASSERT(chi < 21.1);
	CU_ASSERT(most > 1000);
}

static void frames_of_the_other_end_move_no_draw(void)
{
	medium_fixture_open(0);
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 5, .after_bytes = 10});
	run_until(SIM_S);
	char alone[sizeof f.notes];
	memcpy(alone, f.notes, sizeof alone);
	medium_fixture_close();
	medium_fixture_open(0);
	sends_by(TO_DEVICE, SHORT, &full);
	run_until(67200);
	sends_by(TO_DEVICE, SHORT, &full);
	run_until(SIM_S);
	forget();
	f.sim.now = 0;
	f.medium.stations[TO_DEVICE].was_active = false;
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 5, .after_bytes = 10});
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, alone);
	medium_fixture_close();
}

static void full_duplex_on_both_ends_knows_no_collisions(void)
{
	medium_fixture_open(1000);
	sends_by(TO_DEVICE, SHORT, &full);
	run_until(10);
	sends_by(TO_SERVER, SHORT, &full);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes,
	               "0 p on\n10 d on\n57600 p off\n57600 p sent\n57610 d off\n57610 d sent\n58600 p arrives\n58610 d arrives\n");
	medium_fixture_close();
}

static void a_full_duplex_partner_makes_late_collisions_and_loses_its_frame(void)
{
	medium_fixture_open(1000);
	sends(TO_SERVER, 1526);
	run_until(100000);
	sends_by(TO_DEVICE, SHORT, &full);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "0 d on\n100000 p on\n104200 d off, broken off\n104200 d gives up, late\n"
	                        "157600 p off\n157600 p sent\n158600 p is lost\n");
	CU_ASSERT_EQUAL(f.medium.counters.mangled, 1);
	medium_fixture_close();
}

static void a_full_duplex_device_does_the_same_to_a_half_duplex_partner(void)
{
	medium_fixture_open(1000);
	sends(TO_DEVICE, 1526);
	run_until(100000);
	sends_by(TO_SERVER, SHORT, &full);
	run_until(SIM_MS);
	TEST_CONTAINS(f.notes, "104200 p gives up, late\n");
	TEST_CONTAINS(f.notes, "158600 d is lost\n");
	medium_fixture_close();
}

static void a_cable_that_is_too_long_makes_late_collisions(void)
{
	medium_fixture_open(60000);
	sends(TO_DEVICE, 1526);
	run_until(59999);
	sends(TO_SERVER, 1526);
	run_until(SIM_S);
	/* The partner senses it at 119999, after the window. */
	TEST_CONTAINS(f.notes, "123199 p gives up, late\n");
	CU_ASSERT_EQUAL(f.medium.counters.late_collisions, 1);
	medium_fixture_close();
}

static void short_transmissions_follow_each_other_on_a_long_cable(void)
{
	const struct medium_rules eager = {.full_duplex = true};

	medium_fixture_open(60000);
	for (unsigned i = 0; i < 8; i++) {
		sends_by(TO_SERVER, 9, &eager);
		run_until((i + 1) * 7200);
	}
	forget();
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "67200 d arrives\n74400 d arrives\n81600 d arrives\n88800 d arrives\n96000 d arrives\n103200 d arrives\n"
	                        "110400 d arrives\n117600 d arrives\n");
	medium_fixture_close();
}

static void a_collision_behind_backpressure_is_tried_again_at_once_if_the_rules_say_so(void)
{
	struct medium_rules rules = medium_standard_rules;

	rules.no_backoff_after_backpressure = true;
	medium_fixture_open(0);
	medium_backpressure(&f.medium, TO_SERVER, true, false);
	medium_backpressure(&f.medium, TO_SERVER, false, false);
	medium_send(&f.medium, TO_SERVER, 200, &rules, (struct medium_effect){.attempts = 8, .after_bytes = 20});
	run_until(SIM_MS);
	/* 24 bytes and a gap each time. */
	TEST_CONTAINS(f.notes, "9600 d on\n28800 d off, broken off\n38400 d on\n57600 d off, broken off\n67200 d on\n");
	CU_ASSERT(f.last[TO_SERVER].sent);
	medium_fixture_close();
}

static void backpressure_keeps_the_other_waiting(void)
{
	medium_fixture_open(1000);
	medium_backpressure(&f.medium, TO_SERVER, true, false);
	run_until(2000);
	sends(TO_DEVICE, SHORT);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "0 d on\n");
	medium_backpressure(&f.medium, TO_SERVER, false, false);
	run_until(2 * SIM_MS);
	TEST_CONTAINS(f.notes, "1000000 d off, broken off\n1010600 p on\n");
	TEST_CONTAINS(f.notes, "p sent, deferred\n");
	medium_fixture_close();
}

static void excessive_deferral_ends_the_attempt_if_the_rules_say_so(void)
{
	struct medium_rules rules = medium_standard_rules;

	rules.defer_forever = false;
	medium_fixture_open(0);
	medium_backpressure(&f.medium, TO_DEVICE, true, false);
	run_until(1000);
	sends_by(TO_SERVER, SHORT, &rules);
	run_until(10 * SIM_MS);
	/* 24,287 bit times. */
	TEST_SAME_TEXT(f.notes, "0 p on\n2429700 d gives up for long\n");
	CU_ASSERT(!f.medium.stations[TO_SERVER].wants);
	forget();
	sends(TO_SERVER, SHORT);
	run_until(20 * SIM_MS);
	TEST_SAME_TEXT(f.notes, "");
	medium_backpressure(&f.medium, TO_DEVICE, false, false);
	run_until(30 * SIM_MS);
	TEST_CONTAINS(f.notes, "20067200 d sent, deferred for long\n");
	medium_fixture_close();
}

static void backpressure_over_a_frame_collides_and_the_frame_goes_on_behind_it(void)
{
	medium_fixture_open(0);
	sends(TO_SERVER, 200);
	run_until(16000);
	medium_backpressure(&f.medium, TO_DEVICE, true, false);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "0 d on\n16000 p on\n19200 d off, broken off\n");
	medium_backpressure(&f.medium, TO_DEVICE, false, false);
	run_until(2 * SIM_MS);
	CU_ASSERT(f.last[TO_SERVER].sent);
	CU_ASSERT_EQUAL(f.last[TO_SERVER].collisions, 1);
	medium_fixture_close();
}

static void a_frame_given_up_leaves_the_cable_at_once(void)
{
	medium_fixture_open(0);
	sends(TO_SERVER, 1526);
	run_until(100000);
	sends(TO_DEVICE, SHORT);
	medium_cancel(&f.medium, TO_SERVER);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "0 d on\n100000 d off, broken off\n109600 p on\n167200 p off\n167200 p sent, deferred\n167200 p arrives\n");
	medium_fixture_close();
}

/* Collisions, back-off, an effect on the cable, backpressure, frames in a row and deferral. */
static void all_sorts_at(sim_ns bit_ns)
{
	struct medium_rules rules = medium_standard_rules;

	medium_fixture_open_at(bit_ns, 10 * bit_ns, 1);
	sends(TO_SERVER, 72);
	sends(TO_DEVICE, 1526);
	run_until(30000 * bit_ns);
	medium_send(&f.medium, TO_SERVER, 200, &medium_standard_rules, (struct medium_effect){.attempts = 2, .after_bytes = 10});
	run_until(60000 * bit_ns);
	sends(TO_SERVER, 100);
	run_until(90000 * bit_ns);
	rules.defer_forever = false;
	medium_backpressure(&f.medium, TO_DEVICE, true, false);
	sends_by(TO_SERVER, 100, &rules);
	sends(TO_DEVICE, 300);
	run_until(120000 * bit_ns);
	medium_backpressure(&f.medium, TO_DEVICE, false, false);
	run_until(150000 * bit_ns);
	medium_fixture_close();
}

static void everything_lasts_a_tenth_at_100_mbit(void)
{
	static struct medium_fixture slow;
	const char *fast = f.notes, *at = slow.notes;
	unsigned lines = 0;

	all_sorts_at(MEDIUM_10_BIT_NS);
	slow = f;
	all_sorts_at(MEDIUM_100_BIT_NS);
	CU_ASSERT(slow.medium.counters.collisions > 2);
	CU_ASSERT_EQUAL(slow.medium.counters.excessive_deferrals, 1);
	for (; *at != '\0' && *fast != '\0'; lines++) {
		char *slow_rest, *fast_rest;
		CU_ASSERT_EQUAL(strtoull(at, &slow_rest, 10), 10 * strtoull(fast, &fast_rest, 10));
		size_t length = strcspn(slow_rest, "\n") + 1;
		CU_ASSERT_EQUAL(strncmp(slow_rest, fast_rest, length), 0);
		at = slow_rest + length;
		fast = fast_rest + length;
	}
	CU_ASSERT(*at == '\0' && *fast == '\0');
	CU_ASSERT(lines > 20);
}

const CU_TestInfo tests_medium[] = {
	{"everything lasts a tenth at 100 Mbit/s", everything_lasts_a_tenth_at_100_mbit},
	{"a quiet cable is used at once", a_quiet_cable_is_used_at_once},
	{"an end that senses the other waits for its end and the gap", an_end_that_senses_the_other_waits_for_its_end_and_the_gap},
	{"two ends that start before they sense each other collide", two_ends_that_start_before_they_sense_each_other_collide},
	{"a carrier in the first part of the gap is waited for", a_carrier_in_the_first_part_of_the_gap_is_waited_for},
	{"a carrier in the last part of the gap is not", a_carrier_in_the_last_part_of_the_gap_is_not},
	{"a collision ends with a whole jam behind the preamble", a_collision_ends_with_a_whole_jam_behind_the_preamble},
	{"the window divides early from late collisions", the_window_divides_early_from_late_collisions},
	{"noise waits for an attempt that lasts until it", noise_waits_for_an_attempt_that_lasts_until_it},
	{"what a half-duplex end starts over is lost to it", what_a_half_duplex_end_starts_over_is_lost_to_it},
	{"fifteen collisions are tried again and sixteen are not", fifteen_collisions_are_tried_again_and_sixteen_are_not},
	{"the back-off is uniform and doubles up to 1023 slots", the_back_off_is_uniform_and_doubles_up_to_1023_slots},
	{"frames of the other end move no draw", frames_of_the_other_end_move_no_draw},
	{"full duplex on both ends knows no collisions", full_duplex_on_both_ends_knows_no_collisions},
	{"a full-duplex partner makes late collisions and loses its frame",
         a_full_duplex_partner_makes_late_collisions_and_loses_its_frame},
	{"a full-duplex device does the same to a half-duplex partner", a_full_duplex_device_does_the_same_to_a_half_duplex_partner},
	{"a cable that is too long makes late collisions", a_cable_that_is_too_long_makes_late_collisions},
	{"short transmissions follow each other on a long cable", short_transmissions_follow_each_other_on_a_long_cable},
	{"a collision behind backpressure is tried again at once if the rules say so",
         a_collision_behind_backpressure_is_tried_again_at_once_if_the_rules_say_so},
	{"backpressure keeps the other waiting", backpressure_keeps_the_other_waiting},
	{"excessive deferral ends the attempt if the rules say so", excessive_deferral_ends_the_attempt_if_the_rules_say_so},
	{"backpressure over a frame collides, and the frame goes on behind it",
         backpressure_over_a_frame_collides_and_the_frame_goes_on_behind_it},
	{"a frame given up leaves the cable at once", a_frame_given_up_leaves_the_cable_at_once},
	CU_TEST_INFO_NULL,
};
