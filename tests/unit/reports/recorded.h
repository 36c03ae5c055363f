/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A session's captures and trace, written frame by frame as a session would; for the tests of
 * its page, and to measure it.
 */
#ifndef TESTS_UNIT_REPORTS_RECORDED_H
#define TESTS_UNIT_REPORTS_RECORDED_H

#include <stdint.h>
#include <stdio.h>

#include "lib/link/frame.h"

struct recorded {
	FILE *captures[2]; /* the device's and the server's */
	FILE *trace;
	uint64_t id;      /* of the last frame that the proxy has numbered */
	uint32_t next[2]; /* sequence numbers of the one connection */
};

/** Begins the files in @p dir, which is there. */
void recorded_begin(struct recorded *recorded, const char *dir);
void recorded_end(struct recorded *recorded);

/** What becomes of a segment. */
struct recorded_way {
	enum direction direction;
	uint64_t sent_us, arrives_us; /**< arrives_us 0: it does not */
	const char *cause;            /**< NULL: nothing was done to it */
	/** of TCP; 0: an acknowledgement, with data if there is any */
	uint8_t flags;
	uint16_t length; /**< of its data */
};

/** A segment of the connection between port 40000 of the device and port 80 of the server. */
void recorded_segment(struct recorded *recorded, const struct recorded_way *way);

/** The same, sent again. */
void recorded_repeat(struct recorded *recorded, const struct recorded_way *way);

/** A frame that arrives and was never sent. */
void recorded_forged(struct recorded *recorded, enum direction direction, uint64_t at_us);

/** A line of the trace. */
void recorded_line(struct recorded *recorded, uint64_t at_us, const char *topic, const char *text);

/**
 * A download of so many segments from the far end, 1,460 bytes each and an acknowledgement for
 * every second, of which every @p lost_every-th is lost; 0: none.
 */
void recorded_download(struct recorded *recorded, unsigned segments, unsigned lost_every);

#endif
