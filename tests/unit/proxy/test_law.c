/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distributions, correlations and loss models against their closed forms. Seeds are fixed, so that
 * a test either always passes or always fails; critical values are those of a significance of
 * 0.001.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/proxy/quantile.h"
#include "tests/test.h"
#include "tests/unit/proxy/chain.h"

#define DRAWS 20000U
/* Kolmogorov's distribution has its 0.999 at 1.9495 / sqrt(n). */
#define KS_CRITICAL 1.9495
/* Chi-square's 0.999 by degrees of freedom. */
static const double chi_critical[] = {0, 10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.125, 27.877, 29.588};

static bool is_below(double value, double limit)
{
	if (value >= limit)
		printf("    %f is not below %f\n", value, limit);
	return value < limit;
}

static bool is_near(double value, double expected, double tolerance)
{
	bool near = value > expected - tolerance && value < expected + tolerance;

	if (!near)
		printf("    %f is not %f +- %f\n", value, expected, tolerance);
	return near;
}

/* -- inverse distribution functions -- */

static double normal_above(double z)
{
	return erfc(z / sqrt(2)) / 2;
}

/* P(Z > z) falls, so a z that is right to within @p error lies between two probabilities. */
static bool is_normal_quantile(uint64_t bits, double error)
{
	double z = (double)quantile_normal(bits) / QUANTILE_ONE, above = ldexp((double)~bits, -64);

	return normal_above(z + error) <= above && above <= normal_above(z - error);
}

static void the_normal_quantile_is_right_to_a_ten_thousandth(void)
{
	uint64_t wrong = 0, far = UINT64_C(1) << 63;

	/* Four deviations leave 2^64 x 0.0000317 above. */
	for (uint64_t bits = far; bits < UINT64_MAX - 584000000000000; bits += UINT64_C(46116860184273))
		wrong += !is_normal_quantile(bits, 0.0001);
	CU_ASSERT_EQUAL(wrong, 0);
	/*
	 * The table itself is right to its last bit: at the ends of the parts nothing is
	 * interpolated.
	 */
	for (unsigned octave = 0; octave < 13; octave++)
		for (uint64_t part = 32; part < 64; part++)
			wrong += !is_normal_quantile(~(part << (57 - octave)), 0.51 / QUANTILE_ONE + 1e-12);
	CU_ASSERT_EQUAL(wrong, 0);
}

static void quantiles_are_cut_and_symmetrical_where_they_should_be(void)
{
	CU_ASSERT_EQUAL(quantile_normal(0), -QUANTILE_MAX);
	CU_ASSERT_EQUAL(quantile_normal(UINT64_MAX), QUANTILE_MAX);
	CU_ASSERT_EQUAL(quantile_pareto(UINT64_MAX), QUANTILE_MAX);
	CU_ASSERT_EQUAL(quantile_pareto(0), -2 * QUANTILE_ONE / 3);
	CU_ASSERT_EQUAL(quantile_paretonormal(UINT64_MAX), QUANTILE_MAX);
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t bits = i * UINT64_C(0x123456789abcdef1);
		CU_ASSERT_EQUAL(quantile_normal(bits), -quantile_normal(~bits));
	}
}

