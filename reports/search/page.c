/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index.html of a search: a template, as that of a run (reports/run/page.c), without a script. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reports/file.h"
#include "reports/markup.h"
#include "reports/member.h"
#include "reports/search/blocks.h"
#include "reports/text.h"

extern const char search_html[], page_css[];

/*
 * What a sense is to the style sheet, the mark that tells it without colours, and the word for who
 * sees neither.
 */
static const struct {
	const char *class, *mark, *word;
} looks[] = {[TOLD_PLAIN] = {"held", "", ""},
             [TOLD_GOOD] = {"pass", "\u2714", "good"},
             [TOLD_BAD] = {"fail", "\u2716", "bad"},
             [TOLD_UNKNOWN] = {"open", "?", "unknown"}};

static void put_look(FILE *stream, enum told_sense sense)
{
	if (sense != TOLD_PLAIN)
		fprintf(stream, "<span aria-hidden=\"true\">%s</span> <span class=\"word\">%s: </span>", looks[sense].mark,
		        looks[sense].word);
}

static void put_isolated(FILE *stream, const char *text)
{
	fputs("<bdi>", stream);
	markup_text(stream, text);
	fputs("</bdi>", stream);
}

static void begin_link(FILE *stream, const char *path)
{
	fputs("<a href=\"./", stream);
	markup_path(stream, path);
	fputs("\">", stream);
}

/* -- blocks -- */

static void put_heading(FILE *stream, const json_t *block)
{
	fputs("<h2>", stream);
	put_isolated(stream, member_text(block, "text"));
	fputs("</h2>\n", stream);
}

static void put_text(FILE *stream, const json_t *block)
{
	fputs("<p>", stream);
	put_isolated(stream, member_text(block, "text"));
	fputs("</p>\n", stream);
}

static void put_result(FILE *stream, const json_t *block)
{
	const enum told_sense sense = block_sense_of(block);

	fprintf(stream, "<p class=\"result %s\">", looks[sense].class);
	put_look(stream, sense);
	put_isolated(stream, member_text(block, "text"));
	fputs("</p>\n", stream);
}

static void put_link(FILE *stream, const json_t *block)
{
	fputs("<p class=\"files\">", stream);
	begin_link(stream, member_text(block, "path"));
	put_isolated(stream, member_text(block, "text"));
	fputs("</a></p>\n", stream);
}

static void put_lines(FILE *stream, const json_t *block)
{
	fputs("<figure>\n<figcaption>", stream);
	put_isolated(stream, member_text(block, "caption"));
	fputs("</figcaption>\n<div class=\"wide\" tabindex=\"0\" role=\"region\"", stream);
	markup_attribute(stream, "aria-label", member_text(block, "caption"));
	fputs("><pre>", stream);
	markup_text(stream, member_text(block, "text"));
	fputs("</pre></div>\n</figure>\n", stream);
}

static void put_cell(FILE *stream, const json_t *cell, bool number)
{
	const enum told_sense sense = block_sense_of(cell);
	const char *path = member_text(cell, "path");

	fputs(number ? "<td class=\"number\">" : "<td>", stream);
	if (sense != TOLD_PLAIN)
		fprintf(stream, "<span class=\"mark %s\">", looks[sense].class);
	put_look(stream, sense);
	if (path[0] != '\0')
		begin_link(stream, path);
	put_isolated(stream, member_text(cell, "text"));
	fputs(path[0] != '\0' ? "</a>" : "", stream);
	fputs(sense != TOLD_PLAIN ? "</span></td>" : "</td>", stream);
}

static void put_names(FILE *stream, const json_t *names)
{
	fputs("<thead><tr>", stream);
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		fputs("<th scope=\"col\">", stream);
		put_isolated(stream, name != NULL ? name : "");
		fputs("</th>", stream);
	}
	fputs("</tr></thead>\n", stream);
}

static void put_table(FILE *stream, const json_t *table)
{
	const json_t *names = json_object_get(table, "columns"), *rows = json_object_get(table, "rows");

	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\"", stream);
	markup_attribute(stream, "aria-label", member_text(table, "caption"));
	fputs(">\n<table class=\"found\">\n<caption>", stream);
	put_isolated(stream, member_text(table, "caption"));
	fputs("</caption>\n", stream);
	put_names(stream, names);
	fputs("<tbody>\n", stream);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		fputs("<tr>", stream);
		for (size_t j = 0; j < json_array_size(names); j++)
			put_cell(stream, json_array_get(json_array_get(rows, i), j), block_is_number(table, j));
		fputs("</tr>\n", stream);
	}
	if (json_array_size(rows) == 0)
		fprintf(stream, "<tr><td class=\"none\" colspan=\"%zu\">none</td></tr>\n", json_array_size(names));
	fputs("</tbody>\n</table>\n</div>\n", stream);
}

/* -- the page -- */

static void put_policy(FILE *stream, const json_t *search)
{
	(void)search;
	markup_policy(stream, "style-src", page_css);
}

static void put_style(FILE *stream, const json_t *search)
{
	(void)search;
	fputs(page_css, stream);
}

/* Titles that do not begin with what was done get that in front. */
static void put_title(FILE *stream, const json_t *search)
{
	const char *title = member_text(search, "title"), *command = member_text(search, "command");

	if (strncasecmp(title, command, strlen(command)) != 0 || title[0] == '\0') {
		markup_text(stream, command);
		fputs(title[0] != '\0' ? ": " : "", stream);
	}
	markup_text(stream, title);
}

/* As a shell would read them; the name of the command is the first. */
static void put_words(FILE *stream, const json_t *search)
{
	const json_t *words = json_object_get(search, "arguments");
	char *text = NULL;
	size_t size;

	FILE *line = open_memstream(&text, &size);
	fputs("stutter", line);
	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));
		fputc(' ', line);
		text_put_word(line, word != NULL ? word : "");
	}
	(void)fclose(line);
	markup_text(stream, text);
	free(text);
}

static void put_blocks(FILE *stream, const json_t *search)
{
	static void (*const put[BLOCK_KINDS])(FILE *, const json_t *) = {
		[BLOCK_HEADING] = put_heading, [BLOCK_TEXT] = put_text,   [BLOCK_RESULT] = put_result, [BLOCK_LINK] = put_link,
		[BLOCK_LINES] = put_lines,     [BLOCK_TABLE] = put_table, [BLOCK_CURVE] = block_curve,
	};
	const json_t *told = json_object_get(search, "told");

	for (size_t i = 0; i < json_array_size(told); i++) {
		const json_t *block = json_array_get(told, i);
		const enum block_kind kind = block_kind_of(block);
		if (kind < BLOCK_KINDS)
			put[kind](stream, block);
	}
}

static const struct {
	const char *name;
	void (*put)(FILE *stream, const json_t *search);
} parts[] = {
	{"policy", put_policy}, {"style", put_style}, {"title", put_title}, {"words", put_words}, {"blocks", put_blocks},
};

static void put_part(FILE *stream, const char *name, const void *search)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].name, name) == 0)
			parts[i].put(stream, search);
}

bool search_page_write(const json_t *search, const char *dir, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, "index.html", err))
		return false;
	markup_fill(file.stream, search_html, put_part, search);
	return report_file_close(&file, err);
}
