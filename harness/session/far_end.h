/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is behind the proxy: the emulator's own host with its services, or the servers of a recorded
 * session on it, or a far end that is outside (outside.h), with a relay in front of it if the
 * plan's faults need one.
 *
 * It knows nothing of the world around it but what it is told here: load, open, serve, close,
 * unload.
 */
#ifndef SESSION_FAR_END_H
#define SESSION_FAR_END_H

#include "harness/recorded/servers.h"
#include "harness/scenario/plan.h"
#include "harness/server/service.h"
#include "harness/session/outside.h"

/** Its connections to the world, which get @c ctx of world_far_end_open(). */
struct world_far_end_ops {
	/** It sends a frame, which the callee takes over. */
	void (*output)(void *ctx, struct frame *frame, sim_ns now);
	/** A frame has reached it; borrowed. */
	void (*reached)(void *ctx, const struct frame *frame, sim_ns now);
	/** A TLS secret of its connections, as service_ops has it. */
	void (*secret)(void *ctx, const char *line);
};

struct world_far_end {
	const struct plan *plan;
	const struct outside *outside; /**< NULL: time is virtual */
	struct sim *sim;
	struct trace *trace;
	struct world_far_end_ops ops;
	void *ctx;
	struct service service;     /**< started unless the far end is outside */
	struct recording recording; /**< of a plan with a session */
	struct servers *servers;    /**< that play it; NULL: there is none */
	/** in front of one that is outside; NULL: frames pass as they are */
	struct relay *relay;
	struct error broken; /**< why one that is outside is gone; empty: it is not */
};

/**
 * Reads the files of the plan: image, recorded session.
 * @param far_end All zero.
 * @param plan Borrowed, as @p outside is.
 * @return false with @p err; then nothing is left to be released.
 */
bool world_far_end_load(struct world_far_end *far_end, const struct plan *plan, const struct outside *outside, struct error *err);
void world_far_end_unload(struct world_far_end *far_end);

/** The host begins, before the faults of its services do. @param lag As host_ops has it. */
void world_far_end_open(struct world_far_end *far_end, struct sim *sim, struct trace *trace, sim_ns lag, struct world_far_end_ops ops,
                        void *ctx);

/**
 * What stands on the host begins, or the relay.
 * @param faults Those at work, which say what the relay has to do.
 * @param unix_base_ns The date of the time 0.
 */
void world_far_end_serve(struct world_far_end *far_end, const struct fault *faults, size_t count, struct service_faults *service_faults,
                         uint64_t unix_base_ns);
void world_far_end_close(struct world_far_end *far_end);

/** A frame from the proxy, which is its own from then on. */
void world_far_end_take(struct world_far_end *far_end, struct frame *frame, sim_ns now);

/** One that is outside has sent @p frame. Copied; what no Ethernet frame can be is left out. */
void world_far_end_frame_came(struct world_far_end *far_end, struct bytes frame);

/** A frame has come over the cable to the device's jack. */
void world_far_end_delivered(struct world_far_end *far_end, struct bytes frame);

/** The time 0 is at another date than was thought, in wall time. */
void world_far_end_date(struct world_far_end *far_end, uint64_t unix_base_ns);

/** What its connections wait for (host_waits()); empty of one that is outside. @return ret_text. */
const char *world_far_end_waits(const void *far_end, char *ret_text, size_t size);

/** Whether it is still there. @return false with @p err. */
bool world_far_end_is_sound(const struct world_far_end *far_end, struct error *err);

#endif
