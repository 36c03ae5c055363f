/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of tc with the arithmetic of Linux (netem_exact), compared with the same lines without it.
 * The rates are those of sch_netem in a guest, with those of the closed form where there is one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault/crandom.h"
#include "lib/fault/netem.h"
#include "harness/proxy/jitter.h"
#include "lib/sim/random.h"
#include "tests/test.h"
#include "tests/unit/proxy/chain.h"
#include "tests/unit/proxy/submit.h"
#include "tests/unit/proxy/replay.h"

#define FRAMES 100000U

/* What became of FRAMES frames of which one comes every @p every. */
struct outcome {
	unsigned lost;    /* of the frames themselves */
	unsigned copies;  /* that came */
	unsigned changed; /* frames and copies that came as others */
	/* frames that came as others, as did their copies, in another way or not */
	unsigned both;
	unsigned overtook; /* came before the one sent before it */
	sim_ns least, most;
};

struct exact_fixture {
	struct namer *namer;
	struct proxy *proxy;
	sim_ns sent[FRAMES], came[FRAMES];
	bool changed[FRAMES], copy_changed[FRAMES];
	/* by id: the frame, counted from 0, times 2, plus 1 for a copy */
	uint64_t of[2 * FRAMES + 2];
	unsigned now; /* the frame under way */
	struct outcome outcome;
};

static struct exact_fixture f;

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	(void)ctx;
	(void)event;
	f.of[frame->id] = f.now * UINT64_C(2);
	f.outcome.lost += fate->dropped;
}

static void made(void *ctx, const struct frame *frame, enum direction direction, size_t fault, sim_ns release, sim_ns now)
{
	(void)ctx;
	(void)direction;
	(void)fault;
	(void)release;
	(void)now;
	f.of[frame->id] = f.now * UINT64_C(2) + 1;
	f.outcome.copies++;
}

static void take_out(sim_ns now)
{
	struct frame *frame, *original = chain_frame(1, TO_SERVER, 100);
	enum direction direction;

	while ((frame = proxy_deliver(f.proxy, now, &direction)) != NULL) {
		const uint64_t of = f.of[frame->id];
		const bool changed = memcmp(frame->data, original->data, frame->length) != 0;
		f.outcome.changed += changed;
		if (of % 2 == 0)
			f.came[of / 2] = now;
		*(of % 2 == 0 ? &f.changed[of / 2] : &f.copy_changed[of / 2]) = changed;
		frame_free(frame);
	}
	frame_free(original);
}

static size_t faults_of(const char *line, bool exact, struct fault faults[NETEM_FAULTS_MAX])
{
	const struct fault base = made_fault("tc", exact ? "netem_exact=true" : "", "drop", "");
	const char *wrong = NULL;
	struct error err = {0};
	size_t count = 0;

	if (!netem_parse(line, &base, faults, &count, &err))
		printf("    %s: %s\n", line, err.text);
	CU_ASSERT_FATAL(count > 0);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_FATAL(fault_check(&faults[i], &wrong, &err));
	return count;
}

static struct outcome send_through(const char *line, bool exact, unsigned frames, sim_ns every)
{
	struct fault faults[NETEM_FAULTS_MAX];
	const size_t count = faults_of(line, exact, faults);
	sim_ns next;

	memset(&f, 0, sizeof f);
	f.outcome.least = SIM_NEVER;
	f.namer = namer_open();
	f.proxy = proxy_open(faults, count, 1, (struct proxy_ops){.decided = decided, .made = made}, NULL);
	for (f.now = 0; f.now < frames; f.now++) {
		const sim_ns now = f.sent[f.now] = (f.now + 1) * every;
		while ((next = proxy_next(f.proxy)) <= now)
			take_out(next);
		submit(f.namer, f.proxy, chain_frame(1, TO_SERVER, 100), TO_SERVER, now);
	}
	while ((next = proxy_next(f.proxy)) != SIM_NEVER)
		take_out(next);
	proxy_close(f.proxy);
	namer_close(f.namer);
	for (unsigned i = 0; i < frames; i++) {
		const sim_ns took = f.came[i] - f.sent[i];
		f.outcome.both += f.changed[i] && f.copy_changed[i];
		if (f.came[i] == 0)
			continue;
		f.outcome.overtook += i > 0 && f.came[i] < f.came[i - 1];
		f.outcome.least = took < f.outcome.least ? took : f.outcome.least;
		f.outcome.most = took > f.outcome.most ? took : f.outcome.most;
	}
	return f.outcome;
}

