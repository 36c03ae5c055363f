/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a capture shows to have been lost or late: only what was observed, and said as far as its
 * place lets one say it.
 *
 * How it works: the capture stands somewhere on the path. What passed it and had to be sent again
 * was lost behind it, or its answer was; what came again without having passed before was lost in
 * front of it. What was lost in front and never sent again, nobody can know of.
 *
 *     a SYN again                              the one before, or its SYN+ACK if that had passed
 *                                              already
 *     data again, which the other side lacked  the first sending; it lacks what its ACK or its SACK
 *                                              leaves out. A D-SACK (RFC 2883) takes that back
 *     data that fills a gap                    lost in front, if it was made after what showed the
 *                                              gap (by IP's identification where that
 *                                              counts packets, else by the time), else overtaken
 *     a question again, or never answered      the question: where the answer was lost cannot be
 *                                              told
 *     an ACK or answer long after the others   late
 *
 * The frames are named as the proxy of a replay would name them (address/namer.h): those of the
 * device alone, with what was lost in front put where it belonged, and segments longer than a frame
 * divided, as an interface divides them behind the capture.
 */
#ifndef RECORDED_LOSSES_H
#define RECORDED_LOSSES_H

#include <stdio.h>

#include "lib/address/address.h"
#include "lib/link/frame.h"
#include "harness/recorded/recording.h"

/** So many are kept, the first ones: as many as a scenario has faults, but for one. */
#define LOSSES_MAX 255U
/**
 * An acknowledgement this much later than usual is late, and an answer that took so much longer
 * than the path.
 */
#define LOSSES_LATE_NS UINT64_C(200000000)
/** A sender waits for so many segments' acknowledgements at most, as far as is remembered. */
#define LOSSES_OUTSTANDING_MAX 4096U

enum loss_kind { LOSS_LOST, LOSS_LATE };

struct loss {
	enum loss_kind kind;
	enum direction direction;
	uint64_t time_ns;          /**< when it passed, or would have, since 1970 */
	uint64_t late_ns;          /**< of LOSS_LATE: how much */
	const char *why;           /**< what shows it, in a few words */
	char at[ADDRESS_TEXT_MAX]; /**< empty: it could not be named */
	/**
	 * inside: which packet of the file it is, and where to put it; before 0: where it stands
	 */
	uint64_t packet, before;
	uint32_t sequence;   /**< inside: of a segment */
	size_t flow;         /**< inside: of a segment */
	uint64_t place, end; /**< inside: within what its side says */
	bool is_answer;      /**< inside: to a question */
	bool taken_back;     /**< inside */
};

struct losses {
	struct loss list[LOSSES_MAX];
	size_t count;
	uint64_t more;          /**< that were not kept */
	uint64_t needless;      /**< segments that were sent again although they had come */
	uint64_t unnamed;       /**< that could not be named */
	uint64_t round_trip_ns; /**< the shortest that the openings show; 0: not known */
};

/**
 * @param recording What import_capture() made of the same file. @return false with @p err if it
 * cannot be read any more.
 */
bool losses_find(struct losses *ret_losses, const char *path, const struct recording *recording, struct error *err);

/**
 * Writes them as a scenario.
 * @param session The file of the session, as the scenario is to name it.
 */
void losses_write(const struct losses *losses, const struct recording *recording, const char *name, const char *session, FILE *stream);

/** Says, a line each, what was found and what its place leaves open. */
void losses_tell(const struct losses *losses, const struct recording *recording, FILE *stream);

#endif
