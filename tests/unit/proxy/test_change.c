/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chain that is changed between two frames: faults that stay go on as if nothing had happened,
 * new ones start, and removed ones leave nothing that a frozen plan could not repeat.
 */
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"
#include "tests/unit/proxy/replay.h"

#define SEED 5U
#define FRAMES 300U

/* -- what stays -- */

static void a_fault_that_stays_goes_on_counting(void)
{
	const struct fault faults[] = {made_checked_fault("fifth", "nth=5", "drop", ""),
	                               made_checked_fault("slow", "", "delay", "time=1ms")};
	const struct fault more[] = {faults[0], faults[1], made_checked_fault("slower", "", "delay", "time=2ms")};
	struct chain chain;

	chain_open(&chain, faults, 2, SEED);
	for (unsigned i = 1; i <= 3; i++)
		CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, i));
	proxy_change(chain.proxy, more, 3, SEED, 4);
	CU_ASSERT_EQUAL(proxy_fault_count(chain.proxy), 3);
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 5));
	TEST_SAME_TEXT(chain.text, "'slow' delay 1 ms, 'slower' delay 2 ms -> leaves after 3 ms");
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 6));
	struct fault_counters fifth = proxy_counters(chain.proxy, 0), slower = proxy_counters(chain.proxy, 2);
	CU_ASSERT(fifth.seen == 5 && fifth.matched == 5 && fifth.applied == 1);
	CU_ASSERT(slower.seen == 1 && slower.matched == 1 && slower.applied == 1);
	chain_close(&chain);
}

/* What became of each frame: when it left, or 0. They come a millisecond apart. */
struct fates {
	sim_ns left[FRAMES];
};

static struct fates fates_of(const struct fault *faults, size_t count, const struct replay_change *changes, size_t change_count)
{
	struct chain chain;
	struct fates fates;

	chain_open(&chain, faults, count, SEED);
	for (unsigned i = 0; i < FRAMES; i++) {
		sim_ns now = (i + 1) * SIM_MS;
		for (size_t k = 0; k < change_count; k++)
			if (changes[k].at == i)
				proxy_change(chain.proxy, changes[k].faults, changes[k].count, SEED, now);
		fates.left[i] = chain_send(&chain, i % 3, i % 2 ? TO_SERVER : TO_DEVICE, now) ? 0 : chain.fate.release;
	}
	chain_close(&chain);
	return fates;
}

/*
 * All models that remember something; none of them is moved by one that comes and goes and touches
 * other frames.
 */
static void others_move_no_decision_of_what_stays(void)
{
	const struct fault other = made_checked_fault("other", "filter=udp port 9", "drop", "");
	const struct fault before[] = {made_checked_fault("bursts", "", "gemodel", "p=10%;r=30%"),
	                               made_checked_fault("states", "", "loss_state", "p13=5%;p31=60%;p32=10%;p23=30%;p14=1%"),
	                               made_checked_fault("alike", "", "loss", "percent=10%;correlation=50%"),
	                               made_checked_fault("jitter", "probability=50%;correlation=30%", "delay",
	                                                  "time=5ms;jitter=2ms;distribution=pareto;correlation=20%"),
	                               made_checked_fault("rate", "", "rate", "rate=2Mbit")};
	const struct fault with[] = {other, before[0], before[1], other, before[2], before[3], before[4], other};
	const struct replay_change changes[] = {{90, with, 8}, {150, before, 5}, {210, with + 1, 7}};
	const struct fates alone = fates_of(before, 5, NULL, 0), changed = fates_of(before, 5, changes, 3);

	CU_ASSERT_EQUAL(memcmp(&alone, &changed, sizeof alone), 0);
}

static void a_window_that_has_opened_stays_open(void)
{
	const struct fault faults[] = {made_checked_fault("gone", "", "delay", "time=1ms"),
	                               made_checked_fault("window", "from=frame#2;until=+10ns", "drop", "")};
	struct chain chain;

	chain_open(&chain, faults, 2, SEED);
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 100));
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 101));
	proxy_change(chain.proxy, faults + 1, 1, SEED, 102);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 103));
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 111));
	CU_ASSERT_EQUAL(proxy_fault_count(chain.proxy), 1);
	chain_close(&chain);
}

