/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: each direction of a connection is put together from its segments as TCP would do
 * it; pieces that came early wait in a list. Bytes in order become turns: a side's turn ends when
 * the other begins to speak, or when all of it was acknowledged and it pauses. Times are those of
 * the capture until import.c moves them.
 */
#include "harness/recorded/streams.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/map.h"
#include "lib/base/memory.h"
#include "harness/recorded/records.h"

/*
 * A side that says nothing for so long, although all it has said was acknowledged, has ended its
 * turn.
 */
#define IDLE_NS UINT64_C(50000000)
/* A segment so far from where the connection is belongs to another, or lies. */
#define FAR (INT64_C(1) << 30)

/* Bytes that have come before earlier ones. */
struct piece {
	struct piece *next;
	uint64_t place, length;
	size_t known;
	uint8_t data[];
};

/* What a piece takes: even those of which nothing was recorded take something. */
static size_t cost(size_t known)
{
	return known + sizeof(struct piece);
}

/* One direction. */
struct half {
	bool begun;
	uint32_t isn;
	uint64_t next;    /* up to here all has come */
	uint64_t highest; /* up to here something has */
	uint64_t last_ns; /* when next was moved last */
	uint64_t acked, acked_ns;
	uint16_t window; /* that this side gives to the other */
	bool fin, ended;
	uint64_t fin_place;
	struct piece *pieces; /* in the order of their places */
	struct piece *last;   /* of them, if there is one */
	size_t pending;
	struct records records;
};

struct flow {
	struct flow_summary summary;
	struct half halves[2];
	struct step step;
	uint64_t last_ns, said_ns; /* of any packet; of the last turn's last byte */
	/* when the device had ended its part, or was told that there is no more; 0: it did not */
	uint64_t left_ns;
	bool tls, decided, reset;
};

struct streams {
	struct map index; /* packet_flow() to the number of the latest such flow, from 1 */
	struct flow **flows;
	size_t count;
	size_t turns, kept, pending;
	struct streams_counters counters;
};

struct streams *streams_open(void)
{
	return memory_new(sizeof(struct streams));
}

static void free_pieces(struct streams *streams, struct half *half)
{
	for (struct piece *piece = half->pieces, *next; piece != NULL; piece = next) {
		next = piece->next;
		free(piece);
	}
	half->pieces = NULL;
	streams->pending -= half->pending;
	half->pending = 0;
}

void streams_close(struct streams *streams)
{
	for (size_t i = 0; i < streams->count; i++) {
		struct recording left = {.steps = memory_new(sizeof *left.steps), .step_count = 1};
		left.steps[0] = streams->flows[i]->step;
		recording_close(&left);
		free_pieces(streams, &streams->flows[i]->halves[SIDE_DEVICE]);
		free_pieces(streams, &streams->flows[i]->halves[SIDE_SERVER]);
		free(streams->flows[i]);
	}
	free(streams->flows);
	map_close(&streams->index);
	free(streams);
}

/* -- turns -- */

/*
 * How long the speaker thought: less what its words were on the way, as the capture saw it at the
 * opening.
 */
static uint64_t thought(const struct flow *flow, enum side side, bool other_spoke, uint64_t now)
{
	const struct flow_summary *summary = &flow->summary;
	uint64_t since = flow->said_ns > 0 ? flow->said_ns : summary->open_ns, way = 0;

	if (since == 0 || since > now)
		return 0;
	if (other_spoke && side == SIDE_SERVER && summary->synack_ns > summary->syn_ns)
		way = summary->synack_ns - summary->syn_ns;
	else if (other_spoke && flow->said_ns > 0 && summary->open_ns > summary->synack_ns)
		way = summary->open_ns - summary->synack_ns;
	return now - since > way ? now - since - way : 0;
}

static bool is_idle(const struct flow *flow, enum side side, uint64_t now)
{
	const struct half *half = &flow->halves[side], *other = &flow->halves[1 - side];
	uint64_t since = half->last_ns > half->acked_ns ? half->last_ns : half->acked_ns;

	return half->acked >= half->next && other->window > 0 && now > since && now - since >= IDLE_NS;
}

