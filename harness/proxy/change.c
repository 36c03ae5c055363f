/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chain that is changed while it runs.
 *
 * How it works: old rules and new faults are gone through side by side, in their order. A rule
 * whose fault is still asked for moves over as it is, with all that it remembers. One that is not,
 * ends what it has begun, or retires where it stands if that cannot be ended. Frames that wait do
 * not belong to rules, and stay.
 *
 * Places. A decision has the place of its fault, and a frozen chain lets decisions act in the order
 * of their places. So rules that stay keep their places whatever was before them, a new one at the
 * end gets one that nobody had, and one that stands where another was taken away has the place of
 * that: of two decisions with one place, the frozen chain takes the one that was decided first.
 */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/proxy/chain.h"

/* A change under way. */
struct change {
	struct proxy *proxy;
	sim_ns now;
	struct rule *old; /* the rules as they were, */
	size_t old_count, gone_over;
	size_t *stays_as; /* for each of them which new fault it is, plus 1; 0: it is taken away */
};

/*
 * Each fault is the first rule behind the last one found that is equal to it: those that stay do
 * not change places.
 */
static void find_those_that_stay(struct change *change, const struct fault *faults, size_t count)
{
	size_t from = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = from; k < change->old_count; k++) {
			if (change->old[k].retired || !fault_is_same(&change->old[k].fault, &faults[i]))
				continue;
			change->stays_as[k] = i + 1;
			from = k + 1;
			break;
		}
}

/* @return the next rule of the new chain, all zero. */
static struct rule *add(struct proxy *proxy)
{
	return &proxy->rules[proxy->rule_count++];
}

static struct rule *move_over(struct proxy *proxy, const struct rule *rule)
{
	struct rule *moved = add(proxy);

	*moved = *rule;
	armed_fault_moves(&moved->armed, &moved->fault);
	return moved;
}

static void take_away(const struct change *change, struct rule *rule)
{
	const struct behaviour *behaviour = rule->behaviour;
	const struct proxy *proxy = change->proxy;
	struct action_params params;
	sim_ns begun;

	if (behaviour->cut != NULL && behaviour->cut(rule, change->now, &begun, &params) && proxy->ops.cut != NULL)
		proxy->ops.cut(proxy->ctx, rule->place, begun, &params);
	if (behaviour->lasts != NULL && behaviour->lasts(rule)) {
		move_over(change->proxy, rule)->retired = true;
		return;
	}
	change->proxy->watchers -= behaviour->watch != NULL;
	chain_close_rule(rule);
}

/* Those that the fault that comes next does not stand behind are taken away or move over. */
static void go_over(struct change *change, size_t behind)
{
	for (; change->gone_over < behind; change->gone_over++) {
		struct rule *rule = &change->old[change->gone_over];
		if (change->stays_as[change->gone_over] != 0)
			(void)move_over(change->proxy, rule);
		else
			take_away(change, rule);
	}
}

/* @return the place of a new fault, which is next. */
static uint64_t place_of_new(struct change *change)
{
	struct proxy *proxy = change->proxy;
	const size_t next = change->gone_over;

	if (next == change->old_count)
		return ++proxy->last_place;
	const uint64_t place = change->old[next].place;
	if (change->stays_as[next] == 0)
		go_over(change, next + 1);
	return place;
}

static void begin_new(struct change *change, const struct fault *faults, size_t index, uint64_t seed)
{
	struct proxy *proxy = change->proxy;
	const uint64_t place = place_of_new(change);
	struct rule *rule = add(proxy);

	chain_open_rule(proxy, rule, &faults[index], fault_stream(faults, index, seed));
	rule->place = place;
	window_enters(&rule->armed.window, proxy->phase);
}

/* The new chain, from the old rules and the faults. */
static void make(struct change *change, const struct fault *faults, size_t count, uint64_t seed)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = change->gone_over;
		if (faults[i].action->site != SITE_FRAME)
			continue;
		while (at < change->old_count && change->stays_as[at] != i + 1)
			at++;
		if (at < change->old_count)
			go_over(change, at + 1);
		else
			begin_new(change, faults, i, seed);
	}
	go_over(change, change->old_count);
}

/*
 * What a rule has seen follows from what has passed and what rules before it have dropped
 * (proxy_counters()), and those may be others now.
 */
static void keep_seen(struct proxy *proxy)
{
	for (size_t i = 0; i < proxy->rule_count; i++)
		proxy->rules[i].unseen = proxy_counters(proxy, i).seen;
}

static void count_on(struct proxy *proxy)
{
	for (size_t i = 0; i < proxy->rule_count; i++) {
		struct rule *rule = &proxy->rules[i];
		uint64_t seen = rule->unseen;
		rule->unseen = 0;
		rule->unseen = proxy_counters(proxy, i).seen - seen;
	}
}

bool proxy_can_change(const struct proxy *proxy)
{
	return !proxy->frozen && proxy->redraw.from == SIM_NEVER;
}

bool proxy_has_retired(const struct proxy *proxy, size_t index)
{
	return proxy->rules[index].retired;
}

void proxy_change(struct proxy *proxy, const struct fault *faults, size_t count, uint64_t seed, sim_ns now)
{
	struct change change = {.proxy = proxy, .now = now, .old = proxy->rules, .old_count = proxy->rule_count};

	CHECK(proxy_can_change(proxy));
	keep_seen(proxy);
	change.stays_as = memory_new(change.old_count * sizeof *change.stays_as);
	find_those_that_stay(&change, faults, count);
	/* Room for all that stay, retire and are new. */
	proxy->rules = memory_new((change.old_count + count) * sizeof *proxy->rules);
	proxy->rule_count = 0;
	make(&change, faults, count, seed);
	free(proxy->causes);
	proxy->causes = memory_new(proxy->rule_count * sizeof *proxy->causes);
	free(change.old);
	free(change.stays_as);
	chain_open_sets(proxy);
	count_on(proxy);
}
