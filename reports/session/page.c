/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.html. As in the page of the run, what came out and why is plain HTML that needs no
 * script; time line and ladder are drawn from data.js, which is as large as the session is long.
 * All text goes through reports/markup.h, and the page's policy runs no script but those that lie
 * beside it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/markup.h"
#include "reports/member.h"
#include "reports/session/carried.h"
#include "reports/session/session.h"
#include "reports/session/story.h"
#include "reports/text.h"

/* -- the head -- */

/* From the session's folder to that of the run. */
static void put_up(FILE *stream, const struct story *story)
{
	fputs("../", stream);
	for (const char *at = story->session->folder; *at != '\0'; at++)
		if (*at == '/' && at[1] != '/' && at[1] != '\0')
			fputs("../", stream);
}

static void put_link(FILE *stream, const struct story *story)
{
	markup_path(stream, story->session->folder);
}

static void put_name(FILE *stream, const struct story *story)
{
	const struct run_session *session = story->session;

	markup_text(stream, session->scenario);
	fputs(", seed ", stream);
	markup_text(stream, session->seed);
	fputs(", on ", stream);
	markup_text(stream, session->device);
	fputs(session->again ? ", again" : "", stream);
}

static void put_title(FILE *stream, const struct story *story)
{
	fprintf(stream, "%s: ", run_outcome_name(story->session));
	put_name(stream, story);
	fputs(" \u2013 Stutter", stream);
}

static void put_headline(FILE *stream, const struct story *story)
{
	const struct run_look *look = run_look(story->session->outcome);

	fprintf(stream, "<span class=\"mark %s\">%s %s</span> <bdi>", look->class, look->mark, run_outcome_name(story->session));
	put_name(stream, story);
	fputs("</bdi>", stream);
}

static void put_seconds(FILE *stream, const char *before, uint64_t ns, const char *behind)
{
	fprintf(stream, "%s%" PRIu64 ".%01" PRIu64 " s%s", before, ns / SIM_S, ns % SIM_S / (100 * SIM_MS), behind);
}

static void put_about(FILE *stream, const struct story *story)
{
	const struct run_session *session = story->session;

	markup_text(stream, story->run->tool);
	if (session->source[0] != '\0') {
		fputs(", from ", stream);
		markup_text(stream, session->source);
	}
	if (session->json == NULL)
		return;
	put_seconds(stream, ", ", session->virtual_ns, " of virtual time");
	put_seconds(stream, " in ", session->wall_ns, "");
	fputs(", digest <span class=\"mono\">", stream);
	markup_text(stream, session->digest);
	fputs("</span>", stream);
}

static void put_lacks(FILE *stream, const struct story *story)
{
	const char *lack;

	for (size_t i = 0; (lack = story_lack(story, i)) != NULL; i++) {
		fputs("<p class=\"lack\">", stream);
		markup_text(stream, lack);
		fputs("</p>\n", stream);
	}
}

/* -- what came out -- */

struct evidence {
	FILE *stream;
	char last[16]; /* the label of the line before */
};

/* Lines of one kind stand under one label. */
static void put_evidence(void *ctx, const char *label, const char *text)
{
	struct evidence *evidence = ctx;

	if (strcmp(evidence->last, label) != 0)
		fprintf(evidence->stream, "<dt>%s</dt>", label);
	(void)snprintf(evidence->last, sizeof evidence->last, "%s", label);
	fputs("<dd>", evidence->stream);
	markup_text(evidence->stream, text);
	fputs("</dd>\n", evidence->stream);
}

static void put_fact(struct evidence *evidence, const char *label, const char *text)
{
	if (text[0] != '\0')
		put_evidence(evidence, label, text);
}

static void put_why(FILE *stream, const struct story *story)
{
	const struct run_session *session = story->session;
	struct evidence evidence = {stream, ""};

	fputs("<p class=\"why\">", stream);
	markup_part(stream, session->reason, (size_t)run_why(session));
	fputs("</p>\n<dl class=\"evidence\">", stream);
	put_fact(&evidence, "expectation", session->expectation[0] == '\0' && session->json != NULL ? "met" : session->expectation);
	put_fact(&evidence, "failure of", session->failure_of);
	put_fact(&evidence, "found by judge", session->judge);
	put_fact(&evidence, "ended in phase", session->phase);
	run_evidence(session, put_evidence, &evidence);
	fputs("</dl>", stream);
}

/* -- commands and files -- */

static void put_command(FILE *stream, const struct story *story, const char *label, const char *command, const char *name)
{
	char *path = memory_format("%s/%s/%s", story->run->dir, story->session->folder, name), *text = NULL;
	size_t size = 0;

	if (run_has(story->run, story->session, name)) {
		FILE *words = open_memstream(&text, &size);
		fprintf(words, "%s ", command);
		text_put_word(words, path);
		(void)fclose(words);
		fprintf(stream, "<dt>%s</dt><dd><code class=\"command\">", label);
		markup_text(stream, text);
		fputs("</code></dd>\n", stream);
		free(text);
	}
	free(path);
}

/*
 * A failure that something was done to: there is a smallest part of that which still does it, and a
 * moment from which on it was too late.
 */
static bool can_be_searched(const struct story *story)
{
	const json_t *json = story->session->json, *rules = json_object_get(json, "rules");
	bool any = member_number(json, "decisions") > 0;

	for (size_t i = 0; i < json_array_size(rules); i++)
		any = any || member_number(json_array_get(rules, i), "applied") > 0;
	return any && strcmp(story->session->verdict, "fail") == 0;
}

