/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/losses.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/recorded/exchanges.h"
#include "harness/recorded/naming.h"
#include "harness/recorded/streams.h"

#define OPTION_END 0U
#define OPTION_NOP 1U
#define OPTION_SACK 5U
#define SACK_BLOCKS_MAX 4U
/* From packet to packet a sender that counts them comes no farther in IP's identification. */
#define ID_STEP_MAX 4096
/* What fills a gap this soon was overtaken, where IP's identification says nothing. */
#define OVERTAKEN_NS UINT64_C(3000000)
/* Of so many round trips the usual one is told. */
#define SAMPLES_MAX 256U

/* A segment that passed and was not acknowledged yet. */
struct outstanding {
	uint64_t place, end, packet, time_ns;
	uint32_t sequence;
	bool sacked, again; /* it was sent more than once */
};

/* What had not come by when a later segment did. */
struct gap {
	uint64_t from, to, packet, time_ns; /* the packet that showed it */
	uint16_t id;
};

#define GAPS 32U

/* One direction of a connection. */
struct path {
	struct outstanding *list;
	size_t count, room;
	uint64_t acked;
	uint64_t sacked;       /* up to where anything was */
	struct gap gaps[GAPS]; /* the latest, in a ring */
	size_t gap_count;
	uint16_t id;        /* of the last packet in its place */
	bool has_id, jumps; /* it is no count of packets: it is drawn, or always the same */
	uint64_t samples[SAMPLES_MAX];
	size_t sample_count;
};

struct line {
	struct path paths[2];
	uint64_t syn_packet, syn_ns, synack_packet, synack_ns;
};

struct search {
	struct losses *losses;
	struct streams *streams;
	struct exchanges *exchanges;
	const struct owner *device;
	struct line *lines;
	size_t line_count;
	uint64_t *asked; /* of each exchange: the packet that has asked last; 0: it was answered */
	uint64_t *asked_ns;
	size_t asked_count;
};

static struct loss *add(struct search *search, enum loss_kind kind, enum direction direction, const char *why)
{
	struct losses *losses = search->losses;

	if (losses->count == LOSSES_MAX) {
		losses->more++;
		return NULL;
	}
	struct loss *loss = &losses->list[losses->count++];
	*loss = (struct loss){.kind = kind, .direction = direction, .why = why, .flow = SIZE_MAX};
	return loss;
}

static void lose(struct search *search, enum direction direction, uint64_t packet, uint64_t time_ns, const char *why)
{
	struct loss *loss = add(search, LOSS_LOST, direction, why);

	if (loss != NULL) {
		loss->packet = packet;
		loss->time_ns = time_ns;
	}
}

static enum direction way(enum side side)
{
	return side == SIDE_DEVICE ? TO_SERVER : TO_DEVICE;
}

/* -- acknowledgements -- */

/*
 * A place near one that is known, of a sequence number that is as near to the one that goes with
 * it.
 */
static uint64_t near_place(uint64_t place, uint32_t known, uint32_t sequence)
{
	int64_t found = (int64_t)place + (int32_t)(sequence - known);

	return found > 0 ? (uint64_t)found : 0;
}

static uint64_t usual(const struct path *path)
{
	uint64_t least = UINT64_MAX, sum = 0;

	if (path->sample_count < 4)
		return UINT64_MAX;
	for (size_t i = 0; i < path->sample_count && i < SAMPLES_MAX; i++) {
		least = path->samples[i] < least ? path->samples[i] : least;
		sum += path->samples[i];
	}
	uint64_t mean = sum / (path->sample_count < SAMPLES_MAX ? path->sample_count : SAMPLES_MAX);
	return mean > least ? mean : least;
}