static void what_a_fault_has_seen_does_not_change_with_those_before_it(void)
{
	const struct fault faults[] = {made_checked_fault("third", "every=3", "drop", ""),
	                               made_checked_fault("slow", "", "delay", "time=1ms")};
	const struct fault half[] = {made_checked_fault("half", "every=2", "drop", ""), faults[1]};
	struct chain chain;

	chain_open(&chain, faults, 2, SEED);
	for (unsigned i = 1; i <= 9; i++)
		(void)chain_send(&chain, 1, TO_SERVER, i);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 1).seen, 6);
	proxy_change(chain.proxy, faults + 1, 1, SEED, 10);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).seen, 6);
	(void)chain_send(&chain, 1, TO_SERVER, 11);
	proxy_change(chain.proxy, half, 2, SEED, 12);
	for (unsigned i = 13; i < 17; i++)
		(void)chain_send(&chain, 1, TO_SERVER, i);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).seen, 4);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 1).seen, 9);
	chain_close(&chain);
}

/* -- what is new -- */

static void a_fault_that_was_changed_begins_anew(void)
{
	const struct fault first = made_checked_fault("f", "first=2", "drop", ""), later = made_checked_fault("f", "first=3", "drop", "");
	struct chain chain;

	chain_open(&chain, &first, 1, SEED);
	for (unsigned i = 1; i <= 4; i++)
		CU_ASSERT_EQUAL(chain_send(&chain, 1, TO_SERVER, i), i <= 2);
	proxy_change(chain.proxy, &later, 1, SEED, 5);
	for (unsigned i = 6; i <= 10; i++)
		CU_ASSERT_EQUAL(chain_send(&chain, 1, TO_SERVER, i), i <= 8);
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).applied, 3);
	chain_close(&chain);
}

/* All that a loss of 10 % would have hit is hit by one of 20 %, whenever it is changed. */
static void another_amount_moves_no_draw(void)
{
	const struct fault less = made_checked_fault("f", "", "loss", "percent=10%"),
			   more = made_checked_fault("f", "", "loss", "percent=20%");
	const struct replay_change change = {150, &more, 1};
	const struct fates always = fates_of(&more, 1, NULL, 0), changed = fates_of(&less, 1, &change, 1);

	CU_ASSERT_EQUAL(memcmp(always.left + 150, changed.left + 150, (FRAMES - 150) * sizeof *always.left), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(always.left, changed.left, 150 * sizeof *always.left), 0);
}

static void a_new_fault_knows_the_phase(void)
{
	const struct fault fault = made_checked_fault("f", "during=download", "drop", "");
	struct chain chain;

	chain_open(&chain, NULL, 0, SEED);
	proxy_enter(chain.proxy, "download");
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 1));
	proxy_change(chain.proxy, &fault, 1, SEED, 2);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 3));
	proxy_enter(chain.proxy, "verify");
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 4));
	chain_close(&chain);
}

static void places_are_given_once_and_kept(void)
{
	const struct fault a = made_checked_fault("a", "", "delay", "time=1ns"), b = made_checked_fault("b", "", "delay", "time=1ns"),
			   c = made_checked_fault("c", "", "delay", "time=1ns"), d = made_checked_fault("d", "", "delay", "time=1ns");
	const struct fault abc[] = {a, b, c}, adc[] = {a, d, c}, acb[] = {a, c, b};
	struct chain chain;

	chain_open(&chain, abc, 3, SEED);
	/* In the place of another. */
	proxy_change(chain.proxy, adc, 3, SEED, 1);
	CU_ASSERT(proxy_place(chain.proxy, 0) == 0 && proxy_place(chain.proxy, 1) == 1 && proxy_place(chain.proxy, 2) == 2);
	CU_ASSERT_STRING_EQUAL(proxy_fault(chain.proxy, 1)->name, "d");
	/* One less, one more at the end. */
	proxy_change(chain.proxy, acb, 3, SEED, 2);
	CU_ASSERT(proxy_place(chain.proxy, 0) == 0 && proxy_place(chain.proxy, 1) == 2 && proxy_place(chain.proxy, 2) == 3);
	CU_ASSERT_STRING_EQUAL(proxy_fault(chain.proxy, 2)->name, "b");
	proxy_change(chain.proxy, NULL, 0, SEED, 3);
	CU_ASSERT_EQUAL(proxy_fault_count(chain.proxy), 0);
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_SERVER, 4));
	proxy_change(chain.proxy, &a, 1, SEED, 5);
	CU_ASSERT_EQUAL(proxy_place(chain.proxy, 0), 4);
	chain_close(&chain);
}

