/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A curve as a picture: shares against a number, each with its interval. */
#include <inttypes.h>
#include <stdlib.h>

#include "reports/markup.h"
#include "reports/member.h"
#include "reports/search/blocks.h"

/*
 * In units of the picture. Above the plot there is room for the words of marks, in lines below each
 * other.
 */
#define LEFT 64.0
#define RIGHT 696.0
#define BOTTOM 330.0
/* Of the plot, without marks. */
#define TOP 20.0
#define WIDTH 720
#define HEIGHT 380
#define CAP 4.0
/* Steps of an axis are not finer. */
#define STEP_MIN 1e-9
#define EXACT_MAX 1e15
#define MARK_LINES 4
#define MARK_LINE 16.0

struct plot {
	struct block_point *points, *marks;
	size_t point_count, mark_count;
	double from, to; /* of the x axis */
	double top;      /* of the plot, in units of the picture */
};

static double place_x(const struct plot *plot, double x)
{
	return LEFT + (x - plot->from) / (plot->to - plot->from) * (RIGHT - LEFT);
}

static double place_y(const struct plot *plot, uint64_t billionths)
{
	return BOTTOM - (double)billionths / 1e9 * (BOTTOM - plot->top);
}

static void widen(struct plot *plot, const struct block_point *points, size_t count, bool *any)
{
	for (size_t i = 0; i < count; i++) {
		plot->from = !*any || points[i].x < plot->from ? points[i].x : plot->from;
		plot->to = !*any || points[i].x > plot->to ? points[i].x : plot->to;
		*any = true;
	}
}

/* What is at one place only, or at none, still needs an axis. */
static void measure(struct plot *plot)
{
	bool any = false;

	widen(plot, plot->points, plot->point_count, &any);
	widen(plot, plot->marks, plot->mark_count, &any);
	if (plot->to <= plot->from)
		plot->to = plot->from + 1;
	plot->top = TOP + MARK_LINE * (double)(plot->mark_count < MARK_LINES ? plot->mark_count : MARK_LINES);
}

/*
 * The least of 1, 2, 5, 10, 20 and so on, and of their tenths and hundredths, that makes at most
 * eight steps of the axis.
 */
static double step_of(double range)
{
	static const double factors[] = {2, 2.5, 2};
	double step = 1;

	while (range / step < 80 && step > STEP_MIN)
		step /= 10;
	for (int i = 0; range / step > 8; i++)
		step *= factors[i % 3];
	return step;
}

/* The first multiple of a step that is on the axis. */
static double first_step(double from, double step)
{
	double whole = (double)(int64_t)(from / step);

	return whole * step < from ? whole + 1 : whole;
}