static void sample(struct search *search, size_t flow, enum side side, const struct outstanding *segment, uint64_t now)
{
	struct path *path = &search->lines[flow].paths[side];
	uint64_t took = now - segment->time_ns, usually = usual(path);

	if (segment->again)
		return;
	if (usually != UINT64_MAX && took > 4 * usually && took - usually > LOSSES_LATE_NS) {
		struct loss *loss = add(search, LOSS_LATE, way(side), "its acknowledgement came much later than others");
		if (loss == NULL)
			return;
		loss->packet = segment->packet;
		loss->time_ns = segment->time_ns;
		loss->late_ns = took - usually;
		loss->sequence = segment->sequence;
		return;
	}
	path->samples[path->sample_count++ % SAMPLES_MAX] = took;
}

/* Up to @p place all has come. */
static void acknowledge(struct search *search, size_t flow, enum side side, uint64_t place, uint64_t now)
{
	struct path *path = &search->lines[flow].paths[side];
	size_t kept = 0;

	if (place <= path->acked)
		return;
	path->acked = place;
	for (size_t i = 0; i < path->count; i++) {
		if (path->list[i].end > place) {
			path->list[kept++] = path->list[i];
			continue;
		}
		/*
		 * An ACK may have waited for what fills a gap; only the last that it is for has a
		 * time of its own.
		 */
		if (path->list[i].end == place && !path->list[i].sacked && path->sacked <= place)
			sample(search, flow, side, &path->list[i], now);
	}
	path->count = kept;
}

/* What came twice was not lost. */
static void take_back(struct search *search, size_t flow, enum side side, uint64_t from, uint64_t to)
{
	for (size_t i = search->losses->count; i > 0; i--) {
		struct loss *loss = &search->losses->list[i - 1];
		if (loss->flow != flow || loss->direction != way(side) || loss->taken_back || loss->place < from || loss->end > to)
			continue;
		loss->taken_back = true;
		search->losses->needless++;
		return;
	}
}

static void take_sack(struct search *search, size_t flow, enum side side, struct bytes blocks, uint32_t ack)
{
	struct path *path = &search->lines[flow].paths[side];
	uint32_t left, right;

	for (size_t i = 0; i < SACK_BLOCKS_MAX && bytes_be32(blocks, 8 * i, &left) && bytes_be32(blocks, 8 * i + 4, &right); i++) {
		uint64_t from = near_place(path->acked, ack, left), to = near_place(path->acked, ack, right);
		/* The first block may tell of what came twice (RFC 2883 4). */
		if (i == 0 && to <= path->acked) {
			take_back(search, flow, side, from, to);
			continue;
		}
		if (to > path->sacked)
			path->sacked = to;
		for (size_t j = 0; j < path->count; j++)
			path->list[j].sacked |= path->list[j].place >= from && path->list[j].end <= to;
	}
}

static void take_options(struct search *search, size_t flow, enum side side, const struct recorded_packet *packet)
{
	uint8_t kind, length;

	for (size_t at = 0; bytes_u8(packet->tcp_options, at, &kind) && kind != OPTION_END;) {
		if (kind == OPTION_NOP) {
			at++;
			continue;
		}
		if (!bytes_u8(packet->tcp_options, at + 1, &length) || length < 2)
			return;
		if (kind == OPTION_SACK)
			take_sack(search, flow, side, bytes_part(packet->tcp_options, at + 2, length - 2U), packet->packet.tcp_ack);
		at += length;
	}
}

/* -- segments -- */

static void remember(struct path *path, const struct segment *segment, const struct recorded_packet *packet)
{
	/* Half of them at once, or each would cost as much as all. */
	if (path->count == LOSSES_OUTSTANDING_MAX) {
		path->count /= 2;
		memmove(path->list, path->list + path->count, path->count * sizeof *path->list);
	}
	if (path->count == path->room) {
		path->room = path->room > 0 ? path->room * 2 : 16;
		path->list = memory_resize(path->list, path->room, sizeof *path->list);
	}
	path->list[path->count++] = (struct outstanding){.place = segment->place,
	                                                 .end = segment->place + segment->length,
	                                                 .packet = packet->number,
	                                                 .time_ns = packet->time_ns,
	                                                 .sequence = packet->packet.tcp_seq};
}

