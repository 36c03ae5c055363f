/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rates, slots, order and copies, with times worked out by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"

static sim_ns send_at(struct chain *chain, size_t length, enum direction direction, sim_ns now)
{
	chain_submit(chain, chain_frame(1, direction, length), direction, now);
	return chain->fate.dropped ? SIM_NEVER : chain->fate.release;
}

static void open_one(struct chain *chain, const char *match, const char *action, const char *params)
{
	const struct fault fault = made_checked_fault("f", match, action, params);

	chain_open(chain, &fault, 1, 1);
}

/* -- rate -- */

static void a_rate_takes_the_time_of_the_bits(void)
{
	struct chain chain;

	open_one(&chain, "", "rate", "rate=1Mbit");
	/* 60 bytes are 480 us, 100 bytes 800 us. */
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 0), 480000);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 1280000);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 1000000), 1760000);
	/* The other direction is a link of its own. */
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_DEVICE, 1000000), 1480000);
	/* Idle until it comes. */
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 5000000), 5480000);
	CU_ASSERT_EQUAL(action_quantity(chain.fate.causes[0].action, &chain.fate.causes[0].params, "time"), 480000);
	chain_close(&chain);
}

/*
 * 480 bits at 7 Mbit/s are 68571 3/7 ns. A sum of rounded times would be 2 us too long after 3500
 * frames.
 */
static void fractions_of_a_nanosecond_are_not_lost(void)
{
	struct chain chain;
	enum direction direction;

	open_one(&chain, "", "rate", "rate=7Mbit;limit=0");
	for (uint64_t i = 1; i <= 3500; i++) {
		CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 0), (i * 480000 + 6) / 7);
		frame_free(proxy_deliver(chain.proxy, SIM_S, &direction));
	}
	/*
	 * The last bit of the 3500th leaves at exactly 240 ms; one that comes then does not wait.
	 */
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 240000000), 240068572);
	chain_close(&chain);
	open_one(&chain, "", "rate", "rate=7Mbit");
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 0), 68572);
	/* It comes as the last bit is still on its way, 4/7 ns before it has left. */
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 68571), 137143);
	chain_close(&chain);
}

static sim_ns time_of(size_t length, const char *params)
{
	struct chain chain;
	sim_ns time;

	open_one(&chain, "", "rate", params);
	time = send_at(&chain, length, TO_SERVER, 0);
	chain_close(&chain);
	return time;
}

/*
 * At 8 Mbit/s a byte takes a microsecond. tc-netem(8) has the example of 50 bytes in two ATM cells,
 * 106 bytes.
 */
static void overheads_and_cells_are_counted_as_tc_does(void)
{
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit"), 64 * SIM_US);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;overhead=24"), 88 * SIM_US);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;overhead=-14"), 50 * SIM_US);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;overhead=-14;cell_size=48;cell_overhead=5"), 106 * SIM_US);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;overhead=-16;cell_size=48;cell_overhead=5"), 53 * SIM_US);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;overhead=-15;cell_size=48"), 96 * SIM_US);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;cell_size=32;cell_overhead=-2"), 60 * SIM_US);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;overhead=-65"), 0);
	CU_ASSERT_EQUAL(time_of(64, "rate=8Mbit;cell_size=32;cell_overhead=-33"), 0);
	CU_ASSERT_EQUAL(time_of(64, "rate=0bit"), 0);
}

static void a_full_queue_loses_the_last_that_comes(void)
{
	struct chain chain;

	open_one(&chain, "", "rate", "rate=8Mbit;limit=3");
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 100 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 200 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 300 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), SIM_NEVER);
	CU_ASSERT_STRING_EQUAL(chain.fate.causes[0].action->name, "drop");
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_DEVICE, 0), 100 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 100 * SIM_US - 1), SIM_NEVER);
	/* The first has left; what was dropped takes no time. */
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 100 * SIM_US), 400 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 100 * SIM_US), SIM_NEVER);
	chain_close(&chain);
	open_one(&chain, "", "rate", "rate=8Mbit;limit=0;bytes=250B");
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 100 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 200 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 51, TO_SERVER, 0), SIM_NEVER);
	CU_ASSERT_EQUAL(send_at(&chain, 50, TO_SERVER, 0), 250 * SIM_US);
	chain_close(&chain);
}

