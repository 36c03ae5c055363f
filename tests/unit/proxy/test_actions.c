/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every action goes through the same list: never, always, exactly the n-th, two stacked, with an
 * odd length.
 */
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"
#include "tests/unit/proxy/law.h"

/* The actions with parameters under which every frame that is hit is hit for certain. */
static const struct certain {
	const char *action, *params;
	bool drops;
	sim_ns later;
} certain[] = {
	{"drop", "", true, 0},
	{"delay", "time=5ms", false, 5 * SIM_MS},
	{"outage", "for=1ns", true, 0},
	{"gemodel", "p=100%;r=0%", true, 0},
	{"loss", "percent=100%", true, 0},
	{"loss_state", "p13=100%;p31=0%", true, 0},
	{"rate", "rate=96kbit", false, 5 * SIM_MS}, /* for 60 bytes */
	{"slot", "min_delay=5ms", false, 5 * SIM_MS},
	{"reorder", "", false, 0},
	{"hold", "frames=1", false, 0},
	{"duplicate", "", false, 0},
	{"corrupt", "bits=1", false, 0},
	{"truncate", "to=20", false, 0},
	{"pad", "to=100", false, 0},
};
#define ACTIONS (sizeof certain / sizeof certain[0])

/* Those that only some frames can be hit by; they have tests of their own. */
static const char *const particular[] = {"mtu", "forge", "rebind", "firewall", "mahimahi", "link_trace", NULL};

static bool is_listed(const char *name)
{
	for (size_t i = 0; i < ACTIONS; i++)
		if (strcmp(certain[i].action, name) == 0)
			return true;
	for (size_t i = 0; particular[i] != NULL; i++)
		if (strcmp(particular[i], name) == 0)
			return true;
	return false;
}

static bool is_hit(const struct chain *chain)
{
	return chain->fate.cause_count > 0;
}

/* Sends @p count frames a second apart from 1 s on; "X" for hit and "." for not. */
static const char *pattern(const struct fault *fault, unsigned count)
{
	static char text[65];
	struct chain chain;

	chain_open(&chain, fault, 1, 1);
	for (unsigned i = 0; i < count; i++) {
		(void)chain_send(&chain, 1, i % 2 ? TO_SERVER : TO_DEVICE, (i + 1) * SIM_S);
		text[i] = is_hit(&chain) ? 'X' : '.';
	}
	text[count] = '\0';
	chain_close(&chain);
	return text;
}

static void the_list_covers_every_action_of_the_proxy(void)
{
	size_t count = 0;

	for (size_t i = 0; i < actions_count(); i++) {
		CU_ASSERT(strlen(action_at(i)->summary) > 0);
		if (action_layer(action_at(i)) != LAYER_PROXY)
			continue;
		count++;
		CU_ASSERT(is_listed(action_at(i)->name));
	}
	CU_ASSERT_EQUAL(count, ACTIONS + sizeof particular / sizeof particular[0] - 1);
	CU_ASSERT_PTR_NULL(action_at(actions_count()));
	CU_ASSERT_PTR_NULL(action_find("explode"));
}

static void at_never_nothing_is_hit(void)
{
	for (size_t i = 0; i < ACTIONS; i++) {
		const struct fault fault = made_checked_fault("f", "probability=0%", certain[i].action, certain[i].params);
		TEST_SAME_TEXT(pattern(&fault, 10), "..........");
	}
}

static void at_always_everything_is_hit(void)
{
	for (size_t i = 0; i < ACTIONS; i++) {
		const struct fault fault = made_checked_fault("f", "", certain[i].action, certain[i].params);
		TEST_SAME_TEXT(pattern(&fault, 10), "XXXXXXXXXX");
	}
}

static void exactly_the_nth_is_hit(void)
{
	for (size_t i = 0; i < ACTIONS; i++) {
		const struct fault fault = made_checked_fault("f", "nth=4", certain[i].action, certain[i].params);
		TEST_SAME_TEXT(pattern(&fault, 10), "...X......");
	}
}

static bool is_action(size_t row, const char *name)
{
	return strcmp(certain[row].action, name) == 0;
}

/*
 * Who jumps the queue takes back what came before, and is left alone by delays and rates behind; a
 * frame is cut or padded only once.
 */
static bool is_left_alone(size_t a, size_t b)
{
	if (a == b && (is_action(a, "truncate") || is_action(a, "pad")))
		return true;
	return is_action(a, "reorder") && (is_action(b, "delay") || is_action(b, "rate"));
}