/*
 * Sent again: whatever of it the other side lacked was lost. What was there already was sent in
 * vain.
 */
static void take_repetition(struct search *search, const struct segment *segment, const struct recorded_packet *packet)
{
	struct path *path = &search->lines[segment->flow].paths[segment->side];
	uint64_t end = segment->place + segment->length;
	bool known = false;

	for (size_t i = 0; i < path->count; i++) {
		struct outstanding *before = &path->list[i];
		if (before->place >= end || before->end <= segment->place)
			continue;
		known = true;
		bool lacked = before->place <= path->acked || (path->sacked > before->end && !before->sacked);
		struct loss *loss = !before->sacked && lacked ? add(search, LOSS_LOST, way(segment->side),
		                                                    "it passed, and was sent again since the other side lacked it")
		                                              : NULL;
		search->losses->needless += before->sacked;
		if (loss != NULL) {
			loss->packet = before->packet;
			loss->time_ns = before->time_ns;
			loss->sequence = before->sequence;
			loss->flow = segment->flow;
			loss->place = before->place;
			loss->end = before->end;
		}
		before->packet = packet->number;
		before->time_ns = packet->time_ns;
		before->again = true;
	}
	search->losses->needless += !known;
}

static const struct gap *find_gap(const struct path *path, uint64_t place)
{
	for (size_t i = path->gap_count; i > 0 && path->gap_count - i < GAPS; i--) {
		const struct gap *gap = &path->gaps[(i - 1) % GAPS];
		if (gap->from <= place && place < gap->to)
			return gap;
	}
	return NULL;
}

/*
 * It comes behind later ones: it was overtaken, or it was lost in front of the capture and this is
 * its second sending.
 */
static void take_filling(struct search *search, const struct segment *segment, const struct recorded_packet *packet)
{
	struct path *path = &search->lines[segment->flow].paths[segment->side];
	const struct gap *gap = find_gap(path, segment->place);

	if (gap == NULL)
		return;
	int16_t newer = path->jumps ? 0 : (int16_t)(packet->ip_id - gap->id);
	uint64_t after = packet->time_ns - gap->time_ns;
	bool overtaken = newer < 0 || (newer == 0 && after < OVERTAKEN_NS);
	struct loss *loss = add(search, overtaken ? LOSS_LATE : LOSS_LOST, way(segment->side),
	                        overtaken ? "others have overtaken it" : "it never came by, and its second sending filled the gap");
	if (loss == NULL)
		return;
	loss->packet = packet->number;
	loss->before = gap->packet;
	loss->time_ns = gap->time_ns;
	loss->late_ns = overtaken ? (after > 0 ? after : 1) : 0;
	loss->sequence = packet->packet.tcp_seq;
	loss->flow = segment->flow;
	loss->place = segment->place;
	loss->end = segment->place + segment->length;
}

/* Whether a sender counts its packets shows where they come in their order. */
static void follow_id(struct path *path, uint16_t id)
{
	int16_t ahead = (int16_t)(id - path->id);

	path->jumps |= path->has_id && (ahead <= 0 || ahead > ID_STEP_MAX);
	path->has_id = true;
	path->id = id;
}

static void take_opening(struct search *search, const struct segment *segment, const struct recorded_packet *packet)
{
	struct line *line = &search->lines[segment->flow];

	if (segment->side == SIDE_SERVER) {
		if (line->synack_packet != 0)
			lose(search, TO_DEVICE, line->synack_packet, line->synack_ns, "it passed, and was sent again");
		line->synack_packet = packet->number;
		line->synack_ns = packet->time_ns;
		return;
	}
	if (line->syn_packet != 0 && line->synack_packet == 0)
		lose(search, TO_SERVER, line->syn_packet, line->syn_ns,
		     "no SYN+ACK came by before the next SYN: it was lost, or its answer was");
	line->syn_packet = packet->number;
	line->syn_ns = packet->time_ns;
}

