/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The wire: 10BASE-T between the device's RJ45 jack and its link partner, a switch port (IEEE 802.3 clauses 4 and 14).
 *
 * A frame occupies the medium for its preamble, its bytes (at least the minimum frame) and its FCS at 800 ns a byte, and leaves the inter-frame gap
 * behind it. In half duplex both ends share the medium: a station that wants to send waits until it is free; if both wait, the one that did not send
 * last goes first. In full duplex each direction has a medium of its own.
 *
 * Not modelled yet: two stations that start at the same time (collisions), and two ends of different duplex; the second is told in the trace as
 * "not modelled" when the device sends under it.
 *
 * Lifecycle: link_init() on memory of the caller's; link_close() releases the frames still inside. The functions of struct link_ops take over the frame
 * that they get.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/param.h"
#include "link/frame.h"
#include "sim/sim.h"
#include "sim/trace.h"

/** One byte on 10BASE-T, one inter-frame gap (96 bit times), preamble and start delimiter. */
#define LINK_BYTE_NS ((sim_ns)800)
#define LINK_GAP_NS ((sim_ns)9600)
#define LINK_PREAMBLE 8U
/** The latest that link pulses may come: a year. */
#define LINK_UP_AT_MAX (UINT64_C(365) * 86400 * SIM_S)

/** The parameters under `link:` of a scenario. */
struct link_config {
	unsigned duplex;    /**< LINK_HALF or LINK_FULL: how the link partner runs its port */
	uint64_t up_at_ns;  /**< from power on until the partner's link pulses come */
	uint64_t queue_max; /**< frames that the partner's port buffers before it drops */
};

enum { LINK_HALF, LINK_FULL };

extern const struct param link_params[];

struct link_ops {
	/** The last bit of @p frame has reached the partner. */
	void (*to_partner)(void *ctx, struct frame *frame, sim_ns now);
	/** The last bit has reached the device; @p data has its FCS and at least the minimum length. Valid during the call. */
	void (*to_device)(void *ctx, const uint8_t *data, size_t length, sim_ns now);
	/** The last bit of the device's frame has left. @p deferred: it had to wait for the medium. */
	void (*sent)(void *ctx, bool deferred, sim_ns now);
};

/** One end's sender. */
struct link_station {
	struct sim_event done;
	struct frame_queue waiting;
	struct frame *flying;
	bool deferred;  /* the device's frame had to wait, or waits still */
	bool cancelled; /* the device gave up the frame in flight */
	bool cut;       /* the link was down for a part of the frame in flight */
	bool fcs_wrong; /* the frame in flight carries a wrong FCS */
};

struct link {
	struct link_config config;
	struct link_ops ops;
	void *ctx;
	struct sim *sim;
	struct trace *trace;
	bool carrier;
	bool mismatch_told; /* "not modelled" is said once */
	sim_ns free_at[2];  /* when each direction's medium is free again; half duplex keeps both equal */
	enum direction sent_last;
	struct link_station stations[2]; /* by the direction in which they send */
	struct sim_event kick;           /* the medium gets free while somebody waits */
	struct sim_event pulses;         /* link pulses begin */
	void (*carrier_changed)(void *ctx, bool up, sim_ns now);
};

/**
 * @param config Copied.
 * @param ops Copied, called with @p ctx.
 * @param carrier_changed Called with @p ctx when the link comes or goes.
 */
void link_init(struct link *link, const struct link_config *config, const struct link_ops *ops,
               void (*carrier_changed)(void *ctx, bool up, sim_ns now), void *ctx, struct sim *sim, struct trace *trace);

void link_close(struct link *link);

/** The device starts to send @p data, FCS included; ops.sent answers. One frame at a time. @param full_duplex how the device's PHY is set. */
void link_device_sends(struct link *link, const uint8_t *data, size_t length, bool full_duplex);

/** The device gives up the frame it sends; ops.sent will not be called. */
void link_device_cancels(struct link *link);

/** The partner sends @p frame, without FCS; takes it over. */
void link_partner_sends(struct link *link, struct frame *frame);

/** Plugs or unplugs the cable. Frames in flight and frames waiting are lost, which the trace tells. */
void link_set_carrier(struct link *link, bool up);

/** How long a frame of @p length bytes without FCS occupies the medium, without the gap. */
sim_ns link_duration(size_t length);

#endif
