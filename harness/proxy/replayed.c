/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links as they were recorded.
 *
 * How it works: each direction is a queue of its own in front of a server that works off one frame after the other, so when a frame leaves is known when it
 * comes, and nothing has to wake up in between. The recording begins when the fault's window opens. What is decided of a frame is a delay or a loss.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "fault/recording.h"
#include "proxy/rule.h"

#define BYTE_NS (UINT64_C(8) * SIM_S) /* at a bit a second */

/* -- the queue -- */

/* When the frames leave that wait; a ring. */
struct backlog {
	sim_ns *leaves;
	size_t first, count, room;
	sim_ns last; /* when the last one leaves, or has left */
};

static void backlog_clear(struct backlog *backlog, sim_ns now)
{
	for (; backlog->count > 0 && backlog->leaves[backlog->first] <= now; backlog->count--)
		backlog->first = (backlog->first + 1) % backlog->room;
}

static void backlog_put(struct backlog *backlog, sim_ns leaves)
{
	backlog->leaves[(backlog->first + backlog->count++) % backlog->room] = leaves;
	backlog->last = leaves;
}

/* What comes to the link at act->release leaves at @p leaves. */
static void pass(struct act *act, struct backlog *backlog, sim_ns served, sim_ns leaves)
{
	backlog_put(backlog, served);
	act->applied = leaves != act->release;
	act->release = leaves;
}

/* -- mahimahi -- */

/* Bytes of one opportunity: a datagram of 1500 bytes and the 4 bytes that a TUN device puts before it, both of which mahimahi counts. */
#define OPPORTUNITY_BYTES 1504U
#define TUN_HEADER 4U

/* The opportunity that is used next, and what is left of it. */
struct cursor {
	uint64_t round;
	size_t index;
	size_t left;
};

struct mahimahi {
	struct opportunities opportunities;
	struct {
		struct backlog backlog;
		struct cursor cursor;
		sim_ns begun; /* of the window to which the cursor belongs */
		bool used;
	} ends[2];
};

static void open_mahimahi(struct rule *rule)
{
	struct mahimahi *mahimahi = rule->state;
	struct error err;

	CHECK(opportunities_open(&mahimahi->opportunities, rule->fault.params.mahimahi.file, &err));
	for (size_t i = 0; i < 2; i++) {
		mahimahi->ends[i].backlog.room = (size_t)rule->fault.params.mahimahi.queue;
		mahimahi->ends[i].backlog.leaves = memory_new(mahimahi->ends[i].backlog.room * sizeof(sim_ns));
	}
}

static void close_mahimahi(struct rule *rule)
{
	struct mahimahi *mahimahi = rule->state;

	free(mahimahi->ends[0].backlog.leaves);
	free(mahimahi->ends[1].backlog.leaves);
	opportunities_close(&mahimahi->opportunities);
}

static bool is_over(const struct rule *rule, const struct cursor *cursor)
{
	return cursor->round > 0 && !rule->fault.params.mahimahi.loop;
}

static uint64_t cursor_at(const struct opportunities *opportunities, const struct cursor *cursor)
{
	return cursor->round * opportunities->at_ns[opportunities->count - 1] + opportunities->at_ns[cursor->index];
}

static void cursor_step(const struct opportunities *opportunities, struct cursor *cursor)
{
	cursor->left = OPPORTUNITY_BYTES;
	if (++cursor->index < opportunities->count)
		return;
	cursor->index = 0;
	cursor->round++;
}

