/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/base/param.h"
#include "lib/fault/fault.h"

#define CELLS_MAX 16
#define BLANKS " \t"
#define NS_PER_MS 1000000U

/* -- lines -- */

struct lines {
	const char *path;
	FILE *stream;
	char *text; /* of the line, without its end */
	size_t room;
	unsigned number;
};

static bool lines_open(struct lines *lines, const char *path, struct error *err)
{
	*lines = (struct lines){.path = path, .stream = fopen(path, "re")};
	return lines->stream != NULL || error_set(err, "%s cannot be read: %s", path, strerror(errno));
}

static void lines_close(struct lines *lines)
{
	free(lines->text);
	(void)fclose(lines->stream);
}

/*
 * Goes on to the next line that has something in it; what editors leave around it, a mark in front
 * of the first and blanks, is taken off.
 */
static bool lines_next(struct lines *lines)
{
	do {
		if (getline(&lines->text, &lines->room, lines->stream) < 0)
			return false;
		size_t front = lines->number++ == 0 ? bytes_mark(lines->text) : 0;
		front += strspn(lines->text + front, BLANKS);
		size_t length = strcspn(lines->text + front, "\r\n");
		while (length > 0 && strchr(BLANKS, lines->text[front + length - 1]) != NULL)
			length--;
		memmove(lines->text, lines->text + front, length);
		lines->text[length] = '\0';
	} while (lines->text[0] == '\0');
	return true;
}

static bool is_wrong(const struct lines *lines, struct error *err)
{
	return error_context(err, "%s:%u", lines->path, lines->number);
}

/* Whether one more row fits; a failed read is no end of the file. */
static bool has_room(const struct lines *lines, size_t count, struct error *err)
{
	return count < RECORDING_ROWS_MAX ||
	       (error_set(err, "too many lines: at most %u are allowed", RECORDING_ROWS_MAX), is_wrong(lines, err));
}

static bool is_whole(const struct lines *lines, struct error *err)
{
	return !ferror(lines->stream) || error_set(err, "%s cannot be read to its end: %s", lines->path, strerror(errno));
}

/* Room for one more element behind @p count of them. */
static void *grow(void *list, size_t count, size_t size)
{
	bool full = count == 0 || (count >= 64 && (count & (count - 1)) == 0);

	return full ? memory_resize(list, count == 0 ? 64 : count * 2, size) : list;
}

/* -- delivery opportunities -- */

static bool read_opportunity(const struct lines *lines, struct opportunities *opportunities, struct error *err)
{
	uint64_t ms;

	if (!unit_parse(UNIT_NONE, lines->text, &ms, err))
		return error_context(err, "expected a number of milliseconds");
	if (ms > FAULT_TIME_MAX / NS_PER_MS)
		return error_set(err, "%s ms is more than a year", lines->text);
	if (opportunities->count > 0 && ms * NS_PER_MS < opportunities->at_ns[opportunities->count - 1])
		return error_set(err, "the time runs backwards, to %s ms", lines->text);
	opportunities->at_ns = grow(opportunities->at_ns, opportunities->count, sizeof *opportunities->at_ns);
	opportunities->at_ns[opportunities->count++] = ms * NS_PER_MS;
	return true;
}

static bool read_opportunities(struct lines *lines, struct opportunities *opportunities, struct error *err)
{
	while (lines_next(lines))
		if (!has_room(lines, opportunities->count, err) || (!read_opportunity(lines, opportunities, err) && !is_wrong(lines, err)))
			return false;
	if (!is_whole(lines, err))
		return false;
	if (opportunities->count == 0 || opportunities->at_ns[opportunities->count - 1] == 0)
		return error_set(err,
		                 "%s has no delivery opportunity after 0 ms: expected a line for each 1500 bytes, with its millisecond",
		                 lines->path);
	return true;
}

bool opportunities_open(struct opportunities *ret_opportunities, const char *path, struct error *err)
{
	struct opportunities opportunities = {0};
	struct lines lines;

	if (!lines_open(&lines, path, err))
		return false;
	bool good = read_opportunities(&lines, &opportunities, err);
	lines_close(&lines);
	if (good)
		*ret_opportunities = opportunities;
	else
		opportunities_close(&opportunities);
	return good;
}

void opportunities_close(struct opportunities *opportunities)
{
	free(opportunities->at_ns);
	*opportunities = (struct opportunities){0};
}

/* -- tables of rate, delay and loss -- */

static const struct param row_params[] = {
	PARAM_ROW_QUANTITY(link_row, at_ns, "time", UNIT_DURATION, NULL, 0, FAULT_TIME_MAX, "time since the window opened"),
	PARAM_ROW_QUANTITY(link_row, rate_bps, "rate", UNIT_RATE, "", 0, 0, "bits per second"),
	PARAM_ROW_QUANTITY(link_row, delay_ns, "delay", UNIT_DURATION, "", 0, FAULT_TIME_MAX, "delay behind the bottleneck"),
	PARAM_ROW_QUANTITY(link_row, loss, "loss", UNIT_PROBABILITY, "", 0, 0, "probability of loss, for each frame"),
	{0},
};