static void is_about(double value, double expected, double tolerance)
{
	if (fabs(value - expected) > tolerance)
		printf("    %g is not %g within %g\n", value, expected, tolerance);
	CU_ASSERT(fabs(value - expected) <= tolerance);
}

/* -- arithmetic -- */

/* Worked out by hand, or rather by another program's long integers. */
static void draws_are_mixed_in_fixed_point(void)
{
	static const struct {
		uint64_t correlation;
		uint32_t drawn, last, result;
	} rows[] = {
		{250000000, 0xffffffff, 0, 3221225470U},
		{250000000, 0, 0xffffffff, 1073741824},
		{900000000, 0xffffffff, 0xffffffff, 0xffffffff},
		{500000000, 1000000000, 3000000000U, 2000000000},
		{0, 1234567890, 42, 1234567890},
	};

	CU_ASSERT_EQUAL(crandom_share(0), 0);
	CU_ASSERT_EQUAL(crandom_share(50000000), 214748365);
	CU_ASSERT_EQUAL(crandom_share(1000000000), UINT32_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t last = rows[i].last;
		is_about(crandom_mix(rows[i].drawn, &last, crandom_share(rows[i].correlation)), rows[i].result, 0);
		CU_ASSERT_EQUAL(last, rows[i].correlation > 0 ? rows[i].result : 42);
	}
	CU_ASSERT(!crandom_hits(0, 0) && crandom_hits(1000000000, UINT32_MAX) && !crandom_hits(500000000, UINT32_MAX / 2 + 2));
}

static void a_jitter_is_what_is_left_of_a_draw(void)
{
	struct jitter jitter;

	jitter_open(&jitter, 100 * SIM_MS, 20 * SIM_MS, DIST_UNIFORM, "");
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, 0), 80 * SIM_MS);
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, 39999999), 120 * SIM_MS - 1);
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, 40000000), 80 * SIM_MS);
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, UINT32_MAX), 80 * SIM_MS + 14967295);
	/* A jitter above the delay is taken, and nothing leaves before it came. */
	jitter_open(&jitter, SIM_MS, 2 * SIM_MS, DIST_UNIFORM, "");
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, 500000), 0);
	jitter_open(&jitter, 100 * SIM_MS, 10 * SIM_MS, DIST_TABLE, test_write("t.dist", "-8192 0 4096\n"));
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, 3), 90 * SIM_MS);
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, 4), 100 * SIM_MS);
	CU_ASSERT_EQUAL(jitter_exactly(&jitter, 5), 105 * SIM_MS);
	jitter_close(&jitter);
	/* Of 4096 numbers the middle one is the mean. */
	jitter_open(&jitter, 100 * SIM_MS, 10 * SIM_MS, DIST_NORMAL, "");
	is_about((double)jitter_exactly(&jitter, 4096 * 7 + 2048), 1e8, 1e4);
	is_about((double)jitter_exactly(&jitter, 4096 * 7 + 3446), 1.1e8, 3e4);
}

/* -- rates -- */

static void a_correlation_moves_the_rate_of_loss(void)
{
	is_about(send_through("loss 5% 25%", true, FRAMES, 1).lost, 0.0019 * FRAMES, 60);
	is_about(send_through("loss 5% 25%", false, FRAMES, 1).lost, 0.05 * FRAMES, 400);
	is_about(send_through("loss 5%", true, FRAMES, 1).lost, 0.05 * FRAMES, 4 * 69);
	CU_ASSERT_EQUAL(send_through("loss 100% 25%", true, 1000, 1).lost, 1000);
	CU_ASSERT_EQUAL(send_through("loss 0% 25%", true, 1000, 1).lost, 0);
	/* What the run's note says is what comes. */
	is_about((double)crandom_rate(50000000, 250000000), 1.9e6, 2e5);
	is_about((double)crandom_rate(250000000, 0), 2.5e8, 2e6);
	is_about((double)crandom_rate(500000000, 500000000), 5e8, 1e7);
}

