/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Traces for tests: one whose text is kept in memory, and one whose text is discarded. */
#ifndef TESTS_TRACE_TEXT_H
#define TESTS_TRACE_TEXT_H

#include "lib/sim/trace.h"

struct trace_text {
	struct trace *trace;
	char *text; /**< all lines since trace_text_open() or trace_text_clear(); never NULL */
	size_t length;
};

void trace_text_open(struct trace_text *t);
/** Forgets the lines so far. The digest of the trace still covers them. */
void trace_text_clear(struct trace_text *t);
void trace_text_close(struct trace_text *t);

/** @return a trace that writes nowhere; release with trace_close(). */
struct trace *trace_open_null(void);

#endif