static void a_queue_grows_in_step_with_its_limit(void)
{
	struct chain chain;
	enum direction direction;
	unsigned lost = 0;

	open_one(&chain, "", "rate", "rate=8Mbit");
	/*
	 * Each takes 100 us and comes after 50: the queue of 1000 is full after the 2000th, which
	 * comes as the 1000th leaves. From then on every second is lost.
	 */
	for (unsigned i = 1; i <= 4000; i++) {
		bool is_lost = send_at(&chain, 100, TO_SERVER, i * 50 * SIM_US) == SIM_NEVER;
		CU_ASSERT_FALSE(is_lost && i < 2000);
		lost += is_lost;
		frame_free(proxy_deliver(chain.proxy, i * 50 * SIM_US, &direction));
	}
	CU_ASSERT(lost >= 999 && lost <= 1001);
	chain_close(&chain);
}

/*
 * The link begins when the delay is over or the frame before has been sent, whichever is later: as
 * in tc-netem.
 */
static void a_rate_behind_a_delay_waits_for_both(void)
{
	const struct fault faults[] = {made_checked_fault("delay", "", "delay", "time=1ms"),
	                               made_checked_fault("rate", "", "rate", "rate=8Mbit")};
	struct chain chain;

	chain_open(&chain, faults, 2, 1);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 1100 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 50 * SIM_US), 1200 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 200 * SIM_US), 1300 * SIM_US);
	chain_close(&chain);
}

static void the_slowest_link_stays_within_the_clock(void)
{
	struct chain chain;
	sim_ns last = 0;

	open_one(&chain, "", "rate", "rate=1bit;limit=0;cell_size=1;cell_overhead=65535");
	for (unsigned i = 0; i < 20; i++) {
		sim_ns at = send_at(&chain, 1514, TO_SERVER, 0);
		CU_ASSERT(at >= last && (at == SIM_NEVER || at <= 3 * FAULT_TIME_MAX));
		last = at;
	}
	CU_ASSERT_EQUAL(last, SIM_NEVER);
	chain_close(&chain);
}

/* -- slot -- */

static void frames_wait_for_the_next_slot(void)
{
	struct chain chain;

	open_one(&chain, "", "slot", "min_delay=10ms");
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 5 * SIM_MS), 15 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 6 * SIM_MS), 15 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_DEVICE, 7 * SIM_MS), 17 * SIM_MS);
	/* As the slot opens it may leave at once, and that is no cause. */
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 15 * SIM_MS), 15 * SIM_MS);
	CU_ASSERT_EQUAL(chain.fate.cause_count, 0);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 15 * SIM_MS + 1), 25 * SIM_MS + 1);
	chain_close(&chain);
}

static void a_slot_takes_so_many_frames_or_bytes(void)
{
	struct chain chain;

	open_one(&chain, "", "slot", "min_delay=10ms;packets=2");
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, SIM_MS), 11 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, SIM_MS), 11 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, SIM_MS), 21 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, SIM_MS), 21 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, 12 * SIM_MS), 31 * SIM_MS);
	chain_close(&chain);
	/* As in tc-netem, the frame that uses the bytes up still fits. */
	open_one(&chain, "", "slot", "min_delay=10ms;bytes=150B");
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, SIM_MS), 11 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, SIM_MS), 11 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 150, TO_SERVER, SIM_MS), 21 * SIM_MS);
	CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, SIM_MS), 31 * SIM_MS);
	chain_close(&chain);
}

/* 10000 slots from 10 to 19 ns, each as likely: nine degrees of freedom, 27.877 at 0.001. */
static void slots_are_spread_evenly(void)
{
	unsigned counts[10] = {0};
	double chi = 0;
	struct chain chain;
	enum direction direction;

	open_one(&chain, "", "slot", "min_delay=10ns;max_delay=19ns");
	for (unsigned i = 1; i <= 10000; i++) {
		sim_ns wait = send_at(&chain, 60, TO_SERVER, i * SIM_US) - i * SIM_US;
		CU_ASSERT_FATAL(wait >= 10 && wait <= 19);
		counts[wait - 10]++;
		frame_free(proxy_deliver(chain.proxy, i * SIM_US + 20, &direction));
	}
	for (unsigned k = 0; k < 10; k++)
		chi += (counts[k] - 1000.0) * (counts[k] - 1000.0) / 1000;
	CU_ASSERT(chi < 27.877);
	chain_close(&chain);
}

