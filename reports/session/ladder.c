/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/session/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* Fewer segments than this in a row are shown one by one. */
#define BULK_LEAST 4U

/* Which segments go into one row with their neighbours. */
enum patience {
	ROUTINE_ONLY,    /* those to which nothing happened but a delay */
	WHOLE_TRANSFERS, /* those that were lost or repeated as well */
};

static struct ladder_row *add(struct ladder *ladder, enum ladder_kind kind)
{
	if (ladder->count == ladder->room) {
		ladder->room = ladder->room > 0 ? 2 * ladder->room : 256;
		ladder->rows = memory_resize(ladder->rows, ladder->room, sizeof *ladder->rows);
	}
	struct ladder_row *row = &ladder->rows[ladder->count++];
	*row = (struct ladder_row){.kind = kind};
	return row;
}

static bool is_segment(enum address_word word)
{
	return word == ADDRESS_TCP_ACK || word == ADDRESS_TCP_DATA || word == ADDRESS_TCP_RETRANSMISSION || word == ADDRESS_TLS_APPDATA;
}

static bool goes_into_bulk(const struct crossing *crossing, enum patience patience)
{
	if (patience == WHOLE_TRANSFERS)
		return crossing->is_named && is_segment(crossing->at.word);
	return crossing->routine && crossing->fate == CROSSING_ARRIVED;
}

static bool same_connection(const struct crossing *a, const struct crossing *b)
{
	return a->at.has_flow && b->at.has_flow && a->at.port == b->at.port && a->at.connection == b->at.connection;
}

/*
 * Whether a frame comes before an event. What the far end notes at the instant at which a frame is
 * sent is about that frame, which took no time.
 */
static bool is_before(const struct crossing *crossing, const struct event *event)
{
	if (event == NULL || crossing->sent < event->at)
		return true;
	return crossing->sent == event->at && event->lane == LANE_SERVER && crossing->direction == TO_SERVER;
}

/* How many frames from @p first on go into one row, before the event. */
static size_t bulk_length(const struct crossings *crossings, size_t first, const struct event *event, enum patience patience)
{
	size_t end = first;

	while (end < crossings->count && is_before(&crossings->list[end], event) && goes_into_bulk(&crossings->list[end], patience) &&
	       same_connection(&crossings->list[first], &crossings->list[end]))
		end++;
	return end - first;
}

static void add_bulk(struct ladder *ladder, const struct crossing *first, size_t count)
{
	struct ladder_row *row = add(ladder, LADDER_BULK);

	row->crossing = first;
	row->to = first[count - 1].sent;
	for (size_t i = 0; i < count; i++) {
		row->frames[first[i].direction]++;
		row->bytes[first[i].direction] += first[i].data.length;
		row->delayed += first[i].delayed;
		row->lost += first[i].fate == CROSSING_DROPPED || first[i].fate == CROSSING_GONE;
		row->retransmissions += first[i].retransmission;
	}
}

static void make(struct ladder *ladder, const struct crossings *crossings, const struct events *events, enum patience patience)
{
	size_t frame = 0;

	ladder->count = 0;
	for (size_t i = 0; i <= events->count; i++) {
		const struct event *event = i < events->count ? &events->list[i] : NULL;
		while (frame < crossings->count && is_before(&crossings->list[frame], event)) {
			size_t count = bulk_length(crossings, frame, event, patience);
			if (count >= BULK_LEAST) {
				add_bulk(ladder, &crossings->list[frame], count);
			} else {
				add(ladder, LADDER_FRAME)->crossing = &crossings->list[frame];
				count = 1;
			}
			frame += count;
		}
		if (event != NULL)
			add(ladder, LADDER_EVENT)->event = event;
	}
}

/* Two thirds of what is kept are the beginning, a third is the end. */
static void leave_out_middle(struct ladder *ladder)
{
	const size_t head = LADDER_ROWS_MAX / 3 * 2, tail = LADDER_ROWS_MAX / 3, left = ladder->count - head - tail;

	memmove(&ladder->rows[head + 1], &ladder->rows[ladder->count - tail], tail * sizeof *ladder->rows);
	ladder->rows[head] = (struct ladder_row){.kind = LADDER_GAP, .frames = {left}};
	ladder->count = head + 1 + tail;
}

void ladder_make(struct ladder *ret_ladder, const struct crossings *crossings, const struct events *events)
{
	*ret_ladder = (struct ladder){.count = 0};
	make(ret_ladder, crossings, events, ROUTINE_ONLY);
	if (ret_ladder->count > LADDER_ROWS_MAX)
		make(ret_ladder, crossings, events, WHOLE_TRANSFERS);
	if (ret_ladder->count > LADDER_ROWS_MAX + 1)
		leave_out_middle(ret_ladder);
}

void ladder_close(struct ladder *ladder)
{
	free(ladder->rows);
	ladder->rows = NULL;
}
