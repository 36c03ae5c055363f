/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One picture of a run, for a README or a mail, where a page does not go: its headline and first
 * cause as on the page, and below a piece of the ladder of the session in which that came up, from
 * shortly before the first frame that was lost.
 *
 * Colours are attributes, since those who show pictures of others strip styles. They are those of
 * the page in the light (reports/run/page.css).
 */
#include "reports/session/picture.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/link/packet.h"
#include "reports/file.h"
#include "reports/markup.h"
#include "reports/run/reports.h"
#include "reports/session/story.h"

#define WIDTH 960
#define MARGIN 24
#define LINE 22
#define ROW 30
#define ROWS 12U
#define BEFORE 3U /* rows of the ladder before the problem */
/* Where device, proxy and server stand. */
static const int posts[] = {230, 560, 890};

#define INK "#1b1f24"
#define SOFT "#57606a"
#define FAINT "#d0d7de"
#define WASH "#f4f6f8"
#define BAD "#a13d00"
#define GOOD "#0a5a8c"
#define FONT "system-ui, 'DejaVu Sans', sans-serif"
#define MONO "ui-monospace, 'DejaVu Sans Mono', monospace"
/* So many letters go into a line of either. */
#define LINE_LETTERS 116
#define BOLD_LETTERS 88
#define MONO_LETTERS 108

static void put_text_at(FILE *stream, int x, int y, const char *look, const char *text, size_t letters)
{
	fprintf(stream, "<text x=\"%d\" y=\"%d\" %s>", x, y, look);
	markup_part(stream, text, letters);
	fputs(strlen(text) > letters ? "\u2026</text>\n" : "</text>\n", stream);
}

/* -- what went wrong -- */

struct lines {
	FILE *stream;
	int y;
	unsigned left; /* how many lines may still come */
};

static void put_name(void *ctx, const char *line)
{
	struct lines *lines = ctx;

	if (lines->left == 0)
		return;
	put_text_at(lines->stream, 2 * MARGIN, lines->y, "font-size=\"14\" fill=\"" INK "\"", --lines->left > 0 ? line : "\u2026",
	            LINE_LETTERS);
	lines->y += LINE;
}

/* @return where the next thing may stand. */
static int put_cause(FILE *stream, const struct causes *causes, int y)
{
	const struct cause *cause = &causes->list[0];
	const struct run_session *first = cause->first;
	char *why = memory_format("%s %s: %.*s", run_look(first->outcome)->mark, run_outcome_name(first), run_why(first), first->reason);
	struct lines lines = {stream, y + 2 * LINE + 6, 3};
	const int top = y;

	put_text_at(stream, 2 * MARGIN, y + LINE, "font-size=\"16\" font-weight=\"600\" fill=\"" BAD "\"", why, BOLD_LETTERS);
	cause_names(causes, cause, put_name, &lines);
	put_text_at(stream, 2 * MARGIN, lines.y, "font-size=\"13\" font-family=\"" MONO "\" fill=\"" SOFT "\"", first->replay,
	            MONO_LETTERS);
	y = lines.y + LINE;
	fprintf(stream, "<rect x=\"%d\" y=\"%d\" width=\"6\" height=\"%d\" fill=\"" BAD "\"/>\n", MARGIN, top, y - top - 6);
	free(why);
	return y;
}

/* -- the ladder -- */

static bool is_lost(const struct ladder_row *row)
{
	return row->kind == LADDER_FRAME && (row->crossing->fate == CROSSING_DROPPED || row->crossing->fate == CROSSING_GONE);
}

static size_t find_begin(const struct ladder *ladder)
{
	for (size_t i = 0; i < ladder->count; i++)
		if (is_lost(&ladder->rows[i]) || (ladder->rows[i].kind == LADDER_EVENT && ladder->rows[i].event->problem))
			return i > BEFORE ? i - BEFORE : 0;
	return 0;
}

static void put_time(FILE *stream, sim_ns at, int y)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%" PRIu64 ".%06" PRIu64 " s", at / SIM_S, at % SIM_S / SIM_US);
	put_text_at(stream, MARGIN, y + 5, "font-size=\"12\" font-family=\"" MONO "\" fill=\"" SOFT "\"", text, sizeof text);
}

/* The head is two strokes: pictures in mails have no markers. */
static void put_arrow(FILE *stream, int from, int to, int y, const char *colour)
{
	const int back = to > from ? -7 : 7;

	fprintf(stream, "<path d=\"M%d %dH%dM%d %dL%d %dL%d %d\" stroke=\"%s\" stroke-width=\"1.5\" fill=\"none\"/>\n", from, y, to,
	        to + back, y - 4, to, y, to + back, y + 4, colour);
}

static void put_label(FILE *stream, int x, int y, const char *colour, const char *text, size_t letters)
{
	char look[96];

	(void)snprintf(look, sizeof look, "font-size=\"12\" fill=\"%s\" text-anchor=\"middle\"", colour);
	put_text_at(stream, x, y - 4, look, text, letters);
}