/* A table of two waits, drawn anew for each slot; the second of its frames finds the same slot. */
static void slots_can_have_a_distribution(void)
{
	unsigned counts[2] = {0};
	char params[400];
	struct chain chain;
	enum direction direction;

	(void)snprintf(params, sizeof params, "time=10ms;jitter=4ms;distribution=table;table=%s", test_write("two.dist", "-8192 16384"));
	open_one(&chain, "", "slot", params);
	for (unsigned i = 1; i <= 1000; i++) {
		sim_ns now = i * SIM_S, wait = send_at(&chain, 60, TO_SERVER, now) - now;
		CU_ASSERT_FATAL(wait == 6 * SIM_MS || wait == 18 * SIM_MS);
		counts[wait == 18 * SIM_MS]++;
		CU_ASSERT_EQUAL(send_at(&chain, 60, TO_SERVER, now + SIM_MS), now + wait);
		while (proxy_next(chain.proxy) != SIM_NEVER)
			frame_free(proxy_deliver(chain.proxy, now + SIM_S, &direction));
	}
	/* Four deviations of 1000 tosses are 63. */
	CU_ASSERT(counts[0] > 437 && counts[0] < 563);
	chain_close(&chain);
}

/* -- reorder -- */

/* "!" for a frame that leaves at once, "." for one that waits; frames of one flow. */
static const char *jumps(const char *match, const char *params, unsigned count)
{
	const struct fault faults[] = {made_checked_fault("reorder", match, "reorder", params),
	                               made_checked_fault("delay", "", "delay", "time=10ms")};
	static char text[65];
	struct chain chain;

	chain_open(&chain, faults, 2, 1);
	for (unsigned i = 0; i < count; i++)
		text[i] = send_at(&chain, 60, TO_SERVER, i * SIM_US) == i * SIM_US ? '!' : '.';
	text[count] = '\0';
	chain_close(&chain);
	return text;
}

/* tc-netem(8): of `gap 5` the first four are delayed, and with 100 % every fifth jumps. */
static void every_gapth_frame_jumps_the_queue(void)
{
	TEST_SAME_TEXT(jumps("", "", 6), "!!!!!!");
	TEST_SAME_TEXT(jumps("", "gap=5", 16), "....!....!....!.");
	TEST_SAME_TEXT(jumps("nth=7", "", 10), "......!...");
	TEST_SAME_TEXT(jumps("probability=0%", "gap=2", 10), "..........");
}

/*
 * Behind the gap the wait for the next that jumps is geometric with a mean of 4: of 40000 frames 1
 * in 4 + 3.
 */
static void the_probability_counts_only_after_the_gap(void)
{
	const struct fault fault = made_checked_fault("f", "probability=25%", "reorder", "gap=4");
	unsigned jumped = 0, since = 9;
	enum direction direction;
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 40000; i++) {
		(void)send_at(&chain, 60, TO_SERVER, i);
		bool is_jump = chain.fate.cause_count == 1;
		CU_ASSERT_FATAL(!is_jump || since >= 3);
		since = is_jump ? 0 : since + 1;
		jumped += is_jump;
		frame_free(proxy_deliver(chain.proxy, i, &direction));
	}
	/*
	 * A wait has the deviation sqrt(12); so 5714 of them err by 5714 x sqrt(12) / 7 /
	 * sqrt(5714) = 37.4.
	 */
	CU_ASSERT(jumped > 5714 - 150 && jumped < 5714 + 150);
	chain_close(&chain);
}

static void the_gap_is_counted_in_each_flow_and_direction(void)
{
	const struct fault fault = made_checked_fault("f", "", "reorder", "gap=3");
	char text[13];
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 12; i++) {
		(void)chain_send(&chain, 1 + i % 2, i / 2 % 2 ? TO_SERVER : TO_DEVICE, i);
		text[i] = chain.fate.cause_count > 0 ? '!' : '.';
	}
	text[12] = '\0';
	TEST_SAME_TEXT(text, "........!!!!");
	chain_close(&chain);
}

static void a_frame_that_jumps_the_queue_loses_earlier_delays_and_skips_later_rates(void)
{
	const struct fault faults[] = {
		made_checked_fault("delay", "", "delay", "time=10ms"), made_checked_fault("jump", "nth=2", "reorder", ""),
		made_checked_fault("rate", "", "rate", "rate=8Mbit"), made_checked_fault("slot", "from=1s", "slot", "min_delay=1ms")};
	struct chain chain;

	chain_open(&chain, faults, 4, 1);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 0), 10100 * SIM_US);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 5), 5);
	/* It has not kept the link busy. */
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 5), 10200 * SIM_US);
	chain_close(&chain);
	/* Slots hold it up, as in tc-netem. */
	const struct fault slotted[] = {made_checked_fault("jump", "", "reorder", ""),
	                                made_checked_fault("slot", "", "slot", "min_delay=1ms")};
	chain_open(&chain, slotted, 2, 1);
	CU_ASSERT_EQUAL(send_at(&chain, 100, TO_SERVER, 5), SIM_MS + 5);
	chain_close(&chain);
}