static void make_line(struct search *search, size_t flow)
{
	if (flow < search->line_count)
		return;
	search->lines = memory_resize(search->lines, flow + 1, sizeof *search->lines);
	memset(search->lines + search->line_count, 0, (flow + 1 - search->line_count) * sizeof *search->lines);
	search->line_count = flow + 1;
}

static void take_tcp(struct search *search, const struct recorded_packet *packet)
{
	const struct segment segment = streams_take(search->streams, packet);

	if (segment.flow == SIZE_MAX || streams_summary(search->streams, segment.flow).client != search->device->address)
		return;
	make_line(search, segment.flow);
	struct line *line = &search->lines[segment.flow];
	struct path *path = &line->paths[segment.side], *other = &line->paths[1 - segment.side];
	/* A refusal answers, too. */
	if (packet->packet.tcp_flags & TCP_FLAG_RST && segment.side == SIDE_SERVER && line->synack_packet == 0)
		line->synack_packet = packet->number;
	if (packet->packet.tcp_flags & TCP_FLAG_SYN) {
		take_opening(search, &segment, packet);
		return;
	}
	if (packet->packet.tcp_flags & TCP_FLAG_ACK) {
		/* What the other side has said last tells where the number lies. */
		const struct outstanding *last = other->count > 0 ? &other->list[other->count - 1] : NULL;
		if (last != NULL)
			acknowledge(search, segment.flow, 1 - segment.side, near_place(last->place, last->sequence, packet->packet.tcp_ack),
			            packet->time_ns);
		take_options(search, segment.flow, 1 - segment.side, packet);
	}
	if (segment.length == 0)
		return;
	if (segment.repeated || (!segment.fills && segment.place + segment.length <= segment.highest)) {
		take_repetition(search, &segment, packet);
		return;
	}
	if (segment.fills)
		take_filling(search, &segment, packet);
	else
		follow_id(path, packet->ip_id);
	if (segment.place > segment.highest)
		path->gaps[path->gap_count++ % GAPS] = (struct gap){segment.highest, segment.place, packet->number, packet->time_ns,
		                                                    packet->ip_id};
	remember(path, &segment, packet);
}

/* -- questions -- */

static void take_udp(struct search *search, const struct recorded_packet *packet)
{
	static const char unanswered[] = "no answer came by before it was asked again: it was lost, or its answer was";
	const struct datagram datagram = exchanges_take(search->exchanges, packet);
	size_t which = datagram.exchange;

	if (which == SIZE_MAX || !exchanges_are_of(search->exchanges, which, search->device))
		return;
	if (which >= search->asked_count) {
		search->asked = memory_resize(search->asked, which + 1, sizeof *search->asked);
		search->asked_ns = memory_resize(search->asked_ns, which + 1, sizeof *search->asked_ns);
		for (; search->asked_count <= which; search->asked_count++)
			search->asked[search->asked_count] = search->asked_ns[search->asked_count] = 0;
	}
	if (!datagram.asks) {
		if (search->asked[which] != 0 && packet->time_ns - search->asked_ns[which] > LOSSES_LATE_NS) {
			struct loss *loss = add(search, LOSS_LATE, TO_DEVICE, "the answer came late");
			if (loss != NULL) {
				loss->packet = packet->number;
				loss->time_ns = packet->time_ns;
				loss->late_ns = packet->time_ns - search->asked_ns[which];
				loss->is_answer = true;
			}
		}
		search->asked[which] = 0;
		return;
	}
	if (datagram.again && search->asked[which] != 0)
		lose(search, TO_SERVER, search->asked[which], search->asked_ns[which], unanswered);
	search->asked[which] = packet->number;
	search->asked_ns[which] = packet->time_ns;
}