/* The turn in which @side goes on, or a new one. @return NULL if there are too many. */
static struct turn *turn_for(struct streams *streams, struct flow *flow, enum side side, enum turn_kind kind, uint64_t now)
{
	struct step *step = &flow->step;
	struct turn *last = step->turn_count > 0 ? &step->turns[step->turn_count - 1] : NULL;

	if (last != NULL && kind == TURN_DATA && last->kind == TURN_DATA && last->side == side && !is_idle(flow, side, now))
		return last;
	if (streams->turns == RECORDING_TURNS_MAX) {
		streams->counters.too_many++;
		return NULL;
	}
	streams->turns++;
	uint64_t after = thought(flow, side, last == NULL || last->side != side, now);
	struct turn *turn = step_add_turn(step);
	*turn = (struct turn){.side = side, .kind = kind, .after_ns = after};
	return turn;
}

static void keep(struct streams *streams, struct turn *turn, struct bytes known)
{
	size_t room = RECORDING_BYTES_MAX - streams->kept;

	if (turn->known_length != turn->length || room == 0)
		return;
	if (known.length > room)
		known.length = room;
	if (known.length == 0)
		return;
	/* Room is doubled, so that many small segments cost as much as a large one. */
	size_t needed = turn->known_length + known.length, had = turn->known_length == 0 ? 0 : 1;
	while (had > 0 && had < turn->known_length)
		had *= 2;
	if (needed > had) {
		size_t size = 1;
		while (size < needed)
			size *= 2;
		turn->known = memory_resize(turn->known, size, 1);
	}
	memcpy(turn->known + turn->known_length, known.data, known.length);
	turn->known_length = needed;
	streams->kept += known.length;
}

/* What @side says next: @length bytes, of which @known were recorded. */
static void say(struct streams *streams, struct flow *flow, enum side side, struct bytes known, uint64_t length, uint64_t now)
{
	struct half *half = &flow->halves[side];
	struct turn *turn = turn_for(streams, flow, side, TURN_DATA, now);

	half->next += length;
	if (half->highest < half->next)
		half->highest = half->next;
	half->last_ns = flow->said_ns = now;
	if (!flow->decided) {
		flow->decided = true;
		flow->tls = side == SIDE_DEVICE && records_are_tls(known);
	}
	if (turn == NULL || turn->length + length > RECORDING_LENGTH_MAX)
		return;
	if (flow->tls)
		records_take(&half->records, known, length, turn);
	else
		keep(streams, turn, known);
	turn->length += length;
}

static void end_half(struct streams *streams, struct flow *flow, enum side side, enum turn_kind kind, uint64_t now)
{
	struct half *half = &flow->halves[side];

	(void)turn_for(streams, flow, side, kind, now);
	half->ended = true;
	half->last_ns = flow->said_ns = now;
	if (flow->left_ns == 0 && (side == SIDE_DEVICE || kind == TURN_RST))
		flow->left_ns = now;
}

/* -- putting together -- */

/* Hands on what waits and whose turn it is. */
static void join(struct streams *streams, struct flow *flow, enum side side, uint64_t now)
{
	struct half *half = &flow->halves[side];

	while (half->pieces != NULL && half->pieces->place <= half->next) {
		struct piece *piece = half->pieces;
		uint64_t passed = half->next - piece->place;
		half->pieces = piece->next;
		half->pending -= cost(piece->known);
		streams->pending -= cost(piece->known);
		if (passed < piece->length)
			say(streams, flow, side, bytes_part(bytes_of(piece->data, piece->known), (size_t)passed, piece->known),
			    piece->length - passed, now);
		free(piece);
	}
	if (half->fin && !half->ended && half->next >= half->fin_place)
		end_half(streams, flow, side, TURN_FIN, now);
}

