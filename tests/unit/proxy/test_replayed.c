/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/traffic.h"

static struct traffic traffic;

static struct fault recorded(const char *match, const char *action, const char *text, const char *more)
{
	char params[400];

	(void)snprintf(params, sizeof params, "file=%s;%s", test_write("recording", text), more);
	return made_checked_fault("link", match, action, params);
}

static void open_with(const char *match, const char *action, const char *text, const char *more)
{
	const struct fault fault = recorded(match, action, text, more);

	traffic_open(&traffic, &fault, 1, 1);
}

/* Sends a datagram of so many bytes. @return when it leaves, or SIM_NEVER. */
static sim_ns leaves(size_t datagram, enum direction direction, sim_ns now)
{
	(void)traffic_send(&traffic, &(struct made){.direction = direction, .length = datagram - 28}, now);
	return traffic.fate.dropped ? SIM_NEVER : traffic.fate.release;
}

/* -- mahimahi -- */

static void a_whole_datagram_takes_an_opportunity(void)
{
	open_with("", "mahimahi", "1\n5\n5\n9\n100\n", "");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 1 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 5 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 5 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 9 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 100 * SIM_MS);
	TEST_SAME_TEXT(traffic.text, "'link' delay 100 ms -> leaves after 100 ms");
	traffic_close(&traffic);
}

/*
 * An opportunity has 1504 bytes, and a datagram 4 more than its own: those that a TUN device puts
 * before it.
 */
static void small_datagrams_share_one_and_large_ones_take_several(void)
{
	open_with("", "mahimahi", "10\n20\n30\n40\n", "");
	CU_ASSERT_EQUAL(leaves(748, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(748, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(748, TO_SERVER, 0), 20 * SIM_MS);
	/* What is left of the second does not suffice. */
	CU_ASSERT_EQUAL(leaves(749, TO_SERVER, 0), 30 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1499, TO_SERVER, 0), 30 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(3004, TO_SERVER, 0), 50 * SIM_MS);
	traffic_close(&traffic);
}

static void an_opportunity_that_nobody_waits_for_is_gone(void)
{
	open_with("", "mahimahi", "10\n20\n30\n40\n", "");
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 10 * SIM_MS - 1), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 10 * SIM_MS), 20 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 30 * SIM_MS), 40 * SIM_MS);
	traffic_close(&traffic);
}

static void the_recording_begins_again_at_its_end(void)
{
	open_with("", "mahimahi", "0\n3\n10\n", "");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 3 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 13 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 3600 * SIM_S), 3600 * SIM_S + 3 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 7200 * SIM_S + 3 * SIM_MS), 7200 * SIM_S + 10 * SIM_MS);
	traffic_close(&traffic);
}

static void without_a_loop_nothing_passes_behind_its_end(void)
{
	open_with("", "mahimahi", "3\n10\n", "loop=false");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 3 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 9 * SIM_MS), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 9 * SIM_MS), SIM_NEVER);
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 10 * SIM_MS), SIM_NEVER);
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 3600 * SIM_S), SIM_NEVER);
	traffic_close(&traffic);
}

static void each_direction_has_opportunities_of_its_own(void)
{
	open_with("", "mahimahi", "10\n20\n", "");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_DEVICE, 0), 10 * SIM_MS);
	traffic_close(&traffic);
	open_with("direction=to-device", "mahimahi", "10\n20\n", "");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 0);
	CU_ASSERT_EQUAL(leaves(1500, TO_DEVICE, 0), 10 * SIM_MS);
	traffic_close(&traffic);
}

static void what_finds_the_queue_full_is_lost(void)
{
	open_with("", "mahimahi", "10\n20\n30\n", "queue=2");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 20 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 9 * SIM_MS), SIM_NEVER);
	TEST_SAME_TEXT(traffic.text, "'link' drop -> dropped");
	CU_ASSERT_EQUAL(leaves(1500, TO_DEVICE, 9 * SIM_MS), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 10 * SIM_MS), 30 * SIM_MS);
	traffic_close(&traffic);
}

static void the_recording_begins_with_the_window(void)
{
	open_with("from=7s", "mahimahi", "10\n20\n", "");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 6 * SIM_S), 6 * SIM_S);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 7 * SIM_S + SIM_MS), 7 * SIM_S + 10 * SIM_MS);
	traffic_close(&traffic);
	open_with("from=udp#2", "mahimahi", "10\n20\n", "");
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 6 * SIM_S + 1), 6 * SIM_S + 1);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 7 * SIM_S + 3), 7 * SIM_S + 3 + 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 7 * SIM_S + 4), 7 * SIM_S + 3 + 20 * SIM_MS);
	traffic_close(&traffic);
}

static void what_comes_late_to_the_link_waits_from_then_on(void)
{
	const struct fault faults[] = {made_checked_fault("slow", "", "delay", "time=15ms"), recorded("", "mahimahi", "10\n20\n30\n", "")};

	traffic_open(&traffic, faults, 2, 1);
	CU_ASSERT_EQUAL(leaves(1500, TO_SERVER, 0), 20 * SIM_MS);
	TEST_SAME_TEXT(traffic.text, "'slow' delay 15 ms, 'link' delay 5 ms -> leaves after 20 ms");
	traffic_close(&traffic);
}

/* -- link_trace -- */

/* 1250 bytes at 1 Mbit/s take 10 ms; a frame is 14 bytes more than its datagram. */
#define TEN_MS (1250 - 14)

static void a_rate_makes_frames_wait_for_each_other(void)
{
	open_with("", "link_trace", "time,rate\n0s,1Mbit\n", "");
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 1), 20 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_DEVICE, 1), 10 * SIM_MS + 1);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 50 * SIM_MS), 60 * SIM_MS);
	traffic_close(&traffic);
}

