/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A slower link: it sends one frame after the other, or some at once now and then. What one frame finds depends on all that came before it in its direction,
 * whatever their flows; that is what a link is.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "proxy/jitter.h"
#include "proxy/rule.h"

__extension__ typedef unsigned __int128 wide;

#define NS_PER_S 1000000000U

/* Nothing takes longer than a year, so that the clock does not run over. */
static sim_ns within_a_year(const struct passage *passage, sim_ns at)
{
	sim_ns last = passage->now + FAULT_TIME_MAX;

	return at < last ? at : last;
}

/* -- rate -- */

/* A frame that is in the queue until it has been sent. */
struct queued {
	sim_ns until;
	uint64_t bytes;
};

/* A direction of the link. The time of its last bit is whole nanoseconds and a fraction with the rate below the line, so that nothing is lost in a long run. */
struct lane {
	sim_ns free_at;
	uint64_t fraction;
	struct queued *queue; /* a ring, by time */
	size_t first, count, room;
	uint64_t bytes;
};

struct rate {
	struct lane lanes[2];
};

static void take_out_sent(struct lane *lane, sim_ns now)
{
	while (lane->count > 0 && lane->queue[lane->first].until <= now) {
		lane->bytes -= lane->queue[lane->first].bytes;
		lane->first = (lane->first + 1) % lane->room;
		lane->count--;
	}
}

static void put_in(struct lane *lane, struct queued frame)
{
	if (lane->count == lane->room) {
		size_t room = lane->room > 0 ? lane->room * 2 : 16;
		struct queued *queue = memory_new(room * sizeof *queue);
		for (size_t i = 0; i < lane->count; i++)
			queue[i] = lane->queue[(lane->first + i) % lane->room];
		free(lane->queue);
		lane->queue = queue;
		lane->first = 0;
		lane->room = room;
	}
	lane->queue[(lane->first + lane->count++) % lane->room] = frame;
	lane->bytes += frame.bytes;
}

/* How many bytes the link sends for a frame (tc-netem(8), rate). */
static uint64_t bytes_on_link(const struct rate_params *params, uint64_t length)
{
	int64_t bytes = (int64_t)length + params->overhead;

	if (bytes < 0)
		bytes = 0;
	if (params->cell_size > 0) {
		int64_t size = (int64_t)params->cell_size, cells = (bytes + size - 1) / size;
		bytes = cells * (size + params->cell_overhead);
	}
	return bytes > 0 ? (uint64_t)bytes : 0;
}

static bool is_full(const struct rate_params *params, const struct lane *lane, uint64_t length)
{
	return (params->limit > 0 && lane->count >= params->limit) || (params->bytes > 0 && lane->bytes + length > params->bytes);
}

/* Sends @p bytes from @p ready on, or when the lane is free. */
static void occupy(struct lane *lane, uint64_t rate_bps, uint64_t bytes, sim_ns ready)
{
	if (ready > lane->free_at) {
		lane->free_at = ready;
		lane->fraction = 0;
	}
	if (rate_bps == 0)
		return;
	const wide time = (wide)bytes * 8 * NS_PER_S + lane->fraction;
	lane->free_at += time / rate_bps < FAULT_TIME_MAX ? (sim_ns)(time / rate_bps) : FAULT_TIME_MAX;
	lane->fraction = (uint64_t)(time % rate_bps);
}

static void apply_rate(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct rate_params *params = &rule->fault.params.rate;
	struct lane *lane = &((struct rate *)rule->state)->lanes[passage->direction];
	uint64_t length = act->frame->length;

	if (act->express)
		return;
	take_out_sent(lane, passage->now);
	if (is_full(params, lane, length) || lane->free_at > passage->now + FAULT_TIME_MAX) {
		act->applied = act->drop = true;
		return;
	}
	occupy(lane, params->rate_bps, bytes_on_link(params, length), act->release);
	sim_ns release = lane->free_at + (lane->fraction > 0);
	put_in(lane, (struct queued){release, length});
	act->applied = release != act->release;
	act->release = release;
}

static void close_rate(struct rule *rule)
{
	const struct rate *rate = rule->state;

	free(rate->lanes[TO_SERVER].queue);
	free(rate->lanes[TO_DEVICE].queue);
}

const struct behaviour behaviour_rate = {.apply = apply_rate, .state_size = sizeof(struct rate), .close = close_rate};

/* -- slot -- */

/* The slot of a direction that is open or opens next. */
struct opening {
	sim_ns at;
	uint64_t packets, bytes; /* that have left in it */
};

struct slots {
	struct opening openings[2];
	struct jitter jitter;
};

/* How long it is to the next slot. */
static uint64_t draw_wait(const struct rule *rule, uint64_t what, uint64_t which)
{
	const struct slot_params *params = &rule->fault.params.slot;
	uint64_t more = params->max_ns > params->min_ns ? params->max_ns - params->min_ns : 0;

	if (params->time_ns > 0)
		return jitter_draw(&((const struct slots *)rule->state)->jitter, rule->stream, what, which);
	return params->min_ns + random_below(rule->stream, what, which, more + 1);
}

/* The next slot comes some time after @p since. */
static void open_next(const struct rule *rule, const struct passage *passage, struct opening *opening, sim_ns since, enum purpose purpose)
{
	uint64_t wait = draw_wait(rule, passage_what(passage), passage_which(passage, purpose));

	*opening = (struct opening){.at = within_a_year(passage, since + wait)};
}

static void apply_slot(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct slot_params *params = &rule->fault.params.slot;
	struct opening *opening = &((struct slots *)rule->state)->openings[passage->direction];

	/* Who comes after a slot has passed waits for a new one. */
	if (opening->at < act->release)
		open_next(rule, passage, opening, act->release, PURPOSE_START);
	act->applied = opening->at > act->release;
	act->release = opening->at > act->release ? opening->at : act->release;
	opening->packets++;
	opening->bytes += act->frame->length;
	if ((params->packets > 0 && opening->packets >= params->packets) || (params->bytes > 0 && opening->bytes >= params->bytes))
		open_next(rule, passage, opening, opening->at, PURPOSE_SECOND);
}

static void open_slot(struct rule *rule)
{
	const struct slot_params *params = &rule->fault.params.slot;

	jitter_open(&((struct slots *)rule->state)->jitter, params->time_ns, params->jitter_ns, params->distribution, params->table);
}

static void close_slot(struct rule *rule)
{
	jitter_close(&((struct slots *)rule->state)->jitter);
}

const struct behaviour behaviour_slot = {.apply = apply_slot, .state_size = sizeof(struct slots), .open = open_slot, .close = close_slot};
