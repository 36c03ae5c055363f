/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/dist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/memory.h"

#define BLANKS " \t\r\n"

/* One word of the file. */
static bool add_value(struct dist *dist, const char *path, int line, const char *word, struct error *err)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(word, &end, 10);
	if (*end != '\0' || errno != 0 || value < INT16_MIN || value > INT16_MAX)
		return error_set(err, "%s:%d: '%.40s' is not a whole number from -32768 to 32767", path, line, word);
	if (dist->count == DIST_MAX)
		return error_set(err, "%s:%d: a table has at most %d numbers", path, line, DIST_MAX);
	dist->values[dist->count++] = (int16_t)value;
	return true;
}

static bool add_line(struct dist *dist, const char *path, int line, char *text, struct error *err)
{
	char *rest = NULL;

	text[strcspn(text, "#")] = '\0';
	for (char *word = strtok_r(text, BLANKS, &rest); word != NULL; word = strtok_r(NULL, BLANKS, &rest))
		if (!add_value(dist, path, line, word, err))
			return false;
	return true;
}

static bool read_lines(FILE *stream, struct dist *dist, const char *path, struct error *err)
{
	char *text = NULL;
	size_t room = 0;
	bool good = true;

	for (int line = 1; good && getline(&text, &room, stream) >= 0; line++)
		good = add_line(dist, path, line, text + (line == 1 ? bytes_mark(text) : 0), err);
	free(text);
	if (good && ferror(stream) != 0)
		return error_set(err, "the table %s cannot be read: %s", path, strerror(errno));
	return good && (dist->count > 0 || error_set(err, "%s:1: this table is empty: expected whole numbers", path));
}

bool dist_open(struct dist *ret_dist, const char *path, struct error *err)
{
	FILE *stream = fopen(path, "re");
	struct dist dist = {0};

	if (stream == NULL)
		return error_set(err, "the table %s cannot be read: %s", path, strerror(errno));
	dist.values = memory_new(DIST_MAX * sizeof *dist.values);
	bool good = read_lines(stream, &dist, path, err);
	(void)fclose(stream);
	if (good)
		*ret_dist = dist;
	else
		dist_close(&dist);
	return good;
}

void dist_close(struct dist *dist)
{
	free(dist->values);
	memset(dist, 0, sizeof *dist);
}