/* Rounded down twice, so up to 1 + 4/3 units too low. */
static void the_pareto_quantile_is_the_inverse_of_its_closed_form(void)
{
	unsigned wrong = 0;

	for (uint64_t i = 1; i < 10000; i++) {
		uint64_t bits = i * UINT64_C(1844674407370955);
		double exact = (pow(ldexp((double)~bits + 1, -64), -1.0 / 3) - 1.5) * 4 / 3;
		double error = (double)quantile_pareto(bits) - fmin(exact, 4) * QUANTILE_ONE;
		wrong += error < -2.4 || error > 1.01;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

/* A plan of today must give the same run in ten years. */
static void quantiles_never_change(void)
{
	static const struct {
		uint64_t bits;
		int64_t normal, pareto, paretonormal;
	} rows[] = {
		{UINT64_C(0x0000123456789abc), -262144, -43690, -98303}, {UINT64_C(0x123456789abcdef0), -96181, -41516, -55182},
		{UINT64_C(0x8000000000000000), 1, -20978, -15733},       {UINT64_C(0xc123456789abcdef), 45125, 8468, 17632},
		{UINT64_C(0xfe00000000000000), 158438, 262144, 236217},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CU_ASSERT_EQUAL(quantile_normal(rows[i].bits), rows[i].normal);
		CU_ASSERT_EQUAL(quantile_pareto(rows[i].bits), rows[i].pareto);
		CU_ASSERT_EQUAL(quantile_paretonormal(rows[i].bits), rows[i].paretonormal);
	}
}

/* -- delays that are drawn -- */

/*
 * How many jitters more than its mean of 10 s each of DRAWS frames is delayed. One jitter is 1 s.
 */
static double *draw(const char *params)
{
	static double drawn[DRAWS];
	char text[600];
	struct chain chain;

	(void)snprintf(text, sizeof text, "time=10s;jitter=1s;keep_order=false;%s", params);
	const struct fault fault = made_checked_fault("f", "", "delay", text);
	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < DRAWS; i++) {
		(void)chain_send(&chain, 1, TO_SERVER, 0);
		drawn[i] = ((double)chain.fate.release - 10e9) / 1e9;
	}
	chain_close(&chain);
	return drawn;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/*
 * The largest distance between the two distribution functions, below @p cut; sorts what was drawn.
 */
static double ks_distance(double *drawn, double (*below)(double), double cut)
{
	double largest = 0;

	qsort(drawn, DRAWS, sizeof *drawn, by_size);
	for (unsigned i = 0; i < DRAWS && drawn[i] < cut; i++) {
		double expected = below(drawn[i]);
		largest = fmax(largest, fmax(fabs(expected - (double)i / DRAWS), fabs(expected - (i + 1.0) / DRAWS)));
	}
	return largest;
}

static double uniform_below(double x)
{
	return (x + 1) / 2;
}

static double normal_below(double x)
{
	return normal_above(-x);
}

static double pareto_below(double x)
{
	return x < -2.0 / 3 ? 0 : 1 - pow(1.5 + 0.75 * x, -3);
}

/* Both parts grow with the same u, so u is found by halving. */
static double paretonormal_below(double x)
{
	double low = -9, high = 9;

	for (unsigned i = 0; i < 60; i++) {
		double z = (low + high) / 2;
		double pareto = fmin((pow(normal_above(z), -1.0 / 3) - 1.5) * 4 / 3, 4);
		*(z / 4 + pareto * 3 / 4 < x ? &low : &high) = z;
	}
	return normal_below(low);
}

static void delays_follow_their_distribution(void)
{
	static const struct {
		const char *params;
		double (*below)(double);
		double mean, deviation; /* for the three last ones of the tables of iproute2 6.1 */
	} rows[] = {
		{"distribution=uniform", uniform_below, 0, 0.57735},
		{"distribution=normal", normal_below, -0.00078, 1.00005},
		{"distribution=pareto", pareto_below, -0.0335, 0.8197},
		{"distribution=paretonormal", paretonormal_below, -0.0253, 0.8339},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double *drawn = draw(rows[i].params), sum = 0, squares = 0;
		for (unsigned k = 0; k < DRAWS; k++) {
			sum += drawn[k];
			squares += drawn[k] * drawn[k];
		}
		double mean = sum / DRAWS;
		/*
		 * Four deviations of the mean; that of a deviation is about as large with these
		 * tails.
		 */
		CU_ASSERT(is_near(mean, rows[i].mean, 4 * rows[i].deviation / sqrt(DRAWS)));
		CU_ASSERT(is_near(sqrt(squares / DRAWS - mean * mean), rows[i].deviation, 6 * rows[i].deviation / sqrt(DRAWS)));
		CU_ASSERT(is_below(ks_distance(drawn, rows[i].below, 3.99), KS_CRITICAL / sqrt(DRAWS)));
	}
}

/* P(X > 9/2) = (2/9)^3 = 0.010974; four deviations of 20000 draws are 58.9. */
static void paretos_tail_is_cut_at_four_jitters(void)
{
	const double *drawn = draw("distribution=pareto");
	unsigned at_four = 0;

	for (unsigned i = 0; i < DRAWS; i++) {
		CU_ASSERT_FATAL(drawn[i] <= 4);
		at_four += drawn[i] == 4;
	}
	CU_ASSERT(is_near(at_four, DRAWS * 0.010974, 58.9));
}

/* Eight values, each as likely: seven degrees of freedom. */
static void a_table_is_drawn_evenly(void)
{
	static const double values[] = {-4, -1, -0.5, 0, 0.25, 1, 2, 3};
	char params[400];
	unsigned counts[8] = {0};
	double chi = 0;

	(void)snprintf(params, sizeof params, "distribution=table;table=%s",
	               test_write("eight.dist", "-32768 -8192 -4096 0\n2048 8192 16384 24576\n"));
	const double *drawn = draw(params);
	for (unsigned i = 0; i < DRAWS; i++)
		for (unsigned k = 0; k < 8; k++)
			counts[k] += drawn[i] == values[k];
	for (unsigned k = 0; k < 8; k++)
		chi += (counts[k] - DRAWS / 8.0) * (counts[k] - DRAWS / 8.0) / (DRAWS / 8.0);
	CU_ASSERT(is_below(chi, chi_critical[7]));
}

static void a_delay_below_nothing_is_none(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=1ms;jitter=10ms;distribution=normal;keep_order=false");
	struct chain chain;
	unsigned at_once = 0;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < DRAWS; i++) {
		(void)chain_send(&chain, 1, TO_SERVER, SIM_S);
		CU_ASSERT_FATAL(chain.fate.release >= SIM_S);
		at_once += chain.fate.release == SIM_S;
	}
	chain_close(&chain);
	/* P(Z < -0.1) = 0.46017; four deviations are 282. */
	CU_ASSERT(is_near(at_once, DRAWS * 0.46017, 282));
}

/* A part of a nanosecond is cut off downwards, on either side of the mean. */
static void drawn_delays_are_rounded_down(void)
{
	char params[400];
	struct chain chain;

	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(params, sizeof params, "time=10ns;jitter=1ns;distribution=table;table=%s",
		               test_write("one.dist", i == 0 ? "-1" : "8191"));
		const struct fault fault = made_checked_fault("f", "", "delay", params);
		chain_open(&chain, &fault, 1, 1);
		(void)chain_send(&chain, 1, TO_SERVER, 0);
		CU_ASSERT_EQUAL(chain.fate.release, i == 0 ? 9 : 10);
		chain_close(&chain);
	}
}