static void take_unanswered(struct search *search)
{
	for (size_t i = 0; i < search->asked_count; i++)
		if (search->asked[i] != 0 && exchanges_are_of(search->exchanges, i, search->device))
			lose(search, TO_SERVER, search->asked[i], search->asked_ns[i], "no answer came by: it was lost, or its answer was");
	for (size_t i = 0; i < search->line_count; i++)
		if (search->lines[i].syn_packet != 0 && search->lines[i].synack_packet == 0 && streams_summary(search->streams, i).syns > 1)
			lose(search, TO_SERVER, search->lines[i].syn_packet, search->lines[i].syn_ns,
			     "no SYN+ACK came by: it was lost, or its answer was");
}

/* -- the whole -- */

/*
 * The way between the capture and the servers is in the time of an answer, and in that of the
 * replay's path, too.
 */
static void take_way_off(struct losses *losses, uint64_t way_ns)
{
	for (size_t i = 0; i < losses->count; i++) {
		struct loss *loss = &losses->list[i];
		if (!loss->is_answer)
			continue;
		loss->late_ns -= loss->late_ns < way_ns ? loss->late_ns : way_ns;
		loss->taken_back |= loss->late_ns <= LOSSES_LATE_NS;
	}
}

static void measure(struct search *search)
{
	uint64_t least = UINT64_MAX, way = UINT64_MAX;

	for (size_t i = 0; i < streams_count(search->streams); i++) {
		const struct flow_summary summary = streams_summary(search->streams, i);
		if (summary.client != search->device->address || summary.open_ns <= summary.syn_ns || summary.synack_ns < summary.syn_ns)
			continue;
		least = summary.open_ns - summary.syn_ns < least ? summary.open_ns - summary.syn_ns : least;
		way = summary.synack_ns - summary.syn_ns < way ? summary.synack_ns - summary.syn_ns : way;
	}
	search->losses->round_trip_ns = least != UINT64_MAX ? least : 0;
	take_way_off(search->losses, way != UINT64_MAX ? way : 0);
}

static int compare(const void *a, const void *b)
{
	const struct loss *one = a, *other = b;

	if (one->time_ns != other->time_ns)
		return one->time_ns < other->time_ns ? -1 : 1;
	return one->packet < other->packet ? -1 : one->packet > other->packet;
}

/* Without those that were taken back, in the order of their times. */
static void settle(struct losses *losses)
{
	size_t kept = 0;

	for (size_t i = 0; i < losses->count; i++)
		if (!losses->list[i].taken_back)
			losses->list[kept++] = losses->list[i];
	losses->count = kept;
	qsort(losses->list, losses->count, sizeof losses->list[0], compare);
}

static void close_search(struct search *search)
{
	for (size_t i = 0; i < search->line_count; i++) {
		free(search->lines[i].paths[0].list);
		free(search->lines[i].paths[1].list);
	}
	free(search->lines);
	free(search->asked);
	free(search->asked_ns);
	streams_close(search->streams);
	exchanges_close(search->exchanges);
}

bool losses_find(struct losses *ret_losses, const char *path, const struct recording *recording, struct error *err)
{
	struct search search = {.losses = ret_losses, .device = &recording->owner};
	struct recorded_packet packet;
	struct packets *packets;

	memset(ret_losses, 0, sizeof *ret_losses);
	if (!packets_open(&packets, path, err))
		return false;
	search.streams = streams_open();
	search.exchanges = exchanges_open();
	while (packets_next(packets, &packet)) {
		if (packet.packet.is_tcp)
			take_tcp(&search, &packet);
		else
			take_udp(&search, &packet);
	}
	packets_close(packets);
	take_unanswered(&search);
	measure(&search);
	settle(ret_losses);
	close_search(&search);
	return naming_find(ret_losses, path, &recording->owner, err);
}