/* What the gap makes of draws that hit at a rate, frame by frame. */
static double reordered(uint64_t probability, uint64_t correlation, unsigned gap, unsigned frames)
{
	const struct random_stream stream = random_stream(7, "gap");
	const uint32_t share = crandom_share(correlation);
	uint32_t last = UINT32_MAX / 2, behind = 0, jumps = 0;

	for (unsigned i = 0; i < frames; i++) {
		const uint32_t drawn = (uint32_t)(random_bits(stream, 0, i) >> 32);
		if (++behind < gap || !crandom_hits(probability, crandom_mix(drawn, &last, share)))
			continue;
		behind = 0;
		jumps++;
	}
	return (double)jumps / frames;
}

/* A frame that jumps is one that overtakes; the gap lets one of five try. */
static void a_correlation_moves_the_rate_of_reordering(void)
{
	is_about(send_through("delay 10ms reorder 25% 50% gap 5", true, FRAMES, SIM_MS).overtook, 0.0544 * FRAMES, 0.003 * FRAMES);
	is_about(reordered(250000000, 500000000, 5, 1U << 21), 0.0544, 0.0005);
	is_about(send_through("delay 10ms reorder 25% 50% gap 5", false, FRAMES, SIM_MS).overtook, 0.125 * FRAMES, 0.005 * FRAMES);
}

/*
 * Two frames 10 ms apart, spread over 40 ms, change places in (1 - 1/4)^2 / 2 of all cases; if nine
 * in ten have the delay of the one before, in a tenth of these.
 */
static void a_correlation_does_nothing_to_a_delay(void)
{
	is_about(send_through("delay 100ms 20ms 90%", true, 10000, 10 * SIM_MS).overtook, 2812, 250);
	is_about(send_through("delay 100ms 20ms", true, 10000, 10 * SIM_MS).overtook, 2812, 250);
	is_about(send_through("delay 100ms 20ms 90%", false, 10000, 10 * SIM_MS).overtook, 281, 90);
}

static void a_jitter_is_cut_at_31_bits(void)
{
	struct outcome exact = send_through("delay 10s 5s", true, 2000, SIM_MS), ours = send_through("delay 10s 5s", false, 2000, SIM_MS);

	CU_ASSERT(exact.least >= 10 * SIM_S - INT32_MAX && exact.least < 8 * SIM_S);
	CU_ASSERT(exact.most <= 10 * SIM_S + INT32_MAX && exact.most > 12 * SIM_S);
	CU_ASSERT(ours.least < 6 * SIM_S && ours.most > 14 * SIM_S);
	exact = send_through("delay 10s 5s distribution normal", true, 2000, SIM_MS);
	CU_ASSERT(exact.least > SIM_S && exact.most < 19 * SIM_S);
}

/* -- copies -- */

static void a_frame_that_is_copied_and_lost_comes_once(void)
{
	struct outcome outcome = send_through("duplicate 100% loss 100%", true, 1000, SIM_MS);

	CU_ASSERT(outcome.lost == 0 && outcome.copies == 0);
	/* Four in five keep their copy, and of these four in five come. */
	outcome = send_through("duplicate 100% loss 20%", true, FRAMES, SIM_MS);
	CU_ASSERT_EQUAL(outcome.lost, 0);
	is_about(outcome.copies, 0.64 * FRAMES, 700);
	CU_ASSERT_EQUAL(send_through("duplicate 100% loss 100%", false, 1000, SIM_MS).lost, 1000);
}

static void a_copy_has_its_own_delay_and_corruption(void)
{
	struct outcome outcome = send_through("duplicate 100% corrupt 50%", true, FRAMES, SIM_MS);

	is_about(outcome.changed, FRAMES, 1000);
	is_about(outcome.both, FRAMES / 4.0, 600);
	outcome = send_through("duplicate 100% corrupt 50%", false, FRAMES, SIM_MS);
	is_about(outcome.both, FRAMES / 2.0, 700);
	/* Frame and copy are 20 ms apart on average, so they leave at different times. */
	const struct fault base = made_fault("tc", "netem_exact=true", "drop", "");
	struct fault faults[NETEM_FAULTS_MAX];
	struct error err;
	size_t count = 0;
	CU_ASSERT_FATAL(netem_parse("delay 100ms 30ms duplicate 100%", &base, faults, &count, &err));
	CU_ASSERT_STRING_EQUAL(faults[0].name, "tc: duplicate");
	struct chain chain;
	chain_open(&chain, faults, count, 1);
	unsigned apart = 0;
	for (unsigned i = 0; i < 100; i++) {
		enum direction direction;
		struct frame *frame;
		(void)chain_send(&chain, 1, TO_SERVER, i * SIM_S);
		const sim_ns first = proxy_next(chain.proxy);
		frame_free(proxy_deliver(chain.proxy, first, &direction));
		apart += proxy_next(chain.proxy) > first + SIM_MS;
		frame = proxy_deliver(chain.proxy, i * SIM_S + SIM_S - 1, &direction);
		CU_ASSERT_PTR_NOT_NULL(frame);
		frame_free(frame);
	}
	CU_ASSERT(apart > 80);
	chain_close(&chain);
}