static bool is_as_long(size_t a, size_t b)
{
	return !is_action(b, "rate") || !(is_action(a, "truncate") || is_action(a, "pad"));
}

static sim_ns together(size_t a, size_t b)
{
	if (is_action(b, "reorder"))
		return 0;
	return certain[a].later + (is_left_alone(a, b) ? 0 : certain[b].later);
}

static void two_can_be_stacked(void)
{
	for (size_t a = 0; a < ACTIONS; a++)
		for (size_t b = 0; b < ACTIONS; b++) {
			const struct fault faults[] = {made_checked_fault("first", "", certain[a].action, certain[a].params),
			                               made_checked_fault("second", "", certain[b].action, certain[b].params)};
			struct chain chain;
			chain_open(&chain, faults, 2, 1);
			(void)chain_send(&chain, 1, TO_SERVER, SIM_S);
			CU_ASSERT_EQUAL(chain.fate.dropped, certain[a].drops || certain[b].drops);
			/* Behind a drop there is nothing left to act on. */
			CU_ASSERT_EQUAL(chain.fate.cause_count, certain[a].drops || is_left_alone(a, b) ? 1 : 2);
			CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 1).seen, certain[a].drops ? 0 : 1);
			if (!certain[a].drops && !certain[b].drops && is_as_long(a, b))
				CU_ASSERT_EQUAL(chain.fate.release, SIM_S + together(a, b));
			chain_close(&chain);
		}
}

static void frames_of_odd_lengths_come_out_as_they_went_in(void)
{
	static const size_t lengths[] = {42, 43, 61, 1513, 1514, FRAME_MAX - 1, FRAME_MAX};
	const struct fault faults[] = {made_checked_fault("slow", "", "delay", "time=1ms"),
	                               made_checked_fault("none", "nth=99", "drop", "")};
	struct chain chain;

	chain_open(&chain, faults, 2, 1);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct frame *in = chain_frame(9, TO_SERVER, lengths[i]), *copy = frame_new(in->data, in->length);
		enum direction direction = TO_DEVICE;
		chain_submit(&chain, in, TO_SERVER, i * SIM_S);
		struct frame *out = proxy_deliver(chain.proxy, i * SIM_S + SIM_MS, &direction);
		CU_ASSERT_FATAL(out != NULL);
		CU_ASSERT(direction == TO_SERVER && out->length == lengths[i] && out->id == i + 1);
		CU_ASSERT(memcmp(out->data, copy->data, copy->length) == 0);
		frame_free(out);
		frame_free(copy);
	}
	chain_close(&chain);
}

static void a_drop_can_be_switched_off(void)
{
	const struct fault fault = made_checked_fault("f", "", "drop", "enabled=false");
	struct chain chain;

	TEST_SAME_TEXT(pattern(&fault, 5), ".....");
	chain_open(&chain, &fault, 1, 1);
	(void)chain_send(&chain, 1, TO_SERVER, 0);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).matched, 1);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).applied, 0);
	chain_close(&chain);
}

/* -- delay -- */

static void a_plain_delay_is_exact(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=1.234567891s");
	struct chain chain;
	enum direction direction;

	chain_open(&chain, &fault, 1, 1);
	(void)chain_send(&chain, 1, TO_SERVER, 100);
	CU_ASSERT_EQUAL(chain.fate.release, 1234567991);
	CU_ASSERT_EQUAL(action_quantity(chain.fate.causes[0].action, &chain.fate.causes[0].params, "time"), 1234567891);
	CU_ASSERT_EQUAL(proxy_next(chain.proxy), 1234567991);
	CU_ASSERT_PTR_NULL(proxy_deliver(chain.proxy, 1234567990, &direction));
	struct frame *frame = proxy_deliver(chain.proxy, 1234567991, &direction);
	CU_ASSERT_PTR_NOT_NULL(frame);
	frame_free(frame);
	chain_close(&chain);
}

static void a_delay_of_nothing_is_no_cause(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=0ns");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	(void)chain_send(&chain, 1, TO_SERVER, 100);
	CU_ASSERT_EQUAL(chain.fate.release, 100);
	CU_ASSERT_EQUAL(chain.fate.cause_count, 0);
	chain_close(&chain);
}

