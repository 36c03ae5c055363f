/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/proxy.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"

static void without_faults_everything_passes_at_once(void)
{
	struct chain chain;
	enum direction direction;

	chain_open(&chain, NULL, 0, 1);
	CU_ASSERT_EQUAL(proxy_next(chain.proxy), SIM_NEVER);
	CU_ASSERT_PTR_NULL(proxy_deliver(chain.proxy, SIM_NEVER - 1, &direction));
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_DEVICE, 7));
	CU_ASSERT(chain.fate.cause_count == 0 && chain.fate.release == 7 && chain.fate.limit == NULL && chain.id == 1);
	CU_ASSERT_EQUAL(proxy_next(chain.proxy), 7);
	struct frame *frame = proxy_deliver(chain.proxy, 7, &direction);
	CU_ASSERT_FATAL(frame != NULL);
	CU_ASSERT(direction == TO_DEVICE && frame->id == 1);
	frame_free(frame);
	CU_ASSERT_EQUAL(proxy_fault_count(chain.proxy), 0);
	chain_close(&chain);
}

static void frames_leave_by_time_and_then_as_they_came(void)
{
	static const uint64_t expected[] = {4, 2, 3, 6, 1, 5};
	const struct fault faults[] = {made_checked_fault("slow", "filter=udp port 1", "delay", "time=30ns;keep_order=false"),
	                               made_checked_fault("less", "filter=udp port 2", "delay", "time=20ns;keep_order=false")};
	static const unsigned flows[] = {1, 2, 2, 3, 1, 2};
	struct chain chain;
	enum direction direction;

	chain_open(&chain, faults, 2, 1);
	for (unsigned i = 0; i < 6; i++)
		(void)chain_send(&chain, flows[i], i % 2 ? TO_SERVER : TO_DEVICE, 0);
	CU_ASSERT_EQUAL(proxy_next(chain.proxy), 0);
	for (unsigned i = 0; i < 6; i++) {
		struct frame *frame = proxy_deliver(chain.proxy, 100, &direction);
		CU_ASSERT_FATAL(frame != NULL);
		CU_ASSERT_EQUAL(frame->id, expected[i]);
		CU_ASSERT_EQUAL(direction, frame->id % 2 ? TO_DEVICE : TO_SERVER);
		frame_free(frame);
	}
	CU_ASSERT_EQUAL(proxy_next(chain.proxy), SIM_NEVER);
	chain_close(&chain);
}

static void a_long_queue_comes_out_sorted(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=1ms;jitter=1ms;keep_order=false");
	struct chain chain;
	enum direction direction;
	sim_ns last = 0;
	unsigned count = 0;

	chain_open(&chain, &fault, 1, 3);
	for (unsigned i = 0; i < 5000; i++)
		(void)chain_send(&chain, i % 11, TO_SERVER, 0);
	while (proxy_next(chain.proxy) != SIM_NEVER) {
		sim_ns at = proxy_next(chain.proxy);
		CU_ASSERT_FATAL(at >= last);
		CU_ASSERT_FATAL(at == 0 || proxy_deliver(chain.proxy, at - 1, &direction) == NULL);
		frame_free(proxy_deliver(chain.proxy, at, &direction));
		last = at;
		count++;
	}
	CU_ASSERT_EQUAL(count, 5000);
	chain_close(&chain);
}

static void what_waits_at_the_end_is_released(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=1h");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 100; i++)
		(void)chain_send(&chain, i, TO_SERVER, i);
	chain_close(&chain);
	proxy_close(NULL);
	CU_PASS("nothing leaks");
}

static void the_queue_has_a_limit(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=1h");
	struct chain chain;
	unsigned dropped = 0;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < PROXY_QUEUE_MAX; i++) {
		chain_submit(&chain, frame_new((const uint8_t *)"", 1), TO_SERVER, 0);
		dropped += chain.fate.dropped;
	}
	CU_ASSERT_EQUAL(dropped, 0);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 0));
	CU_ASSERT_STRING_EQUAL(chain.fate.limit, "the proxy's queue is full");
	TEST_SAME_TEXT(chain.text, "'f' delay 1 h, the proxy's queue is full -> dropped");
	chain_close(&chain);
}

/* -- decisions stay where they are -- */

#define RECORD 400U

/* The fate of each frame of flow 1 in a run in which other things happen, too. */
struct record {
	bool dropped[RECORD];
	sim_ns delay[RECORD];
};

static struct record run(const struct fault *faults, size_t count, uint64_t seed, unsigned others)
{
	struct record record;
	struct chain chain;