static void put_axes(FILE *stream, const struct plot *plot)
{
	const double step = step_of(plot->to - plot->from);

	for (int percent = 0; percent <= 100; percent += 25) {
		const double y = place_y(plot, (uint64_t)percent * 10000000);
		fprintf(stream, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", LEFT, y, RIGHT, y);
		fprintf(stream, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%d %%</text>\n", LEFT - 8, y + 4, percent);
	}
	/* Where numbers are so large that steps cannot be counted there are none. */
	const bool countable = plot->from / step > -EXACT_MAX && plot->to / step < EXACT_MAX;
	for (double at = countable ? first_step(plot->from, step) : 1; countable && at * step <= plot->to; at++) {
		const double x = place_x(plot, at * step);
		fprintf(stream, "<line class=\"axis\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", x, BOTTOM, x, BOTTOM + 5);
		fprintf(stream, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.10g</text>\n", x, BOTTOM + 20, at * step + 0.0);
	}
	fprintf(stream, "<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", LEFT, plot->top, BOTTOM, RIGHT);
}

static void put_names(FILE *stream, const json_t *curve, const struct plot *plot)
{
	fprintf(stream, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", (LEFT + RIGHT) / 2, HEIGHT - 8);
	markup_text(stream, member_text(curve, "x_name"));
	fprintf(stream, "</text>\n<text transform=\"translate(14 %.1f) rotate(-90)\" text-anchor=\"middle\">", (plot->top + BOTTOM) / 2);
	markup_text(stream, member_text(curve, "y_name"));
	fputs("</text>\n", stream);
}

static void put_percent(FILE *stream, uint64_t billionths)
{
	const uint64_t tenths = (billionths + 500000) / 1000000;

	fprintf(stream, "%" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
}

static void put_point(FILE *stream, const struct plot *plot, const struct block_point *point)
{
	const double x = place_x(plot, point->x), low = place_y(plot, point->low), high = place_y(plot, point->high);

	fprintf(stream, "<g><title>%.10g: ", point->x);
	put_percent(stream, point->y);
	fputs(", ", stream);
	put_percent(stream, point->low);
	fputs(" to ", stream);
	put_percent(stream, point->high);
	fputs(point->text[0] != '\0' ? ": " : "", stream);
	markup_text(stream, point->text);
	fprintf(stream, "</title><path class=\"interval\" d=\"M%.1f %.1fh%.1fM%.1f %.1fh%.1fM%.1f %.1fV%.1f\"/>", x - CAP, low, 2 * CAP,
	        x - CAP, high, 2 * CAP, x, low, high);
	fprintf(stream, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/></g>\n", x, place_y(plot, point->y));
}

static void put_line(FILE *stream, const struct plot *plot)
{
	if (plot->point_count < 2)
		return;
	fputs("<polyline points=\"", stream);
	for (size_t i = 0; i < plot->point_count; i++)
		fprintf(stream, "%s%.1f,%.1f", i > 0 ? " " : "", place_x(plot, plot->points[i].x), place_y(plot, plot->points[i].y));
	fputs("\"/>\n", stream);
}

static double mark_y(size_t index)
{
	return MARK_LINE * (double)(1 + index % MARK_LINES);
}

/*
 * Lines first, so that they run behind the words. These stand on the side of their line where there
 * is more room.
 */
static void put_marks(FILE *stream, const struct plot *plot)
{
	fputs("<g class=\"at\">", stream);
	for (size_t i = 0; i < plot->mark_count; i++)
		fprintf(stream, "<path d=\"M%.1f %.1fV%.1f\"/>", place_x(plot, plot->marks[i].x), mark_y(i) - 10, BOTTOM);
	for (size_t i = 0; i < plot->mark_count; i++) {
		const double x = place_x(plot, plot->marks[i].x);
		const bool left = x > (LEFT + RIGHT) / 2;
		fprintf(stream, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", left ? x - 5 : x + 5, mark_y(i), left ? "end" : "start");
		markup_text(stream, plot->marks[i].text);
		fputs("</text>", stream);
	}
	fputs("</g>\n", stream);
}

static void put_picture(FILE *stream, const json_t *curve, const struct plot *plot)
{
	fprintf(stream, "<svg class=\"curve\" role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\"", WIDTH, HEIGHT, WIDTH, HEIGHT);
	markup_attribute(stream, "aria-label", member_text(curve, "caption"));
	fputs(">\n", stream);
	put_axes(stream, plot);
	put_names(stream, curve, plot);
	put_marks(stream, plot);
	put_line(stream, plot);
	for (size_t i = 0; i < plot->point_count; i++)
		put_point(stream, plot, &plot->points[i]);
	fputs("</svg>\n", stream);
}

/* The same in figures, for who does not see the picture, or wants to know exactly. */
static void put_figures(FILE *stream, const json_t *curve, const struct plot *plot)
{
	fputs("<details>\n<summary>The figures</summary>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Figures: ",
	      stream);
	markup_text(stream, member_text(curve, "caption"));
	fputs("\">\n<table>\n<thead><tr><th scope=\"col\">", stream);
	markup_text(stream, member_text(curve, "x_name"));
	fputs("</th><th scope=\"col\">", stream);
	markup_text(stream, member_text(curve, "y_name"));
	fputs("</th><th scope=\"col\">interval</th><th scope=\"col\">what is there</th></tr></thead>\n<tbody>\n", stream);
	for (size_t i = 0; i < plot->point_count; i++) {
		const struct block_point *point = &plot->points[i];
		fprintf(stream, "<tr><td class=\"number\">%.10g</td><td class=\"number\">", point->x);
		put_percent(stream, point->y);
		fputs("</td><td class=\"number\">", stream);
		put_percent(stream, point->low);
		fputs(" to ", stream);
		put_percent(stream, point->high);
		fputs("</td><td><bdi>", stream);
		markup_text(stream, point->text);
		fputs("</bdi></td></tr>\n", stream);
	}
	fputs("</tbody>\n</table>\n</div>\n</details>\n", stream);
}

void block_curve(FILE *stream, const json_t *curve)
{
	struct plot plot = {.from = 0};

	plot.points = block_points(curve, "points", &plot.point_count);
	plot.marks = block_points(curve, "marks", &plot.mark_count);
	measure(&plot);
	fputs("<figure>\n<figcaption><bdi>", stream);
	markup_text(stream, member_text(curve, "caption"));
	fputs("</bdi></figcaption>\n<div class=\"wide\" tabindex=\"0\" role=\"region\"", stream);
	markup_attribute(stream, "aria-label", member_text(curve, "caption"));
	fputs(">\n", stream);
	put_picture(stream, curve, &plot);
	fputs("</div>\n", stream);
	put_figures(stream, curve, &plot);
	fputs("</figure>\n", stream);
	free(plot.marks);
	free(plot.points);
}