static void a_rate_that_changes_meanwhile_counts_from_then_on(void)
{
	open_with("", "link_trace", "time,rate\n0s,1Mbit\n5ms,500kbit\n10ms,\n40ms,0bit\n60ms,1Mbit\n", "");
	/* Half of it in 5 ms; of the rest, half in 5 ms more; then there is no limit. */
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 0), 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 20 * SIM_MS), 20 * SIM_MS);
	/* While nothing passes, it waits for the next line. */
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 45 * SIM_MS), 70 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 3600 * SIM_S), 3600 * SIM_S + 10 * SIM_MS);
	traffic_close(&traffic);
	open_with("", "link_trace", "time,rate\n0s,1Mbit\n5ms,500kbit\n", "");
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 0), 15 * SIM_MS);
	traffic_close(&traffic);
}

static void at_a_rate_of_nothing_for_ever_frames_are_lost(void)
{
	open_with("", "link_trace", "time,rate\n0s,1Mbit\n1s,0bit\n", "");
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, SIM_S - 10 * SIM_MS), SIM_S);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, SIM_S - 10 * SIM_MS), SIM_NEVER);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 2 * SIM_S), SIM_NEVER);
	traffic_close(&traffic);
}

static void before_its_first_line_the_link_is_as_it_is(void)
{
	open_with("", "link_trace", "time,rate,delay,loss\n5s,1kbit,1s,100%\n", "");
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 5 * SIM_S - 1), 5 * SIM_S - 1);
	CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 5 * SIM_S), SIM_NEVER);
	traffic_close(&traffic);
}

static void a_shorter_delay_does_not_make_frames_overtake(void)
{
	open_with("", "link_trace", "time,delay\n0s,100ms\n50ms,10ms\n", "");
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 0), 100 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 60 * SIM_MS), 100 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 95 * SIM_MS), 105 * SIM_MS);
	traffic_close(&traffic);
}

/* 4000 draws at a quarter: the standard deviation is sqrt(4000 x 1/4 x 3/4) = 27.4. */
static void losses_follow_their_probability(void)
{
	unsigned lost = 0;

	open_with("", "link_trace", "time,loss\n0s,25%\n10s,0%\n", "");
	for (unsigned i = 0; i < 4000; i++)
		lost += leaves(100, TO_SERVER, i * SIM_US) == SIM_NEVER;
	CU_ASSERT(lost > 1000 - 4 * 27.4 && lost < 1000 + 4 * 27.4);
	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT_NOT_EQUAL(leaves(100, TO_SERVER, 10 * SIM_S + i), SIM_NEVER);
	traffic_close(&traffic);
}

static void the_links_queue_is_limited_too(void)
{
	open_with("", "link_trace", "time,rate,delay\n0s,1Mbit,1s\n", "queue=2");
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 0), SIM_S + 10 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 0), SIM_S + 20 * SIM_MS);
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 0), SIM_NEVER);
	/* A frame in transmission does not count as waiting in the queue. */
	CU_ASSERT_EQUAL(leaves(TEN_MS, TO_SERVER, 10 * SIM_MS), SIM_S + 30 * SIM_MS);
	traffic_close(&traffic);
}

static void a_link_trace_begins_with_the_window(void)
{
	open_with("from=udp#2", "link_trace", "time,delay\n0s,1s\n5s,2s\n", "");
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 6 * SIM_S), 6 * SIM_S);
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 10 * SIM_S), 11 * SIM_S);
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 14 * SIM_S), 15 * SIM_S);
	CU_ASSERT_EQUAL(leaves(100, TO_SERVER, 15 * SIM_S), 17 * SIM_S);
	traffic_close(&traffic);
}

const CU_TestInfo tests_replayed[] = {
	{"mahimahi: a whole datagram takes an opportunity", a_whole_datagram_takes_an_opportunity},
	{"mahimahi: small datagrams share one and large ones take several", small_datagrams_share_one_and_large_ones_take_several},
	{"mahimahi: an opportunity that nobody waits for is gone", an_opportunity_that_nobody_waits_for_is_gone},
	{"mahimahi: the recording begins again at its end", the_recording_begins_again_at_its_end},
	{"mahimahi: without a loop nothing passes behind its end", without_a_loop_nothing_passes_behind_its_end},
	{"mahimahi: each direction has opportunities of its own", each_direction_has_opportunities_of_its_own},
	{"mahimahi: what finds the queue full is lost", what_finds_the_queue_full_is_lost},
	{"mahimahi: the recording begins with the window", the_recording_begins_with_the_window},
	{"mahimahi: what comes late to the link waits from then on", what_comes_late_to_the_link_waits_from_then_on},
	{"link_trace: a rate makes frames wait for each other", a_rate_makes_frames_wait_for_each_other},
	{"link_trace: a rate that changes meanwhile counts from then on", a_rate_that_changes_meanwhile_counts_from_then_on},
	{"link_trace: at a rate of nothing for ever, frames are lost", at_a_rate_of_nothing_for_ever_frames_are_lost},
	{"link_trace: before its first line the link is as it is", before_its_first_line_the_link_is_as_it_is},
	{"link_trace: a shorter delay does not make frames overtake", a_shorter_delay_does_not_make_frames_overtake},
	{"link_trace: losses follow their probability", losses_follow_their_probability},
	{"link_trace: the queue is limited too", the_links_queue_is_limited_too},
	{"link_trace: it begins with the window", a_link_trace_begins_with_the_window},
	CU_TEST_INFO_NULL,
};