	chain_open(&chain, faults, count, seed);
	for (unsigned i = 0; i < RECORD; i++) {
		sim_ns now = i * SIM_MS;
		for (unsigned k = 0; k < others; k++)
			(void)chain_send(&chain, 2 + k, (i + k) % 2 ? TO_SERVER : TO_DEVICE, now);
		record.dropped[i] = chain_send(&chain, 1, i % 2 ? TO_SERVER : TO_DEVICE, now);
		record.delay[i] = record.dropped[i] ? 0 : chain.fate.release - now;
	}
	chain_close(&chain);
	return record;
}

static bool is_same(struct record a, struct record b)
{
	return memcmp(a.dropped, b.dropped, sizeof a.dropped) == 0 && memcmp(a.delay, b.delay, sizeof a.delay) == 0;
}

static size_t three_kinds(struct fault faults[3])
{
	faults[0] = made_checked_fault("thin", "probability=20%", "drop", "");
	faults[1] = made_checked_fault("bursts", "", "gemodel", "p=5%;r=30%");
	faults[2] = made_checked_fault("jitter", "", "delay", "time=20ms;jitter=5ms;keep_order=false");
	return 3;
}

static void the_same_seed_gives_the_same_run_and_another_does_not(void)
{
	struct fault faults[3];
	size_t count = three_kinds(faults);

	CU_ASSERT(is_same(run(faults, count, 1, 0), run(faults, count, 1, 0)));
	CU_ASSERT_FALSE(is_same(run(faults, count, 1, 0), run(faults, count, 2, 0)));
}

static void frames_of_other_flows_move_no_decision(void)
{
	struct fault faults[3];
	size_t count = three_kinds(faults);
	struct record alone = run(faults, count, 1, 0);

	CU_ASSERT(is_same(alone, run(faults, count, 1, 1)));
	CU_ASSERT(is_same(alone, run(faults, count, 1, 7)));
}

static void a_fault_more_moves_no_decision(void)
{
	/* The new one hits frames of another flow only, whatever its place in the chain. */
	const struct fault other = made_checked_fault("other", "probability=50%;filter=udp port 2", "drop", "");
	struct fault faults[3], more[4];
	size_t count = three_kinds(faults);
	struct record before = run(faults, count, 1, 2);

	for (size_t place = 0; place <= count; place++) {
		memcpy(more, faults, place * sizeof *faults);
		more[place] = other;
		memcpy(more + place + 1, faults + place, (count - place) * sizeof *faults);
		CU_ASSERT(is_same(before, run(more, count + 1, 1, 2)));
	}
}

static void the_order_of_unlike_faults_moves_no_draw(void)
{
	struct fault faults[3], turned[3];
	size_t count = three_kinds(faults);

	/* The state of a burst moves with the frames that reach it, so it is left out here. */
	faults[1] = faults[--count];
	for (size_t i = 0; i < count; i++)
		turned[i] = faults[count - 1 - i];
	CU_ASSERT(is_same(run(faults, count, 1, 0), run(turned, count, 1, 0)));
}

/* Two faults of one name would decide alike, and so count as one, if they had one stream. */
static void identical_faults_decide_independently(void)
{
	const struct fault faults[] = {made_checked_fault("twin", "probability=50%", "drop", ""),
	                               made_checked_fault("twin", "probability=50%", "drop", "")};
	struct record record = run(faults, 2, 1, 0);
	unsigned dropped = 0;

	for (unsigned i = 0; i < RECORD; i++)
		dropped += record.dropped[i];
	/* Three in four of 400: four standard deviations are 35. */
	CU_ASSERT(dropped > 300 - 35 && dropped < 300 + 35);
}

/* -- what is told -- */

static void counters_tell_what_each_fault_did(void)
{
	const struct fault faults[] = {made_checked_fault("second", "direction=to-server;every=2", "drop", ""),
	                               made_checked_fault("late", "from=10ns", "delay", "time=1ns")};
	struct chain chain;

	chain_open(&chain, faults, 2, 1);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).last_applied, SIM_NEVER);
	for (unsigned i = 0; i < 20; i++)
		(void)chain_send(&chain, 1, i % 2 ? TO_SERVER : TO_DEVICE, i);
	struct fault_counters first = proxy_counters(chain.proxy, 0), second = proxy_counters(chain.proxy, 1);
	CU_ASSERT(first.seen == 20 && first.matched == 10 && first.applied == 5 && first.last_applied == 19);
	CU_ASSERT(second.seen == 15 && second.matched == 7 && second.applied == 7 && second.last_applied == 18);
	CU_ASSERT_EQUAL(proxy_fault_count(chain.proxy), 2);
	CU_ASSERT_STRING_EQUAL(proxy_fault(chain.proxy, 1)->name, "late");
	chain_close(&chain);
}