static void a_constant_delay_is_constant(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay", "time=1ms;distribution=constant");
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 100; i++) {
		(void)chain_send(&chain, 1, TO_SERVER, i);
		CU_ASSERT_EQUAL(chain.fate.release, i + SIM_MS);
	}
	chain_close(&chain);
}

/* -- correlation -- */

/*
 * With a correlation of 1/4 the distribution stays what it is: n correlated draws say as much of it
 * as n (1 - 1/4) / (1 + 1/4) = 12000 independent ones. Two that follow each other are equal in one
 * of four cases: four deviations of 19999 pairs are 245. Pearson's coefficient of n pairs errs by
 * about 1 / sqrt(n).
 */
static void correlated_delays_keep_their_distribution(void)
{
	static const struct {
		const char *params;
		double (*below)(double);
		double deviation;
	} rows[] = {
		{"distribution=uniform;correlation=25%", uniform_below, 0.57735},
		{"distribution=normal;correlation=25%", normal_below, 1},
		{"distribution=pareto;correlation=25%", pareto_below, 0.82},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double *drawn = draw(rows[i].params), product = 0;
		unsigned equal = 0;
		for (unsigned k = 1; k < DRAWS; k++) {
			/* Pareto's atom at four is equal to itself without any correlation. */
			equal += drawn[k] == drawn[k - 1] && drawn[k] < 4;
			product += drawn[k] * drawn[k - 1];
		}
		CU_ASSERT(is_near(equal, (DRAWS - 1) * (rows[i].below == pareto_below ? 0.25 * 0.989026 : 0.25), 245));
		CU_ASSERT(is_near(product / DRAWS / rows[i].deviation / rows[i].deviation, 0.25, 0.05));
		CU_ASSERT(is_below(ks_distance(drawn, rows[i].below, 3.99), KS_CRITICAL / sqrt(12000)));
	}
}

