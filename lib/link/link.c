/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the medium knows who sends when, but no frames; the link keeps those beside it. A
 * station has one flight that it is sending and a ring of those on their way, in the order in which
 * they arrive. When the medium says that a transmission has ended, its flight goes from the former
 * to the latter, or is lost; when it says that one has arrived, the oldest is taken. Only the
 * partner has a queue: the device's chip waits for the outcome of a frame before it sends another.
 *
 * When the link goes down, the partner notices and loses all it has. The device does not: it goes
 * on sending, and its frames are marked as cut, to be lost where they would have arrived.
 */
#include "lib/link/link.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "lib/base/check.h"
#include "lib/link/packet.h"

static const char *const duplexes[] = {"half", "full", NULL};

const struct param link_params[] = {
	PARAM_ROW_CHOICE(link_config, duplex, "duplex", duplexes, "half", "duplex mode of the link partner's port"),
	PARAM_ROW_QUANTITY(link_config, up_at_ns, "up_at", UNIT_DURATION, "0ns", 0, LINK_UP_AT_MAX,
                           "time from power on until the partner's link pulses come"),
	PARAM_ROW_QUANTITY(link_config, queue_max, "queue", UNIT_NONE, "256", 1, 65536,
                           "number of frames that the partner's port buffers before it drops"),
	PARAM_ROW_QUANTITY(link_config, delay_ns, "delay", UNIT_DURATION, "1us", 0, MEDIUM_DELAY_MAX,
                           "propagation delay from one end of the cable to the other, transceivers included"),
	{0},
};

/* IEEE 802.3 3.2.9; the lowest byte goes first on the wire. */
static uint32_t fcs_of(const uint8_t *data, size_t length)
{
	return (uint32_t)crc32(0, data, (uInt)length);
}

/* Of a frame without FCS, as it is on the medium. */
static size_t bytes_on_wire(size_t length)
{
	return LINK_PREAMBLE + (length < FRAME_MIN ? FRAME_MIN : length) + FRAME_FCS;
}

sim_ns link_duration(const struct link *link, size_t length)
{
	return bytes_on_wire(length) * 8 * link->medium.bit_ns;
}

sim_ns link_jam_ns(const struct link *link)
{
	return MEDIUM_JAM_BITS * link->medium.bit_ns;
}

static void lose(struct link *link, struct frame *frame, enum direction direction, const char *why)
{
	char text[PACKET_TEXT_MAX];

	trace_line(link->trace, link->sim->now, "link", "%s %s: lost, %s", direction_name(direction),
	           packet_render(frame_bytes(frame), text), why);
	if (link->ops.lost != NULL)
		link->ops.lost(link->ctx, frame, direction, why, link->sim->now);
	frame_free(frame);
}

static void lose_flight(struct link *link, struct link_flight *flight, enum direction direction, const char *why)
{
	if (flight->frame != NULL)
		lose(link, flight->frame, direction, why);
	memset(flight, 0, sizeof *flight);
}

/* The partner's next frame; what stands before it has been sent or given up. */
static void serve(struct link *link)
{
	struct link_station *partner = &link->stations[TO_DEVICE];
	struct medium_rules rules = medium_standard_rules;

	if (partner->sending.frame != NULL || partner->waiting.count == 0)
		return;
	partner->sending = (struct link_flight){.frame = frame_queue_take(&partner->waiting)};
	rules.full_duplex = link->config.duplex == LINK_FULL;
	medium_send(&link->medium, TO_DEVICE, bytes_on_wire(partner->sending.frame->length), &rules, (struct medium_effect){0});
}

static struct link_flight take_arriving(struct link_station *station)
{
	struct link_flight flight = station->arriving[station->first_arriving];

	CHECK(station->arriving_count > 0);
	station->first_arriving = (station->first_arriving + 1) % MEDIUM_ARRIVALS_MAX;
	station->arriving_count--;
	return flight;
}

static void put_arriving(struct link_station *station)
{
	CHECK_INT(station->arriving_count, <, MEDIUM_ARRIVALS_MAX);
	station->arriving[(station->first_arriving + station->arriving_count++) % MEDIUM_ARRIVALS_MAX] = station->sending;
}