/* What lies before @place is not in the capture. */
static void pass_over(struct streams *streams, struct flow *flow, enum side side, uint64_t place, uint64_t now)
{
	struct half *half = &flow->halves[side];

	while (half->next < place) {
		uint64_t until = half->pieces != NULL && half->pieces->place < place ? half->pieces->place : place;
		if (until > half->next) {
			streams->counters.missed_bytes += until - half->next;
			say(streams, flow, side, bytes_of(NULL, 0), until - half->next, now);
		}
		join(streams, flow, side, now);
	}
}

static void put_aside(struct streams *streams, struct flow *flow, const struct segment *segment, struct bytes known, uint64_t now)
{
	struct half *half = &flow->halves[segment->side];
	const size_t more = cost(known.length);

	while (half->pieces != NULL && (half->pending + more > STREAMS_PENDING_MAX || streams->pending + more > STREAMS_ALL_PENDING_MAX))
		pass_over(streams, flow, segment->side, half->pieces->place + 1, now);
	/* Most come behind all others. */
	struct piece **place = half->pieces != NULL && half->last->place <= segment->place ? &half->last->next : &half->pieces;
	while (*place != NULL && (*place)->place <= segment->place)
		place = &(*place)->next;
	struct piece *piece = memory_new(sizeof *piece + known.length);
	*piece = (struct piece){*place, segment->place, segment->length, known.length};
	if (known.length > 0)
		memcpy(piece->data, known.data, known.length);
	*place = piece;
	if (piece->next == NULL)
		half->last = piece;
	half->pending += more;
	streams->pending += more;
	join(streams, flow, segment->side, now);
}

static void take_data(struct streams *streams, struct flow *flow, const struct segment *segment, struct bytes known, uint64_t now)
{
	struct half *half = &flow->halves[segment->side];
	uint64_t end = segment->place + segment->length, passed = half->next > segment->place ? half->next - segment->place : 0;

	streams->counters.cut_bytes += segment->length - known.length;
	if (segment->place > half->next)
		put_aside(streams, flow, segment, known, now);
	else if (end > half->next)
		say(streams, flow, segment->side, bytes_part(known, (size_t)passed, known.length), segment->length - passed, now);
	if (half->highest < end)
		half->highest = end;
}

/* -- packets -- */

/*
 * The place of a sequence number in what a half says. @return false if it is far from where the
 * half is.
 */
static bool place_of(const struct half *half, uint32_t sequence, uint64_t *ret_place)
{
	int32_t ahead = (int32_t)(sequence - (half->isn + 1U) - (uint32_t)half->next);

	if (ahead > FAR || ahead < -FAR || (ahead < 0 && (uint64_t) - (int64_t)ahead > half->next))
		return false;
	*ret_place = half->next + (uint64_t)(int64_t)ahead;
	return true;
}

static void take_ack(struct streams *streams, struct flow *flow, enum side side, const struct packet *packet, uint64_t now)
{
	struct half *acked = &flow->halves[1 - side];
	uint64_t place;

	flow->halves[side].window = packet->tcp_window;
	if (!(packet->tcp_flags & TCP_FLAG_ACK) || !acked->begun || !place_of(acked, packet->tcp_ack, &place))
		return;
	/* The FIN counts as one (RFC 9293 3.4). */
	if (acked->fin && place == acked->fin_place + 1)
		place--;
	if (place > acked->acked) {
		acked->acked = place;
		acked->acked_ns = now;
	}
	if (place > acked->next)
		pass_over(streams, flow, 1 - side, place, now);
}

static bool same_ends(const struct flow_summary *summary, const struct packet *packet, enum side *ret_side)
{
	bool out = summary->client == packet->source && summary->client_port == packet->source_port &&
	           summary->server == packet->destination && summary->server_port == packet->destination_port;
	bool in = summary->server == packet->source && summary->server_port == packet->source_port &&
	          summary->client == packet->destination && summary->client_port == packet->destination_port;

	*ret_side = out ? SIDE_DEVICE : SIDE_SERVER;
	return out || in;
}

static bool is_over(const struct flow *flow)
{
	return flow->reset || (flow->halves[SIDE_DEVICE].ended && flow->halves[SIDE_SERVER].ended);
}

