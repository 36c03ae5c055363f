/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.html: the run on one page, which opens from disk and asks the network for nothing.
 *
 * How it works. The page is a template (page.html) with {{names}}; each is filled in by the
 * function that the table below has for it. What is filled in is plain HTML, complete without a
 * script; the script only searches and filters. All text goes through reports/markup.h, whoever
 * wrote it. Should a text ever slip through, the policy at the head of the page runs no script and
 * takes no style but those whose hash it names. Building the page in the browser from data beside
 * it, the rejected alternative, makes nothing smaller, shows nothing where scripts are forbidden,
 * as in Jenkins, and prints worse.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/markup.h"
#include "reports/run/reports.h"

extern const char page_html[], page_css[], page_js[];

/* So many causes show their evidence at once. */
#define CAUSES_OPEN 3
/*
 * A row of the table of sessions shows no more of a reason than this; the rest stands with the
 * cause, and in the session's folder.
 */
#define ROW_REASON_MAX 160
#define DIGEST_SHOWN 16

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* -- the head -- */

static void put_policy(FILE *stream, const struct causes *causes)
{
	(void)causes;
	markup_policy(stream, "style-src", page_css);
	markup_policy(stream, "script-src", page_js);
}

static void put_style(FILE *stream, const struct causes *causes)
{
	(void)causes;
	fputs(page_css, stream);
}

static void put_script(FILE *stream, const struct causes *causes)
{
	(void)causes;
	fputs(page_js, stream);
}

void report_headline(FILE *stream, const struct causes *causes)
{
	const struct run *run = causes->run;

	const size_t done = run_done(run);

	if (run->goes_on)
		fprintf(stream, "The run is still going, with %zu of %zu session%s done: ", done, run->count, plural(run->count));
	if (run_unexpected(run) > 0)
		fprintf(stream, "%zu of %zu session%s did not come out as expected, for %zu cause%s", run_unexpected(run), done,
		        plural(done), causes->count, plural(causes->count));
	else if (done == 0)
		fputs("no session was run", stream);
	else
		fprintf(stream, "%s%zu session%s came out as expected", done > 1 ? "All " : "", done, plural(done));
	if (run->outcomes[RUN_HELD] > 0)
		fprintf(stream, "; %zu %s not run", run->outcomes[RUN_HELD], run->outcomes[RUN_HELD] == 1 ? "was" : "were");
	for (size_t i = 0; run_missing(run, i) != NULL; i++)
		fprintf(stream, "%s %s", i == 0 ? "; missing: shard" : ",", run_missing(run, i));
}

static void put_title(FILE *stream, const struct causes *causes)
{
	report_headline(stream, causes);
	fputs(" \u2013 Stutter", stream);
}

static void put_about(FILE *stream, const struct causes *causes)
{
	markup_text(stream, causes->run->tool);
	fputs(", run ", stream);
	markup_text(stream, causes->run->dir);
	fputs(", started ", stream);
	markup_text(stream, causes->run->started);
}

static void put_counts(FILE *stream, const struct causes *causes)
{
	static const char *const names[RUN_OUTCOMES] = {"failed", "inconclusive", "without verdict", "confirmed failures",
	                                                "passed", "not run",      "waiting"};

	for (enum run_outcome i = 0; i < RUN_OUTCOMES; i++)
		if (causes->run->outcomes[i] > 0)
			fprintf(stream, "<li class=\"%s\">%s <b>%zu</b> %s</li>", run_look(i)->class, run_look(i)->mark,
			        causes->run->outcomes[i], names[i]);
}

/* -- links -- */

static void put_link(FILE *stream, const char *folder, const char *name, const char *text)
{
	fputs("<a href=\"./", stream);
	markup_path(stream, folder);
	fprintf(stream, "/%s\">%s</a>", name, text);
}

/*
 * A session of the same scenario that came out otherwise, on the same device if there is one; both
 * must have data to compare.
 */