static void faults_of_other_layers_are_left_out(void)
{
	const struct fault faults[] = {made_checked_fault("cable", "from=1s", "carrier", "for=1s"),
	                               made_checked_fault("f", "", "drop", "")};
	struct chain chain;

	chain_open(&chain, faults, 2, SEED);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 1));
	proxy_change(chain.proxy, faults, 2, SEED, 2);
	CU_ASSERT_EQUAL(proxy_fault_count(chain.proxy), 1);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 3));
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).applied, 2);
	chain_close(&chain);
}

/* -- what goes -- */

static void an_outage_ends_with_its_fault(void)
{
	const struct fault fault = made_checked_fault("gone", "nth=1", "outage", "for=1h");
	struct chain chain;

	chain_open(&chain, &fault, 1, SEED);
	CU_ASSERT(chain_send(&chain, 1, TO_SERVER, 1));
	CU_ASSERT(chain_send(&chain, 1, TO_DEVICE, SIM_S));
	proxy_change(chain.proxy, NULL, 0, SEED, 2 * SIM_S);
	CU_ASSERT_FALSE(chain_send(&chain, 1, TO_DEVICE, 3 * SIM_S));
	chain_close(&chain);
}

static void what_waits_leaves_when_it_was_to(void)
{
	const struct fault faults[] = {made_checked_fault("slow", "nth=1", "delay", "time=9ms"),
	                               made_checked_fault("held", "nth=2", "hold", "frames=2")};
	enum direction direction;
	struct chain chain;

	chain_open(&chain, faults, 2, SEED);
	for (unsigned i = 1; i <= 2; i++)
		(void)chain_send(&chain, 1, TO_SERVER, i);
	proxy_change(chain.proxy, NULL, 0, SEED, 3);
	for (unsigned i = 4; i <= 5; i++)
		(void)chain_send(&chain, 1, TO_SERVER, i);
	static const uint64_t order[] = {3, 4, 2, 1};
	for (unsigned i = 0; i < 4; i++) {
		struct frame *frame = proxy_deliver(chain.proxy, 9 * SIM_MS + 1, &direction);
		CU_ASSERT_FATAL(frame != NULL);
		CU_ASSERT_EQUAL(frame->id, order[i]);
		frame_free(frame);
	}
	chain_close(&chain);
}

static void a_rebinding_goes_on_without_its_fault(void)
{
	const struct fault faults[] = {made_checked_fault("nat", "nth=1", "rebind", "port=5000"),
	                               made_checked_fault("slow", "", "delay", "time=1ms")};
	enum direction direction;
	struct chain chain;

	chain_open(&chain, faults, 2, SEED);
	(void)chain_send(&chain, 1, TO_SERVER, 1);
	proxy_change(chain.proxy, faults + 1, 1, SEED, 2);
	CU_ASSERT_EQUAL_FATAL(proxy_fault_count(chain.proxy), 2);
	CU_ASSERT(proxy_has_retired(chain.proxy, 0) && !proxy_has_retired(chain.proxy, 1));
	(void)chain_send(&chain, 1, TO_SERVER, 3);
	for (unsigned i = 0; i < 2; i++) {
		struct frame *frame = proxy_deliver(chain.proxy, SIM_S, &direction);
		CU_ASSERT_FATAL(frame != NULL);
		CU_ASSERT_EQUAL(frame->data[34] << 8 | frame->data[35], 5000);
		frame_free(frame);
	}
	/* Asked for once more it is another, and the first is still there. */
	proxy_change(chain.proxy, faults, 2, SEED, 4);
	CU_ASSERT_EQUAL(proxy_fault_count(chain.proxy), 3);
	CU_ASSERT(proxy_has_retired(chain.proxy, 0) && !proxy_has_retired(chain.proxy, 1));
	CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 2).applied, 2);
	chain_close(&chain);
}

