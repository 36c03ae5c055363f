/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/proxy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "proxy/rule.h"

/* A frame that waits for its time. */
struct waiting {
	sim_ns at;
	uint64_t order;
	enum direction direction;
	struct frame *frame;
};

struct proxy {
	struct proxy_ops ops;
	void *ctx;
	size_t rule_count;
	struct rule *rules;
	struct map ordinals; /* by flow and direction: frames so far */
	uint64_t frames;     /* ids given */
	uint64_t orders;
	struct waiting *queue; /* a binary heap from index 0 */
	size_t queue_count, queue_room;
};

static void open_rule(struct rule *rule, const struct fault *fault, struct random_stream stream)
{
	struct error err;

	rule->fault = *fault;
	rule->stream = stream;
	rule->counters.last_applied = SIM_NEVER;
	rule->has_filter = fault->match.filter[0] != '\0';
	if (rule->has_filter)
		CHECK(fault_compile_filter(fault->match.filter, &rule->filter, &err));
}

struct proxy *proxy_open(const struct fault *faults, size_t count, uint64_t seed, struct proxy_ops ops, void *ctx)
{
	struct proxy *proxy = memory_new(sizeof *proxy);

	proxy->ops = ops;
	proxy->ctx = ctx;
	proxy->rules = memory_new(count * sizeof *proxy->rules);
	for (size_t i = 0; i < count; i++)
		if (faults[i].action->layer == LAYER_PROXY)
			open_rule(&proxy->rules[proxy->rule_count++], &faults[i], fault_stream(faults, i, seed));
	return proxy;
}

void proxy_close(struct proxy *proxy)
{
	if (proxy == NULL)
		return;
	for (size_t i = 0; i < proxy->rule_count; i++) {
		if (proxy->rules[i].has_filter)
			pcap_freecode(&proxy->rules[i].filter);
		map_close(&proxy->rules[i].states);
	}
	for (size_t i = 0; i < proxy->queue_count; i++)
		frame_free(proxy->queue[i].frame);
	map_close(&proxy->ordinals);
	free(proxy->queue);
	free(proxy->rules);
	free(proxy);
}