struct columns {
	size_t count;
	const struct param *rows[CELLS_MAX];
};

/*
 * Takes the quotes off a cell, of which @p at is behind the first; two of them stand for one.
 * @return what follows the last one, or NULL if there is none.
 */
static char *unquote(char *at)
{
	for (char *to = at; *at != '\0'; *to++ = *at++)
		if (*at == '"' && *++at != '"') {
			char *behind = at + strspn(at, BLANKS);
			*to = '\0';
			return behind;
		}
	return NULL;
}

/* Cuts a line at its commas; blanks around a cell do not count, nor do quotes. */
static bool split(char *text, char *ret_cells[CELLS_MAX], size_t *ret_count, struct error *err)
{
	*ret_count = 0;
	while (text != NULL && *ret_count < CELLS_MAX) {
		char *cell = text + strspn(text, BLANKS);
		ret_cells[(*ret_count)++] = cell[0] == '"' ? cell + 1 : cell;
		text = cell[0] == '"' ? unquote(cell + 1) : cell;
		if (text == NULL || (cell[0] == '"' && text[0] != ',' && text[0] != '\0'))
			return error_set(err, "a quoted cell must end with a quote, followed by a comma or the end of the line");
		char *end = strsep(&text, ",");
		if (cell[0] == '"')
			continue;
		for (size_t length = strlen(end); length > 0 && strchr(BLANKS, end[length - 1]) != NULL; length--)
			end[length - 1] = '\0';
	}
	return true;
}

static bool read_columns(struct lines *lines, struct columns *columns, struct error *err)
{
	char *cells[CELLS_MAX];
	bool has_time = false;

	if (!split(lines->text, cells, &columns->count, err))
		return false;
	for (size_t i = 0; i < columns->count; i++) {
		const struct param *row = columns->rows[i] = param_find(row_params, cells[i]);
		if (row == NULL)
			return error_set(err, "unknown column '%s' in the first line; allowed: time, rate, delay, loss", cells[i]);
		for (size_t k = 0; k < i; k++)
			if (columns->rows[k] == row)
				return error_set(err, "duplicate column '%s'", cells[i]);
		has_time |= row == row_params;
	}
	return has_time || error_set(err, "missing column 'time'");
}

static bool read_row(struct lines *lines, const struct columns *columns, struct link_rows *rows, struct error *err)
{
	char *cells[CELLS_MAX];
	struct link_row row = {0};
	size_t count;

	if (!split(lines->text, cells, &count, err))
		return false;
	if (count != columns->count)
		return error_set(err, "%zu cells, but the first line names %zu columns", count, columns->count);
	for (size_t i = 0; i < count; i++) {
		const struct param *column = columns->rows[i];
		CHECK(column != NULL);
		if (cells[i][0] == '\0' && column->standard != NULL)
			continue;
		if (!param_set(column, &row, cells[i], err))
			return error_context(err, "%s", column->key);
		row.has_rate |= column->offset == offsetof(struct link_row, rate_bps);
	}
	if (rows->count > 0 && row.at_ns <= rows->list[rows->count - 1].at_ns)
		return error_set(err, "the time is not later than that of the previous line");
	rows->list = grow(rows->list, rows->count, sizeof *rows->list);
	rows->list[rows->count++] = row;
	return true;
}

static bool read_rows(struct lines *lines, struct link_rows *rows, struct error *err)
{
	struct columns columns = {0};

	if (!lines_next(lines))
		return is_whole(lines, err) &&
		       error_set(err, "%s is empty; its first line names the columns: time,rate,delay,loss", lines->path);
	if (!read_columns(lines, &columns, err))
		return is_wrong(lines, err);
	while (lines_next(lines))
		if (!has_room(lines, rows->count, err) || (!read_row(lines, &columns, rows, err) && !is_wrong(lines, err)))
			return false;
	if (!is_whole(lines, err))
		return false;
	return rows->count > 0 || error_set(err, "%s has no data below its first line", lines->path);
}

bool link_rows_open(struct link_rows *ret_rows, const char *path, struct error *err)
{
	struct link_rows rows = {0};
	struct lines lines;

	if (!lines_open(&lines, path, err))
		return false;
	bool good = read_rows(&lines, &rows, err);
	lines_close(&lines);
	if (good)
		*ret_rows = rows;
	else
		link_rows_close(&rows);
	return good;
}

void link_rows_close(struct link_rows *rows)
{
	free(rows->list);
	*rows = (struct link_rows){0};
}