/* What came to a verdict is replayed; what did not is run again, from its plan or its scenario. */
static void put_commands(FILE *stream, const struct story *story)
{
	const bool replays = strncmp(story->session->replay, "stutter replay ", 15) == 0;

	fprintf(stream, "<dl class=\"commands\"><dt>%s</dt><dd><code class=\"command\">",
	        replays ? "Just what took effect" : "The whole session");
	markup_text(stream, story->session->replay);
	fputs("</code></dd>\n", stream);
	if (replays)
		put_command(stream, story, "The whole session", "stutter run", "plan.yaml");
	if (replays && can_be_searched(story)) {
		put_command(stream, story, "The least that still fails so", "stutter shrink", "plan.yaml");
		put_command(stream, story, "From when on it was too late", "stutter explain", "plan.yaml");
	}
	put_command(stream, story, "What the device saw", "wireshark", "device.pcapng");
	put_command(stream, story, "What the far end saw", "wireshark", "server.pcapng");
	fputs("</dl>", stream);
}

static void put_files(FILE *stream, const struct story *story)
{
	static const struct {
		const char *name, *text;
	} files[] = {{"device.pcapng", "capture at the device"},
	             {"server.pcapng", "capture at the far end"},
	             {"trace.txt", "trace"},
	             {"console.log", "console"},
	             {"plan.yaml", "plan"},
	             {"verdict.json", "verdict"},
	             {"addresses.txt", "addresses"},
	             {"series.csv", "load of the board"},
	             {"replay.txt", "decisions found"},
	             {"bus.vcd", "SPI bus"}};

	fputs("<ul class=\"files\">", stream);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (run_has(story->run, story->session, files[i].name))
			fprintf(stream, "<li><a href=\"%s\">%s</a></li>", files[i].name, files[i].text);
	fputs("</ul>", stream);
}

/* -- faults -- */

static void put_fault(FILE *stream, const char *name, const char *action, uint64_t matched, uint64_t applied)
{
	fputs("<tr><th scope=\"row\"><bdi>", stream);
	markup_text(stream, name);
	fputs("</bdi></th><td>", stream);
	markup_text(stream, action);
	fprintf(stream, "</td><td class=\"number\">%" PRIu64 "</td><td class=\"number\">%" PRIu64 "</td></tr>\n", matched, applied);
}

/*
 * The verdict knows those that did nothing, too; a replay has none there, and what it did is in the
 * captures.
 */
static void put_faults(FILE *stream, const struct story *story)
{
	const json_t *rules = json_object_get(story->session->json, "rules");

	if (json_array_size(rules) == 0 && story->rules.count == 0) {
		fputs("<p class=\"none\">None.</p>", stream);
		return;
	}
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table of faults\"><table><thead><tr><th scope=\"col\">fault</th>"
	      "<th scope=\"col\">action</th><th scope=\"col\">matched</th><th scope=\"col\">applied</th></tr></thead>\n<tbody>\n",
	      stream);
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);
		put_fault(stream, member_text(rule, "name"), member_text(rule, "action"), member_number(rule, "matched"),
		          member_number(rule, "applied"));
	}
	for (size_t i = 0; i < story->rules.count && json_array_size(rules) == 0; i++) {
		const struct rule *rule = &story->rules.list[i];
		put_fault(stream, rule->name, rule->action, rule->count, rule->count);
	}
	fputs("</tbody></table></div>", stream);
}

/* -- sections -- */

/* The script puts the ladder into them; their heads alone tell the course of the session. */
static void put_section(FILE *stream, const struct section *section, size_t index)
{
	static const struct run_look looks[] = {
		[SECTION_OPEN] = {"plain", "\u25cb"}, [SECTION_OK] = {"pass", "\u2714"}, [SECTION_FAILED] = {"fail", "\u2716"}};
	const struct run_look *look = &looks[section->end];

	fprintf(stream, "<details class=\"section\" id=\"s%zu\"><summary><span class=\"mark %s\">%s ", index, look->class, look->mark);
	markup_text(stream, section->name);
	if (section->attempt > 1)
		fprintf(stream, ", try %u", section->attempt);
	fputs("</span> <span class=\"when\">", stream);
	put_seconds(stream, "", section->from, ", ");
	put_seconds(stream, "for ", section->to - section->from, "</span>");
	if (section->how[0] != '\0') {
		fputs(" <span class=\"how\">", stream);
		markup_text(stream, section->how);
		fputs("</span>", stream);
	}
	fputs("</summary></details>\n", stream);
}

static void put_sections(FILE *stream, const struct story *story)
{
	for (size_t i = 0; i < story->events.section_count; i++)
		put_section(stream, &story->events.sections[i], i);
}

/* -- the template -- */

static const struct {
	const char *name;
	void (*put)(FILE *stream, const struct story *story);
} parts[] = {
	{"up", put_up},       {"link", put_link},     {"title", put_title},       {"headline", put_headline},
	{"about", put_about}, {"lacks", put_lacks},   {"why", put_why},           {"commands", put_commands},
	{"files", put_files}, {"faults", put_faults}, {"sections", put_sections},
};

static void put_part(FILE *stream, const char *name, const void *story)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].name, name) == 0)
			parts[i].put(stream, story);
}

void story_write_page(FILE *stream, const struct story *story)
{
	markup_fill(stream, session_html, put_part, story);
}