/* -- state -- */

/* Of two flows in turn every tenth frame overall jumps, not every tenth of each. */
static void the_state_is_the_directions(void)
{
	struct fault faults[NETEM_FAULTS_MAX];
	struct chain chain;

	for (int exact = 0; exact < 2; exact++) {
		unsigned jumps = 0;
		chain_open(&chain, faults, faults_of("delay 10ms reorder 100% gap 10", exact, faults), 1);
		for (unsigned i = 0; i < 20; i++) {
			(void)chain_send(&chain, i % 2, TO_SERVER, i);
			jumps += chain.fate.release == i;
			CU_ASSERT_EQUAL(chain.fate.release == i, exact ? i == 9 || i == 19 : i >= 18);
		}
		CU_ASSERT_EQUAL(jumps, 2);
		chain_close(&chain);
	}
}

static void loss_models_start_in_the_good_state(void)
{
	/* Ours would begin in the bad one half of the time. */
	for (uint64_t seed = 1; seed < 40; seed++) {
		struct fault faults[NETEM_FAULTS_MAX];
		struct chain chain;
		chain_open(&chain, faults, faults_of("loss gemodel 50% 50% 100% 0%", true, faults), seed);
		CU_ASSERT(!chain_send(&chain, 1, TO_SERVER, 0));
		chain_close(&chain);
		chain_open(&chain, faults, faults_of("loss state 50% 50%", true, faults), seed);
		CU_ASSERT(!chain_send(&chain, 1, TO_SERVER, 0));
		chain_close(&chain);
	}
}

static void a_frozen_plan_repeats_it(void)
{
	static const char *const lines[] = {
		"loss 20% 25%",
		"delay 20ms 10ms 40% distribution normal",
		"delay 20ms 10ms 40% reorder 50% 25% gap 3",
		"delay 20ms 10ms duplicate 30% 20% corrupt 20% loss 10% 5%",
		"delay 20ms 5ms duplicate 20% corrupt 10% loss gemodel 5% 30% rate 2mbit limit 50 reorder 20%",
	};
	struct fault faults[NETEM_FAULTS_MAX];

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		const size_t count = faults_of(lines[i], true, faults);
		CU_ASSERT(replay_check(faults, count, 600).decisions > 0);
	}
}

/*
 * Faults that are not of one line of tc, in whatever order: what a copy is told to be holds against
 * the frame that was copied.
 */
static void a_frozen_plan_repeats_a_copy_of_a_changed_frame(void)
{
	const struct fault behind_corruption[] = {
		made_checked_fault("bits", "probability=50%", "corrupt", "bits=3"),
		made_checked_fault("exact bits", "netem_exact=true;probability=50%", "corrupt", "bits=3"),
		made_checked_fault("copy", "netem_exact=true;probability=50%", "duplicate", ""),
		made_checked_fault("more bits", "netem_exact=true;probability=50%", "corrupt", "bits=1"),
	};
	const struct fault behind_lengths[] = {
		made_checked_fault("short", "probability=50%", "truncate", "by=20"),
		made_checked_fault("long", "probability=50%", "pad", "to=800"),
		made_checked_fault("copy", "netem_exact=true;probability=50%", "duplicate", ""),
		made_checked_fault("bits", "netem_exact=true;probability=50%", "corrupt", "bits=8"),
		made_checked_fault("shorter", "probability=50%", "truncate", "by=20"),
	};
	/* More bytes than a decision can name. */
	const struct fault before_much[] = {
		made_checked_fault("copy", "netem_exact=true", "duplicate", ""),
		made_checked_fault("32 bits", "netem_exact=true", "corrupt", "bits=32"),
		made_checked_fault("as many", "netem_exact=true", "corrupt", "bits=32"),
	};

	CU_ASSERT(replay_check(behind_corruption, 4, 600).delivered > 800);
	CU_ASSERT(replay_check(behind_lengths, 5, 600).delivered > 800);
	CU_ASSERT(replay_check(before_much, 3, 600).delivered == 1200);
}

