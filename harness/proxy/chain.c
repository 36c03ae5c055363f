/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: of a plan's faults, those of frames become rules, in its order. Which rules a frame
 * may concern is kept as sets with a bit a rule, by direction, filter and window; they are made
 * anew whenever the rules have changed.
 *
 * In a frozen chain each decision is a rule. A map leads from an address and a direction to the
 * first decision there, and `next` to the others; `order` has all of them by their place in the
 * plan that they were made under, for rules that see every frame.
 */
#include "harness/proxy/chain.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

uint64_t chain_key(const char *at, enum direction direction)
{
	return XXH3_64bits_withSeed(at, strlen(at), direction);
}

void chain_open_rule(struct proxy *proxy, struct rule *rule, const struct fault *fault, struct random_stream stream)
{
	const struct behaviour *behaviour;

	rule->fault = *fault;
	armed_fault_init(&rule->armed, &rule->fault, stream);
	behaviour = rule->behaviour = action_act(fault->action, LAYER_PROXY);
	proxy->watchers += behaviour->watch != NULL;
	if (behaviour->state_size > 0)
		rule->state = memory_new(behaviour->state_size);
	if (behaviour->open != NULL)
		behaviour->open(rule);
}

static struct proxy *open_chain(size_t count, struct proxy_ops ops, void *ctx)
{
	struct proxy *proxy = memory_new(sizeof *proxy);

	proxy->ops = ops;
	proxy->ctx = ctx;
	proxy->rules = memory_new(count * sizeof *proxy->rules);
	proxy->causes = memory_new(count * sizeof *proxy->causes);
	proxy->redraw.from = SIM_NEVER;
	return proxy;
}

static void open_filters(struct proxy *proxy)
{
	const char **expressions = memory_new(proxy->rule_count * sizeof *expressions);

	filters_close(proxy->filters);
	for (size_t i = 0; i < proxy->rule_count; i++)
		expressions[i] = proxy->rules[i].fault.match.filter;
	proxy->filters = filters_open(expressions, proxy->rule_count);
	free(expressions);
}

/* All sets are one piece of memory, which the first of them owns. */
static void open_concerns(struct proxy *proxy)
{
	struct concerns *concerns = &proxy->concerns;
	size_t words = filters_words(proxy->rule_count);
	uint64_t *sets = memory_new(4 * words * sizeof *sets);

	free(concerns->of_direction[0]);
	*concerns = (struct concerns){words, {sets, sets + words}, sets + 2 * words, sets + 3 * words};
	for (size_t i = 0; i < proxy->rule_count; i++) {
		const struct rule *rule = &proxy->rules[i];
		if (!rule->retired && rule->fault.match.direction != MATCH_TO_DEVICE)
			filters_add(concerns->of_direction[TO_SERVER], i);
		if (!rule->retired && rule->fault.match.direction != MATCH_TO_SERVER)
			filters_add(concerns->of_direction[TO_DEVICE], i);
		if (rule->behaviour->watch != NULL)
			filters_add(concerns->watching, i);
		if (rule->armed.window.by_address)
			filters_add(concerns->by_address, i);
	}
}

void chain_open_sets(struct proxy *proxy)
{
	open_filters(proxy);
	open_concerns(proxy);
}

struct proxy *proxy_open(const struct fault *faults, size_t count, uint64_t seed, struct proxy_ops ops, void *ctx)
{
	struct proxy *proxy = open_chain(count, ops, ctx);

	for (size_t i = 0; i < count; i++)
		if (faults[i].action->site == SITE_FRAME)
			chain_open_rule(proxy, &proxy->rules[proxy->rule_count++], &faults[i], fault_stream(faults, i, seed));
	for (size_t i = 0; i < proxy->rule_count; i++)
		proxy->rules[i].place = proxy->last_place = i;
	chain_open_sets(proxy);
	return proxy;
}

void proxy_redraw(struct proxy *proxy, const struct fault *faults, size_t count, const struct redraw *redraw)
{
	size_t rules = 0;

	if (!redraw->asked || proxy->frozen)
		return;
	proxy->redraw.from = redraw->from_ns;
	proxy->redraw.streams = memory_new((proxy->rule_count + 1) * sizeof *proxy->redraw.streams);
	for (size_t i = 0; i < count; i++)
		if (faults[i].action->site == SITE_FRAME)
			proxy->redraw.streams[rules++] = fault_stream(faults, i, redraw->seed);
	CHECK_INT(rules, ==, proxy->rule_count);
}

/* The decisions of one address hang together in their order. */
static void file_decision(struct proxy *proxy, size_t index, enum direction direction)
{
	uint64_t *first = map_at(&proxy->decisions, chain_key(proxy->rules[index].fault.match.at, direction));

	if (*first == 0) {
		*first = index + 1;
		return;
	}
	size_t last = *first - 1;
	while (proxy->next[last] != 0)
		last = proxy->next[last] - 1;
	proxy->next[last] = index + 1;
}

static int compare_places(const void *a, const void *b, void *rules)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	uint64_t left_place = ((const struct rule *)rules)[left].place, right_place = ((const struct rule *)rules)[right].place;

	if (left_place != right_place)
		return left_place < right_place ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void put_in_order(struct proxy *proxy)
{
	proxy->order = memory_new(proxy->rule_count * sizeof *proxy->order);
	for (size_t i = 0; i < proxy->rule_count; i++)
		proxy->order[i] = i;
	qsort_r(proxy->order, proxy->rule_count, sizeof *proxy->order, compare_places, proxy->rules);
}

struct proxy *proxy_open_frozen(const struct decisions *decisions, struct proxy_ops ops, void *ctx)
{
	struct proxy *proxy = open_chain(decisions->count, ops, ctx);

	proxy->frozen = true;
	proxy->next = memory_new(decisions->count * sizeof *proxy->next);
	for (size_t i = 0; i < decisions->count; i++) {
		const struct decision *decision = &decisions->list[i];
		struct fault fault;
		if (decision->action->site != SITE_FRAME)
			continue;
		fault = fault_again(decision);
		fault.match.direction = decision->direction;
		chain_open_rule(proxy, &proxy->rules[proxy->rule_count], &fault, (struct random_stream){0});
		proxy->rules[proxy->rule_count].place = decision->place;
		file_decision(proxy, proxy->rule_count++, decision->direction == MATCH_TO_SERVER ? TO_SERVER : TO_DEVICE);
	}
	put_in_order(proxy);
	return proxy;
}

void chain_close_rule(struct rule *rule)
{
	const struct behaviour *behaviour = rule->behaviour;

	if (behaviour->close != NULL)
		behaviour->close(rule);
	armed_fault_close(&rule->armed);
	free(rule->state);
}

void proxy_close(struct proxy *proxy)
{
	if (proxy == NULL)
		return;
	for (size_t i = 0; i < proxy->rule_count; i++)
		chain_close_rule(&proxy->rules[i]);
	queue_close(&proxy->queue);
	for (size_t i = 0; i < proxy->held_count; i++)
		frame_free(proxy->held[i].frame);
	map_close(&proxy->ordinals);
	map_close(&proxy->decisions);
	filters_close(proxy->filters);
	free(proxy->concerns.of_direction[0]);
	free(proxy->redraw.streams);
	free(proxy->next);
	free(proxy->order);
	free(proxy->held);
	free(proxy->made);
	free(proxy->causes);
	free(proxy->rules);
	free(proxy);
}