/*
 * 20,000 draws, uniform over 10 ms either way: the mean's standard deviation is 10 ms / sqrt(3) /
 * sqrt(20000) = 40.8 us.
 */
static void jitter_stays_in_its_bounds_and_keeps_the_mean(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=50ms;jitter=10ms;keep_order=false");
	uint64_t least = SIM_NEVER, most = 0, sum = 0;
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 20000; i++) {
		(void)chain_send(&chain, 1, TO_SERVER, i);
		uint64_t delay = chain.fate.release - i;
		least = delay < least ? delay : least;
		most = delay > most ? delay : most;
		sum += delay;
	}
	CU_ASSERT(least >= 40 * SIM_MS && least < 40 * SIM_MS + 20 * SIM_US);
	CU_ASSERT(most <= 60 * SIM_MS && most > 60 * SIM_MS - 20 * SIM_US);
	CU_ASSERT(sum / 20000 > 50 * SIM_MS - 164 * SIM_US && sum / 20000 < 50 * SIM_MS + 164 * SIM_US);
	chain_close(&chain);
}

static void jitter_as_large_as_the_delay_is_fine(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=1ns;jitter=1ns;keep_order=false");
	unsigned counts[3] = {0};
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 3000; i++) {
		(void)chain_send(&chain, 1, TO_SERVER, 5);
		CU_ASSERT_FATAL(chain.fate.release >= 5 && chain.fate.release <= 7);
		counts[chain.fate.release - 5]++;
	}
	CU_ASSERT(counts[0] > 897 && counts[0] < 1103 && counts[1] > 897 && counts[1] < 1103 && counts[2] > 897 && counts[2] < 1103);
	chain_close(&chain);
}

/* Counts how often a frame came out before one that went in earlier in its direction. */
static unsigned overtakings(const char *params)
{
	const struct fault fault = made_checked_fault("f", "", "delay", params);
	uint64_t last[2] = {0, 0};
	unsigned count = 0;
	enum direction direction;
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 500; i++)
		(void)chain_send(&chain, i % 5, i % 3 ? TO_SERVER : TO_DEVICE, i * SIM_MS);
	for (struct frame *frame; (frame = proxy_deliver(chain.proxy, 10 * SIM_S, &direction)) != NULL;) {
		count += frame->id < last[direction];
		last[direction] = frame->id;
		frame_free(frame);
	}
	chain_close(&chain);
	return count;
}

static void order_is_kept_only_if_asked_for(void)
{
	CU_ASSERT_EQUAL(overtakings("time=20ms;jitter=20ms"), 0);
	CU_ASSERT_EQUAL(overtakings("time=20ms;jitter=20ms;keep_order=true"), 0);
	CU_ASSERT(overtakings("time=20ms;jitter=20ms;keep_order=false") > 100);
	CU_ASSERT_EQUAL(overtakings("time=20ms;keep_order=false"), 0);
}

static void the_two_directions_do_not_hold_each_other_up(void)
{
	const struct fault fault = made_checked_fault("f", "direction=to-server", "delay", "time=1s");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	(void)chain_send(&chain, 1, TO_SERVER, 0);
	(void)chain_send(&chain, 1, TO_DEVICE, 1);
	CU_ASSERT_EQUAL(chain.fate.release, 1);
	chain_close(&chain);
}

/* -- outage -- */

static void an_outage_hits_both_directions_for_exactly_its_time(void)
{
	const struct fault fault = made_checked_fault("f", "direction=to-server;filter=udp port 5;nth=2", "outage", "for=1ms");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	CU_ASSERT_FALSE(chain_send(&chain, 5, TO_SERVER, 0));
	CU_ASSERT_FALSE(chain_send(&chain, 6, TO_DEVICE, SIM_S - 1));
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 0, SIM_S));
	CU_ASSERT(chain_send(&chain, 5, TO_SERVER, SIM_S)); /* the second: it begins */
	CU_ASSERT(proxy_in_force(chain.proxy, 0, SIM_S));
	CU_ASSERT(chain_send(&chain, 6, TO_DEVICE, SIM_S));
	CU_ASSERT(chain_send(&chain, 6, TO_SERVER, SIM_S + 1));
	CU_ASSERT(chain_send(&chain, 5, TO_DEVICE, SIM_S + SIM_MS - 1));
	CU_ASSERT(proxy_in_force(chain.proxy, 0, SIM_S + SIM_MS - 1));
	CU_ASSERT_FALSE(proxy_in_force(chain.proxy, 0, SIM_S + SIM_MS));
	CU_ASSERT_FALSE(chain_send(&chain, 6, TO_DEVICE, SIM_S + SIM_MS));
	CU_ASSERT_FALSE(chain_send(&chain, 5, TO_SERVER, SIM_S + SIM_MS + 1));
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).applied, 4);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).last_applied, SIM_S + SIM_MS - 1);
	chain_close(&chain);
}

