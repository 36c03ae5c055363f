/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/armed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/fault/crandom.h"
#include "lib/fault/draw.h"

/* -- one fault -- */

void armed_fault_init(struct armed_fault *armed, const struct fault *fault, struct random_stream stream)
{
	struct error err;

	*armed = (struct armed_fault){.fault = fault,
	                              .taken_out = fault_is_taken_out(fault),
	                              .has_at = fault->match.at[0] != '\0',
	                              .site = fault->action->site,
	                              .counters.last_applied = SIM_NEVER,
	                              .stream = stream};
	if (armed->has_at)
		CHECK(fault_address_parse(fault->match.at, &armed->at, &err));
	window_init(&armed->window, &fault->match);
}

void armed_fault_close(struct armed_fault *armed)
{
	map_close(&armed->picks);
}

void armed_fault_moves(struct armed_fault *armed, const struct fault *fault)
{
	armed->fault = fault;
	armed->window.match = &fault->match;
}

static bool is_of_direction(const struct match *match, enum direction direction)
{
	return match->direction == MATCH_BOTH || (match->direction == MATCH_TO_SERVER) == (direction == TO_SERVER);
}

bool armed_fault_matches(const struct armed_fault *armed, const struct fault_event *event)
{
	const struct match *match = &armed->fault->match;

	if (armed->site != event->site)
		return false;
	if (event->site == SITE_FRAME && !is_of_direction(match, event->direction))
		return false;
	if (!armed->window.always && !window_is_open(&armed->window, event->now))
		return false;
	/*
	 * The address of a frame says what it is; that of another event, which of them it is
	 * (is_picked()).
	 */
	if (event->site == SITE_FRAME)
		return !armed->has_at || fault_address_is(&armed->at, event);
	return fault_takes_message(armed->fault, event->message) &&
	       fault_takes_service(armed->fault, event->host, event->path, event->kind);
}

/* Of a site, an address counts from power on, and an ordinal within the window. */
static bool is_picked(const struct armed_fault *armed, const struct fault_event *event, uint64_t ordinal)
{
	if (armed->has_at && event->site != SITE_FRAME)
		return fault_address_is(&armed->at, event);
	return fault_picks(armed->fault, ordinal);
}

bool armed_fault_picks(struct armed_fault *armed, const struct fault_event *event, uint64_t ordinal)
{
	const struct match *match = &armed->fault->match;

	if (armed->taken_out || !is_picked(armed, event, ordinal))
		return false;
	if (match->netem_exact)
		return crandom_hits(match->probability,
		                    draw_crandom(armed->stream, event, &armed->picks, PURPOSE_PROBABILITY, match->correlation));
	uint64_t which = draw_correlated(armed->stream, event, &armed->picks, PURPOSE_PROBABILITY, PURPOSE_REPEAT_PICK, match->correlation);
	return random_happens(armed->stream, draw_what(event), which, match->probability);
}

void armed_fault_counts(struct armed_fault *armed, sim_ns now)
{
	armed->before = armed->counters.last_applied;
	armed->counters.last_applied = now;
	armed->counters.applied++;
}

void armed_fault_goes_on(struct armed_fault *armed, sim_ns now)
{
	armed->counters.matched++;
	armed_fault_counts(armed, now);
}

void armed_fault_takes_back(struct armed_fault *armed)
{
	armed->counters.last_applied = armed->before;
	armed->counters.applied--;
}

/* -- those of a layer -- */

void armed_faults_open(struct armed_faults *armed, const struct fault *faults, size_t count, enum fault_layer layer, uint64_t seed,
                       struct trace *trace, struct armed_ops ops, void *ctx)
{
	*armed = (struct armed_faults){.trace = trace, .ops = ops, .ctx = ctx, .list = memory_new(count * sizeof *armed->list)};
	armed->redraw.from = SIM_NEVER;
	for (size_t i = 0; i < count; i++) {
		if (action_layer(faults[i].action) != layer)
			continue;
		struct armed_fault *fault = &armed->list[armed->count++];
		armed_fault_init(fault, &faults[i], fault_stream(faults, i, seed));
		fault->index = i;
		armed->by_address += fault->window.by_address;
	}
}

void armed_faults_redraw(struct armed_faults *armed, const struct redraw *redraw)
{
	if (!redraw->asked)
		return;
	armed->redraw.from = redraw->from_ns;
	armed->redraw.seed = redraw->seed;
}

static void draw_anew(struct armed_faults *armed)
{
	for (size_t i = 0; i < armed->count; i++) {
		struct armed_fault *fault = &armed->list[i];
		fault->stream = fault_stream(fault->fault - fault->index, fault->index, armed->redraw.seed);
	}
	armed->redraw.from = SIM_NEVER;
}

