/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A bridge between two socket pairs: a test holds the other ends, and tells in steps what happens there while the bridge runs. No interface, no privilege.
 */
#ifndef TESTS_LIVE_RIG_H
#define TESTS_LIVE_RIG_H

#include "lib/link/frame.h"
#include "harness/live/bridge.h"

#define RIG_FRAMES_MAX 1024U

struct rig;

/** Called again and again until it says that its part is done. */
typedef bool rig_step(struct rig *rig, struct bridge *bridge);

struct rig {
	char dir[640]; /**< the run folder */
	struct plan plan;
	struct port ports[2]; /**< the bridge's ends, by the direction in which they send */
	int peers[2];         /**< what is behind them; -1: closed */
	struct port_counters counters[2];
	uint64_t older_ns;                    /**< stamps are so much before now; 0: there are none */
	struct frame *got[2][RIG_FRAMES_MAX]; /**< that came out, by their direction, in their order */
	size_t got_count[2];
	bool forgets;                  /**< what came out is not kept */
	rig_step *const *steps;        /**< ends with NULL; then the bridge is told to stop */
	int again;                     /* a descriptor that is always readable */
	struct bridge_options options; /**< may be changed before rig_run() */
	struct bridge_result result;
	struct bridge_side sides[2]; /* the second is the test's own, if it has one */
	char answer[65536];          /**< of rig_ask() */
};

/** @param scenario The text of one. Fails the test if it is none. */
void rig_open(struct rig *rig, const char *scenario);
/** The same of the frozen plan at @p path, to be replayed. */
void rig_open_frozen(struct rig *rig, const char *path);

/** Runs the steps; a step that is not done after some seconds fails the test. */
void rig_run(struct rig *rig, rig_step *const *steps);
void rig_close(struct rig *rig);

/** What is behind an end sends: a frame of the conversation @p flow that has @p number in it. */
void rig_send(struct rig *rig, enum direction direction, unsigned flow, unsigned number);

/** The number of a frame that came out. */
unsigned rig_number(const struct rig *rig, enum direction direction, size_t index);

/** Asks the bridge something as `stutter ctl` does (live/requests.h). @return rig->answer. */
const char *rig_ask(struct rig *rig, struct bridge *bridge, const char *line);

/** Path of a file in the run folder. */
const char *rig_path(const char *name);

/** Reads one. To be released with free(). */
char *rig_read(const char *name);

#endif