/* A connection begins with a SYN. @return NULL if there are too many. */
static struct flow *begin_flow(struct streams *streams, const struct packet *packet, uint64_t now)
{
	if (streams->count == RECORDING_STEPS_MAX) {
		streams->counters.too_many++;
		return NULL;
	}
	struct flow *flow = memory_new(sizeof *flow);
	streams->flows = memory_resize(streams->flows, streams->count + 1, sizeof *streams->flows);
	streams->flows[streams->count++] = flow;
	*map_at(&streams->index, packet_flow(packet)) = streams->count;
	flow->summary = (struct flow_summary){.client = packet->source,
	                                      .server = packet->destination,
	                                      .client_port = packet->source_port,
	                                      .server_port = packet->destination_port,
	                                      .syn_ns = now};
	flow->halves[SIDE_DEVICE].begun = true;
	flow->halves[SIDE_DEVICE].isn = packet->tcp_seq;
	flow->step = (struct step){.kind = STEP_TCP,
	                           .at_ns = now,
	                           .address = packet->destination,
	                           .port = packet->destination_port,
	                           .opening = OPENING_UNANSWERED};
	return flow;
}

static struct flow *find_flow(struct streams *streams, const struct packet *packet, uint64_t now, enum side *ret_side)
{
	const uint8_t flags = packet->tcp_flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST);
	uint64_t index = map_find(&streams->index, packet_flow(packet));
	struct flow *flow = index > 0 ? streams->flows[index - 1] : NULL;

	if (flow != NULL && !same_ends(&flow->summary, packet, ret_side))
		flow = NULL;
	if (flags == TCP_FLAG_SYN && (flow == NULL || *ret_side != SIDE_DEVICE || flow->halves[SIDE_DEVICE].isn != packet->tcp_seq)) {
		flow = begin_flow(streams, packet, now);
		*ret_side = SIDE_DEVICE;
	} else if (flow == NULL) {
		streams->counters.midway++;
	}
	return flow;
}

static void take_opening(struct flow *flow, enum side side, const struct packet *packet, uint64_t now)
{
	struct flow_summary *summary = &flow->summary;
	struct half *half = &flow->halves[side];

	if (side == SIDE_DEVICE) {
		summary->syns++;
		/* Some try a port that has refused them with the same number again. */
		flow->reset &= flow->step.opening != OPENING_REFUSED;
		if (summary->synack_ns == 0)
			summary->syn_ns = now;
		return;
	}
	half->begun = true;
	if (flow->step.opening != OPENING_ANSWERED)
		half->isn = packet->tcp_seq;
	flow->step.opening = OPENING_ANSWERED;
	if (summary->open_ns == 0)
		summary->synack_ns = now;
}

/*
 * Whether an RST is for this connection: it lies behind what was acknowledged, or acknowledges the
 * SYN (RFC 9293 3.5.3).
 */
static bool is_of_flow(const struct flow *flow, enum side side, const struct packet *packet)
{
	const struct half *half = &flow->halves[side];
	uint64_t place;

	if (half->begun)
		return place_of(half, packet->tcp_seq, &place) && place >= half->acked;
	return packet->tcp_flags & TCP_FLAG_ACK && place_of(&flow->halves[1 - side], packet->tcp_ack, &place);
}

/* @return whether it is of the connection. */
static bool take_reset(struct streams *streams, struct flow *flow, enum side side, const struct packet *packet, uint64_t now)
{
	if (!is_of_flow(flow, side, packet)) {
		streams->counters.strange++;
		return false;
	}
	/* What comes behind the end means nothing. */
	if (is_over(flow))
		return true;
	flow->reset = true;
	if (side == SIDE_SERVER && flow->step.opening != OPENING_ANSWERED)
		flow->step.opening = OPENING_REFUSED;
	else
		end_half(streams, flow, side, TURN_RST, now);
	return true;
}

/* Whether some of the bytes come before others that have passed already. */
static bool fills_gap(const struct half *half, const struct segment *segment)
{
	uint64_t gap = half->next;

	for (const struct piece *piece = half->pieces; piece != NULL; piece = piece->next) {
		if (segment->place < piece->place && segment->place + segment->length > gap && gap < piece->place)
			return true;
		if (piece->place + piece->length > gap)
			gap = piece->place + piece->length;
	}
	return false;
}