static void frames_lost_in_an_outage_do_not_lengthen_it(void)
{
	const struct fault fault = made_checked_fault("f", "first=1", "outage", "for=10ms");
	struct chain chain;
	unsigned dropped = 0;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 30; i++)
		dropped += chain_send(&chain, 1, TO_SERVER, i * SIM_MS);
	CU_ASSERT_EQUAL(dropped, 10);
	chain_close(&chain);
}

static void an_outage_runs_on_behind_its_window(void)
{
	const struct fault fault = made_checked_fault("f", "until=5ms", "outage", "for=10ms");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 4 * SIM_MS));
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 13 * SIM_MS));
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 14 * SIM_MS));
	chain_close(&chain);
}

/*
 * A time longer than the clock can count must not come out as a short one, nor as a time in the
 * past.
 */
static void the_longest_times_stay_in_the_future(void)
{
	const struct fault outage = made_checked_fault("f", "first=1", "outage", "for=365d"),
			   delay = made_checked_fault("f", "", "delay", "time=365d;jitter=365d");
	struct chain chain;

	chain_open(&chain, &outage, 1, 1);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 3600 * SIM_S));
	CU_ASSERT(chain_send(&chain, 1, TO_DEVICE, 7200 * SIM_S));
	chain_close(&chain);
	chain_open(&chain, &delay, 1, 1);
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 3600 * SIM_S));
	CU_ASSERT(chain.fate.release >= 3600 * SIM_S);
	chain_close(&chain);
	struct fault fault = delay;
	struct error err = {0};
	CU_ASSERT_FALSE(param_set(param_find(delay.action->params, "time"), &fault.params, "18446744073s", &err));
	CU_ASSERT_FALSE(param_set(param_find(outage.action->params, "for"), &fault.params, "18446744073s", &err));
}

/* -- gemodel -- */

#define GE_FRAMES 200000U

struct losses {
	unsigned frames, lost, bursts;
};

static struct losses count_losses(const char *params, uint64_t seed, unsigned frames)
{
	const struct fault fault = made_checked_fault("f", "", "gemodel", params);
	struct losses losses = {.frames = frames};
	struct chain chain;
	bool before = false;

	chain_open(&chain, &fault, 1, seed);
	for (unsigned i = 0; i < frames; i++) {
		enum direction direction;
		bool lost = chain_send(&chain, 1, TO_SERVER, i);
		losses.lost += lost;
		losses.bursts += lost && !before;
		before = lost;
		frame_free(proxy_deliver(chain.proxy, i, &direction));
	}
	chain_close(&chain);
	return losses;
}

/*
 * Gilbert's model (loss in the bad state only): the loss rate is p / (p + r), a burst has 1 / r
 * frames on average. The chain is correlated, so the variance of the rate is that of independent
 * draws times (2 - p - r) / (p + r); of the length, (1 - r) / r^2 a burst. Bounds are four
 * deviations.
 */
static void bursts_follow_the_closed_form(void)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct losses losses = count_losses("p=2%;r=20%", seed, GE_FRAMES);
		/* 1/11 x 10/11 x 8.0909 / 200000 = 3.343e-6, of which the root is 0.001828. */
		CU_ASSERT(law_is_near((double)losses.lost / GE_FRAMES, 1.0 / 11, 4 * 0.001828));
		/* About 3636 bursts; sqrt(20 / 3636) = 0.0742. */
		CU_ASSERT(law_is_near((double)losses.lost / losses.bursts, 5.0, 4 * 0.0742));
	}
}

static void both_states_can_lose(void)
{
	/* p / (p + r) = 1/4 bad: 0.25 x 0.8 + 0.75 x 0.1 = 0.275. */
	for (uint64_t seed = 1; seed <= 3; seed++)
		CU_ASSERT(law_is_near((double)count_losses("p=10%;r=30%;1-h=80%;1-k=10%", seed, GE_FRAMES).lost / GE_FRAMES, 0.275, 0.006));
	CU_ASSERT_EQUAL(count_losses("p=10%;r=30%;1-h=0%;1-k=0%", 1, 5000).lost, 0);
	CU_ASSERT_EQUAL(count_losses("p=10%;r=30%;1-h=100%;1-k=100%", 1, 5000).lost, 5000);
}

