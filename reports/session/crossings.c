/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: each capture is in order of time, so both are read side by side, and what happens
 * first is taken first. A frame is sent in the capture of one end and arrives in that of the other,
 * under the same number. The proxy's namer names them anew, in the order in which they came to the
 * proxy.
 */
#include "reports/session/crossings.h"

#include <stdlib.h>
#include <string.h>

#include "lib/address/namer.h"
#include "lib/base/map.h"
#include "lib/base/memory.h"
#include "lib/verdict/files.h"

#define DROPPED " -> dropped"

struct reader {
	struct crossings *crossings;
	size_t room;
	struct namer *namer;
	struct map by_id; /* index + 1 */
	struct series *series;
	struct rules *rules;
	struct capture_frame next[2]; /* of both captures */
	bool has_next[2];
};

static void keep_secret(void *ctx, const char *line)
{
	namer_secret(ctx, line);
}

static void advance(struct reader *reader, size_t which)
{
	reader->has_next[which] = capture_next(&reader->crossings->captures[which], &reader->next[which]);
}

/*
 * Which capture's frame happened first. At one instant a frame leaves the device, reaches the far
 * end and is answered; frames that both ends send then are told apart by their numbers.
 */
static size_t first_of(const struct reader *reader)
{
	const struct capture_frame *device = &reader->next[AT_DEVICE], *server = &reader->next[AT_SERVER];

	if (!reader->has_next[AT_DEVICE] || !reader->has_next[AT_SERVER])
		return reader->has_next[AT_DEVICE] ? AT_DEVICE : AT_SERVER;
	if (device->time_ns != server->time_ns)
		return device->time_ns < server->time_ns ? AT_DEVICE : AT_SERVER;
	return device->outbound && server->outbound && server->id < device->id ? AT_SERVER : AT_DEVICE;
}

static struct crossing *add(struct reader *reader, const struct capture_frame *frame, enum direction direction, sim_ns at)
{
	struct crossings *crossings = reader->crossings;

	if (crossings->count == reader->room) {
		reader->room = reader->room > 0 ? 2 * reader->room : 1024;
		crossings->list = memory_resize(crossings->list, reader->room, sizeof *crossings->list);
	}
	struct crossing *crossing = &crossings->list[crossings->count++];
	*crossing = (struct crossing){.id = frame->id,
	                              .direction = direction,
	                              .sent = at,
	                              .arrived = SIM_NEVER,
	                              .comment = frame->comment,
	                              .data = frame->data,
	                              .fate = CROSSING_GONE};
	if (frame->id != 0)
		*map_at(&reader->by_id, frame->id) = crossings->count;
	return crossing;
}

static bool ends_with(struct bytes text, const char *end)
{
	const size_t length = strlen(end);

	return text.length >= length && memcmp(text.data + text.length - length, end, length) == 0;
}

/* What carries data in bulk, and what acknowledges it. */
static bool is_bulk(enum address_word word)
{
	return word == ADDRESS_TCP_ACK || word == ADDRESS_TCP_DATA || word == ADDRESS_TLS_APPDATA;
}

static void name(struct reader *reader, struct crossing *crossing)
{
	const struct packet packet = packet_parse(crossing->data);
	struct naming naming;

	namer_see(reader->namer, crossing->direction, &packet, packet_flow(&packet), &naming);
	crossing->is_named = true;
	crossing->at = naming_address(&naming);
	for (size_t i = 0; i < naming.count; i++)
		crossing->retransmission = crossing->retransmission || naming.names[i].word == ADDRESS_TCP_RETRANSMISSION;
}

static void sends(struct reader *reader, const struct capture_frame *frame, enum direction direction, sim_ns at)
{
	struct crossing *crossing = add(reader, frame, direction, at);
	const bool harmless = rules_take(reader->rules, frame->comment, series_at(reader->series, at));

	/* What the cable has lost never came to the proxy, which numbers and names. */
	if (frame->id == 0)
		return;
	name(reader, crossing);
	if (ends_with(frame->comment, DROPPED))
		crossing->fate = CROSSING_DROPPED;
	crossing->delayed = frame->comment.length > 0 && harmless;
	crossing->routine = harmless && !crossing->retransmission && is_bulk(crossing->at.word);
	if (crossing->fate != CROSSING_DROPPED)
		series_sends(reader->series, at, crossing->retransmission);
}

static void arrives(struct reader *reader, const struct capture_frame *frame, enum direction direction, sim_ns at)
{
	uint64_t place = frame->id != 0 ? map_find(&reader->by_id, frame->id) : 0;

	if (place == 0) {
		struct crossing *made = add(reader, frame, direction, at);
		made->fate = CROSSING_MADE;
		place = reader->crossings->count;
	}
	struct crossing *crossing = &reader->crossings->list[place - 1];
	series_delivers(reader->series, at, direction, frame->data.length);
	if (crossing->fate == CROSSING_GONE)
		crossing->fate = CROSSING_ARRIVED;
	crossing->arrived = at;
}

void crossings_read(struct crossings *ret_crossings, const char *dir, struct series *series, struct rules *rules)
{
	static const char *const names[] = {[AT_DEVICE] = CAPTURES_DEVICE, [AT_SERVER] = CAPTURES_SERVER};
	struct reader reader = {.crossings = ret_crossings, .namer = namer_open(), .series = series, .rules = rules};

	*ret_crossings = (struct crossings){.count = 0};
	for (size_t i = 0; i < 2; i++) {
		char *path = memory_format("%s/%s", dir, names[i]);
		ret_crossings->has[i] = capture_open(&ret_crossings->captures[i], path);
		free(path);
		if (i == AT_DEVICE || !ret_crossings->has[AT_DEVICE]) {
			/* Both have the same secrets. */
			ret_crossings->captures[i].secret = keep_secret;
			ret_crossings->captures[i].ctx = reader.namer;
		}
		advance(&reader, i);
	}
	while (reader.has_next[AT_DEVICE] || reader.has_next[AT_SERVER]) {
		const size_t which = first_of(&reader);
		const struct capture_frame *frame = &reader.next[which];
		const sim_ns at = frame->time_ns > WORLD_UNIX_BASE_NS ? frame->time_ns - WORLD_UNIX_BASE_NS : 0;
		if (frame->outbound)
			sends(&reader, frame, which == AT_DEVICE ? TO_SERVER : TO_DEVICE, at);
		else
			arrives(&reader, frame, which == AT_DEVICE ? TO_DEVICE : TO_SERVER, at);
		advance(&reader, which);
	}
	series_end(series);
	map_close(&reader.by_id);
	namer_close(reader.namer);
}

void crossings_close(struct crossings *crossings)
{
	for (size_t i = 0; i < 2; i++)
		capture_close(&crossings->captures[i]);
	free(crossings->list);
	crossings->list = NULL;
}
