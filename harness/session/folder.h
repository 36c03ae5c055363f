/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The folder that a session leaves behind, and the streams into it.
 */
#ifndef SESSION_FOLDER_H
#define SESSION_FOLDER_H

#include "harness/scenario/plan.h"
#include "harness/session/captures.h"
#include "lib/verdict/verdict.h"
#include "lib/sim/trace.h"

struct folder {
	char dir[DEVICE_PATH_MAX];
	FILE *trace;
	struct captures captures;
	FILE *bus, *messages; /**< NULL if they were not asked for */
	FILE *decisions;      /**< as they are taken, until plan.yaml has them all */
	size_t decisions_kept;
};

/** Makes the folder, what is missing above it too. */
bool folder_make(const char *dir, struct error *err);

/**
 * What passed, when, in which phase: lines such as `7156557432 to-server tcp.syn[80/1]#1`,
 * `7156557432 board enc.tx#17`, `7126178128 phase connect`.
 */
#define FOLDER_EVENTS_FILE "events.txt"

/** Which streams there are beside those that every session has, as bits. */
enum { FOLDER_VCD = 1, FOLDER_MESSAGES = 2, FOLDER_EVENTS = 4 };

/**
 * Opens the streams and writes plan.yaml. @param bus Bits: FOLDER_VCD, FOLDER_MESSAGES,
 * FOLDER_EVENTS.
 */
bool folder_open(struct folder *folder, const char *dir, const struct plan *plan, unsigned bus, struct error *err);

/** A sink for the session's trace. */
struct trace_sink folder_trace_sink(struct folder *folder);

/** Whether all that was written so far could be written; @p err says what could not. */
bool folder_sound(struct folder *folder, struct error *err);

/** Writes out what is in the streams' buffers. @return false if something cannot be written. */
bool folder_flush(struct folder *folder);

/**
 * Lets the streams go on in another folder, with all that they have written so far, and writes
 * plan.yaml there. Nothing happens if it is the same folder. @param dir Is there.
 */
bool folder_move(struct folder *folder, const char *dir, const struct plan *plan, struct error *err);

/** Writes out and closes the streams, and completes the captures. @return as folder_sound(). */
bool folder_close(struct folder *folder, struct error *err);

/**
 * Keeps the decisions that were taken since the last call, for the case that the session does not
 * live to freeze its plan.
 */
void folder_keep_decisions(struct folder *folder, const struct decisions *decisions);

/**
 * The same once more from the first: decisions that were kept are not what they were
 * (decisions_amend()).
 */
void folder_keep_decisions_anew(struct folder *folder, const struct decisions *decisions);

/**
 * Writes plan.yaml anew, with the decisions that took effect. @param live It was a session in wall
 * time.
 */
bool folder_freeze_plan(const char *dir, const struct plan *plan, const struct decisions *decisions, const char *device_image, bool live,
                        struct error *err);

/**
 * Completes the folder of a session whose process has ended without doing so: cuts off what is half
 * written, adds the decisions that were kept to plan.yaml, the verdict to the trace, and writes
 * verdict.json.
 * @param verdict What is known: why there is no more.
 */
void folder_complete(const char *dir, const struct plan *plan, struct verdict *verdict);

/** Writes a file of its own, whole or not at all. @param write Is given @p what. */
bool folder_write_file(const char *dir, const char *name, void (*write)(const void *what, FILE *stream), const void *what,
                       struct error *err);

struct world;

/** Writes addresses.txt: what a fault could have named. */
bool folder_write_addresses(const char *dir, const struct world *world, struct error *err);

/** Writes series.csv: how busy the board was, over time. */
bool folder_write_load(const char *dir, struct world *world, struct error *err);

/** Writes replay.txt: which decisions of the plan found what they are about. */
bool folder_write_replay(const char *dir, const struct world *world, struct error *err);

/** Whether there is a file of this name in it. */
bool folder_has(const char *dir, const char *name);

/** Writes verdict.json, of a session that ends now. */
bool folder_write_verdict(const char *dir, const struct plan *plan, const struct verdict *verdict, struct error *err);

#endif
