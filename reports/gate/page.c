/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.html of a gate: one page that says whether a release may go out, and why; a template, as
 * that of a run (reports/run/page.c), without a script.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/base/unit.h"
#include "reports/gate/writers.h"
#include "reports/markup.h"

extern const char gate_html[], page_css[];

/* What a decision is to the style sheet, and the mark that tells it without colours. */
static const struct {
	const char *class, *mark;
} looks[] = {[GATE_PROMOTE] = {"pass", "\u2714"}, [GATE_BLOCK] = {"fail", "\u2716"}, [GATE_NOT_ENOUGH] = {"open", "?"}};

static void put_policy(FILE *stream, const struct told_gate *told)
{
	(void)told;
	markup_policy(stream, "style-src", page_css);
}

static void put_style(FILE *stream, const struct told_gate *told)
{
	(void)told;
	fputs(page_css, stream);
}

static void put_decision(FILE *stream, const struct told_gate *told)
{
	fputs(told_decision(told->decision), stream);
}

static void put_class(FILE *stream, const struct told_gate *told)
{
	fputs(looks[told->decision].class, stream);
}

static void put_mark(FILE *stream, const struct told_gate *told)
{
	fputs(looks[told->decision].mark, stream);
}

static void put_candidate(FILE *stream, const struct told_gate *told)
{
	markup_text(stream, told->candidate);
}

static void put_baseline(FILE *stream, const struct told_gate *told)
{
	markup_text(stream, told->baseline);
}

static void put_headline(FILE *stream, const struct told_gate *told)
{
	char text[1024];

	markup_text(stream, told_headline(told, text, sizeof text));
}

static void put_about(FILE *stream, const struct told_gate *told)
{
	markup_text(stream, told->tool);
	fputs(", suites ", stream);
	markup_text(stream, told->suites);
	fputs(", started ", stream);
	markup_text(stream, told->started);
}

static void put_example(FILE *stream, const struct told_example *example)
{
	fputs("<li><p><bdi>", stream);
	markup_text(stream, example->scenario);
	fputs("</bdi>, seed ", stream);
	markup_text(stream, example->seed);
	fputs(": <strong><bdi>", stream);
	markup_text(stream, example->why);
	fputs("</bdi></strong>", stream);
	if (example->like > 1)
		fprintf(stream, " (%zu broke so)", example->like);
	fputs("</p><p><code>", stream);
	markup_text(stream, example->replay);
	fputs("</code></p><p><a href=\"./", stream);
	markup_path(stream, example->folder);
	fputs("/session.html\">the session</a></p></li>\n", stream);
}

static void put_examples(FILE *stream, const struct told_gate *told)
{
	if (told->example_count == 0)
		return;
	fputs("<section aria-labelledby=\"examples\">\n<h2 id=\"examples\">The most telling failures</h2>\n<ol>\n", stream);
	for (size_t i = 0; i < told->example_count; i++)
		put_example(stream, &told->examples[i]);
	fputs("</ol>\n</section>", stream);
}

static void put_percent(FILE *stream, uint64_t billionths)
{
	fprintf(stream, "%" PRIu64 ".%01" PRIu64, billionths / 10000000, billionths / 1000000 % 10);
}

static void put_row(FILE *stream, const struct told_scenario *scenario)
{
	const struct gate_finding *finding = &scenario->finding;
	const bool decides = scenario->quarantine == NULL;

	fprintf(stream, "<tr><td><span class=\"mark %s\">%s %s</span></td><td><bdi>", decides ? looks[finding->decision].class : "held",
	        decides ? looks[finding->decision].mark : "\u2013", decides ? told_decision(finding->decision) : "in quarantine");
	markup_text(stream, scenario->name);
	fputs("</bdi></td><td>", stream);
	markup_text(stream, scenario->text);
	fprintf(stream,
	        "</td><td class=\"number\">%zu</td><td class=\"number\">%zu</td><td class=\"number\">%" PRIu64
	        "</td><td class=\"number\">%" PRIu64 "</td><td class=\"number\">%" PRIu64 "</td><td class=\"number\">",
	        scenario->fixed, finding->frozen_broke, gate_known(finding), finding->candidate_only, finding->baseline_only);
	if (gate_known(finding) > 0) {
		put_percent(stream, scenario->exact.low);
		fputs(" to ", stream);
		put_percent(stream, scenario->exact.high);
		fputs(" %", stream);
	}
	fputs("</td></tr>\n", stream);
}

static void put_rows(FILE *stream, const struct told_gate *told)
{
	for (size_t i = 0; i < told->scenario_count; i++)
		put_row(stream, &told->scenarios[i]);
}

static void put_list(FILE *stream, const char *id, const char *heading, const char *const *texts)
{
	if (texts[0] == NULL)
		return;
	fprintf(stream, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n<ul>\n", id, id, heading);
	for (; *texts != NULL; texts++) {
		fputs("<li>", stream);
		markup_text(stream, *texts);
		fputs("</li>\n", stream);
	}
	fputs("</ul>\n</section>", stream);
}

static void put_changes(FILE *stream, const struct told_gate *told)
{
	put_list(stream, "changes", "What would change this", told->changes);
}

static void put_exceptions(FILE *stream, const struct told_gate *told)
{
	put_list(stream, "exceptions", "Passed over", told->exceptions);
}

static void put_cost(FILE *stream, const struct told_gate *told)
{
	char core[UNIT_TEXT_MAX], wall[UNIT_TEXT_MAX];

	fprintf(stream, "It took %zu sessions, %s of one core, %s on the wall.", told->sessions, unit_show_duration(told->core_ns, core),
	        unit_show_duration(told->wall_ns, wall));
}

static const struct {
	const char *name;
	void (*put)(FILE *stream, const struct told_gate *told);
} parts[] = {
	{"policy", put_policy},         {"style", put_style},       {"decision", put_decision},
	{"class", put_class},           {"mark", put_mark},         {"candidate", put_candidate},
	{"baseline", put_baseline},     {"headline", put_headline}, {"about", put_about},
	{"examples", put_examples},     {"rows", put_rows},         {"changes", put_changes},
	{"exceptions", put_exceptions}, {"cost", put_cost},
};

static void put_part(FILE *stream, const char *name, const void *told)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].name, name) == 0)
			parts[i].put(stream, told);
}

void told_page(FILE *stream, const struct told_gate *told)
{
	markup_fill(stream, gate_html, put_part, told);
}