void armed_faults_close(struct armed_faults *armed)
{
	for (size_t i = 0; i < armed->count; i++)
		armed_fault_close(&armed->list[i]);
	free(armed->list);
	armed->list = NULL;
	armed->count = 0;
}

void armed_faults_see(struct armed_faults *armed, const struct fault_event *event)
{
	for (size_t i = 0; i < armed->count && armed->by_address > 0; i++)
		window_sees(&armed->list[i].window, event);
}

void armed_faults_enter(struct armed_faults *armed, const char *phase)
{
	for (size_t i = 0; i < armed->count; i++)
		window_enters(&armed->list[i].window, phase);
}

struct fault_event armed_faults_event(struct armed_faults *armed, enum site site, uint64_t number, sim_ns now)
{
	const struct fault_event event = {.site = site, .number = number, .now = now};

	if (now >= armed->redraw.from)
		draw_anew(armed);
	if (site >= SITES)
		return event;
	armed->events[site] = number;
	armed_faults_see(armed, &event);
	if (armed->ops.happened != NULL)
		armed->ops.happened(armed->ctx, &event);
	return event;
}

struct fault_event armed_faults_next(struct armed_faults *armed, enum site site, sim_ns now)
{
	return armed_faults_event(armed, site, site < SITES ? armed->events[site] + 1 : 1, now);
}

/* "enc.tx#7"; empty for what has no address. */
static void render_event(const struct fault_event *event, char ret_at[FAULT_AT_MAX])
{
	if (event->site < SITES)
		(void)snprintf(ret_at, FAULT_AT_MAX, "%s#%" PRIu64, fault_sites[event->site].name, event->number);
	else
		ret_at[0] = '\0';
}

/*
 * What has no address happens when its window opens. If that is at an address or in a phase it is
 * repeated so: if its time were known beforehand, it would be told to the guest as one to wake up
 * at.
 */
static void tell_window(const struct fault *fault, struct decision *decision)
{
	if (fault->match.from.kind == EDGE_ADDRESS)
		memcpy(decision->at, fault->match.from.at, sizeof decision->at);
	memcpy(decision->during, fault->match.during, sizeof decision->during);
	if (fault->match.during[0] != '\0')
		decision->from_ns = fault->match.from.ns;
}

static void tell(struct armed_faults *armed, const struct armed_fault *acting, const struct fault_event *event)
{
	const struct fault *fault = acting->fault;
	struct decision decision = {.direction = MATCH_BOTH, .time = event->now, .action = fault->action, .params = fault->params};
	char at[FAULT_AT_MAX];

	render_event(event, at);
	trace_line(armed->trace, event->now, "fault", "%s%s'%s' %s", at, at[0] != '\0' ? ": " : "", fault->name, fault->action->name);
	if (armed->ops.decided == NULL)
		return;
	memcpy(decision.at, at, sizeof decision.at);
	memcpy(decision.name, fault->name, sizeof decision.name);
	if (event->site >= SITES)
		tell_window(fault, &decision);
	armed->ops.decided(armed->ctx, &decision);
}

bool armed_fault_acts(struct armed_faults *armed, struct armed_fault *fault, const struct fault_event *event)
{
	if (!armed_fault_matches(fault, event))
		return false;
	fault->counters.matched++;
	if (!armed_fault_picks(fault, event, fault->counters.matched))
		return false;
	armed_fault_counts(fault, event->now);
	tell(armed, fault, event);
	return true;
}

bool armed_faults_counters(const struct armed_faults *armed, size_t index, struct fault_counters *ret_counters)
{
	for (size_t i = 0; i < armed->count; i++)
		if (armed->list[i].index == index) {
			*ret_counters = armed->list[i].counters;
			ret_counters->seen = ret_counters->matched;
			return true;
		}
	return false;
}

struct fault fault_again(const struct decision *decision)
{
	struct fault fault = {.action = decision->action, .params = decision->params};

	params_init(match_params, &fault.match);
	memcpy(fault.name, decision->name, sizeof fault.name);
	const unsigned offers = fault_sites[decision->action->site].offers;
	if (offers & SITE_HAS_EVENTS) {
		memcpy(fault.match.at, decision->at, sizeof fault.match.at);
	} else if (offers & SITE_HAS_WINDOW) {
		memcpy(fault.match.during, decision->during, sizeof fault.match.during);
		fault.match.from.ns = decision->during[0] != '\0' ? decision->from_ns : decision->time;
		if (decision->at[0] != '\0')
			fault.match.from.kind = EDGE_ADDRESS;
		memcpy(fault.match.from.at, decision->at, sizeof fault.match.from.at);
	}
	return fault;
}
