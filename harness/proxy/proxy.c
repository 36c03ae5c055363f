/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a frame goes through the rules that concern it, in the order of the plan, and
 * comes out with a fate: dropped, or released at an instant. What is released waits in one queue
 * (queue.h), as do frames that a rule has made. Draws, counts and decisions are made in
 * proxy_submit() and nowhere else, so that the time at which frames leave cannot change what is
 * decided. A frozen chain has no rules to ask: it looks the frame up by its address and direction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/proxy/chain.h"
#include "harness/proxy/exact.h"
#include "harness/proxy/twin.h"

/* Draws are made while a frame goes through the rules, and nowhere else. */
static void draw_anew(struct proxy *proxy)
{
	for (size_t i = 0; i < proxy->rule_count; i++)
		proxy->rules[i].armed.stream = proxy->redraw.streams[i];
	proxy->redraw.from = SIM_NEVER;
}

static void enqueue(struct proxy *proxy, struct frame *frame, enum direction direction, sim_ns at)
{
	queue_put(&proxy->queue, frame, direction, at);
}

/* One more has come: what has been overtaken by enough leaves right behind it. */
static void count_down(struct proxy *proxy, enum direction direction, sim_ns now)
{
	size_t kept = 0;

	for (size_t i = 0; i < proxy->held_count; i++) {
		struct held *held = &proxy->held[i];
		if (held->direction == direction && --held->left == 0)
			enqueue(proxy, held->frame, direction, now);
		else
			proxy->held[kept++] = *held;
	}
	proxy->held_count = kept;
}

static void hold(struct proxy *proxy, struct frame *frame, enum direction direction, uint64_t left)
{
	if (proxy->held_count == proxy->held_room) {
		proxy->held_room = proxy->held_room > 0 ? proxy->held_room * 2 : 16;
		proxy->held = memory_resize(proxy->held, proxy->held_room, sizeof *proxy->held);
	}
	proxy->held[proxy->held_count++] = (struct held){frame, direction, left};
}

static bool is_full(const struct proxy *proxy)
{
	return proxy->queue.count + proxy->held_count >= PROXY_QUEUE_MAX;
}

/*
 * The fate of a copy may be known after later rules have made frames, but a frozen plan makes it in
 * its place.
 */
void passage_emit(const struct passage *passage, const struct rule *rule, struct frame *frame, enum direction direction, sim_ns release)
{
	struct proxy *proxy = passage->proxy;
	size_t at;

	if (proxy->made_count == proxy->made_room) {
		proxy->made_room = proxy->made_room > 0 ? proxy->made_room * 2 : 16;
		proxy->made = memory_resize(proxy->made, proxy->made_room, sizeof *proxy->made);
	}
	for (at = proxy->made_count++; at > 0 && proxy->made[at - 1].rule->place > rule->place; at--)
		proxy->made[at] = proxy->made[at - 1];
	proxy->made[at] = (struct made){rule, frame, direction, release};
}

static void release_made(struct proxy *proxy, sim_ns now)
{
	for (size_t i = 0; i < proxy->made_count; i++) {
		const struct made *made = &proxy->made[i];
		const bool full = is_full(proxy);
		made->frame->id = ++proxy->frames;
		if (proxy->ops.made != NULL)
			proxy->ops.made(proxy->ctx, made->frame, made->direction, (size_t)(made->rule - proxy->rules),
			                full ? SIM_NEVER : made->release, now);
		if (full)
			frame_free(made->frame);
		else
			enqueue(proxy, made->frame, made->direction, made->release);
	}
	proxy->made_count = 0;
}

/* What the rule did, as an action that draws nothing. */
static void state_exactly(struct act *act, sim_ns before)
{
	if (act->action != NULL)
		return;
	if (act->drop)
		drop_exactly(act);
	else
		delay_exactly(act, act->release - before);
}

/*
 * A rule acts at most once on a frame, so there is room. Of the parameters only those of the action
 * are copied: most actions have few.
 */
static void add_cause(struct proxy *proxy, struct proxy_fate *fate, size_t index, const struct act *act)
{
	struct proxy_cause *cause = &proxy->causes[fate->cause_count++];

	cause->fault = index;
	cause->consequence = act->consequence;
	cause->action = act->action;
	memcpy(&cause->params, &act->params, act->action->params_size);
}

/*
 * What a rule does to every frame, such as an outage under way, comes before what it does to those
 * that match.
 */
