/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * TCP connections of a capture, put together: what each side has said in its order, whatever was
 * lost, sent again, overtook or overlapped, as turns.
 *
 * How it works: bytes count when all before them have come; then they were there to be read, and
 * their time is that of the packet which made them so. Bytes that the other side acknowledges and
 * that the capture has not are taken as said, with their number alone. A side that speaks goes on
 * in its turn; it begins another one behind the other side's, and where it was silent for IDLE_NS
 * although all it had said was acknowledged: that is neither a loss nor a slow path.
 *
 * The connection's round trip, as the capture saw it at its opening, is taken off the times between
 * turns, so that what is left is how long a side thought.
 */
#ifndef RECORDED_STREAMS_H
#define RECORDED_STREAMS_H

#include "harness/recorded/packets.h"
#include "harness/recorded/recording.h"

/** Bytes that wait for earlier ones: of one direction, and of all. */
#define STREAMS_PENDING_MAX (1024U * 1024U)
#define STREAMS_ALL_PENDING_MAX (64U * 1024U * 1024U)

struct streams;

/** What streams_take() knows of a segment. */
struct segment {
	size_t flow;       /**< which connection, from 0; SIZE_MAX: of none */
	enum side side;    /**< that sent it; the device is whoever has connected */
	uint64_t place;    /**< of its first byte in what the side says; 0 is the first */
	uint32_t length;   /**< of its data */
	bool repeated;     /**< all its data had passed before */
	bool fills;        /**< it brings bytes before others that have passed already */
	uint64_t expected; /**< up to where the side's bytes had passed before it without a gap */
	uint64_t highest;  /**< up to where they had passed at all */
};

/** A connection as far as it was seen. */
struct flow_summary {
	uint32_t client, server;
	uint16_t client_port, server_port;
	uint64_t syn_ns, synack_ns, open_ns; /**< 0: not seen; of the last that was needed */
	unsigned syns;                       /**< how often it was sent */
	/** it was answered, and neither both sides nor a reset have ended it */
	bool open;
};

struct streams_counters {
	uint64_t midway; /**< segments of connections whose beginning was not recorded */
	/**
	 * segments of connections beyond RECORDING_STEPS_MAX, or turns beyond RECORDING_TURNS_MAX
	 */
	uint64_t too_many;
	uint64_t strange; /**< segments far from where their connection is */
	/** bytes that one side has acknowledged and that are not in the capture */
	uint64_t missed_bytes;
	uint64_t cut_bytes; /**< bytes that were left out by the snaplen */
	uint64_t repeated;  /**< segments that had passed before */
	uint64_t reordered; /**< segments that came behind later ones */
};

/** @return to be released with streams_close(). */
struct streams *streams_open(void);
void streams_close(struct streams *streams);

/** The next packet of TCP. */
struct segment streams_take(struct streams *streams, const struct recorded_packet *packet);

size_t streams_count(const struct streams *streams);
struct flow_summary streams_summary(const struct streams *streams, size_t flow);
struct streams_counters streams_counters(const struct streams *streams);

/**
 * Moves what a connection has said into a step, whose times are still those of the capture. After
 * the last packet; once.
 */
void streams_give(struct streams *streams, size_t flow, struct step *step);

#endif
