/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/journal.h"

#include <stdbool.h>
#include <stdlib.h>

/* @return whether the last line is whole. */
static bool read_lines(const char *path, void (*take)(void *ctx, const json_t *line), void *ctx)
{
	FILE *stream = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	bool whole = true;

	while (stream != NULL && (length = getline(&line, &size, stream)) > 0) {
		json_t *json = json_loads(line, 0, NULL);
		whole = line[length - 1] == '\n';
		if (json != NULL)
			take(ctx, json);
		json_decref(json);
	}
	free(line);
	if (stream != NULL)
		(void)fclose(stream);
	return whole;
}

FILE *journal_open(const char *path, void (*take)(void *ctx, const json_t *line), void *ctx)
{
	const bool whole = read_lines(path, take, ctx);
	FILE *stream = fopen(path, "ae");

	/* What was cut off stays a line of its own, that nobody reads. */
	if (stream == NULL || whole || fputc('\n', stream) != EOF)
		return stream;
	(void)fclose(stream);
	return NULL;
}
