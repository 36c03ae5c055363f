/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delays that are drawn, and correlations, against their closed forms. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/chain.h"
#include "tests/unit/proxy/law.h"

#define DRAWS 20000U
/* Kolmogorov's distribution has its 0.999 at 1.9495 / sqrt(n). */
#define KS_CRITICAL 1.9495

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
	return law_normal_above(-x);
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
		double pareto = fmin((pow(law_normal_above(z), -1.0 / 3) - 1.5) * 4 / 3, 4);
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
		CU_ASSERT(law_is_near(mean, rows[i].mean, 4 * rows[i].deviation / sqrt(DRAWS)));
		CU_ASSERT(law_is_near(sqrt(squares / DRAWS - mean * mean), rows[i].deviation, 6 * rows[i].deviation / sqrt(DRAWS)));
		CU_ASSERT(law_is_below(ks_distance(drawn, rows[i].below, 3.99), KS_CRITICAL / sqrt(DRAWS)));
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
	CU_ASSERT(law_is_near(at_four, DRAWS * 0.010974, 58.9));
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
	CU_ASSERT(law_is_below(chi, law_chi_critical[7]));
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
	CU_ASSERT(law_is_near(at_once, DRAWS * 0.46017, 282));
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
		CU_ASSERT(law_is_near(equal, (DRAWS - 1) * (rows[i].below == pareto_below ? 0.25 * 0.989026 : 0.25), 245));
		CU_ASSERT(law_is_near(product / DRAWS / rows[i].deviation / rows[i].deviation, 0.25, 0.05));
		CU_ASSERT(law_is_below(ks_distance(drawn, rows[i].below, 3.99), KS_CRITICAL / sqrt(12000)));
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
	CU_ASSERT(law_is_near(own, DRAWS * 0.6, 277));
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

const CU_TestInfo tests_proxy_law[] = {
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
	CU_TEST_INFO_NULL,
};