/* -- hold and duplicate -- */

static const char *ids_that_leave(struct chain *chain, sim_ns now)
{
	static char text[200];
	enum direction direction;

	text[0] = '\0';
	for (struct frame *frame; (frame = proxy_deliver(chain->proxy, now, &direction)) != NULL; frame_free(frame))
		TEST_APPEND(text, "%s%llu", text[0] != '\0' ? " " : "", (unsigned long long)frame->id);
	return text;
}

static void a_held_frame_leaves_behind_the_last_one_that_overtakes_it(void)
{
	struct chain chain;

	open_one(&chain, "nth=1", "hold", "frames=2");
	(void)send_at(&chain, 60, TO_SERVER, 1);
	CU_ASSERT(chain.fate.held);
	TEST_SAME_TEXT(chain.text, "'f' hold 2 -> held");
	(void)send_at(&chain, 60, TO_SERVER, 2);
	/* Frames of the other direction overtake nothing. */
	(void)send_at(&chain, 60, TO_DEVICE, 3);
	TEST_SAME_TEXT(ids_that_leave(&chain, 10), "2 3");
	(void)send_at(&chain, 60, TO_SERVER, 11);
	TEST_SAME_TEXT(ids_that_leave(&chain, 11), "4 1");
	chain_close(&chain);
}

static void copies_leave_behind_the_frame_in_even_steps(void)
{
	const struct fault faults[] = {made_checked_fault("delay", "", "delay", "time=1ms"),
	                               made_checked_fault("copies", "nth=2", "duplicate", "copies=2;delay=100us")};
	static const sim_ns expected[] = {1000, 1010, 1020, 1110, 1210};
	enum direction direction;
	struct chain chain;

	chain_open(&chain, faults, 2, 1);
	for (unsigned i = 0; i < 3; i++)
		(void)send_at(&chain, 60 + i, TO_DEVICE, i * 10 * SIM_US);
	for (unsigned i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(proxy_next(chain.proxy), expected[i] * SIM_US);
		struct frame *frame = proxy_deliver(chain.proxy, expected[i] * SIM_US, &direction);
		CU_ASSERT_FATAL(frame != NULL);
		if (frame == NULL)
			return;
		CU_ASSERT(frame->length == (i == 0 ? 60 : i == 2 ? 62 : 61) && direction == TO_DEVICE);
		frame_free(frame);
	}
	CU_ASSERT_EQUAL(proxy_next(chain.proxy), SIM_NEVER);
	chain_close(&chain);
}

const CU_TestInfo tests_proxy_shape[] = {
	{"a rate takes the time of the bits", a_rate_takes_the_time_of_the_bits},
	{"fractions of a nanosecond are not lost", fractions_of_a_nanosecond_are_not_lost},
	{"overheads and cells are counted as tc does", overheads_and_cells_are_counted_as_tc_does},
	{"a full queue loses the last that comes", a_full_queue_loses_the_last_that_comes},
	{"a queue grows in step with its limit", a_queue_grows_in_step_with_its_limit},
	{"a rate behind a delay waits for both", a_rate_behind_a_delay_waits_for_both},
	{"the slowest link stays within the clock", the_slowest_link_stays_within_the_clock},
	{"frames wait for the next slot", frames_wait_for_the_next_slot},
	{"a slot takes so many frames or bytes", a_slot_takes_so_many_frames_or_bytes},
	{"slots are spread evenly", slots_are_spread_evenly},
	{"slots can have a distribution", slots_can_have_a_distribution},
	{"every gap-th frame jumps the queue", every_gapth_frame_jumps_the_queue},
	{"the probability counts only after the gap", the_probability_counts_only_after_the_gap},
	{"the gap is counted in each flow and direction", the_gap_is_counted_in_each_flow_and_direction},
	{"a frame that jumps the queue loses earlier delays and skips later rates",
         a_frame_that_jumps_the_queue_loses_earlier_delays_and_skips_later_rates},
	{"a held frame leaves behind the last one that overtakes it", a_held_frame_leaves_behind_the_last_one_that_overtakes_it},
	{"copies leave behind the frame in even steps", copies_leave_behind_the_frame_in_even_steps},
	CU_TEST_INFO_NULL,
};