static const struct run_session *find_other(const struct run *run, const struct run_session *session)
{
	const struct run_session *found = NULL;

	for (size_t i = 0; i < run->count; i++) {
		const struct run_session *other = &run->sessions[i];
		if (strcmp(other->scenario, session->scenario) != 0 || strcmp(other->verdict, session->verdict) == 0 ||
		    other->json == NULL || !run_has(run, other, "data.js"))
			continue;
		if (strcmp(other->device, session->device) == 0)
			return other;
		found = found != NULL ? found : other;
	}
	return found;
}

static void put_comparison(FILE *stream, const struct run *run, const struct run_session *session)
{
	const struct run_session *other = run_has(run, session, "data.js") ? find_other(run, session) : NULL;

	if (other == NULL)
		return;
	fputs("<a href=\"./compare.html#a=", stream);
	markup_path(stream, session->folder);
	fputs("&amp;b=", stream);
	markup_path(stream, other->folder);
	fprintf(stream, "\">beside one that came out otherwise (%s, seed ", run_outcome_name(other));
	markup_text(stream, other->seed);
	if (strcmp(other->device, session->device) != 0) {
		fputs(", on ", stream);
		markup_text(stream, other->device);
	}
	fputs(")</a>", stream);
}

static void put_files(FILE *stream, const struct run *run, const struct run_session *session)
{
	static const struct {
		const char *name, *text;
	} files[] = {
		{"session.html", "session"},        {"trace.txt", "trace"}, {"console.log", "console"}, {"device.pcapng", "at the device"},
		{"server.pcapng", "at the server"}, {"plan.yaml", "plan"},  {"verdict.json", "verdict"}};

	fputs("<p class=\"files\">", stream);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (run_has(run, session, files[i].name))
			put_link(stream, session->folder, files[i].name, files[i].text);
	put_comparison(stream, run, session);
	fputs("</p>\n", stream);
}

/* -- causes -- */

static void put_name(void *ctx, const char *line)
{
	FILE *stream = ctx;

	fputs("<li><bdi>", stream);
	markup_text(stream, line);
	fputs("</bdi></li>", stream);
}

struct evidence {
	FILE *stream;
	char last[16]; /* the label of the line before */
	const char *begin;
};

/* Lines of one kind stand under one label; without any line nothing is written. */
static void put_evidence(void *ctx, const char *label, const char *text)
{
	struct evidence *evidence = ctx;

	fputs(evidence->last[0] == '\0' ? evidence->begin : "", evidence->stream);
	if (strcmp(evidence->last, label) != 0)
		fprintf(evidence->stream, "<dt>%s</dt>", label);
	(void)snprintf(evidence->last, sizeof evidence->last, "%s", label);
	fputs("<dd>", evidence->stream);
	markup_text(evidence->stream, text);
	fputs("</dd>\n", evidence->stream);
}

#define EVIDENCE_BEGIN(open) "<details" open "><summary>What is known of the first of them</summary>\n<dl class=\"evidence\">"

static void put_cause(FILE *stream, const struct causes *causes, const struct cause *cause, bool open)
{
	const struct run_session *first = cause->first;

	fprintf(stream, "<article class=\"cause %s\" tabindex=\"-1\"><h3><span class=\"mark %s\">%s %s</span> <span class=\"why\">",
	        run_look(first->outcome)->class, run_look(first->outcome)->class, run_look(first->outcome)->mark, run_outcome_name(first));
	markup_part(stream, first->reason, (size_t)run_why(first));
	fputs("</span>", stream);
	if (first->expectation[0] != '\0') {
		fputs(" <span class=\"expected\">(", stream);
		markup_text(stream, first->expectation);
		fputs(")</span>", stream);
	}
	const size_t new = cause_new(causes, cause);
	if (new == cause->count)
		fputs(" <span class=\"mark new\">new</span>", stream);
	else if (new > 0)
		fprintf(stream, " <span class=\"mark new\">%zu new</span>", new);
	fprintf(stream, "</h3>\n<ul class=\"names\" aria-label=\"%zu session%s\">", cause->count, plural(cause->count));
	cause_names(causes, cause, put_name, stream);
	fputs("</ul>\n<code class=\"replay\">", stream);
	markup_text(stream, first->replay);
	fputs("</code>\n", stream);
	struct evidence evidence = {stream, "", open ? EVIDENCE_BEGIN(" open") : EVIDENCE_BEGIN("")};
	run_evidence(first, put_evidence, &evidence);
	fputs(evidence.last[0] != '\0' ? "</dl></details>\n" : "", stream);
	put_files(stream, causes->run, first);
	fputs("</article>\n", stream);
}

