/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Who may send when between two ends of a cable: CSMA/CD (IEEE 802.3 clause 4), bit times and all.
 *
 * A station that runs in half duplex listens: it defers to what it hears, waits for the gap,
 * starts, and hears within the time of a round trip whether the other had started too. Then both
 * send a jam, stop, and wait for a random number of slot times. A station in full duplex does none
 * of this. Each end has its own duplex, so a mismatch behaves as it does on a real cable: the
 * half-duplex end suffers late collisions, and what it hears while it sends is lost.
 *
 * The medium knows nothing of frames, only how long they are. Draws of the back-off are keyed on
 * station, frame and attempt.
 *
 * Simplified: both ends see the carrier of the other exactly one cable delay late; the gap is
 * counted from there. Behind a transmission of its own a station listens for the whole gap, not
 * only for its first part.
 */
#ifndef LINK_MEDIUM_H
#define LINK_MEDIUM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/link/frame.h"
#include "lib/sim/random.h"
#include "lib/sim/sim.h"

/**
 * How long a bit lasts on 10BASE-T, and on 100BASE-TX, which is the fastest medium there is here.
 */
#define MEDIUM_10_BIT_NS ((sim_ns)100)
#define MEDIUM_100_BIT_NS ((sim_ns)10)
/** The slot time, in bit times, is the same for both (IEEE 802.3 4.4.2). */
#define MEDIUM_SLOT_BITS 512U
/** A jam comes after the preamble if the collision comes earlier (IEEE 802.3 4.2.3.2.4). */
#define MEDIUM_JAM_BITS 32U
#define MEDIUM_PREAMBLE_BITS 64U
/** Waiting longer than this is excessive deferral (DS39662 table 7-1). */
#define MEDIUM_DEFERRAL_BITS 24287U
/** The longest delay of a cable: a frame is heard before the next of the same station has left. */
#define MEDIUM_DELAY_MAX ((sim_ns)60000)

/**
 * Transmissions of one station that are on the cable at once: 60 us, and 9 bytes at 100 Mbit/s take
 * 720 ns.
 */
#define MEDIUM_ARRIVALS_MAX 96U

/** How a station sends. */
struct medium_rules {
	bool full_duplex;
	/** excessive deferral is told, but does not end the attempt */
	bool defer_forever;
	bool no_backoff;                    /**< tries again at once after a collision */
	bool no_backoff_after_backpressure; /**< the same, behind backpressure of this station */
	unsigned retries_max;               /**< this many collisions are tried again */
	/**
	 * a collision behind so many bytes of a transmission, preamble included, is late and not
	 * tried again
	 */
	unsigned window_bytes;
	unsigned gap_bits; /**< in bit times, behind a transmission of its own */
	/** the first part of the gap behind the other's: a carrier restarts it */
	unsigned gap1_bits;
	unsigned gap2_bits; /**< the whole gap behind the other's */
};

/** What IEEE 802.3 4.4.2 asks for. */
extern const struct medium_rules medium_standard_rules;

/** A effect on the cable that the sender takes for a collision. */
struct medium_effect {
	/** in so many attempts of a frame, the first that last until then; 0: none */
	unsigned attempts;
	unsigned after_bytes; /**< of each, preamble included */
};

/** How a frame ended. */
struct medium_outcome {
	bool sent; /**< whole; what the other end heard of it is told by arrived() */
	unsigned collisions;
	bool late_collision, excessive_collisions; /**< why it was given up */
	bool deferred, excessive_deferral;
	/** on the wire in attempts that collided, preambles not counted */
	unsigned collided_bytes;
};

struct medium_ops {
	/**
	 * The sender's view: its last bit has left, or it gives up. The next frame may be sent from
	 * here.
	 */
	void (*ended)(void *ctx, enum direction direction, const struct medium_outcome *outcome, sim_ns now);
	/**
	 * The other end's view: the last bit of a frame that was sent whole is there. @p intact:
	 * nothing of its own lay over it.
	 */
	void (*arrived)(void *ctx, enum direction direction, bool intact, sim_ns now);
	/**
	 * A carrier begins or ends, as its sender sees it; @p broken: it ends without a whole
	 * frame.
	 */
	void (*activity)(void *ctx, enum direction direction, bool on, bool broken, sim_ns now);
};

enum station_state {
	STATION_QUIET,
	STATION_WAITS,        /* for the medium, a gap or the end of its back-off */
	STATION_SENDS,        /* a frame, or the jam at its end */
	STATION_BACKPRESSURE, /* carrier without a frame */
};

struct medium_station {
	struct sim_event step;     /* the end of what the state is about */
	struct sim_event arrival;  /* the last bit reaches the other end */
	struct sim_event patience; /* waiting becomes excessive deferral */
	enum station_state state;
	bool wants; /* there is a frame: it is being sent, waits, or goes on behind backpressure */
	struct medium_rules rules;
	struct medium_effect effect;
	struct medium_outcome outcome;
	sim_ns length_ns;
	uint64_t number;     /* frames, from 1 */
	sim_ns wanted_at;    /* since when this attempt may begin */
	sim_ns started_at;   /* of the transmission or backpressure under way */
	bool was_active;     /* ended_at holds */
	sim_ns ended_at;     /* of the last one */
	bool backpressured;  /* since the last frame that was sent or given up */
	bool collided, late; /* the transmission under way */
	/* the other end sends over the transmission under way, and cannot read it */
	bool mangled;
	struct {
		sim_ns at;
		bool intact;
	} arrivals[MEDIUM_ARRIVALS_MAX]; /* on their way to the other end: a ring */
	unsigned first_arrival, arrival_count;
};

/** Counters of what happened on the cable. */
struct medium_counters {
	uint64_t collisions, late_collisions, excessive_collisions, excessive_deferrals, mangled;
};

struct medium {
	struct sim *sim;
	struct medium_ops ops;
	void *ctx;
	struct random_stream stream;
	sim_ns bit_ns;
	sim_ns delay_ns;
	struct medium_station stations[2]; /* by the direction in which they send */
	struct medium_counters counters;
};

/**
 * @param bit_ns How long a bit lasts, at least MEDIUM_100_BIT_NS.
 * @param delay_ns From one end to the other, at most MEDIUM_DELAY_MAX.
 * @param ops Copied, called with @p ctx.
 */
void medium_init(struct medium *medium, sim_ns bit_ns, sim_ns delay_ns, const struct medium_ops *ops, void *ctx, struct sim *sim,
                 struct random_stream stream);
void medium_close(struct medium *medium);

/** A station wants to send @p bytes, preamble included; ops.ended answers. One frame at a time. */
void medium_send(struct medium *medium, enum direction direction, size_t bytes, const struct medium_rules *rules,
                 struct medium_effect effect);
/** It gives the frame up; ops.ended does not come. */
void medium_cancel(struct medium *medium, enum direction direction);
/**
 * A station keeps the medium busy without a frame, or stops that. A frame of its own that is under
 * way is cut, and tried again afterwards.
 */
void medium_backpressure(struct medium *medium, enum direction direction, bool on, bool full_duplex);

/**
 * The least time from any event of the medium, or of what is before it, to something that the
 * device can notice.
 */
sim_ns medium_lag(const struct medium *medium);

#endif
