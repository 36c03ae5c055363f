/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A slower link: it sends one frame after the other. What one frame finds depends on all that came
 * before it in its direction, whatever their flows; that is what a link is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "harness/proxy/rule.h"

__extension__ typedef unsigned __int128 wide;

#define NS_PER_S 1000000000U

/** A link of less speed with a queue in front of it, a direction; tc-netem's `rate` and `limit`. */
struct rate_params {
	uint64_t rate_bps;     /**< 0: takes no time */
	uint64_t limit;        /**< frames in the queue, the one being sent included; 0: no limit */
	uint64_t bytes;        /**< of frames in the queue; 0: no limit */
	int64_t overhead;      /**< bytes more, or less, a frame */
	uint64_t cell_size;    /**< payload of a cell; 0: none */
	int64_t cell_overhead; /**< bytes more, or less, a cell */
};

/* Bytes that may be negative. */
#define SIGNED_MAX 65535

static bool set_signed(void *value, const char *text, struct error *err)
{
	bool negative = text[0] == '-';
	uint64_t size;

	if (!unit_parse(UNIT_NONE, text + negative, &size, err))
		return error_set(err, "'%s' is not a whole number of bytes, such as 20 or -14", text);
	if (size > SIGNED_MAX)
		return error_set(err, "%s is out of range: at most %d either way", text, SIGNED_MAX);
	*(int64_t *)value = negative ? -(int64_t)size : (int64_t)size;
	return true;
}

static void get_signed(const void *value, char *ret_text, size_t size)
{
	(void)snprintf(ret_text, size, "%" PRId64, *(const int64_t *)value);
}

static const struct param_codec signed_codec = {set_signed, get_signed, "a whole number, which may be negative", true};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(rate_params, rate_bps, "rate", UNIT_RATE, NULL, 0, 0,
                           "speed at which frames leave; 0bit: sending takes no time"),
	PARAM_ROW_QUANTITY(rate_params, limit, "limit", UNIT_NONE, "1000", 0, 0,
                           "frames of one direction that may wait or be on their way; one more is lost; 0: no limit"),
	PARAM_ROW_QUANTITY(rate_params, bytes, "bytes", UNIT_SIZE, "0B", 0, 0, "the same in bytes of frames; 0B: no limit"),
	PARAM_ROW_CUSTOM(rate_params, overhead, "overhead", &signed_codec, "0",
                         "number of bytes by which each frame is longer, or shorter"),
	PARAM_ROW_QUANTITY(rate_params, cell_size, "cell_size", UNIT_NONE, "0", 0, SIGNED_MAX,
                           "frames are cut into cells of so many bytes, the last one filled up; 0: they are not"),
	PARAM_ROW_CUSTOM(rate_params, cell_overhead, "cell_overhead", &signed_codec, "0",
                         "number of bytes by which each cell is longer, or shorter"),
	{0},
};

/* A frame that is in the queue until it has been sent. */
struct queued {
	sim_ns until;
	uint64_t bytes;
};

/*
 * A direction of the link. The time of its last bit is whole nanoseconds and a fraction with the
 * rate below the line, so that nothing is lost in a long run.
 */
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

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct rate_params *params = fault_params(&rule->fault);
	struct lane *lane = &((struct rate *)rule->state)->lanes[passage->event.direction];
	uint64_t length = act->frame->length;

	if (act->express)
		return;
	take_out_sent(lane, passage->event.now);
	if (is_full(params, lane, length) || lane->free_at > passage->event.now + FAULT_TIME_MAX) {
		act->applied = act->drop = true;
		return;
	}
	occupy(lane, params->rate_bps, bytes_on_link(params, length), act->release);
	sim_ns release = lane->free_at + (lane->fraction > 0);
	put_in(lane, (struct queued){release, length});
	act->applied = release != act->release;
	act->release = release;
}

static void close(struct rule *rule)
{
	const struct rate *rate = rule->state;

	free(rate->lanes[TO_SERVER].queue);
	free(rate->lanes[TO_DEVICE].queue);
}

static const struct behaviour behaviour = {.apply = apply, .state_size = sizeof(struct rate), .close = close};

const struct action fault_rate = {
	.name = "rate",
	.summary = "a slower link with a queue in front of it, for each direction",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct rate_params),
	.is_netems = true,
	.act = &behaviour,
};