static void put_causes(FILE *stream, const struct causes *causes)
{
	for (size_t i = 0; i < causes->count; i++)
		put_cause(stream, causes, &causes->list[i], i < CAUSES_OPEN);
	if (causes->count == 0)
		fprintf(stream, "<p class=\"none\">Nothing%s.</p>",
		        run_done(causes->run) > 0 ? ": every session that was run is as expected" : " is known: no session was run");
}

static void put_notes(FILE *stream, const struct causes *causes)
{
	size_t count;
	struct run_idle *idle = run_idle_rules(causes->run, &count);
	const char *note;

	const bool any = count > 0 || run_note(causes->run, 0) != NULL || run_missing(causes->run, 0) != NULL;
	if (any)
		fputs("<section aria-labelledby=\"notes\"><h2 id=\"notes\">To look at besides</h2>\n<ul>", stream);
	for (size_t i = 0; run_missing(causes->run, i) != NULL; i++)
		fprintf(stream, "<li>Shard %s " RUN_MISSING_TEXT "</li>\n", run_missing(causes->run, i));
	for (size_t i = 0; i < count; i++) {
		fputs("<li><bdi>", stream);
		markup_text(stream, idle[i].scenario);
		fputs("</bdi>: the fault <bdi>", stream);
		markup_text(stream, idle[i].rule);
		fprintf(stream, "</bdi> never matched anything, in %zu session%s</li>\n", idle[i].sessions, plural(idle[i].sessions));
	}
	for (size_t i = 0; (note = run_note(causes->run, i)) != NULL; i++)
		put_name(stream, note);
	if (any)
		fputs("</ul></section>", stream);
	free(idle);
}

/* -- the matrix -- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* @return the names of the devices, in order, each once. To be released with free(). */
static const char **device_names(const struct run *run, size_t *ret_count)
{
	const char **names = memory_new((run->count + 1) * sizeof *names);
	size_t count = 0;

	for (size_t i = 0; i < run->count; i++)
		names[i] = run->sessions[i].device;
	qsort(names, run->count, sizeof *names, compare_texts);
	for (size_t i = 0; i < run->count; i++)
		if (count == 0 || strcmp(names[count - 1], names[i]) != 0)
			names[count++] = names[i];
	*ret_count = count;
	return names;
}

/* The worst of its sessions, and how many are so. */
static void put_cell(FILE *stream, const struct run *run, size_t first, size_t end, const char *device)
{
	size_t outcomes[RUN_OUTCOMES] = {0}, all = 0;
	enum run_outcome worst = 0;

	for (size_t i = first; i < end; i++) {
		const struct run_session *session = &run->sessions[run->by_scenario[i]];
		if (strcmp(session->device, device) != 0)
			continue;
		outcomes[session->outcome]++;
		all++;
	}
	if (all == 0) {
		fputs("<td class=\"none\">\u2013</td>", stream);
		return;
	}
	while (outcomes[worst] == 0)
		worst++;
	static const char *const words[RUN_OUTCOMES] = {"failed", "inconclusive", "no verdict", "confirmed",
	                                                "passed", "not run",      "waiting"};
	fprintf(stream, "<td><span class=\"mark %s\">%s ", run_look(worst)->class, run_look(worst)->mark);
	if (outcomes[worst] < all)
		fprintf(stream, "%zu of ", outcomes[worst]);
	fprintf(stream, "%zu %s</span></td>", all, words[worst]);
}