/* All leave at the same time, so their order is that of the faults. */
static void a_frozen_plan_repeats_the_order_of_copies(void)
{
	const struct fault faults[] = {
		made_checked_fault("copy", "netem_exact=true", "duplicate", ""),
		made_checked_fault("bits", "netem_exact=true;probability=50%", "corrupt", "bits=3"),
		made_checked_fault("another copy", "", "duplicate", ""),
	};

	CU_ASSERT(replay_check(faults, 3, 600).delivered == 1800);
}

/* A copy cannot jump to where the frame was before it was copied. */
static void a_frozen_plan_repeats_a_copy_that_jumps(void)
{
	const struct fault faults[] = {
		made_checked_fault("late", "", "delay", "time=10ms"),
		made_checked_fault("copy", "netem_exact=true", "duplicate", ""),
		made_checked_fault("jump", "netem_exact=true;probability=50%", "reorder", ""),
		made_checked_fault("later", "netem_exact=true", "delay", "time=5ms"),
	};

	CU_ASSERT(replay_check(faults, 4, 600).delivered == 1200);
}

static void an_outage_ends_for_copies_too(void)
{
	const struct fault faults[] = {
		made_checked_fault("copy", "netem_exact=true", "duplicate", ""),
		made_checked_fault("outage", "nth=3", "outage", "for=50ms"),
	};
	const struct replayed replayed = replay_check(faults, 2, 600);

	CU_ASSERT(replayed.dropped > 50 && replayed.dropped < 120);
	/*
	 * The frame that an outage begins with has its copy still, since faults other than
	 * netem_exact do not see copies.
	 */
	CU_ASSERT_EQUAL(replayed.delivered, 1200 - replayed.dropped);
}

/* -- counters -- */

/* Of one rule while a frame went through. */
static void counts_when_it_acts(struct fault_counters before, struct fault_counters after, sim_ns now)
{
	CU_ASSERT_EQUAL(after.last_applied, after.applied != before.applied ? now : before.last_applied);
}

static size_t count_copies(const struct proxy_fate *fate)
{
	size_t count = 0;

	for (size_t i = 0; i < fate->cause_count; i++)
		count += fate->causes[i].action == action_find("duplicate");
	return count;
}

static void what_is_counted_is_what_was_done(void)
{
	const struct fault faults[] = {
		made_checked_fault("copy", "netem_exact=true;probability=60%", "duplicate", ""),
		made_checked_fault("loss", "netem_exact=true", "loss", "percent=40%"),
		made_checked_fault("delay", "netem_exact=true;probability=20%", "delay", "time=10ms"),
	};
	struct fault_counters before[3];
	uint64_t copies = 0;
	struct chain chain;

	chain_open(&chain, faults, 3, 1);
	for (unsigned frame = 1; frame <= 400; frame++) {
		for (size_t i = 0; i < 3; i++)
			before[i] = proxy_counters(chain.proxy, i);
		(void)chain_send(&chain, 1, TO_SERVER, frame * SIM_MS);
		copies += count_copies(&chain.fate);
		CU_ASSERT_EQUAL(proxy_counters(chain.proxy, 0).applied, copies);
		for (size_t i = 0; i < 3; i++)
			counts_when_it_acts(before[i], proxy_counters(chain.proxy, i), frame * SIM_MS);
	}
	CU_ASSERT(copies > 60);
	chain_close(&chain);
}

static void a_corruption_that_another_undoes_is_not_counted(void)
{
	struct fault faults[NETEM_FAULTS_MAX];
	struct chain chain;

	chain_open(&chain, faults, faults_of("duplicate 100% loss 100%", true, faults), 1);
	CU_ASSERT(!chain_send(&chain, 1, TO_SERVER, SIM_S));
	CU_ASSERT_EQUAL(chain.fate.cause_count, 0);
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(proxy_counters(chain.proxy, i).applied, 0);
		CU_ASSERT_EQUAL(proxy_counters(chain.proxy, i).last_applied, SIM_NEVER);
	}
	chain_close(&chain);
}

