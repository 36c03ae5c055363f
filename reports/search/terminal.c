/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a search has found, as text. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/member.h"
#include "reports/search/blocks.h"
#include "reports/text.h"

/* A bar of text for a share of one. */
#define BAR 20

struct terminal {
	FILE *stream;
	bool colours;
};

static void begin_sense(const struct terminal *terminal, enum told_sense sense, bool strong)
{
	static const char *const colours[] = {[TOLD_PLAIN] = "", [TOLD_GOOD] = "32", [TOLD_BAD] = "31", [TOLD_UNKNOWN] = "33"};

	if (terminal->colours && (strong || sense != TOLD_PLAIN))
		fprintf(terminal->stream, "\033[%s%s%sm", strong ? "1" : "", strong && sense != TOLD_PLAIN ? ";" : "", colours[sense]);
}

static void end_sense(const struct terminal *terminal, enum told_sense sense, bool strong)
{
	if (terminal->colours && (strong || sense != TOLD_PLAIN))
		fputs("\033[0m", terminal->stream);
}

static void put_strong(const struct terminal *terminal, enum told_sense sense, const char *text)
{
	begin_sense(terminal, sense, true);
	text_put_plain(terminal->stream, text);
	end_sense(terminal, sense, true);
	fputc('\n', terminal->stream);
}

static void put_heading(const struct terminal *terminal, const json_t *block)
{
	fputc('\n', terminal->stream);
	put_strong(terminal, TOLD_PLAIN, member_text(block, "text"));
}

static void put_text(const struct terminal *terminal, const json_t *block)
{
	fputc('\n', terminal->stream);
	text_put_plain(terminal->stream, member_text(block, "text"));
	fputc('\n', terminal->stream);
}

static void put_result(const struct terminal *terminal, const json_t *block)
{
	fputc('\n', terminal->stream);
	put_strong(terminal, block_sense_of(block), member_text(block, "text"));
}

static void put_link(const struct terminal *terminal, const json_t *block)
{
	fputs("  ", terminal->stream);
	text_put_plain(terminal->stream, member_text(block, "text"));
	fputs(": ", terminal->stream);
	text_put_plain(terminal->stream, member_text(block, "path"));
	fputc('\n', terminal->stream);
}

static void put_caption(const struct terminal *terminal, const json_t *block)
{
	fputc('\n', terminal->stream);
	text_put_plain(terminal->stream, member_text(block, "caption"));
	fputs(":\n", terminal->stream);
}