static void pass_rule(struct proxy *proxy, size_t index, const struct passage *passage, bool matches, struct act *act,
                      struct proxy_fate *fate)
{
	struct rule *rule = &proxy->rules[index];
	const struct behaviour *behaviour = rule->behaviour;
	sim_ns before = act->release;

	act_clear(act);
	rule->armed.counters.matched += matches;
	bool acted = behaviour->watch != NULL && behaviour->watch(rule, passage, act);
	if (!acted && matches &&
	    (proxy->frozen || behaviour->picks || armed_fault_picks(&rule->armed, &passage->event, rule->armed.counters.matched)))
		behaviour->apply(rule, passage, act);
	if (!act->applied)
		return;
	armed_fault_counts(&rule->armed, passage->event.now);
	state_exactly(act, before);
	add_cause(proxy, fate, index, act);
	rule->drops += act->drop;
	fate->dropped = act->drop;
	/* Who is held by several waits for all of them. */
	fate->held |= act->hold > 0;
}

/* A frame opens and closes windows whatever becomes of it. */
static void tell_windows(struct proxy *proxy, const struct passage *passage)
{
	const struct concerns *concerns = &proxy->concerns;

	for (size_t word = 0; word < concerns->words; word++)
		for (uint64_t left = concerns->by_address[word]; left != 0; left &= left - 1) {
			size_t index = word * FILTERS_BITS + (size_t)__builtin_ctzll(left);
			window_sees(&proxy->rules[index].armed.window, &passage->event);
		}
}

/* What was asked about the frame as it came does not hold for one that a rule has changed. */
static bool filter_takes(const struct proxy *proxy, size_t index, const struct act *act, struct filter_answers answers)
{
	if (act->owned)
		return filters_take(proxy->filters, index, act->frame);
	return filters_has(answers.may, index) && (!filters_has(answers.unsure, index) || filters_take(proxy->filters, index, act->frame));
}

/*
 * Of one word of the sets: the rules that are not passed by. All others have neither to match nor
 * to watch, so nothing of theirs is touched.
 */
static uint64_t concerned(const struct proxy *proxy, const struct passage *passage, const struct act *act, struct filter_answers answers,
                          size_t word)
{
	const struct concerns *concerns = &proxy->concerns;
	uint64_t may = act->owned ? UINT64_MAX : answers.may[word];

	return concerns->watching[word] | (concerns->of_direction[passage->event.direction][word] & may);
}

static uint64_t decide_by_rules(struct proxy *proxy, const struct passage *passage, struct act *act, struct proxy_fate *fate)
{
	struct filter_answers answers = filters_ask(proxy->filters, act->frame);
	struct twin twin = {.rules = proxy->rules,
	                    .rule_count = proxy->rule_count,
	                    .filters = proxy->filters,
	                    .fate = fate,
	                    .causes = proxy->causes,
	                    .passage = passage};
	uint64_t held = 0, here;

	proxy->passages++;
	tell_windows(proxy, passage);
	for (size_t word = 0; word < proxy->concerns.words && !fate->dropped; word++)
		/* Asked again after each rule, which may have changed the frame. */
		for (uint64_t ahead = UINT64_MAX; !fate->dropped && (here = ahead & concerned(proxy, passage, act, answers, word)) != 0;) {
			unsigned bit = (unsigned)__builtin_ctzll(here);
			size_t index = word * FILTERS_BITS + bit;
			bool matches = rule_matches(&proxy->rules[index], passage) && filter_takes(proxy, index, act, answers);
			pass_rule(proxy, index, passage, matches, act, fate);
			held += act->hold;
			twin_follows(&twin, index, act);
			ahead = UINT64_MAX << bit << 1;
		}
	twin_ends(&twin);
	return held;
}

/*
 * Of the decisions that hang together by their address, the next one that is about this frame: a
 * hash may be another address's. @return its index plus 1.
 */
static size_t next_due(const struct proxy *proxy, size_t due, const char *at)
{
	while (due != 0 && strcmp(proxy->rules[due - 1].fault.match.at, at) != 0)
		due = proxy->next[due - 1];
	return due;
}

/*
 * Only the decisions about this frame, and those rules that go on with what they have begun. Those
 * of one frame were decided in the order of their places.
 */
