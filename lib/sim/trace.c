/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a line is formatted, hashed and handed to the sink, in this order and at once;
 * nothing is buffered here. trace_aside() writes without the hash. The first gap of the model that
 * is told is kept, because it makes the verdict inconclusive.
 */
#include "lib/sim/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/memory.h"

struct trace {
	struct trace_sink sink;
	XXH3_state_t *hash;
	uint64_t lines;
	char *first_gap;
};

struct trace *trace_open(struct trace_sink sink)
{
	struct trace *trace = memory_new(sizeof *trace);

	trace->sink = sink;
	trace->hash = hash_begin();
	return trace;
}

void trace_close(struct trace *trace)
{
	if (trace == NULL)
		return;
	XXH3_freeState(trace->hash);
	free(trace->first_gap);
	free(trace);
}

/* Replaces control characters in the text and ends the line. */
static size_t finish_line(char line[TRACE_LINE_MAX], size_t length)
{
	if (length > TRACE_LINE_MAX - 2) {
		length = TRACE_LINE_MAX - 2;
		line[length - 1] = line[length - 2] = line[length - 3] = '.';
	}
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[length++] = '\n';
	return length;
}

static size_t render_line(char line[TRACE_LINE_MAX], sim_ns now, const char *topic, const char *format, va_list args)
{
	size_t length = (size_t)snprintf(line, TRACE_LINE_MAX, "[%3" PRIu64 ".%09" PRIu64 "] %-7s ", now / SIM_S, now % SIM_S, topic);
	int text = vsnprintf(line + length, TRACE_LINE_MAX - length, format, args);

	CHECK(text >= 0);
	return finish_line(line, length + (size_t)text);
}

void trace_line(struct trace *trace, sim_ns now, const char *topic, const char *format, ...)
{
	char line[TRACE_LINE_MAX];
	va_list args;

	va_start(args, format);
	size_t length = render_line(line, now, topic, format, args);
	va_end(args);
	hash_add(trace->hash, line, length);
	trace->lines++;
	trace->sink.write(trace->sink.ctx, line, length);
}

void trace_aside(struct trace *trace, sim_ns now, const char *topic, const char *format, ...)
{
	char line[TRACE_LINE_MAX];
	va_list args;

	va_start(args, format);
	size_t length = render_line(line, now, topic, format, args);
	va_end(args);
	trace->sink.write(trace->sink.ctx, "# ", 2);
	trace->sink.write(trace->sink.ctx, line, length);
}

void trace_not_modelled(struct trace *trace, sim_ns now, const char *topic, const char *format, ...)
{
	char text[TRACE_LINE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	trace_line(trace, now, topic, "not modelled: %s", text);
	if (trace->first_gap == NULL)
		trace->first_gap = memory_text(text);
}

const char *trace_first_gap(const struct trace *trace)
{
	return trace->first_gap;
}

const char *trace_digest(const struct trace *trace, char ret_text[TRACE_DIGEST_MAX])
{
	hash_tell(trace->hash, ret_text);
	return ret_text;
}

uint64_t trace_lines(const struct trace *trace)
{
	return trace->lines;
}