static void extreme_states_are_certain(void)
{
	CU_ASSERT_EQUAL(count_losses("p=0%;r=100%", 1, 5000).lost, 0);    /* always good */
	CU_ASSERT_EQUAL(count_losses("p=100%;r=0%", 1, 5000).lost, 5000); /* always bad */
	struct losses turns = count_losses("p=100%;r=100%", 1, 5000);     /* every second frame */
	CU_ASSERT(turns.lost == 2500 && turns.bursts == 2500);
}

/*
 * The first frame of each of 20,000 flows: as often in the bad state as any other, not always in
 * the good one.
 */
static void the_first_frame_of_a_flow_is_as_bad_as_any(void)
{
	const struct fault fault = made_checked_fault("f", "", "gemodel", "p=1%;r=3%");
	unsigned lost[2] = {0, 0};
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned flow = 1; flow <= 20000; flow++) {
		enum direction direction = flow % 2 ? TO_SERVER : TO_DEVICE;
		lost[0] += chain_send(&chain, flow, direction, flow);
		lost[1] += chain_send(&chain, flow, direction, flow);
	}
	/* One in four; the standard deviation is sqrt(20000 x 1/4 x 3/4) = 61.2. */
	CU_ASSERT(law_is_near(lost[0], 5000, 245));
	CU_ASSERT(law_is_near(lost[1], 5000, 245));
	chain_close(&chain);
}

/*
 * Two flows in turn: were there one state for both, a burst would always begin in the one that
 * comes next.
 */
static void each_flow_and_direction_has_a_state_of_its_own(void)
{
	const struct fault fault = made_checked_fault("f", "", "gemodel", "p=5%;r=5%");
	unsigned same = 0;
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 20000; i++) {
		bool a = chain_send(&chain, 1, TO_SERVER, i), b = chain_send(&chain, i % 2 ? 1 : 2, i % 2 ? TO_DEVICE : TO_SERVER, i);
		same += a == b;
	}
	/* Independent: half of them, in blocks of 1 / (p + r) = 10 frames. */
	CU_ASSERT(law_is_near(same / 20000.0, 0.5, 0.05));
	chain_close(&chain);
}

const CU_TestInfo tests_actions[] = {
	{"the list covers every action", the_list_covers_every_action_of_the_proxy},
	{"at never, nothing is hit", at_never_nothing_is_hit},
	{"at always, everything is hit", at_always_everything_is_hit},
	{"exactly the n-th is hit", exactly_the_nth_is_hit},
	{"two can be stacked", two_can_be_stacked},
	{"frames of odd lengths come out as they went in", frames_of_odd_lengths_come_out_as_they_went_in},
	{"a drop can be switched off", a_drop_can_be_switched_off},
	{"a plain delay is exact", a_plain_delay_is_exact},
	{"a delay of nothing is no cause", a_delay_of_nothing_is_no_cause},
	{"jitter stays in its bounds and keeps the mean", jitter_stays_in_its_bounds_and_keeps_the_mean},
	{"jitter as large as the delay is fine", jitter_as_large_as_the_delay_is_fine},
	{"order is kept only if asked for", order_is_kept_only_if_asked_for},
	{"the two directions do not hold each other up", the_two_directions_do_not_hold_each_other_up},
	{"an outage hits both directions for exactly its time", an_outage_hits_both_directions_for_exactly_its_time},
	{"frames lost in an outage do not lengthen it", frames_lost_in_an_outage_do_not_lengthen_it},
	{"an outage runs on behind its window", an_outage_runs_on_behind_its_window},
	{"the longest times stay in the future", the_longest_times_stay_in_the_future},
	{"bursts follow the closed form", bursts_follow_the_closed_form},
	{"both states can lose", both_states_can_lose},
	{"extreme states are certain", extreme_states_are_certain},
	{"the first frame of a flow is as bad as any", the_first_frame_of_a_flow_is_as_bad_as_any},
	{"each flow and direction has a state of its own", each_flow_and_direction_has_a_state_of_its_own},
	CU_TEST_INFO_NULL,
};