static void a_fault_is_in_force_while_it_acts_and_can_act_again(void)
{
	const struct fault faults[] = {made_checked_fault("window", "from=10ns;until=20ns", "drop", ""),
	                               made_checked_fault("first", "first=2", "delay", "time=1ns"),
	                               made_checked_fault("nth", "nth=2", "delay", "time=1ns"),
	                               made_checked_fault("always", "", "delay", "time=1ns")};
	struct chain chain;

	chain_open(&chain, faults, 4, 1);
	for (unsigned i = 0; i < 4; i++)
		CU_ASSERT_FALSE(proxy_in_force(chain.proxy, i, 0));
	(void)chain_send(&chain, 1, TO_SERVER, 1);
	CU_ASSERT(proxy_in_force(chain.proxy, 1, 2));
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 2, 2));
	CU_ASSERT(proxy_in_force(chain.proxy, 3, 2));
	(void)chain_send(&chain, 1, TO_SERVER, 3);
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 1, 4)); /* used up */
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 2, 4));
	CU_ASSERT(proxy_in_force(chain.proxy, 3, 4));
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 0, 10)); /* nothing has come yet */
	(void)chain_send(&chain, 1, TO_SERVER, 10);
	CU_ASSERT(proxy_in_force(chain.proxy, 0, 19));
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 0, 20));
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 0, 9));
	chain_close(&chain);
}

static void a_fate_names_its_causes_in_order(void)
{
	const struct fault faults[] = {made_checked_fault("slow", "", "delay", "time=20ms"),
	                               made_checked_fault("slower", "", "delay", "time=1.5ms"),
	                               made_checked_fault("lost", "nth=2", "drop", "")};
	struct chain chain;

	chain_open(&chain, faults, 3, 1);
	(void)chain_send(&chain, 1, TO_SERVER, SIM_S);
	TEST_SAME_TEXT(chain.text, "'slow' delay 20 ms, 'slower' delay 1.5 ms -> leaves after 21.5 ms");
	CU_ASSERT_EQUAL(chain.fate.causes[1].fault, 1);
	CU_ASSERT_EQUAL(action_quantity(chain.fate.causes[1].action, &chain.fate.causes[1].params, "time"), 1500000);
	(void)chain_send(&chain, 1, TO_SERVER, 2 * SIM_S);
	TEST_SAME_TEXT(chain.text, "'slow' delay 20 ms, 'slower' delay 1.5 ms, 'lost' drop -> dropped");
	chain_close(&chain);
}

#define MANY 40U

/* Every decision about a frame is told: a frozen plan needs them all. */
static void a_fate_is_whole_and_its_text_is_cut_to_the_room_there_is(void)
{
	struct fault faults[MANY];
	struct chain chain;

	for (unsigned i = 0; i < MANY; i++)
		faults[i] = made_checked_fault("a name of some length", "", "delay", "time=1ms");
	chain_open(&chain, faults, MANY, 1);
	(void)chain_send(&chain, 1, TO_SERVER, 0);
	CU_ASSERT_EQUAL(chain.fate.cause_count, MANY);
	CU_ASSERT_EQUAL(chain.fate.release, MANY * SIM_MS);
	for (size_t room = 1; room < 400; room++) {
		char text[401];
		memset(text, '#', sizeof text);
		(void)proxy_fate_render(chain.proxy, &chain.fate, 0, text, room);
		if (memchr(text, '\0', room) == NULL || text[room] != '#')
			CU_FAIL_FATAL("the text does not end within its room");
	}
	chain_close(&chain);
}

const CU_TestInfo tests_proxy[] = {
	{"without faults everything passes at once", without_faults_everything_passes_at_once},
	{"frames leave by time and then as they came", frames_leave_by_time_and_then_as_they_came},
	{"a long queue comes out sorted", a_long_queue_comes_out_sorted},
	{"what waits at the end is released", what_waits_at_the_end_is_released},
	{"the queue has a limit", the_queue_has_a_limit},
	{"the same seed gives the same run and another does not", the_same_seed_gives_the_same_run_and_another_does_not},
	{"frames of other flows move no decision", frames_of_other_flows_move_no_decision},
	{"a fault more moves no decision", a_fault_more_moves_no_decision},
	{"the order of unlike faults moves no draw", the_order_of_unlike_faults_moves_no_draw},
	{"identical faults decide independently", identical_faults_decide_independently},
	{"counters tell what each fault did", counters_tell_what_each_fault_did},
	{"a fault is in force while it acts and can act again", a_fault_is_in_force_while_it_acts_and_can_act_again},
	{"a fate names its causes in order", a_fate_names_its_causes_in_order},
	{"a fate is whole, and its text is cut to the room there is", a_fate_is_whole_and_its_text_is_cut_to_the_room_there_is},
	CU_TEST_INFO_NULL,
};
