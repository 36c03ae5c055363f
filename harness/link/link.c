/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/link.h"

#include <string.h>
#include <zlib.h>

#include "base/check.h"
#include "link/packet.h"

static const char *const duplexes[] = {"half", "full", NULL};

const struct param link_params[] = {
	PARAM_ROW_CHOICE(link_config, duplex, "duplex", duplexes, "half", "how the link partner runs its port"),
	PARAM_ROW_QUANTITY(link_config, up_at_ns, "up_at", UNIT_DURATION, "0ns", 0, LINK_UP_AT_MAX,
                           "from power on until the partner's link pulses come"),
	PARAM_ROW_QUANTITY(link_config, queue_max, "queue", UNIT_NONE, "256", 1, 65536,
                           "frames the partner's port buffers before it drops"),
	{0},
};

/* IEEE 802.3 3.2.9; the lowest byte goes first on the wire. */
static uint32_t fcs_of(const uint8_t *data, size_t length)
{
	return (uint32_t)crc32(0, data, (uInt)length);
}

static enum direction other(enum direction direction)
{
	return direction == TO_SERVER ? TO_DEVICE : TO_SERVER;
}

sim_ns link_duration(size_t length)
{
	if (length < FRAME_MIN)
		length = FRAME_MIN;
	return (LINK_PREAMBLE + length + FRAME_FCS) * LINK_BYTE_NS;
}

static void lose(struct link *link, struct frame *frame, enum direction direction, const char *why)
{
	char text[PACKET_TEXT_MAX];

	trace_line(link->trace, link->sim->now, "link", "%s %s: lost, %s", direction_name(direction),
	           packet_render(frame_bytes(frame), text), why);
	frame_free(frame);
}

static void start(struct link *link, enum direction direction)
{
	struct link_station *station = &link->stations[direction];
	sim_ns done = link->sim->now + link_duration(station->waiting.first->length);

	station->flying = frame_queue_take(&station->waiting);
	station->cancelled = false;
	station->cut = !link->carrier;
	sim_schedule(link->sim, &station->done, done);
	link->free_at[direction] = done + LINK_GAP_NS;
	if (link->config.duplex == LINK_HALF)
		link->free_at[other(direction)] = link->free_at[direction];
	link->sent_last = direction;
}

static bool can_start(const struct link *link, enum direction direction)
{
	return link->stations[direction].waiting.count > 0 && link->sim->now >= link->free_at[direction];
}

/* Starts whoever can, and comes back when the medium gets free for those who cannot yet. */
static void serve(struct link *link)
{
	enum direction first = other(link->sent_last);
	sim_ns next = SIM_NEVER;

	for (int i = 0; i < 2; i++, first = other(first))
		if (can_start(link, first))
			start(link, first);
	for (int i = 0; i < 2; i++)
		if (link->stations[i].waiting.count > 0 && link->free_at[i] < next)
			next = link->free_at[i];
	sim_schedule(link->sim, &link->kick, next);
}

static void fire_kick(void *ctx, sim_ns now)
{
	(void)now;
	serve(ctx);
}

static void arrive_at_partner(struct link *link, struct link_station *station, struct frame *frame)
{
	if (station->cancelled)
		lose(link, frame, TO_SERVER, "the device stopped in mid-frame");
	else if (station->fcs_wrong)
		lose(link, frame, TO_SERVER, "the FCS is wrong and the partner drops it");
	else if (frame->length < FRAME_MIN)
		lose(link, frame, TO_SERVER, "it is a runt and the partner drops it");
	else
		link->ops.to_partner(link->ctx, frame, link->sim->now);
}

static void fire_device_done(void *ctx, sim_ns now)
{
	struct link *link = ctx;
	struct link_station *station = &link->stations[TO_SERVER];
	struct frame *frame = station->flying;
	bool answer = !station->cancelled, deferred = station->deferred;

	station->flying = NULL;
	if (station->cut)
		lose(link, frame, TO_SERVER, "there is no link");
	else
		arrive_at_partner(link, station, frame);
	if (answer)
		link->ops.sent(link->ctx, deferred, now);
}