static void a_correlation_is_within_a_flow_and_direction(void)
{
	const struct fault fault = made_checked_fault("f", "", "delay",
	                                              "time=10s;jitter=1s;distribution=normal;correlation=100%;keep_order=false");
	sim_ns first[2][2] = {{0, 0}, {0, 0}};
	struct chain chain;

	chain_open(&chain, &fault, 1, 1);
	for (unsigned i = 0; i < 40; i++) {
		sim_ns *known = &first[i % 2][i / 2 % 2];
		(void)chain_send(&chain, 1 + i % 2, i / 2 % 2 ? TO_SERVER : TO_DEVICE, 0);
		if (*known == 0)
			*known = chain.fate.release;
		CU_ASSERT_EQUAL(chain.fate.release, *known);
	}
	CU_ASSERT(first[0][0] != first[0][1] && first[0][0] != first[1][0] && first[1][0] != first[1][1]);
	chain_close(&chain);
}

static void a_frame_has_its_own_draw_or_that_of_the_frame_before(void)
{
	static double alone[DRAWS];
	unsigned own = 0;

	memcpy(alone, draw("distribution=normal"), sizeof alone);
	const double *drawn = draw("distribution=normal;correlation=40%");
	for (unsigned i = 0; i < DRAWS; i++) {
		CU_ASSERT_FATAL(drawn[i] == alone[i] || (i > 0 && drawn[i] == drawn[i - 1]));
		own += drawn[i] == alone[i];
	}
	/* Four deviations of 20000 x 0.4 x 0.6. */
	CU_ASSERT(is_near(own, DRAWS * 0.6, 277));
}

/* What becomes of flow 1 when frames of @p others other flows come in between. */
static const char *fates(const struct fault *fault, unsigned others)
{
	static char text[2][8192];
	char *told = text[others > 0];
	size_t used = 0;
	struct chain chain;

	chain_open(&chain, fault, 1, 1);
	for (unsigned i = 0; i < 300; i++) {
		enum direction direction = i % 3 ? TO_SERVER : TO_DEVICE;
		for (unsigned k = 0; k < others; k++)
			(void)chain_send(&chain, 2 + k, i % 2 ? TO_SERVER : TO_DEVICE, i * SIM_MS);
		(void)chain_send(&chain, 1, direction, i * SIM_MS);
		used += (size_t)snprintf(told + used, sizeof text[0] - used, "%s%llu", chain.fate.cause_count > 0 ? " !" : " ",
		                         chain.fate.dropped ? 0ULL : (unsigned long long)(chain.fate.release - i * SIM_MS));
	}
	chain_close(&chain);
	return told;
}

static void other_flows_move_no_state(void)
{
	static const char *const rows[][3] = {
		{"", "delay", "time=10ms;jitter=9ms;distribution=normal;correlation=50%;keep_order=false"},
		{"probability=50%;correlation=50%", "drop", ""},
		{"", "loss", "percent=50%;correlation=50%"},
		{"", "loss_state", "p13=20%;p31=30%;p32=20%;p23=40%;p14=10%"},
		{"probability=40%;correlation=30%", "reorder", "gap=3"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct fault fault = made_checked_fault("f", rows[i][0], rows[i][1], rows[i][2]);
		const char *alone = fates(&fault, 0);
		TEST_CONTAINS(alone, "!");
		TEST_SAME_TEXT(fates(&fault, 3), alone);
	}
}

/* -- losses -- */

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
	CU_ASSERT(is_near(count_lost(lost), 33300, 596));
	CU_ASSERT(is_below(chi_of_runs(lost, true, 0.667), chi_critical[9]));
	CU_ASSERT(is_below(chi_of_runs(lost, false, 0.333), chi_critical[9]));
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
		CU_ASSERT(is_near(count_lost(lost), 20000, 4 * 126.5 * sqrt(3)));
		CU_ASSERT(is_below(chi_of_runs(lost, true, 0.4), chi_critical[9]));
		CU_ASSERT(is_below(chi_of_runs(lost, false, 0.1), chi_critical[9]));
	}
}

/* p13 alone is Bernoulli's model. */
static void one_state_of_loss_is_independent_loss(void)
{
	const bool *lost = lose("", "loss_state", "p13=30%");

	CU_ASSERT(is_near(count_lost(lost), 30000, 580));
	CU_ASSERT(is_below(chi_of_runs(lost, true, 0.7), chi_critical[9]));
	CU_ASSERT(is_below(chi_of_runs(lost, false, 0.3), chi_critical[9]));
}

/*
 * p13 and p31 are Gilbert's. The rate is p13 / (p13 + p31) = 1/4, the deviation sqrt(1/4 x 3/4 x (2
 * - 0.4) / 0.4 / n).
 */
