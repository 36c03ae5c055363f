/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Losses, independent, correlated and of loss models, against their closed forms. */
#include <math.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"
#include "tests/unit/proxy/law.h"

#define FLOWS 20000U
#define FRAMES 100000U

static bool *lose(const char *match, const char *action, const char *params)
{
	static bool lost[FRAMES];
	const struct fault fault = made_checked_fault("f", match, action, params);
	struct chain chain;
	enum direction direction;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < FRAMES; i++) {
		lost[i] = chain_send(&chain, 1, TO_SERVER, i);
		frame_free(proxy_deliver(chain.proxy, i, &direction));
	}
	chain_close(&chain);
	return lost;
}

static unsigned count_lost(const bool *lost)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		count += lost[i];
	return count;
}

/*
 * Chi-square of how many runs of lost frames (or of others) are 1 to 9 and at least 10 long, if
 * they end with probability @p end after each: 9 degrees of freedom.
 */
static double chi_of_runs(const bool *lost, bool of_lost, double end)
{
	double counts[10] = {0}, runs = 0, chi = 0;
	unsigned length = 0;

	for (unsigned i = 0; i < FRAMES; i++) {
		if (lost[i] == of_lost) {
			length++;
			continue;
		}
		if (length > 0) {
			counts[length < 10 ? length - 1 : 9]++;
			runs++;
		}
		length = 0;
	}
	for (unsigned k = 0; k < 10; k++) {
		double expected = runs * pow(1 - end, k) * (k < 9 ? end : 1);
		chi += (counts[k] - expected) * (counts[k] - expected) / expected;
	}
	return chi;
}

static void independent_losses_come_at_their_rate_and_in_runs_of_chance(void)
{
	/* Of 100000: four deviations of a third are 596, of the default 379. */
	const bool *lost = lose("", "loss", "percent=33.3%");
	CU_ASSERT(law_is_near(count_lost(lost), 33300, 596));
	CU_ASSERT(law_is_below(chi_of_runs(lost, true, 0.667), law_chi_critical[9]));
	CU_ASSERT(law_is_below(chi_of_runs(lost, false, 0.333), law_chi_critical[9]));
	CU_ASSERT_EQUAL(count_lost(lose("", "loss", "percent=0%")), 0);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss", "percent=100%")), FRAMES);
}

/*
 * A frame has the draw of the one before it with probability 1/2, otherwise its own. So a run of
 * lost frames ends with (1 - 1/2)(1 - 1/5) = 0.4, one of others with (1 - 1/2) 1/5 = 0.1, and a
 * fifth are lost all the same: the deviation is that of 100000 independent frames times sqrt(3).
 */
static void correlated_losses_keep_their_rate_and_come_in_longer_runs(void)
{
	static const struct {
		const char *match, *action, *params;
	} rows[] = {
		{"", "loss", "percent=20%;correlation=50%"},
		{"probability=20%;correlation=50%", "drop", ""},
	};

	for (size_t i = 0; i < 2; i++) {
		const bool *lost = lose(rows[i].match, rows[i].action, rows[i].params);
		CU_ASSERT(law_is_near(count_lost(lost), 20000, 4 * 126.5 * sqrt(3)));
		CU_ASSERT(law_is_below(chi_of_runs(lost, true, 0.4), law_chi_critical[9]));
		CU_ASSERT(law_is_below(chi_of_runs(lost, false, 0.1), law_chi_critical[9]));
	}
}

/* p13 alone is Bernoulli's model. */
static void one_state_of_loss_is_independent_loss(void)
{
	const bool *lost = lose("", "loss_state", "p13=30%");

	CU_ASSERT(law_is_near(count_lost(lost), 30000, 580));
	CU_ASSERT(law_is_below(chi_of_runs(lost, true, 0.7), law_chi_critical[9]));
	CU_ASSERT(law_is_below(chi_of_runs(lost, false, 0.3), law_chi_critical[9]));
}

/*
 * p13 and p31 are Gilbert's. The rate is p13 / (p13 + p31) = 1/4, the deviation sqrt(1/4 x 3/4 x (2
 * - 0.4) / 0.4 / n).
 */
