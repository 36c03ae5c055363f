/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/jitter.h"

#include "lib/base/check.h"
#include "lib/fault/crandom.h"
#include "harness/proxy/quantile.h"

__extension__ typedef __int128 wide;

const char *const jitter_distributions[] = {"constant", "uniform", "normal", "pareto", "paretonormal", "table", NULL};

static bool check_table(unsigned distribution, const char *path, struct error *err)
{
	struct dist dist;

	if (distribution != DIST_TABLE)
		return path[0] == '\0' || error_set(err, "'table' can only be used with 'distribution: table'");
	if (path[0] == '\0')
		return error_set(err, "'distribution: table' needs the table's file");
	if (!dist_open(&dist, path, err))
		return false;
	dist_close(&dist);
	return true;
}

bool jitter_check(uint64_t time_ns, uint64_t jitter_ns, unsigned distribution, const char *table, const char **ret_key, struct error *err)
{
	*ret_key = "jitter";
	if (distribution == DIST_UNIFORM && jitter_ns > time_ns)
		return error_set(err, "the jitter is larger than the delay: a frame would leave before it arrived");
	if (distribution == DIST_CONSTANT && jitter_ns > 0)
		return error_set(err, "a constant delay has no jitter: choose another distribution, such as uniform or normal");
	*ret_key = "table";
	if (!check_table(distribution, table, err))
		return false;
	*ret_key = NULL;
	return true;
}

void jitter_open(struct jitter *jitter, uint64_t time_ns, uint64_t jitter_ns, unsigned distribution, const char *table)
{
	struct error err;

	*jitter = (struct jitter){.time_ns = time_ns, .jitter_ns = jitter_ns, .distribution = distribution};
	if (distribution == DIST_TABLE)
		CHECK(dist_open(&jitter->table, table, &err));
}

void jitter_close(struct jitter *jitter)
{
	dist_close(&jitter->table);
}

/* @p scale jitters of @p of, rounded down. */
static int64_t jitters(const struct jitter *jitter, int64_t scale, int64_t of)
{
	wide product = (wide)jitter->jitter_ns * (wide)scale;

	return (int64_t)((product - (product < 0 ? of - 1 : 0)) / of);
}

/* How much more or less than the mean. */
static int64_t deviation(const struct jitter *jitter, struct random_stream stream, uint64_t what, uint64_t which)
{
	switch (jitter->distribution) {
	case DIST_UNIFORM:
		return (int64_t)random_below(stream, what, which, jitter->jitter_ns * 2 + 1) - (int64_t)jitter->jitter_ns;
	case DIST_NORMAL:
		return jitters(jitter, quantile_normal(random_bits(stream, what, which)), QUANTILE_ONE);
	case DIST_PARETO:
		return jitters(jitter, quantile_pareto(random_bits(stream, what, which)), QUANTILE_ONE);
	case DIST_PARETONORMAL:
		return jitters(jitter, quantile_paretonormal(random_bits(stream, what, which)), QUANTILE_ONE);
	case DIST_TABLE:
		return jitters(jitter, jitter->table.values[random_below(stream, what, which, jitter->table.count)], DIST_SCALE);
	default:
		return 0;
	}
}

uint64_t jitter_draw(const struct jitter *jitter, struct random_stream stream, uint64_t what, uint64_t which)
{
	int64_t drawn = (int64_t)jitter->time_ns;

	if (jitter->jitter_ns > 0)
		drawn += deviation(jitter, stream, what, which);
	return drawn > 0 ? (uint64_t)drawn : 0;
}

/*
 * The tables of normal, pareto and paretonormal that come with tc: so many numbers, in ascending
 * order.
 */
#define TC_TABLE_BITS 12

/* A number of such a table, or of the user's. Scale: DIST_SCALE. */
static int64_t table_value(const struct jitter *jitter, uint32_t result)
{
	/* The middle of the piece of the distribution that the number stands for. */
	const uint64_t bits = (uint64_t)result << (64 - TC_TABLE_BITS) | UINT64_C(1) << (63 - TC_TABLE_BITS);
	const int64_t per_one = QUANTILE_ONE / DIST_SCALE;

	switch (jitter->distribution) {
	case DIST_NORMAL:
		return quantile_normal(bits) / per_one;
	case DIST_PARETO:
		return quantile_pareto(bits) / per_one;
	case DIST_PARETONORMAL:
		return quantile_paretonormal(bits) / per_one;
	case DIST_TABLE:
		return jitter->table.values[result % jitter->table.count];
	default:
		return 0;
	}
}

uint64_t jitter_exactly(const struct jitter *jitter, uint32_t result)
{
	const int64_t sigma = jitter->jitter_ns < CRANDOM_JITTER_MAX ? (int64_t)jitter->jitter_ns : CRANDOM_JITTER_MAX;
	int64_t drawn = (int64_t)jitter->time_ns;

	if (sigma == 0)
		return jitter->time_ns;
	if (jitter->distribution == DIST_UNIFORM) {
		drawn += (int64_t)(result % (2 * (uint32_t)sigma)) - sigma;
	} else {
		/* To the nearest, away from zero. */
		const int64_t scaled = sigma * table_value(jitter, result);
		drawn += (scaled + (scaled < 0 ? -DIST_SCALE / 2 : DIST_SCALE / 2)) / DIST_SCALE;
	}
	return drawn > 0 ? (uint64_t)drawn : 0;
}