/* The first opportunity after @p now, which counts from the beginning of the recording: what is there at this very instant is gone already. */
static void cursor_seek(const struct opportunities *opportunities, struct cursor *cursor, uint64_t now)
{
	uint64_t period = opportunities->at_ns[opportunities->count - 1], phase = now % period;
	size_t low = 0, high = opportunities->count;

	/* At its end the recording begins again, at the same instant; the end belongs to the round before and is gone. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (opportunities->at_ns[middle] <= phase)
			low = middle + 1;
		else
			high = middle;
	}
	*cursor = (struct cursor){.round = now / period, .index = low, .left = OPPORTUNITY_BYTES};
}

/* Takes opportunities until @p bytes have passed. @return the time of the last of them, from the beginning; false if the recording is over. */
static bool cursor_use(const struct rule *rule, const struct opportunities *opportunities, struct cursor *cursor, size_t bytes,
                       uint64_t *ret_at)
{
	while (!is_over(rule, cursor)) {
		*ret_at = cursor_at(opportunities, cursor);
		if (bytes < cursor->left) {
			cursor->left -= bytes;
			return true;
		}
		bytes -= cursor->left;
		cursor_step(opportunities, cursor);
		if (bytes == 0)
			return true;
	}
	return false;
}

static void apply_mahimahi(struct rule *rule, const struct passage *passage, struct act *act)
{
	struct mahimahi *mahimahi = rule->state;
	struct backlog *backlog = &mahimahi->ends[passage->direction].backlog;
	struct cursor *cursor = &mahimahi->ends[passage->direction].cursor;
	sim_ns begun = window_begun(&rule->window), arrives = act->release;
	uint64_t at;

	if (act->express)
		return;
	backlog_clear(backlog, arrives);
	act->applied = act->drop = backlog->count == backlog->room;
	if (act->drop)
		return;
	bool same = mahimahi->ends[passage->direction].used && mahimahi->ends[passage->direction].begun == begun;
	if (!same || backlog->count == 0)
		cursor_seek(&mahimahi->opportunities, cursor, (arrives > backlog->last ? arrives : backlog->last) - begun);
	mahimahi->ends[passage->direction].used = true;
	mahimahi->ends[passage->direction].begun = begun;
	size_t bytes = act->frame->length > ETHERNET_HEADER ? act->frame->length - ETHERNET_HEADER + TUN_HEADER : TUN_HEADER;
	act->applied = act->drop = !cursor_use(rule, &mahimahi->opportunities, cursor, bytes, &at);
	if (!act->drop)
		pass(act, backlog, begun + at, begun + at);
}

const struct behaviour behaviour_mahimahi = {
	.apply = apply_mahimahi, .state_size = sizeof(struct mahimahi), .open = open_mahimahi, .close = close_mahimahi};

/* -- link_trace -- */

struct link_trace {
	struct link_rows rows;
	struct {
		struct backlog backlog;
		sim_ns released; /* when the last frame left behind its delay */
	} ends[2];
};

static void open_link_trace(struct rule *rule)
{
	struct link_trace *trace = rule->state;
	struct error err;

	CHECK(link_rows_open(&trace->rows, rule->fault.params.link_trace.file, &err));
	for (size_t i = 0; i < 2; i++) {
		trace->ends[i].backlog.room = (size_t)rule->fault.params.link_trace.queue;
		trace->ends[i].backlog.leaves = memory_new(trace->ends[i].backlog.room * sizeof(sim_ns));
	}
}

static void close_link_trace(struct rule *rule)
{
	struct link_trace *trace = rule->state;

	free(trace->ends[0].backlog.leaves);
	free(trace->ends[1].backlog.leaves);
	link_rows_close(&trace->rows);
}

/* How many rows have begun at @p now: the last of them holds. */
static size_t rows_begun(const struct link_rows *rows, uint64_t now)
{
	size_t low = 0, high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows->list[middle].at_ns <= now)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Until when @p bits take that begin at @p now, over all rows that come meanwhile. False: for ever, at a rate of nothing. */
static bool serve(const struct link_rows *rows, uint64_t now, size_t bytes, uint64_t *ret_done)
{
	uint64_t left = bytes * BYTE_NS; /* bits in billionths of a second's worth at a bit a second */

	for (size_t next = rows_begun(rows, now); left > 0; next++) {
		const struct link_row *row = next > 0 ? &rows->list[next - 1] : NULL;
		uint64_t until = next < rows->count ? rows->list[next].at_ns : SIM_NEVER;
		if (row == NULL || !row->has_rate)
			break;
		if (row->rate_bps > 0 && (left + row->rate_bps - 1) / row->rate_bps <= until - now) {
			now += (left + row->rate_bps - 1) / row->rate_bps;
			break;
		}
		if (until == SIM_NEVER)
			return false;
		left -= row->rate_bps * (until - now);
		now = until;
	}
	*ret_done = now;
	return true;
}

static void apply_link_trace(struct rule *rule, const struct passage *passage, struct act *act)
{
	struct link_trace *trace = rule->state;
	struct backlog *backlog = &trace->ends[passage->direction].backlog;
	sim_ns *released = &trace->ends[passage->direction].released;
	sim_ns begun = window_begun(&rule->window), arrives = act->release, done;
	size_t at = rows_begun(&trace->rows, arrives - begun);
	const struct link_row *row = at > 0 ? &trace->rows.list[at - 1] : NULL;

	backlog_clear(backlog, arrives);
	bool lost = row != NULL && random_happens(rule->stream, passage_what(passage), passage_which(passage, PURPOSE_LOSS), row->loss);
	if (act->express && !lost)
		return;
	act->applied = act->drop = lost || backlog->count == backlog->room ||
	                           !serve(&trace->rows, (arrives > backlog->last ? arrives : backlog->last) - begun, act->frame->length,
	                                  &done);
	if (act->drop)
		return;
	sim_ns leaves = begun + done + (row != NULL ? row->delay_ns : 0);
	/* A shorter delay does not make a frame overtake. */
	*released = leaves > *released ? leaves : *released;
	pass(act, backlog, begun + done, *released);
}

const struct behaviour behaviour_link_trace = {
	.apply = apply_link_trace, .state_size = sizeof(struct link_trace), .open = open_link_trace, .close = close_link_trace};
