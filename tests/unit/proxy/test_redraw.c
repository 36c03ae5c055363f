/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a given time on a chain draws as with another seed, and until then as before. */
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"

#define FRAMES 200U
#define OWN 3U
#define OTHER 77U

/*
 * What became of each frame: when it left, or 0. They come a millisecond apart, the first at 1 ms.
 */
struct fates {
	sim_ns left[FRAMES];
};

static struct fates fates_of(const struct fault *faults, size_t count, uint64_t seed, struct redraw redraw)
{
	struct chain chain;
	struct fates fates;

	chain_open(&chain, faults, count, seed);
	proxy_redraw(chain.proxy, faults, count, &redraw);
	for (unsigned i = 0; i < FRAMES; i++) {
		const bool dropped = chain_send(&chain, i % 3, i % 2 ? TO_SERVER : TO_DEVICE, (i + 1) * SIM_MS);
		fates.left[i] = dropped ? 0 : chain.fate.release;
	}
	chain_close(&chain);
	return fates;
}

static const struct redraw never = {.asked = false};

static struct redraw from(sim_ns from_ns, uint64_t seed)
{
	return (struct redraw){.asked = true, .from_ns = from_ns, .seed = seed};
}

/* How many of the first @p count are the same. */
static unsigned alike(const struct fates *a, const struct fates *b, unsigned first, unsigned behind)
{
	unsigned same = 0;

	for (unsigned i = first; i < behind; i++)
		same += a->left[i] == b->left[i];
	return same;
}

static void make_faults(struct fault faults[3])
{
	faults[0] = made_checked_fault("lost", "", "loss", "percent=30%");
	faults[1] = made_checked_fault("now and then", "probability=40%", "delay", "time=3ms;keep_order=false");
	faults[2] = made_checked_fault("jitter", "", "delay", "time=8ms;jitter=6ms;keep_order=false");
}

static void up_to_the_instant_as_before_and_from_it_on_as_with_the_other_seed(void)
{
	struct fault faults[3];

	make_faults(faults);
	const struct fates own = fates_of(faults, 3, OWN, never), other = fates_of(faults, 3, OTHER, never);
	/* The hundredth frame comes at the instant itself, and is drawn anew. */
	const struct fates redrawn = fates_of(faults, 3, OWN, from(100 * SIM_MS, OTHER));

	CU_ASSERT_EQUAL(alike(&redrawn, &own, 0, 99), 99);
	CU_ASSERT_EQUAL(alike(&redrawn, &other, 99, FRAMES), FRAMES - 99);
	CU_ASSERT(alike(&own, &other, 0, FRAMES) < FRAMES / 2);
	CU_ASSERT_NOT_EQUAL(redrawn.left[99], own.left[99]);
}

static void from_the_beginning_on_it_is_the_other_seed(void)
{
	struct fault faults[3];

	make_faults(faults);
	const struct fates other = fates_of(faults, 3, OTHER, never), redrawn = fates_of(faults, 3, OWN, from(0, OTHER));

	CU_ASSERT_EQUAL(alike(&redrawn, &other, 0, FRAMES), FRAMES);
}

/* All models, those that remember something and those that are correlated too. */
static void its_own_seed_changes_nothing_whenever_it_comes(void)
{
	const struct fault faults[] = {
		made_checked_fault("bursts", "", "gemodel", "p=10%;r=30%"),
		made_checked_fault("states", "", "loss_state", "p13=5%;p31=60%;p32=10%;p23=30%;p14=1%"),
		made_checked_fault("alike", "", "loss", "percent=10%;correlation=50%"),
		made_checked_fault("exact", "netem_exact=true", "loss", "percent=10%;correlation=50%"),
		made_checked_fault("pareto", "probability=50%;correlation=30%", "delay",
	                           "time=5ms;jitter=2ms;distribution=pareto;correlation=20%"),
		made_checked_fault("flips", "probability=20%", "corrupt", "bits=3"),
	};
	const size_t count = sizeof faults / sizeof faults[0];
	const struct fates own = fates_of(faults, count, OWN, never);

	for (unsigned at = 0; at <= FRAMES; at += 40) {
		const struct fates redrawn = fates_of(faults, count, OWN, from(at * SIM_MS, OWN));
		CU_ASSERT_EQUAL(alike(&redrawn, &own, 0, FRAMES), FRAMES);
	}
}

/*
 * A burst that is under way goes on: which state it left the model in is what happened, and is no
 * draw.
 */
static void what_a_model_remembers_stays(void)
{
	/* Once bad it stays so; the first frame of a flow decides. */
	const struct fault fault = made_checked_fault("bad for ever", "until=50ms", "gemodel", "p=100%;r=0%");
	const struct fates own = fates_of(&fault, 1, OWN, never), redrawn = fates_of(&fault, 1, OWN, from(20 * SIM_MS, OTHER));

	CU_ASSERT_EQUAL(alike(&redrawn, &own, 0, FRAMES), FRAMES);
	CU_ASSERT_EQUAL(redrawn.left[30], 0);
}

static void equal_faults_keep_draws_of_their_own(void)
{
	const struct fault twice[] = {made_checked_fault("x", "probability=50%", "delay", "time=1ms"),
	                              made_checked_fault("x", "probability=50%", "delay", "time=1ms")};
	const struct fates other = fates_of(twice, 2, OTHER, never), redrawn = fates_of(twice, 2, OWN, from(0, OTHER));
	unsigned once = 0;

	CU_ASSERT_EQUAL(alike(&redrawn, &other, 0, FRAMES), FRAMES);
	for (unsigned i = 0; i < FRAMES; i++)
		once += redrawn.left[i] == (i + 1) * SIM_MS + SIM_MS;
	CU_ASSERT(once > FRAMES / 4);
}

const CU_TestInfo tests_redraw[] = {{"up to the instant as before and from it on as with the other seed",
                                     up_to_the_instant_as_before_and_from_it_on_as_with_the_other_seed},
                                    {"from the beginning on it is the other seed", from_the_beginning_on_it_is_the_other_seed},
                                    {"its own seed changes nothing whenever it comes", its_own_seed_changes_nothing_whenever_it_comes},
                                    {"what a model remembers stays", what_a_model_remembers_stays},
                                    {"equal faults keep draws of their own", equal_faults_keep_draws_of_their_own},
                                    CU_TEST_INFO_NULL};
