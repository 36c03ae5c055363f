/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/trace_text.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

static void keep_line(void *ctx, const char *line, size_t length)
{
	struct trace_text *t = ctx;

	t->text = memory_resize(t->text, t->length + length + 1, 1);
	memcpy(t->text + t->length, line, length);
	t->length += length;
	t->text[t->length] = '\0';
}

static void discard_line(void *ctx, const char *line, size_t length)
{
	(void)ctx;
	(void)line;
	(void)length;
}

void trace_text_open(struct trace_text *t)
{
	*t = (struct trace_text){.text = memory_new(1)};
	t->trace = trace_open((struct trace_sink){keep_line, t});
}

void trace_text_clear(struct trace_text *t)
{
	t->length = 0;
	t->text[0] = '\0';
}

void trace_text_close(struct trace_text *t)
{
	trace_close(t->trace);
	free(t->text);
}

struct trace *trace_open_null(void)
{
	return trace_open((struct trace_sink){discard_line, NULL});
}