/* -- a frozen plan of all that -- */

static void a_frozen_plan_repeats_a_run_with_changes(void)
{
	const struct fault begin[] = {
		made_checked_fault("loss", "", "loss", "percent=5%"), made_checked_fault("out", "every=60", "outage", "for=1h"),
		made_checked_fault("nat", "every=50", "rebind", ""), made_checked_fault("slow", "", "delay", "time=10ms;jitter=3ms")};
	const struct fault middle[] = {begin[0], made_checked_fault("nat", "every=40", "rebind", ""), begin[3],
	                               made_checked_fault("flips", "probability=10%", "corrupt", "bits=2"),
	                               made_checked_fault("copies", "probability=5%", "duplicate", "delay=1ms")};
	const struct fault late[] = {made_checked_fault("loss", "", "loss", "percent=50%"), middle[1], middle[3],
	                             made_checked_fault("out", "every=90", "outage", "for=40ms"),
	                             made_checked_fault("held", "probability=10%", "hold", "frames=3")};
	const struct replay_change changes[] = {{150, middle, 5}, {300, late, 5}, {420, begin, 4}, {480, NULL, 0}};
	struct replayed replayed = replay_check_changed(begin, 4, 600, changes, 4);

	CU_ASSERT(replayed.decisions > 200);
	CU_ASSERT(replayed.dropped > 100);
	/* Without the cut of the outages nothing would have come through. */
	CU_ASSERT(replayed.delivered > 300);
}

static void what_cannot_be_changed_says_so(void)
{
	const struct fault fault = made_checked_fault("f", "", "drop", "");
	const struct redraw redraw = {.asked = true, .from_ns = 10, .seed = 7};
	const struct decisions none = {0};
	struct chain chain;

	chain_open(&chain, &fault, 1, SEED);
	CU_ASSERT(proxy_can_change(chain.proxy));
	proxy_redraw(chain.proxy, &fault, 1, &redraw);
	CU_ASSERT_FALSE(proxy_can_change(chain.proxy));
	(void)chain_send(&chain, 1, TO_SERVER, 10);
	CU_ASSERT(proxy_can_change(chain.proxy));
	chain_close(&chain);
	struct proxy *frozen = proxy_open_frozen(&none, (struct proxy_ops){0}, NULL);
	CU_ASSERT_FALSE(proxy_can_change(frozen));
	proxy_close(frozen);
}

const CU_TestInfo tests_change[] = {
	{"a fault that stays goes on counting", a_fault_that_stays_goes_on_counting},
	{"others move no decision of what stays", others_move_no_decision_of_what_stays},
	{"a window that has opened stays open", a_window_that_has_opened_stays_open},
	{"what a fault has seen does not change with those before it", what_a_fault_has_seen_does_not_change_with_those_before_it},
	{"a fault that was changed begins anew", a_fault_that_was_changed_begins_anew},
	{"another amount moves no draw", another_amount_moves_no_draw},
	{"a new fault knows the phase", a_new_fault_knows_the_phase},
	{"places are given once and kept", places_are_given_once_and_kept},
	{"faults of other layers are left out", faults_of_other_layers_are_left_out},
	{"an outage ends with its fault", an_outage_ends_with_its_fault},
	{"what waits leaves when it was to", what_waits_leaves_when_it_was_to},
	{"a rebinding goes on without its fault", a_rebinding_goes_on_without_its_fault},
	{"a frozen plan repeats a run with changes", a_frozen_plan_repeats_a_run_with_changes},
	{"what cannot be changed says so", what_cannot_be_changed_says_so},
	CU_TEST_INFO_NULL,
};