static void two_states_of_loss_make_bursts(void)
{
	const bool *lost = lose("", "loss_state", "p13=10%;p31=30%");

	CU_ASSERT(law_is_near(count_lost(lost), 25000, 4 * FRAMES * sqrt(0.25 * 0.75 * 4 / FRAMES)));
	CU_ASSERT(law_is_below(chi_of_runs(lost, true, 0.3), law_chi_critical[9]));
	CU_ASSERT(law_is_below(chi_of_runs(lost, false, 0.1), law_chi_critical[9]));
}

/* A burst that never ends goes to and fro between its own two states. */
static void a_burst_contains_good_frames(void)
{
	const bool *lost = lose("", "loss_state", "p13=100%;p31=0%;p32=30%;p23=60%");

	/* p23 / (p32 + p23); the deviation as above. */
	CU_ASSERT(law_is_near(count_lost(lost), FRAMES * 2.0 / 3, 4 * FRAMES * sqrt(2.0 / 9 * 1.1 / 0.9 / FRAMES)));
	CU_ASSERT(law_is_below(chi_of_runs(lost, true, 0.3), law_chi_critical[9]));
	CU_ASSERT(law_is_below(chi_of_runs(lost, false, 0.6), law_chi_critical[9]));
}

static void single_losses_stand_alone(void)
{
	const bool *lost = lose("", "loss_state", "p13=0%;p14=20%");
	unsigned pairs = 0;

	for (unsigned i = 1; i < FRAMES; i++)
		pairs += lost[i] && lost[i - 1];
	CU_ASSERT_EQUAL(pairs, 0);
	/* p14 / (1 + p14) = 1/6. */
	CU_ASSERT(law_is_near(count_lost(lost), FRAMES / 6.0, 4 * FRAMES * sqrt(5.0 / 36 / FRAMES)));
	/*
	 * One frame passes for certain behind a loss; then each is the last with 0.2. Of the runs
	 * of others, those are 1 + geometric: as geometric from 1.
	 */
	CU_ASSERT(law_is_below(chi_of_runs(lost, false, 0.2), law_chi_critical[9]));
}

/*
 * Weights w1 = p31 p23, w2 = p13 p32, w3 = p13 p23, w4 = p14 w1 are here 0.06, 0.01, 0.05 and
 * 0.006: of 126, 56 are lost. The same for the first frame of each of 20000 flows, of which each is
 * independent: chi-square with one degree of freedom.
 */
static void four_states_of_loss_have_the_stationary_rate_from_the_first_frame_on(void)
{
	static const char params[] = "p13=10%;p31=12%;p32=10%;p23=50%;p14=10%";
	const struct fault fault = made_checked_fault("f", "", "loss_state", params);
	const double rate = 56.0 / 126;
	unsigned first = 0;
	struct chain chain;

	CU_ASSERT(law_is_near(count_lost(lose("", "loss_state", params)), FRAMES * rate, 0.02 * FRAMES));
	chain_open(&chain, &fault, 1, 1);
	for (unsigned flow = 1; flow <= FLOWS; flow++)
		first += chain_send(&chain, flow, flow % 2 ? TO_SERVER : TO_DEVICE, flow);
	chain_close(&chain);
	double off = first - FLOWS * rate;
	CU_ASSERT(law_is_below(off * off / (FLOWS * rate) + off * off / (FLOWS * (1 - rate)), law_chi_critical[1]));
}

static void extreme_chains_are_certain(void)
{
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=0%")), 0);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=100%")), FRAMES);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=100%;p31=100%")), FRAMES / 2);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=0%;p14=100%")), FRAMES / 2);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=1%;p31=0%")), FRAMES);
}

const CU_TestInfo tests_proxy_losses[] = {
	{"independent losses come at their rate and in runs of chance", independent_losses_come_at_their_rate_and_in_runs_of_chance},
	{"correlated losses keep their rate and come in longer runs", correlated_losses_keep_their_rate_and_come_in_longer_runs},
	{"one state of loss is independent loss", one_state_of_loss_is_independent_loss},
	{"two states of loss make bursts", two_states_of_loss_make_bursts},
	{"a burst contains good frames", a_burst_contains_good_frames},
	{"single losses stand alone", single_losses_stand_alone},
	{"four states of loss have the stationary rate from the first frame on",
         four_states_of_loss_have_the_stationary_rate_from_the_first_frame_on},
	{"extreme chains are certain", extreme_chains_are_certain},
	CU_TEST_INFO_NULL,
};