/* -- refusals -- */

static void a_copy_says_nothing_of_its_fate(void)
{
	static const char *const params[] = {"copies=2", "delay=1ms", "flips=20:01"}, *const keys[] = {"copies", "delay", "flips"};
	struct error err;

	for (size_t i = 0; i < 3; i++) {
		const struct fault fault = made_fault("x", "netem_exact=true", "duplicate", params[i]);
		const char *key = NULL;
		CU_ASSERT_FATAL(!fault_check(&fault, &key, &err));
		CU_ASSERT_STRING_EQUAL(key, keys[i]);
		TEST_CONTAINS(err.text, "'netem_exact' makes one copy");
	}
}

/* Whatever else went over a copy, a frozen plan could not tell. */
static void only_what_netem_does_can_be_exact(void)
{
	static const char *const names[] = {"loss", "loss_state", "gemodel", "delay", "reorder", "duplicate", "corrupt", "rate", "slot"};
	struct error err;

	for (size_t k = 0; catalogue_proxy.actions[k] != NULL; k++) {
		struct fault fault = made_fault("x", "netem_exact=true", catalogue_proxy.actions[k]->name, "");
		const char *key = NULL;
		bool is_netems = false;
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			is_netems |= strcmp(names[i], catalogue_proxy.actions[k]->name) == 0;
		const bool refused = !fault_check(&fault, &key, &err) && key != NULL && strcmp(key, "netem_exact") == 0;
		CU_ASSERT_EQUAL(refused, !is_netems);
		if (refused)
			TEST_CONTAINS(err.text, "is not an effect of sch_netem, so 'netem_exact' cannot be used here: leave it out, or");
	}
}

static void only_frames_have_such_chances(void)
{
	const struct fault fault = made_fault("x", "netem_exact=true", "tx_stall", "");
	const char *key = NULL;
	struct error err;

	CU_ASSERT_FATAL(!fault_check(&fault, &key, &err));
	CU_ASSERT_STRING_EQUAL(key, "netem_exact");
	TEST_CONTAINS(err.text, "'tx_stall' is not about frames between wire "
	                        "and far end, so 'netem_exact' cannot be used "
	                        "here");
}

const CU_TestInfo tests_exact[] = {
	{"draws are mixed in fixed point", draws_are_mixed_in_fixed_point},
	{"a jitter is what is left of a draw", a_jitter_is_what_is_left_of_a_draw},
	{"a correlation moves the rate of loss", a_correlation_moves_the_rate_of_loss},
	{"a correlation moves the rate of reordering", a_correlation_moves_the_rate_of_reordering},
	{"a correlation does nothing to a delay", a_correlation_does_nothing_to_a_delay},
	{"a jitter is cut at 31 bits", a_jitter_is_cut_at_31_bits},
	{"a frame that is copied and lost comes once", a_frame_that_is_copied_and_lost_comes_once},
	{"a copy has its own delay and corruption", a_copy_has_its_own_delay_and_corruption},
	{"the state is the direction's", the_state_is_the_directions},
	{"loss models start in the good state", loss_models_start_in_the_good_state},
	{"a frozen plan repeats it", a_frozen_plan_repeats_it},
	{"a frozen plan repeats a copy of a changed frame", a_frozen_plan_repeats_a_copy_of_a_changed_frame},
	{"a frozen plan repeats the order of copies", a_frozen_plan_repeats_the_order_of_copies},
	{"a frozen plan repeats a copy that jumps", a_frozen_plan_repeats_a_copy_that_jumps},
	{"an outage ends for copies too", an_outage_ends_for_copies_too},
	{"what is counted is what was done", what_is_counted_is_what_was_done},
	{"a corruption that another undoes is not counted", a_corruption_that_another_undoes_is_not_counted},
	{"a copy says nothing of its fate", a_copy_says_nothing_of_its_fate},
	{"only what netem does can be exact", only_what_netem_does_can_be_exact},
	{"only frames have such chances", only_frames_have_such_chances},
	CU_TEST_INFO_NULL,
};