/* Places the segment within what its side says. @return false if it is far from there. */
static bool place_segment(const struct flow *flow, const struct packet *packet, struct segment *segment)
{
	const struct half *half = &flow->halves[segment->side];
	/* Data in a SYN lies behind it. */
	uint32_t sequence = packet->tcp_seq + !!(packet->tcp_flags & TCP_FLAG_SYN);

	segment->expected = half->next;
	segment->highest = half->highest;
	if (!half->begun || !place_of(half, sequence, &segment->place))
		return false;
	segment->repeated = segment->length > 0 && segment->place + segment->length <= half->next;
	segment->fills = segment->length > 0 && fills_gap(half, segment);
	return true;
}

static void take_segment(struct streams *streams, struct flow *flow, struct segment *segment, const struct recorded_packet *packet)
{
	const struct packet *parsed = &packet->packet;
	struct half *half = &flow->halves[segment->side];
	uint64_t now = packet->time_ns;

	if (!place_segment(flow, parsed, segment)) {
		streams->counters.strange++;
		return;
	}
	streams->counters.repeated += segment->repeated;
	streams->counters.reordered += segment->fills;
	if (parsed->tcp_flags & TCP_FLAG_FIN && !half->fin) {
		half->fin = true;
		half->fin_place = segment->place + segment->length;
	}
	if (segment->length > 0 && !half->ended)
		take_data(streams, flow, segment, parsed->payload, now);
	join(streams, flow, segment->side, now);
}

struct segment streams_take(struct streams *streams, const struct recorded_packet *packet)
{
	const struct packet *parsed = &packet->packet;
	struct segment segment = {.flow = SIZE_MAX, .length = packet->payload_length};
	struct flow *flow = find_flow(streams, parsed, packet->time_ns, &segment.side);

	if (flow == NULL)
		return segment;
	segment.flow = (size_t)map_find(&streams->index, packet_flow(parsed)) - 1;
	flow->last_ns = packet->time_ns;
	if (parsed->tcp_flags & TCP_FLAG_SYN)
		take_opening(flow, segment.side, parsed, packet->time_ns);
	if (parsed->tcp_flags & TCP_FLAG_RST) {
		if (!take_reset(streams, flow, segment.side, parsed, packet->time_ns))
			segment.flow = SIZE_MAX;
		return segment;
	}
	/* Data that were on their way when the other side has ended it came to nobody. */
	if (flow->reset) {
		segment.flow = SIZE_MAX;
		return segment;
	}
	if (segment.side == SIDE_DEVICE && flow->summary.open_ns == 0 && flow->step.opening == OPENING_ANSWERED &&
	    !(parsed->tcp_flags & TCP_FLAG_SYN))
		flow->summary.open_ns = packet->time_ns;
	take_ack(streams, flow, segment.side, parsed, packet->time_ns);
	take_segment(streams, flow, &segment, packet);
	return segment;
}

/* -- what came of it -- */

size_t streams_count(const struct streams *streams)
{
	return streams->count;
}

struct flow_summary streams_summary(const struct streams *streams, size_t flow)
{
	const struct flow *found = streams->flows[flow];
	struct flow_summary summary = found->summary;

	summary.open = found->step.opening == OPENING_ANSWERED && !is_over(found);
	return summary;
}

struct streams_counters streams_counters(const struct streams *streams)
{
	return streams->counters;
}

void streams_give(struct streams *streams, size_t flow, struct step *step)
{
	struct flow *found = streams->flows[flow];
	const struct flow_summary *summary = &found->summary;

	*step = found->step;
	step->tls = found->tls;
	step->takes_ns = (found->left_ns > 0 ? found->left_ns : found->last_ns) - step->at_ns;
	if (summary->open_ns > summary->syn_ns && summary->synack_ns > 0)
		step->round_trip_ns = summary->open_ns - summary->syn_ns;
	found->step = (struct step){.kind = STEP_TCP};
}
