/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A bridge between two socket pairs. The test holds the other ends and acts on them in steps while
 * the bridge runs. Needs no network interface and no privileges.
 */
#ifndef TESTS_LIVE_FIXTURE_H
#define TESTS_LIVE_FIXTURE_H

#include "lib/link/frame.h"
#include "harness/live/bridge.h"

#define LIVE_FIXTURE_FRAMES_MAX 1024U

struct live_fixture;

/** A step of a test: called repeatedly until it returns true. */
typedef bool live_fixture_step(struct live_fixture *f, struct bridge *bridge);

struct live_fixture {
	char dir[640]; /**< the run folder */
	struct plan plan;
	struct port ports[2]; /**< the bridge's ends, by the direction in which they send */
	int peers[2];         /**< what is behind them; -1: closed */
	struct port_counters counters[2];
	/** how far time stamps lie in the past; 0: frames have none */
	uint64_t older_ns;
	/** frames received, by direction, in order */
	struct frame *got[2][LIVE_FIXTURE_FRAMES_MAX];
	size_t got_count[2];
	bool forgets;                    /**< received frames are not kept */
	live_fixture_step *const *steps; /**< ends with NULL; then the bridge is told to stop */
	int again;                       /* a descriptor that is always readable */
	struct bridge_options options;   /**< may be changed before live_fixture_run() */
	struct bridge_result result;
	struct bridge_side sides[2]; /* the second is the test's own, if it has one */
	char answer[65536];          /**< of live_fixture_ask() */
};

/** @param scenario Its text. Fails the test if it is not valid. */
void live_fixture_open(struct live_fixture *f, const char *scenario);
/** The same with the frozen plan at @p path, to be replayed. */
void live_fixture_open_frozen(struct live_fixture *f, const char *path);

/** Runs the steps; a step that is not done after some seconds fails the test. */
void live_fixture_run(struct live_fixture *f, live_fixture_step *const *steps);
void live_fixture_close(struct live_fixture *f);

/** Sends a frame of the conversation @p flow, marked with @p number. */
void live_fixture_send(struct live_fixture *f, enum direction direction, unsigned flow, unsigned number);

/** The number in a received frame. */
unsigned live_fixture_number(const struct live_fixture *f, enum direction direction, size_t index);

/** Asks the bridge something as `stutter ctl` does (live/requests.h). @return f->answer. */
const char *live_fixture_ask(struct live_fixture *f, struct bridge *bridge, const char *line);

/** Path of a file in the run folder. */
const char *live_fixture_path(const char *name);

/** Reads a file in the run folder. To be released with free(). */
char *live_fixture_read(const char *name);

#endif