static void two_states_of_loss_make_bursts(void)
{
	const bool *lost = lose("", "loss_state", "p13=10%;p31=30%");

	CU_ASSERT(is_near(count_lost(lost), 25000, 4 * FRAMES * sqrt(0.25 * 0.75 * 4 / FRAMES)));
	CU_ASSERT(is_below(chi_of_runs(lost, true, 0.3), chi_critical[9]));
	CU_ASSERT(is_below(chi_of_runs(lost, false, 0.1), chi_critical[9]));
}

/* A burst that never ends goes to and fro between its own two states. */
static void a_burst_contains_good_frames(void)
{
	const bool *lost = lose("", "loss_state", "p13=100%;p31=0%;p32=30%;p23=60%");

	/* p23 / (p32 + p23); the deviation as above. */
	CU_ASSERT(is_near(count_lost(lost), FRAMES * 2.0 / 3, 4 * FRAMES * sqrt(2.0 / 9 * 1.1 / 0.9 / FRAMES)));
	CU_ASSERT(is_below(chi_of_runs(lost, true, 0.3), chi_critical[9]));
	CU_ASSERT(is_below(chi_of_runs(lost, false, 0.6), chi_critical[9]));
}

static void single_losses_stand_alone(void)
{
	const bool *lost = lose("", "loss_state", "p13=0%;p14=20%");
	unsigned pairs = 0;

	for (unsigned i = 1; i < FRAMES; i++)
		pairs += lost[i] && lost[i - 1];
	CU_ASSERT_EQUAL(pairs, 0);
	/* p14 / (1 + p14) = 1/6. */
	CU_ASSERT(is_near(count_lost(lost), FRAMES / 6.0, 4 * FRAMES * sqrt(5.0 / 36 / FRAMES)));
	/*
	 * One frame passes for certain behind a loss; then each is the last with 0.2. Of the runs
	 * of others, those are 1 + geometric: as geometric from 1.
	 */
	CU_ASSERT(is_below(chi_of_runs(lost, false, 0.2), chi_critical[9]));
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

	CU_ASSERT(is_near(count_lost(lose("", "loss_state", params)), FRAMES * rate, 0.02 * FRAMES));
	chain_open(&chain, &fault, 1, 1);
	for (unsigned flow = 1; flow <= DRAWS; flow++)
		first += chain_send(&chain, flow, flow % 2 ? TO_SERVER : TO_DEVICE, flow);
	chain_close(&chain);
	double off = first - DRAWS * rate;
	CU_ASSERT(is_below(off * off / (DRAWS * rate) + off * off / (DRAWS * (1 - rate)), chi_critical[1]));
}

static void extreme_chains_are_certain(void)
{
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=0%")), 0);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=100%")), FRAMES);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=100%;p31=100%")), FRAMES / 2);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=0%;p14=100%")), FRAMES / 2);
	CU_ASSERT_EQUAL(count_lost(lose("", "loss_state", "p13=1%;p31=0%")), FRAMES);
}

const CU_TestInfo tests_proxy_law[] = {
	{"the normal quantile is right to a ten-thousandth", the_normal_quantile_is_right_to_a_ten_thousandth},
	{"quantiles are cut and symmetrical where they should be", quantiles_are_cut_and_symmetrical_where_they_should_be},
	{"the Pareto quantile is the inverse of its closed form", the_pareto_quantile_is_the_inverse_of_its_closed_form},
	{"quantiles never change", quantiles_never_change},
	{"delays follow their distribution", delays_follow_their_distribution},
	{"Pareto's tail is cut at four jitters", paretos_tail_is_cut_at_four_jitters},
	{"a table is drawn evenly", a_table_is_drawn_evenly},
	{"a delay below nothing is none", a_delay_below_nothing_is_none},
	{"drawn delays are rounded down", drawn_delays_are_rounded_down},
	{"a constant delay is constant", a_constant_delay_is_constant},
	{"correlated delays keep their distribution", correlated_delays_keep_their_distribution},
	{"a correlation is within a flow and direction", a_correlation_is_within_a_flow_and_direction},
	{"a frame has its own draw or that of the frame before", a_frame_has_its_own_draw_or_that_of_the_frame_before},
	{"other flows move no state", other_flows_move_no_state},
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