static uint64_t decide_by_decisions(struct proxy *proxy, const struct passage *passage, struct act *act, struct proxy_fate *fate)
{
	char at[ADDRESS_TEXT_MAX];
	uint64_t held = 0;
	size_t due = next_due(
		proxy, map_find(&proxy->decisions, chain_key(naming_render(passage->event.naming, at), passage->event.direction)), at);

	for (size_t i = 0; i < proxy->rule_count && !fate->dropped; i++) {
		/*
		 * Without rules that go on there is nothing between one that is due and the next.
		 */
		size_t index = proxy->watchers > 0 ? proxy->order[i] : due - 1;
		bool matches = due == index + 1;
		if (due == 0 && proxy->watchers == 0)
			break;
		if (matches)
			due = next_due(proxy, proxy->next[index], at);
		if (!matches && proxy->rules[index].behaviour->watch == NULL)
			continue;
		proxy->rules[index].armed.counters.seen++;
		pass_rule(proxy, index, passage, matches, act, fate);
		held += act->hold;
	}
	return held;
}

void proxy_submit(struct proxy *proxy, struct frame *frame, enum direction direction, const struct named *named, sim_ns now)
{
	struct passage passage = {
		.event = {.site = SITE_FRAME, .now = now, .direction = direction, .naming = &named->naming, .flow = named->flow},
		.packet = named->packet,
		.frozen = proxy->frozen,
		.proxy = proxy};
	struct act act = {.frame = frame, .release = now};
	struct proxy_fate fate;
	uint64_t held;

	if (now >= proxy->redraw.from)
		draw_anew(proxy);
	passage.event.number = ++*map_at(&proxy->ordinals, draw_what(&passage.event));
	frame->id = ++proxy->frames;
	fate.dropped = fate.held = false;
	fate.cause_count = 0;
	fate.causes = proxy->causes;
	fate.limit = NULL;
	held = proxy->frozen ? decide_by_decisions(proxy, &passage, &act, &fate) : decide_by_rules(proxy, &passage, &act, &fate);
	release_made(proxy, now);
	fate.release = act.release;
	if (!fate.dropped && is_full(proxy)) {
		fate.dropped = true;
		fate.limit = "the proxy's queue is full";
	}
	proxy->ops.decided(proxy->ctx, frame, &passage.event, &fate);
	if (act.owned)
		frame_free(frame);
	if (fate.dropped)
		frame_free(act.frame);
	else if (held > 0)
		hold(proxy, act.frame, direction, held + 1);
	else
		enqueue(proxy, act.frame, direction, fate.release);
	count_down(proxy, direction, now);
}

void proxy_enter(struct proxy *proxy, const char *phase)
{
	(void)snprintf(proxy->phase, sizeof proxy->phase, "%s", phase);
	for (size_t i = 0; i < proxy->rule_count; i++)
		window_enters(&proxy->rules[i].armed.window, phase);
}

void proxy_see(struct proxy *proxy, const struct fault_event *event)
{
	for (size_t i = 0; i < proxy->rule_count; i++)
		window_sees(&proxy->rules[i].armed.window, event);
}

sim_ns proxy_next(const struct proxy *proxy)
{
	return queue_next(&proxy->queue);
}

struct frame *proxy_deliver(struct proxy *proxy, sim_ns now, enum direction *ret_direction)
{
	if (proxy_next(proxy) > now)
		return NULL;
	struct queue_item item = queue_take(&proxy->queue);
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

uint64_t proxy_place(const struct proxy *proxy, size_t index)
{
	return proxy->rules[index].place;
}

struct fault_counters proxy_counters(const struct proxy *proxy, size_t index)
{
	struct fault_counters counters = proxy->rules[index].armed.counters;

	if (proxy->frozen)
		return counters;
	/*
	 * Frames that pass a rule by leave no mark on it: it has seen all but those that were
	 * dropped before.
	 */
	counters.seen = proxy->passages;
	for (size_t i = 0; i < index; i++)
		counters.seen -= proxy->rules[i].drops;
	counters.seen -= proxy->rules[index].unseen;
	return counters;
}

bool proxy_in_force(const struct proxy *proxy, size_t index, sim_ns now)
{
	const struct rule *rule = &proxy->rules[index];
	const struct behaviour *behaviour = rule->behaviour;
	const struct match *match = &rule->fault.match;

	if (behaviour->in_force != NULL && behaviour->in_force(rule, now))
		return true;
	if (!window_is_open(&rule->armed.window, now))
		return false;
	if ((match->nth.first != 0 && rule->armed.counters.matched >= match->nth.last) ||
	    (match->first != 0 && rule->armed.counters.matched >= match->first))
		return false;
	return rule->armed.counters.applied > 0;
}
