/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The wire: twisted pair, 10BASE-T or 100BASE-TX, between the device's RJ45 jack and its link
 * partner, a switch port (IEEE 802.3 clauses 4 and 14).
 *
 * A frame occupies the medium for its preamble, its bytes (at least the minimum frame) and its FCS,
 * in the bit time of the device's chip, which both ends keep to; medium.h says who may send when,
 * and what happens if both do. The partner is a switch port: it buffers what it cannot send yet,
 * drops frames with a wrong FCS and runts, gives a frame up after a late collision or sixteen
 * others, and has no say in how the device runs its end.
 *
 * Lifecycle: link_init() on memory of the caller's; link_close() releases the frames still inside.
 * A function of struct link_ops that gets a frame that is not const takes it over.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/param.h"
#include "lib/link/frame.h"
#include "lib/link/medium.h"
#include "lib/sim/sim.h"
#include "lib/sim/trace.h"

#define LINK_PREAMBLE 8U
/** The latest that link pulses may come: a year. */
#define LINK_UP_AT_MAX (UINT64_C(365) * 86400 * SIM_S)

/** The parameters under `link:` of a scenario. */
struct link_config {
	unsigned duplex;    /**< LINK_HALF or LINK_FULL: how the link partner runs its port */
	uint64_t up_at_ns;  /**< from power on until the partner's link pulses come */
	uint64_t queue_max; /**< frames that the partner's port buffers before it drops */
	uint64_t delay_ns;  /**< from one end of the cable to the other, transceivers included */
};

enum { LINK_HALF, LINK_FULL };

extern const struct param link_params[];

/** A frame as the device hears it. Valid during the call. */
struct link_arrival {
	uint64_t id;         /**< of the frame */
	const uint8_t *data; /**< at least the minimum, and the FCS */
	size_t length;       /**< with the FCS */
};

struct link_ops {
	/** The last bit of @p frame has reached the partner. */
	void (*to_partner)(void *ctx, struct frame *frame, sim_ns now);
	/** The last bit has reached the device. */
	void (*to_device)(void *ctx, const struct link_arrival *arrival, sim_ns now);
	/** The last bit of the device's frame has left, or the device gives it up. */
	void (*sent)(void *ctx, const struct medium_outcome *outcome, sim_ns now);
	/**
	 * The device's receiver hears a carrier begin, or end; behind a whole frame it ends after
	 * to_device(). May be NULL.
	 */
	void (*carrier_sensed)(void *ctx, bool carrier, sim_ns now);
	/** The link comes or goes. */
	void (*carrier_changed)(void *ctx, bool up, sim_ns now);
	/**
	 * @p frame has not reached the end that it was meant for; it is released behind the call.
	 * May be NULL.
	 */
	void (*lost)(void *ctx, const struct frame *frame, enum direction direction, const char *why, sim_ns now);
};

/** A frame on its way. */
struct link_flight {
	struct frame *frame;
	bool cut;       /* the link was down for a part of it */
	bool fcs_wrong; /* it carries a wrong FCS */
};

/** One end's sender. */
struct link_station {
	struct link_flight sending;
	struct link_flight arriving[MEDIUM_ARRIVALS_MAX]; /* a ring, as the medium has it */
	unsigned first_arriving, arriving_count;
	struct frame_queue waiting; /* the partner's port buffer */
};

struct link {
	struct link_config config;
	struct link_ops ops;
	void *ctx;
	struct sim *sim;
	struct trace *trace;
	bool carrier;
	struct medium medium;
	struct link_station stations[2]; /* by the direction in which they send */
	struct sim_event pulses;         /* link pulses begin */
};

/**
 * @param config Copied.
 * @param bit_ns How long a bit lasts, by the device's chip: MEDIUM_10_BIT_NS or MEDIUM_100_BIT_NS.
 * @param ops Copied, called with @p ctx.
 * @param seed Of the draws of the back-off.
 */
void link_init(struct link *link, const struct link_config *config, sim_ns bit_ns, const struct link_ops *ops, void *ctx, struct sim *sim,
               struct trace *trace, uint64_t seed);

void link_close(struct link *link);

/**
 * The device starts to send @p data, FCS included; ops.sent answers. One frame at a time. @param
 * rules How its MAC goes about it.
 */
void link_device_sends(struct link *link, const uint8_t *data, size_t length, const struct medium_rules *rules,
                       struct medium_effect effect);

/** The device gives up the frame it sends; ops.sent will not be called. */
void link_device_cancels(struct link *link);

/**
 * The device keeps the medium busy without a frame, or stops that: backpressure (DS39662 sec.
 * 10.1).
 */
void link_device_backpressure(struct link *link, bool on);

/** The same at the partner's end: a port that babbles. */
void link_partner_backpressure(struct link *link, bool on);

/** The partner sends @p frame, without FCS; takes it over. */
void link_partner_sends(struct link *link, struct frame *frame);

/**
 * Plugs or unplugs the cable. Frames in flight and frames waiting are lost, which the trace tells.
 */
void link_set_carrier(struct link *link, bool up);

/** Writes the closing line: what happened on the cable. */
void link_finish(struct link *link);

/** The shortest that anything lasts on it: a jam. */
sim_ns link_jam_ns(const struct link *link);

/** How long a frame of @p length bytes without FCS occupies the medium, without the gap. */
sim_ns link_duration(const struct link *link, size_t length);

#endif