static void put_matrix(FILE *stream, const struct causes *causes)
{
	const struct run *run = causes->run;
	size_t count;
	const char **devices = device_names(run, &count);

	fputs("<table class=\"matrix\"><thead><tr><th scope=\"col\">scenario</th>", stream);
	for (size_t i = 0; i < count; i++) {
		fputs("<th scope=\"col\">", stream);
		markup_text(stream, devices[i]);
		fputs("</th>", stream);
	}
	fputs("</tr></thead>\n<tbody>\n", stream);
	for (size_t first = 0, end; first < run->count; first = end) {
		end = run_scenario_end(run, first);
		fputs("<tr><th scope=\"row\">", stream);
		markup_text(stream, run->sessions[run->by_scenario[first]].scenario);
		fputs("</th>", stream);
		for (size_t i = 0; i < count; i++)
			put_cell(stream, run, first, end, devices[i]);
		fputs("</tr>\n", stream);
	}
	fputs("</tbody></table>", stream);
	free(devices);
}

/* -- the sessions -- */

static void put_seconds(FILE *stream, const char *label, uint64_t ns)
{
	fprintf(stream, "<td class=\"number\" data-label=\"%s\">%" PRIu64 ".%01" PRIu64 "</td>", label, ns / 1000000000U,
	        ns / 100000000U % 10);
}

static void put_text_cell(FILE *stream, const char *text)
{
	fputs("<td><bdi>", stream);
	markup_text(stream, text);
	fputs("</bdi></td>", stream);
}

static void put_session(FILE *stream, const struct run *run, const struct run_session *session)
{
	size_t why = (size_t)run_why(session);

	fprintf(stream, "<tr class=\"%s\"><td><span class=\"mark %s\">%s %s</span></td>", run_look(session->outcome)->class,
	        run_look(session->outcome)->class, run_look(session->outcome)->mark, run_outcome_name(session));
	put_text_cell(stream, session->scenario);
	put_text_cell(stream, session->device);
	fputs("<td class=\"number\">", stream);
	markup_text(stream, session->seed);
	fprintf(stream, "%s</td><td><bdi>", session->again ? " again" : "");
	markup_part(stream, session->reason, why < ROW_REASON_MAX ? why : ROW_REASON_MAX);
	fputs(why > ROW_REASON_MAX ? "\u2026</bdi></td>" : "</bdi></td>", stream);
	put_seconds(stream, "virtual s", session->virtual_ns);
	put_seconds(stream, "wall s", session->wall_ns);
	fputs("<td class=\"mono\" data-label=\"digest\">", stream);
	markup_part(stream, session->digest, DIGEST_SHOWN);
	fputs("</td><td>", stream);
	if (run_has(run, session, "session.html"))
		put_link(stream, session->folder, "session.html", "session");
	else if (run_has(run, session, "."))
		put_link(stream, session->folder, "", "folder");
	fputs("</td></tr>\n", stream);
}

static void put_sessions(FILE *stream, const struct causes *causes)
{
	const struct run *run = causes->run;

	fputs("<table class=\"sessions\"><thead><tr><th scope=\"col\">outcome</th><th scope=\"col\">scenario</th><th scope=\"col\">device</th>"
	      "<th scope=\"col\">seed</th><th scope=\"col\">why</th><th scope=\"col\">virtual s</th><th scope=\"col\">wall s</th>"
	      "<th scope=\"col\">digest</th><th scope=\"col\">files</th></tr></thead>\n<tbody>\n",
	      stream);
	/* What went wrong first. */
	for (size_t outcome = 0; outcome < RUN_OUTCOMES; outcome++)
		for (size_t i = 0; i < run->count; i++)
			if (run->sessions[run->by_scenario[i]].outcome == outcome)
				put_session(stream, run, &run->sessions[run->by_scenario[i]]);
	fputs("</tbody></table>", stream);
}

/* -- the template -- */

static const struct {
	const char *name;
	void (*put)(FILE *stream, const struct causes *causes);
} parts[] = {
	{"policy", put_policy}, {"title", put_title},       {"style", put_style},   {"headline", report_headline},
	{"about", put_about},   {"counts", put_counts},     {"causes", put_causes}, {"notes", put_notes},
	{"matrix", put_matrix}, {"sessions", put_sessions}, {"script", put_script}, {"trend", report_trend},
};

static void put_part(FILE *stream, const char *name, const void *causes)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].name, name) == 0)
			parts[i].put(stream, causes);
}

void report_page(FILE *stream, const struct causes *causes)
{
	markup_fill(stream, page_html, put_part, causes);
}