/* A frame that is lost ends in the middle, with what was done to it behind its end. */
static void put_frame(FILE *stream, const struct crossing *crossing, int y)
{
	const bool up = crossing->direction == TO_SERVER, made = crossing->fate == CROSSING_MADE;
	const bool lost = crossing->fate == CROSSING_DROPPED || crossing->fate == CROSSING_GONE;
	const int from = made ? posts[1] : up ? posts[0] : posts[2], far = up ? posts[2] : posts[0], to = lost ? posts[1] : far;
	char name[ADDRESS_TEXT_MAX > PACKET_TEXT_MAX ? ADDRESS_TEXT_MAX : PACKET_TEXT_MAX];
	char *done = memory_format("%s %.*s", lost ? "\u2716" : "", (int)crossing->comment.length, (const char *)crossing->comment.data);

	put_time(stream, crossing->sent, y);
	put_arrow(stream, from, to, y, lost ? BAD : GOOD);
	put_label(stream, (from + posts[1]) / 2 + (made ? (far - from) / 2 : 0), y, INK,
	          crossing->is_named ? address_format(&crossing->at, name) : packet_render(crossing->data, name), 44);
	if (lost || crossing->comment.length > 0)
		put_label(stream, (posts[1] + far) / 2, y, lost ? BAD : SOFT, done, 44);
	free(done);
}

static void put_bulk(FILE *stream, const struct ladder_row *row, int y)
{
	char *text = memory_format("%" PRIu64 " frames of bulk transfer, %" PRIu64 " B, until %" PRIu64 ".%03" PRIu64 " s",
	                           row->frames[0] + row->frames[1], row->bytes[0] + row->bytes[1], row->to / SIM_S,
	                           row->to % SIM_S / SIM_MS);

	put_time(stream, row->crossing->sent, y);
	fprintf(stream, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\" rx=\"4\" fill=\"" WASH "\" stroke=\"" FAINT "\"/>\n",
	        posts[0] + 6, y - 13, posts[2] - posts[0] - 12);
	put_label(stream, posts[1], y + 4, SOFT, text, 90);
	free(text);
}

static void put_event(FILE *stream, const struct event *event, int y)
{
	char *text = memory_format("%s: %s", event->topic, event->text);
	const int post = posts[event->lane];

	put_time(stream, event->at, y);
	fprintf(stream, "<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>\n", post, y, event->problem ? BAD : SOFT);
	put_text_at(stream, event->lane == LANE_SERVER ? post - 10 : post + 10, y + 4,
	            event->lane == LANE_SERVER ? "font-size=\"12\" text-anchor=\"end\" fill=\"" INK "\""
	                                       : "font-size=\"12\" fill=\"" INK "\"",
	            text, 90);
	free(text);
}

static int put_ladder(FILE *stream, const struct story *story, int y)
{
	static const char *const heads[] = {"device", "proxy", "server"};
	const struct ladder *ladder = &story->ladder;
	const size_t begin = find_begin(ladder);
	const size_t count = ladder->count - begin < ROWS ? ladder->count - begin : ROWS;
	char *title = memory_format("From the first loss or problem on: %s on %s, seed %s", story->session->scenario,
	                            story->session->device, story->session->seed);

	put_text_at(stream, MARGIN, y + LINE, "font-size=\"16\" font-weight=\"600\" fill=\"" INK "\"", title, LINE_LETTERS);
	free(title);
	y += 2 * LINE + 8;
	for (size_t i = 0; i < 3; i++) {
		put_label(stream, posts[i], y, SOFT, heads[i], 8);
		fprintf(stream, "<path d=\"M%d %dV%d\" stroke=\"" FAINT "\"/>\n", posts[i], y + 4, y + 8 + (int)count * ROW);
	}
	for (size_t i = 0; i < count; i++) {
		const struct ladder_row *row = &ladder->rows[begin + i];
		y += ROW;
		if (row->kind == LADDER_FRAME)
			put_frame(stream, row->crossing, y);
		else if (row->kind == LADDER_BULK)
			put_bulk(stream, row, y);
		else if (row->kind == LADDER_EVENT)
			put_event(stream, row->event, y);
	}
	return y + LINE;
}

/* -- the whole -- */

/* @return how high it is. */
static int draw(FILE *stream, const struct causes *causes)
{
	char *headline = NULL;
	size_t size = 0;
	int y = MARGIN;

	FILE *text = open_memstream(&headline, &size);
	report_headline(text, causes);
	(void)fclose(text);
	put_text_at(stream, MARGIN, y + LINE, "font-size=\"20\" font-weight=\"600\" fill=\"" INK "\"", headline, LINE_LETTERS);
	free(headline);
	y += 2 * LINE;
	if (causes->count > 0) {
		struct story story;
		y = put_cause(stream, causes, y) + MARGIN / 2;
		story_read(&story, causes->run, causes->list[0].first);
		y = put_ladder(stream, &story, y);
		story_close(&story);
	}
	return y + MARGIN / 2;
}

bool picture_write(const char *path, const struct causes *causes, struct error *err)
{
	char *body = NULL, *folder = memory_text(path), *name = memory_text(path);
	struct report_file file;
	size_t size = 0;

	FILE *stream = open_memstream(&body, &size);
	const int height = draw(stream, causes);
	(void)fclose(stream);
	bool good = report_file_open(&file, dirname(folder), basename(name), err);
	if (good) {
		fprintf(file.stream,
		        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"" FONT
		        "\">\n"
		        "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#fff\" stroke=\"" FAINT "\"/>\n%s</svg>\n",
		        WIDTH, height, WIDTH, height, WIDTH, height, body);
		good = report_file_close(&file, err);
	}
	free(name);
	free(folder);
	free(body);
	return good;
}