static void fire_partner_done(void *ctx, sim_ns now)
{
	struct link *link = ctx;
	struct frame *frame = link->stations[TO_DEVICE].flying;
	uint8_t data[FRAME_MAX + FRAME_FCS];
	size_t length = frame->length;

	link->stations[TO_DEVICE].flying = NULL;
	memcpy(data, frame->data, length);
	for (; length < FRAME_MIN; length++)
		data[length] = 0;
	const uint32_t fcs = fcs_of(data, length);
	for (unsigned i = 0; i < FRAME_FCS; i++)
		data[length + i] = (uint8_t)(fcs >> (8 * i));
	frame_free(frame);
	link->ops.to_device(link->ctx, data, length + FRAME_FCS, now);
}

static void fire_pulses(void *ctx, sim_ns now)
{
	(void)now;
	link_set_carrier(ctx, true);
}

void link_init(struct link *link, const struct link_config *config, const struct link_ops *ops,
               void (*carrier_changed)(void *ctx, bool up, sim_ns now), void *ctx, struct sim *sim, struct trace *trace)
{
	memset(link, 0, sizeof *link);
	link->config = *config;
	link->ops = *ops;
	link->ctx = ctx;
	link->sim = sim;
	link->trace = trace;
	link->carrier_changed = carrier_changed;
	link->kick = (struct sim_event){.fire = fire_kick, .ctx = link, .lag = link_duration(0)};
	link->pulses = (struct sim_event){.fire = fire_pulses, .ctx = link};
	link->stations[TO_SERVER].done = (struct sim_event){.fire = fire_device_done, .ctx = link};
	link->stations[TO_DEVICE].done = (struct sim_event){.fire = fire_partner_done, .ctx = link};
	sim_schedule(sim, &link->pulses, config->up_at_ns > sim->now ? config->up_at_ns : sim->now);
}

void link_close(struct link *link)
{
	for (int i = 0; i < 2; i++) {
		frame_queue_clear(&link->stations[i].waiting);
		frame_free(link->stations[i].flying);
		sim_cancel(link->sim, &link->stations[i].done);
	}
	sim_cancel(link->sim, &link->kick);
	sim_cancel(link->sim, &link->pulses);
}

void link_device_sends(struct link *link, const uint8_t *data, size_t length, bool full_duplex)
{
	struct link_station *station = &link->stations[TO_SERVER];

	CHECK(station->waiting.count == 0);
	if (link->carrier && full_duplex != (link->config.duplex == LINK_FULL) && !link->mismatch_told) {
		link->mismatch_told = true;
		trace_not_modelled(link->trace, link->sim->now, "link", "the device sends in %s duplex, its partner runs %s duplex",
		                   full_duplex ? "full" : "half", duplexes[link->config.duplex]);
	}
	/* What a guest can make the chip send may be shorter than an FCS: then it is all frame, and the FCS is wrong. */
	size_t fcs_length = length < FRAME_FCS ? 0 : FRAME_FCS;
	struct frame *frame = frame_new(data, length - fcs_length);
	const uint8_t *fcs = data + frame->length;
	station->fcs_wrong = fcs_length == 0 || fcs_of(data, frame->length) !=
	                                                (fcs[0] | (uint32_t)fcs[1] << 8 | (uint32_t)fcs[2] << 16 | (uint32_t)fcs[3] << 24);
	frame_queue_put(&station->waiting, frame);
	serve(link);
	station->deferred = station->waiting.count > 0;
}

void link_device_cancels(struct link *link)
{
	struct link_station *station = &link->stations[TO_SERVER];

	frame_queue_clear(&station->waiting);
	station->cancelled = true;
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
		link->stations[TO_SERVER].cut = true;
		for (struct frame *frame; (frame = frame_queue_take(&partner->waiting)) != NULL;)
			lose(link, frame, TO_DEVICE, "there is no link");
		if (partner->flying != NULL) {
			sim_cancel(link->sim, &partner->done);
			lose(link, partner->flying, TO_DEVICE, "the link went down in mid-frame");
			partner->flying = NULL;
		}
	}
	link->carrier_changed(link->ctx, up, link->sim->now);
}