static void put_lines(const struct terminal *terminal, const json_t *block)
{
	const char *at = member_text(block, "text");

	put_caption(terminal, block);
	while (*at != '\0') {
		fputs("  ", terminal->stream);
		text_put_first_line(terminal->stream, at);
		fputc('\n', terminal->stream);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
}

/* -- tables -- */

static size_t width_of(const char *text)
{
	size_t width = 0;

	while (text_next(&text) != 0)
		width++;
	return width;
}

static const char *text_at(const json_t *table, size_t row, size_t column)
{
	return member_text(json_array_get(json_array_get(json_object_get(table, "rows"), row), column), "text");
}

static size_t column_width(const json_t *table, size_t column)
{
	const char *name = json_string_value(json_array_get(json_object_get(table, "columns"), column));
	size_t widest = name != NULL ? width_of(name) : 0;

	for (size_t i = 0; i < json_array_size(json_object_get(table, "rows")); i++) {
		const size_t width = width_of(text_at(table, i, column));
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void put_cell(const struct terminal *terminal, const char *text, enum told_sense sense, size_t width, bool right, bool last)
{
	const size_t own = width_of(text);
	const int gap = own < width ? (int)(width - own) : 0;

	fprintf(terminal->stream, "  %*s", right ? gap : 0, "");
	begin_sense(terminal, sense, false);
	text_put_plain(terminal->stream, text);
	end_sense(terminal, sense, false);
	if (!last)
		fprintf(terminal->stream, "%*s", right ? 0 : gap, "");
}

static void put_table(const struct terminal *terminal, const json_t *table)
{
	const json_t *names = json_object_get(table, "columns"), *rows = json_object_get(table, "rows");
	const size_t count = json_array_size(names);
	size_t *widths = memory_new((count + 1) * sizeof *widths);
	bool *numbers = memory_new((count + 1) * sizeof *numbers);

	put_caption(terminal, table);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(json_array_get(names, i));
		widths[i] = column_width(table, i);
		numbers[i] = block_is_number(table, i);
		put_cell(terminal, name != NULL ? name : "", TOLD_PLAIN, widths[i], numbers[i], i + 1 == count);
	}
	fputc('\n', terminal->stream);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		for (size_t j = 0; j < count; j++)
			put_cell(terminal, text_at(table, i, j), block_sense_of(json_array_get(json_array_get(rows, i), j)), widths[j],
			         numbers[j], j + 1 == count);
		fputc('\n', terminal->stream);
	}
	if (json_array_size(rows) == 0)
		fputs("  (none)\n", terminal->stream);
	free(numbers);
	free(widths);
}

/* -- curves -- */

static void put_share(FILE *stream, uint64_t billionths)
{
	const uint64_t tenths = (billionths + 500000) / 1000000;

	fprintf(stream, "%3" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
}

static void put_point(FILE *stream, const struct block_point *point)
{
	const int full = (int)(((uint64_t)BAR * point->y + 500000000) / 1000000000);

	fprintf(stream, "  %12.10g  ", point->x);
	for (int i = 0; i < BAR; i++)
		fputc(i < full ? '#' : '.', stream);
	fputs("  ", stream);
	put_share(stream, point->y);
	fputs(" (", stream);
	put_share(stream, point->low);
	fputs(" to ", stream);
	put_share(stream, point->high);
	fputs(")  ", stream);
	text_put_plain(stream, point->text);
	fputc('\n', stream);
}

static void put_mark(FILE *stream, const struct block_point *mark)
{
	fprintf(stream, "  %12.10g  -- ", mark->x);
	text_put_plain(stream, mark->text);
	fputc('\n', stream);
}

static void put_curve(const struct terminal *terminal, const json_t *curve)
{
	size_t point_count, mark_count, mark = 0;
	struct block_point *points = block_points(curve, "points", &point_count), *marks = block_points(curve, "marks", &mark_count);

	put_caption(terminal, curve);
	fputs("  ", terminal->stream);
	text_put_plain(terminal->stream, member_text(curve, "x_name"));
	fputs(": ", terminal->stream);
	text_put_plain(terminal->stream, member_text(curve, "y_name"));
	fputs(" (interval)\n", terminal->stream);
	for (size_t i = 0; i < point_count; i++) {
		for (; mark < mark_count && marks[mark].x <= points[i].x; mark++)
			put_mark(terminal->stream, &marks[mark]);
		put_point(terminal->stream, &points[i]);
	}
	for (; mark < mark_count; mark++)
		put_mark(terminal->stream, &marks[mark]);
	free(marks);
	free(points);
}

void told_print(const json_t *told, FILE *stream, bool colours)
{
	static void (*const put[BLOCK_KINDS])(const struct terminal *, const json_t *) = {
		[BLOCK_HEADING] = put_heading, [BLOCK_TEXT] = put_text,   [BLOCK_RESULT] = put_result, [BLOCK_LINK] = put_link,
		[BLOCK_LINES] = put_lines,     [BLOCK_TABLE] = put_table, [BLOCK_CURVE] = put_curve,
	};
	const struct terminal terminal = {stream, colours};

	for (size_t i = 0; i < json_array_size(told); i++) {
		const json_t *block = json_array_get(told, i);
		const enum block_kind kind = block_kind_of(block);
		if (kind < BLOCK_KINDS)
			put[kind](&terminal, block);
	}
}