static struct link_flight *arriving_at(struct link_station *station, unsigned index)
{
	return &station->arriving[(station->first_arriving + index) % MEDIUM_ARRIVALS_MAX];
}

static void fire_arrival_at_partner(struct link *link, bool intact)
{
	struct link_flight flight = take_arriving(&link->stations[TO_SERVER]);

	if (flight.cut)
		lose(link, flight.frame, TO_SERVER, "there is no link");
	else if (!intact)
		lose(link, flight.frame, TO_SERVER, "the partner sent at the same time");
	else if (flight.fcs_wrong)
		lose(link, flight.frame, TO_SERVER, "the FCS is wrong and the partner drops it");
	else if (flight.frame->length < FRAME_MIN)
		lose(link, flight.frame, TO_SERVER, "it is a runt and the partner drops it");
	else
		link->ops.to_partner(link->ctx, flight.frame, link->sim->now);
}

static void fire_arrival_at_device(struct link *link, bool intact)
{
	struct frame *frame = take_arriving(&link->stations[TO_DEVICE]).frame;
	uint8_t data[FRAME_MAX + FRAME_FCS];
	size_t length;

	/* The cable took it when the link went down. */
	if (frame == NULL)
		return;
	if (!intact) {
		lose(link, frame, TO_DEVICE, "the device sent at the same time");
		return;
	}
	const uint64_t id = frame->id;
	length = frame->length;
	memcpy(data, frame->data, length);
	for (; length < FRAME_MIN; length++)
		data[length] = 0;
	const uint32_t fcs = fcs_of(data, length);
	for (unsigned i = 0; i < FRAME_FCS; i++)
		data[length + i] = (uint8_t)(fcs >> (8 * i));
	frame_free(frame);
	link->ops.to_device(link->ctx, &(struct link_arrival){id, data, length + FRAME_FCS}, link->sim->now);
}

static void arrived(void *ctx, enum direction direction, bool intact, sim_ns now)
{
	struct link *link = ctx;

	if (direction == TO_SERVER) {
		fire_arrival_at_partner(link, intact);
		return;
	}
	fire_arrival_at_device(link, intact);
	if (link->ops.carrier_sensed != NULL)
		link->ops.carrier_sensed(link->ctx, false, now);
}

static const char *why_given_up(const struct medium_outcome *outcome)
{
	if (outcome->late_collision)
		return "late collision";
	return outcome->excessive_collisions ? "excessive collisions" : "excessive deferral";
}

static void ended(void *ctx, enum direction direction, const struct medium_outcome *outcome, sim_ns now)
{
	struct link *link = ctx;
	struct link_station *station = &link->stations[direction];

	if (outcome->sent)
		put_arriving(station);
	else
		lose_flight(link, &station->sending, direction, why_given_up(outcome));
	memset(&station->sending, 0, sizeof station->sending);
	if (direction == TO_SERVER)
		link->ops.sent(link->ctx, outcome, now);
	else
		serve(link);
}

/* The end of a whole frame is heard when it arrives. */
static void activity(void *ctx, enum direction direction, bool on, bool broken, sim_ns now)
{
	struct link *link = ctx;

	if (link->ops.carrier_sensed != NULL && direction == TO_DEVICE && (on || broken))
		link->ops.carrier_sensed(link->ctx, on, now);
}

static void fire_pulses(void *ctx, sim_ns now)
{
	(void)now;
	link_set_carrier(ctx, true);
}

void link_init(struct link *link, const struct link_config *config, sim_ns bit_ns, const struct link_ops *ops, void *ctx, struct sim *sim,
               struct trace *trace, uint64_t seed)
{
	const struct medium_ops medium_ops = {ended, arrived, activity};

	memset(link, 0, sizeof *link);
	link->config = *config;
	link->ops = *ops;
	link->ctx = ctx;
	link->sim = sim;
	link->trace = trace;
	link->pulses = (struct sim_event){.fire = fire_pulses, .ctx = link};
	medium_init(&link->medium, bit_ns, config->delay_ns, &medium_ops, link, sim, random_stream(seed, "link back-off"));
	sim_schedule(sim, &link->pulses, config->up_at_ns > sim->now ? config->up_at_ns : sim->now);
}

