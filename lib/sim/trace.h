/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The trace: one line for every decision, with its virtual time and its cause, and one digest over
 * all lines.
 *
 *     [ 49.376167800] proxy   to-server #558 arp.request#2 60 B: 'pulled' drop -> dropped
 *
 * The digest is XXH3-128 of the lines as they stand in trace.txt, line feeds included, so
 * `xxhsum -H2 trace.txt` shows the same number.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sim/sim.h"

#define TRACE_DIGEST_MAX 33
#define TRACE_LINE_MAX 1024

struct trace;

/** Where lines go; called with whole lines, line feed included. */
struct trace_sink {
	void (*write)(void *ctx, const char *line, size_t length);
	void *ctx;
};

/** @return a trace that owns nothing but itself; release with trace_close(). */
struct trace *trace_open(struct trace_sink sink);
void trace_close(struct trace *trace);

/**
 * Adds a line. Control characters in the text become '?'; a line that is too long ends in "...".
 * @param topic Who speaks: "proxy", "chip", "http"; at most seven letters line up.
 */
void trace_line(struct trace *trace, sim_ns now, const char *topic, const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * A line about the run rather than about what happens in it: it is written with "# " before it, and
 * the digest does not know it.
 */
void trace_aside(struct trace *trace, sim_ns now, const char *topic, const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * Adds a line "not modelled: ..." and counts it: the world lacks something that the device relies
 * on, so the session can prove nothing.
 */
void trace_not_modelled(struct trace *trace, sim_ns now, const char *topic, const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The text of the first "not modelled" line, or NULL if there was none. */
const char *trace_first_gap(const struct trace *trace);

/** The digest of all lines so far, 32 hexadecimal digits. @return ret_text. */
const char *trace_digest(const struct trace *trace, char ret_text[TRACE_DIGEST_MAX]);

/** How many lines there are. */
uint64_t trace_lines(const struct trace *trace);

#endif
