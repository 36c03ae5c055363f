/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault/trouble.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

static void open_trouble(struct trouble *trouble, const struct fault *faults, size_t index, uint64_t seed)
{
	struct error err;

	*trouble = (struct trouble){.fault = &faults[index], .index = index, .stream = fault_stream(faults, index, seed)};
	if (trouble->fault->match.at[0] != '\0')
		CHECK(point_parse(trouble->fault->match.at, &trouble->at, &err));
	window_init(&trouble->window, &trouble->fault->match);
}

void troubles_open(struct troubles *troubles, const struct fault *faults, size_t count, enum fault_layer layer, uint64_t seed,
                   struct trace *trace, struct trouble_ops ops, void *ctx)
{
	*troubles = (struct troubles){.trace = trace, .ops = ops, .ctx = ctx, .list = memory_new(count * sizeof *troubles->list)};
	troubles->redraw.from = SIM_NEVER;
	for (size_t i = 0; i < count; i++)
		if (faults[i].action->layer == layer)
			open_trouble(&troubles->list[troubles->count++], faults, i, seed);
	for (size_t i = 0; i < troubles->count; i++)
		troubles->by_points += troubles->list[i].window.by_points;
}

void troubles_redraw(struct troubles *troubles, const struct redraw *redraw)
{
	if (!redraw->asked)
		return;
	troubles->redraw.from = redraw->from_ns;
	troubles->redraw.seed = redraw->seed;
}

static void draw_anew(struct troubles *troubles)
{
	for (size_t i = 0; i < troubles->count; i++) {
		struct trouble *trouble = &troubles->list[i];
		trouble->stream = fault_stream(trouble->fault - trouble->index, trouble->index, troubles->redraw.seed);
	}
	troubles->redraw.from = SIM_NEVER;
}

void troubles_close(struct troubles *troubles)
{
	free(troubles->list);
	troubles->list = NULL;
	troubles->count = 0;
}

void troubles_see(struct troubles *troubles, const struct naming *naming, sim_ns now)
{
	for (size_t i = 0; i < troubles->count && troubles->by_points > 0; i++)
		window_sees_frame(&troubles->list[i].window, naming, now);
}

void troubles_see_occasion(struct troubles *troubles, const char *site, uint64_t occasion, sim_ns now)
{
	for (size_t i = 0; i < troubles->count && troubles->by_points > 0; i++)
		window_sees_occasion(&troubles->list[i].window, site, occasion, now);
}

void troubles_enter(struct troubles *troubles, const char *phase)
{
	for (size_t i = 0; i < troubles->count; i++)
		window_enters(&troubles->list[i].window, phase);
}

void troubles_begin(struct troubles *troubles, enum site site, uint64_t occasion, sim_ns now)
{
	if (now >= troubles->redraw.from)
		draw_anew(troubles);
	troubles->occasions[site] = occasion;
	troubles_see_occasion(troubles, fault_sites[site].name, occasion, now);
	if (troubles->ops.occasion != NULL)
		troubles->ops.occasion(troubles->ctx, fault_sites[site].name, occasion, now);
}

uint64_t troubles_next(struct troubles *troubles, enum site site, sim_ns now)
{
	troubles_begin(troubles, site, troubles->occasions[site] + 1, now);
	return troubles->occasions[site];
}

/* @at: an address, or empty. */
static void tell(struct troubles *troubles, struct trouble *trouble, const char *at, sim_ns now)
{
	const struct fault *fault = trouble->fault;
	struct decision decision = {.direction = MATCH_BOTH, .time = now, .action = fault->action, .params = fault->params};

	trouble->applied++;
	trace_line(troubles->trace, now, "fault", "%s%s'%s' %s", at, at[0] != '\0' ? ": " : "", fault->name, fault->action->name);
	if (troubles->ops.decided == NULL)
		return;
	(void)snprintf(decision.at, sizeof decision.at, "%s", at);
	memcpy(decision.name, fault->name, sizeof decision.name);
	troubles->ops.decided(troubles->ctx, &decision);
}

bool trouble_acts(struct troubles *troubles, struct trouble *trouble, enum site site, sim_ns now)
{
	const struct fault *fault = trouble->fault;
	const char *name = fault_sites[site].name;
	uint64_t occasion = troubles->occasions[site];
	char at[FAULT_AT_MAX];

	if (fault->action->site == NULL || strcmp(fault->action->site, name) != 0 || !window_is_open(&trouble->window, now) ||
	    fault_is_taken_out(fault))
		return false;
	trouble->matched++;
	/* An address names the occasion since power on, an ordinal the one within the window. */
	if (fault->match.at[0] != '\0' ? !point_is_occasion(&trouble->at, name, occasion) : !fault_picks(fault, trouble->matched))
		return false;
	if (!random_happens(trouble->stream, site, occasion, fault->match.probability))
		return false;
	(void)snprintf(at, sizeof at, "%s#%" PRIu64, name, occasion);
	tell(troubles, trouble, at, now);
	return true;
}

void trouble_acted(struct troubles *troubles, struct trouble *trouble, sim_ns now)
{
	trouble->matched++;
	tell(troubles, trouble, "", now);
}

bool troubles_counters(const struct troubles *troubles, size_t index, uint64_t *ret_matched, uint64_t *ret_applied)
{
	for (size_t i = 0; i < troubles->count; i++)
		if (troubles->list[i].index == index) {
			*ret_matched = troubles->list[i].matched;
			*ret_applied = troubles->list[i].applied;
			return true;
		}
	return false;
}

struct fault trouble_again(const struct decision *decision)
{
	struct fault fault = {.action = decision->action, .params = decision->params};

	params_init(match_params, &fault.match);
	memcpy(fault.name, decision->name, sizeof fault.name);
	if (decision->action->layer != LAYER_LINK) {
		memcpy(fault.match.at, decision->at, sizeof fault.match.at);
	} else if (decision->at[0] != '\0') {
		fault.match.from.kind = MOMENT_POINT;
		memcpy(fault.match.from.at, decision->at, sizeof fault.match.from.at);
	} else {
		fault.match.from.ns = decision->time;
	}
	return fault;
}