void link_close(struct link *link)
{
	for (int i = 0; i < 2; i++) {
		frame_queue_clear(&link->stations[i].waiting);
		frame_free(link->stations[i].sending.frame);
		for (unsigned k = 0; k < link->stations[i].arriving_count; k++)
			frame_free(arriving_at(&link->stations[i], k)->frame);
	}
	medium_close(&link->medium);
	sim_cancel(link->sim, &link->pulses);
}

void link_device_sends(struct link *link, const uint8_t *data, size_t length, const struct medium_rules *rules, struct medium_effect effect)
{
	/*
	 * What a guest can make the chip send may be shorter than an FCS: then it is all frame, and
	 * the FCS is wrong.
	 */
	size_t fcs_length = length < FRAME_FCS ? 0 : FRAME_FCS;
	struct frame *frame = frame_new(data, length - fcs_length);
	const uint8_t *fcs = data + frame->length;

	CHECK(link->stations[TO_SERVER].sending.frame == NULL);
	link->stations[TO_SERVER].sending = (struct link_flight){
		.frame = frame,
		.cut = !link->carrier,
		.fcs_wrong = fcs_length == 0 || fcs_of(data, frame->length) !=
	                                                (fcs[0] | (uint32_t)fcs[1] << 8 | (uint32_t)fcs[2] << 16 | (uint32_t)fcs[3] << 24),
	};
	medium_send(&link->medium, TO_SERVER, LINK_PREAMBLE + length, rules, effect);
}

void link_device_cancels(struct link *link)
{
	struct link_station *station = &link->stations[TO_SERVER];
	bool begun = link->medium.stations[TO_SERVER].state == STATION_SENDS;

	medium_cancel(&link->medium, TO_SERVER);
	if (begun)
		lose_flight(link, &station->sending, TO_SERVER, "the device stopped in mid-frame");
	frame_free(station->sending.frame);
	memset(&station->sending, 0, sizeof station->sending);
}

void link_device_backpressure(struct link *link, bool on)
{
	medium_backpressure(&link->medium, TO_SERVER, on, false);
}

void link_partner_backpressure(struct link *link, bool on)
{
	medium_backpressure(&link->medium, TO_DEVICE, on, link->config.duplex == LINK_FULL);
}

void link_partner_sends(struct link *link, struct frame *frame)
{
	struct link_station *station = &link->stations[TO_DEVICE];

	if (!link->carrier) {
		lose(link, frame, TO_DEVICE, "there is no link");
	} else if (station->waiting.count >= link->config.queue_max) {
		lose(link, frame, TO_DEVICE, "the partner's port buffer is full");
	} else {
		frame_queue_put(&station->waiting, frame);
		serve(link);
	}
}

void link_set_carrier(struct link *link, bool up)
{
	struct link_station *partner = &link->stations[TO_DEVICE];

	if (link->carrier == up)
		return;
	link->carrier = up;
	trace_line(link->trace, link->sim->now, "link", "carrier %s, partner in %s duplex", up ? "up" : "down",
	           duplexes[link->config.duplex]);
	if (!up) {
		link->stations[TO_SERVER].sending.cut = true;
		for (unsigned k = 0; k < link->stations[TO_SERVER].arriving_count; k++)
			arriving_at(&link->stations[TO_SERVER], k)->cut = true;
		medium_cancel(&link->medium, TO_DEVICE);
		lose_flight(link, &partner->sending, TO_DEVICE, "the link went down in mid-frame");
		for (unsigned k = 0; k < partner->arriving_count; k++)
			lose_flight(link, arriving_at(partner, k), TO_DEVICE, "the link went down in mid-frame");
		for (struct frame *frame; (frame = frame_queue_take(&partner->waiting)) != NULL;)
			lose(link, frame, TO_DEVICE, "there is no link");
	}
	link->ops.carrier_changed(link->ctx, up, link->sim->now);
}

void link_finish(struct link *link)
{
	const struct medium_counters *c = &link->medium.counters;

	trace_line(link->trace, link->sim->now, "link",
	           "%" PRIu64 " collisions, %" PRIu64 " late, %" PRIu64 " frames given up after too many, %" PRIu64
	           " waited too long, %" PRIu64 " sent over the other's",
	           c->collisions, c->late_collisions, c->excessive_collisions, c->excessive_deferrals, c->mangled);
}