static bool earlier(const struct waiting *a, const struct waiting *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void queue_put(struct proxy *proxy, struct waiting item)
{
	size_t place = proxy->queue_count++;

	if (proxy->queue_count > proxy->queue_room) {
		proxy->queue_room = proxy->queue_room > 0 ? proxy->queue_room * 2 : 64;
		proxy->queue = memory_resize(proxy->queue, proxy->queue_room, sizeof *proxy->queue);
	}
	for (; place > 0 && earlier(&item, &proxy->queue[(place - 1) / 2]); place = (place - 1) / 2)
		proxy->queue[place] = proxy->queue[(place - 1) / 2];
	proxy->queue[place] = item;
}

static struct waiting queue_take(struct proxy *proxy)
{
	struct waiting first = proxy->queue[0], item = proxy->queue[--proxy->queue_count];
	size_t place = 0;

	for (size_t child; (child = place * 2 + 1) < proxy->queue_count; place = child) {
		if (child + 1 < proxy->queue_count && earlier(&proxy->queue[child + 1], &proxy->queue[child]))
			child++;
		if (earlier(&item, &proxy->queue[child]))
			break;
		proxy->queue[place] = proxy->queue[child];
	}
	proxy->queue[place] = item;
	return first;
}

/* Lets one rule act; tells whether the frame goes on. */
static bool pass_rule(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct behaviour *behaviour = rule_behaviour(rule);

	act->applied = act->drop = false;
	rule->counters.seen++;
	bool matches = rule_matches(rule, passage);
	rule->counters.matched += matches;
	/* What an action does to every frame, such as an outage under way, comes before what it does to those that match. */
	bool acted = behaviour->watch != NULL && behaviour->watch(rule, passage, act);
	if (!acted && matches && rule_picks(rule, passage, rule->counters.matched))
		behaviour->apply(rule, passage, act);
	if (act->applied) {
		rule->counters.applied++;
		rule->counters.last_applied = passage->now;
	}
	return !act->drop;
}

static void add_cause(struct proxy_fate *fate, size_t index, const struct rule *rule, sim_ns delay)
{
	if (fate->cause_count >= PROXY_CAUSES_MAX)
		return;
	fate->causes[fate->cause_count].fault = index;
	fate->causes[fate->cause_count].what = rule->fault.action->name;
	fate->causes[fate->cause_count].delay_ns = delay;
	fate->cause_count++;
}

static struct proxy_fate decide(struct proxy *proxy, const struct passage *passage)
{
	struct proxy_fate fate = {.release = passage->now};
	struct act act = {.release = passage->now};

	for (size_t i = 0; i < proxy->rule_count && !fate.dropped; i++) {
		sim_ns before = act.release;
		fate.dropped = !pass_rule(&proxy->rules[i], passage, &act);
		if (act.applied)
			add_cause(&fate, i, &proxy->rules[i], act.drop ? 0 : act.release - before);
	}
	fate.release = act.release;
	if (!fate.dropped && proxy->queue_count >= PROXY_QUEUE_MAX) {
		fate.dropped = true;
		fate.limit = "the proxy's queue is full";
	}
	return fate;
}

void proxy_submit(struct proxy *proxy, struct frame *frame, enum direction direction, sim_ns now)
{
	struct passage passage = {.frame = frame, .packet = packet_parse(frame_bytes(frame)), .direction = direction, .now = now};

	passage.flow = packet_flow(&passage.packet);
	passage.ordinal = ++*map_at(&proxy->ordinals, passage_what(&passage));
	frame->id = ++proxy->frames;
	struct proxy_fate fate = decide(proxy, &passage);
	proxy->ops.decided(proxy->ctx, frame, direction, &fate, now);
	if (fate.dropped)
		frame_free(frame);
	else
		queue_put(proxy, (struct waiting){fate.release, proxy->orders++, direction, frame});
}

sim_ns proxy_next(const struct proxy *proxy)
{
	return proxy->queue_count > 0 ? proxy->queue[0].at : SIM_NEVER;
}

struct frame *proxy_deliver(struct proxy *proxy, sim_ns now, enum direction *ret_direction)
{
	if (proxy_next(proxy) > now)
		return NULL;
	struct waiting item = queue_take(proxy);
	*ret_direction = item.direction;
	return item.frame;
}

size_t proxy_fault_count(const struct proxy *proxy)
{
	return proxy->rule_count;
}

const struct fault *proxy_fault(const struct proxy *proxy, size_t index)
{
	return &proxy->rules[index].fault;
}

struct proxy_counters proxy_counters(const struct proxy *proxy, size_t index)
{
	return proxy->rules[index].counters;
}

bool proxy_in_force(const struct proxy *proxy, size_t index, sim_ns now)
{
	const struct rule *rule = &proxy->rules[index];
	const struct match *match = &rule->fault.match;

	if (now < rule->outage_until)
		return true;
	if (!fault_is_open(&rule->fault, now))
		return false;
	if ((match->nth != 0 && rule->counters.matched >= match->nth) || (match->first != 0 && rule->counters.matched >= match->first))
		return false;
	return rule->counters.applied > 0;
}

const char *proxy_fate_render(const struct proxy *proxy, const struct proxy_fate *fate, sim_ns now, char *ret_text, size_t size)
{
	char quantity[UNIT_TEXT_MAX];
	size_t used = 0;

	for (size_t i = 0; i < fate->cause_count && used < size; i++) {
		used += (size_t)snprintf(ret_text + used, size - used, "%s'%s' %s", i == 0 ? "" : ", ",
		                         proxy->rules[fate->causes[i].fault].fault.name, fate->causes[i].what);
		if (fate->causes[i].delay_ns > 0 && used < size)
			used += (size_t)snprintf(ret_text + used, size - used, " %s",
			                         unit_format(UNIT_DURATION, fate->causes[i].delay_ns, quantity));
	}
	if (fate->limit != NULL && used < size)
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s", used == 0 ? "" : ", ", fate->limit);
	if (fate->dropped && used < size)
		(void)snprintf(ret_text + used, size - used, " -> dropped");
	else if (used < size)
		(void)snprintf(ret_text + used, size - used, " -> leaves after %s",
		               unit_format(UNIT_DURATION, fate->release - now, quantity));
	return ret_text;
}
