/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/parts.h"

#include <stdlib.h>
#include <string.h>

/*
 * Characters that YAML takes only escaped (its section 5.1) or as the end of a line, in UTF-8;
 * control characters in ASCII are seen to below.
 */
static const struct {
	const char *bytes;
	unsigned code;
} escaped[] = {
	{"\xe2\x80\xa8", 0x2028}, {"\xe2\x80\xa9", 0x2029}, {"\xef\xbb\xbf", 0xfeff}, {"\xef\xbf\xbe", 0xfffe}, {"\xef\xbf\xbf", 0xffff}};

/* Writes the character at @p text if it has to be escaped; tells its length, or 0. */
static size_t write_escaped(FILE *stream, const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (bytes[0] < ' ' || bytes[0] == 0x7f) {
		fprintf(stream, "\\x%02x", bytes[0]);
		return 1;
	}
	if (bytes[0] == 0xc2 && bytes[1] < 0xa0) {
		fprintf(stream, "\\x%02x", bytes[1]);
		return 2;
	}
	for (size_t i = 0; i < sizeof escaped / sizeof escaped[0]; i++)
		if (strncmp(text, escaped[i].bytes, 3) == 0) {
			fprintf(stream, "\\u%04x", escaped[i].code);
			return 3;
		}
	return 0;
}

static void write_quoted(FILE *stream, const char *text)
{
	fputc('"', stream);
	while (*text != '\0') {
		size_t length = write_escaped(stream, text);
		text += length;
		if (length > 0)
			continue;
		if (*text == '"' || *text == '\\')
			fputc('\\', stream);
		fputc(*text++, stream);
	}
	fputc('"', stream);
}

static void write_table(FILE *stream, const struct param *table, const void *object, int indent)
{
	char value[PARAM_VALUE_MAX];

	for (const struct param *row = table; row->key != NULL; row++) {
		fprintf(stream, "%*s%s: ", indent, "", row->key);
		param_get(row, object, value);
		if (row->type == PARAM_TEXT || row->type == PARAM_MAC || (row->type == PARAM_CUSTOM && !row->codec->is_number))
			write_quoted(stream, value);
		else
			fputs(value, stream);
		fputc('\n', stream);
	}
}

static void write_fault(FILE *stream, const struct fault *fault)
{
	fputs("  - name: ", stream);
	write_quoted(stream, fault->name);
	fputc('\n', stream);
	write_table(stream, match_params, &fault->match, 4);
	fprintf(stream, "    %s:\n", fault->action->name);
	write_table(stream, fault->action->params, &fault->params, 6);
}

/*
 * What the table fills in by itself goes without saying. @param object Of match_params, or of an
 * action's table. @param comma Before the first.
 */
static void write_exactly(FILE *stream, const struct param *table, const void *object, const char *comma)
{
	char value[PARAM_VALUE_MAX], usual[PARAM_VALUE_MAX];
	union {
		struct action_params params;
		struct match match;
	} standard;

	memset(&standard, 0, sizeof standard);
	params_init(table, &standard);
	for (const struct param *row = table; row->key != NULL; row++) {
		(void)param_get(row, object, value);
		if (row->standard != NULL && strcmp(value, param_get(row, &standard, usual)) == 0)
			continue;
		fprintf(stream, "%s%s: ", comma, row->key);
		write_quoted(stream, value);
		comma = ", ";
	}
}

void plan_write_fault(FILE *stream, const struct fault *fault)
{
	fputs("{name: ", stream);
	write_quoted(stream, fault->name);
	write_exactly(stream, match_params, &fault->match, ", ");
	fprintf(stream, ", %s: {", fault->action->name);
	write_exactly(stream, fault->action->params, &fault->params, "");
	fputs("}}", stream);
}

/* On one line, since there may be thousands. */
void plan_write_decision(FILE *stream, const struct decision *decision)
{
	char value[PARAM_VALUE_MAX];

	fputs("  - {", stream);
	for (const struct param *row = decision_params; row->key != NULL; row++) {
		param_get(row, decision, value);
		bool goes_without_saying = row->type == PARAM_QUANTITY && row->standard != NULL && strcmp(value, row->standard) == 0;
		if ((row->type == PARAM_TEXT && value[0] == '\0') || goes_without_saying)
			continue;
		fprintf(stream, "%s: ", row->key);
		if (row->type == PARAM_TEXT)
			write_quoted(stream, value);
		else
			fputs(value, stream);
		fputs(", ", stream);
	}
	fprintf(stream, "%s: {", decision->action->name);
	write_exactly(stream, decision->action->params, &decision->params, "");
	fputs("}}\n", stream);
}

static void write_made(FILE *stream, const struct plan *plan)
{
	if (plan->made.tool[0] == '\0')
		return;
	fputs("made:\n", stream);
	write_table(stream, made_params, &plan->made, 2);
	if (plan->scenario != NULL) {
		fputs("  scenario: ", stream);
		write_quoted(stream, plan->scenario);
		fputc('\n', stream);
	}
}

static void write_acted(FILE *stream, const struct expectation *expect)
{
	fputs("  acted: [", stream);
	for (size_t i = 0; i < EXPECT_ACTED_MAX && expect->acted[i][0] != '\0'; i++) {
		fputs(i > 0 ? ", " : "", stream);
		write_quoted(stream, expect->acted[i]);
	}
	fputs("]\n", stream);
}

static void write_tags(FILE *stream, const struct plan *plan)
{
	if (plan->tags[0][0] == '\0')
		return;
	fputs("tags: [", stream);
	for (size_t i = 0; i < PLAN_TAGS_MAX && plan->tags[i][0] != '\0'; i++) {
		fputs(i > 0 ? ", " : "", stream);
		write_quoted(stream, plan->tags[i]);
	}
	fputs("]\n", stream);
}

static void write_session(FILE *stream, const struct plan *plan)
{
	if (plan->session[0] == '\0')
		return;
	fputs("session: ", stream);
	write_quoted(stream, plan->session);
	fputc('\n', stream);
}

static void write_redraw(FILE *stream, const struct plan *plan)
{
	if (!plan->redraw.asked)
		return;
	fputs("redraw:\n", stream);
	write_table(stream, redraw_params, &plan->redraw, 2);
}

static void write_all_but_decisions(const struct plan *resolved, FILE *stream)
{
	struct plan shown = *resolved;
	const struct plan *plan = &shown;
	const struct expect_table expect = expect_table();

	if (shown.standard.image)
		shown.image[0] = '\0';
	if (shown.standard.kernel)
		shown.device.kernel[0] = '\0';
	if (shown.standard.initramfs)
		shown.device.initramfs[0] = '\0';
	if (shown.standard.overlay)
		(void)snprintf(shown.device.overlay, sizeof shown.device.overlay, "%s", shown.standard.overlay_word);
	write_table(stream, plan_params, plan, 0);
	write_tags(stream, plan);
	write_session(stream, plan);
	write_redraw(stream, plan);
	fputs("device:\n", stream);
	write_table(stream, device_params, &plan->device, 2);
	fputs("  agent:\n", stream);
	write_table(stream, agent_params, &plan->device.agent, 4);
	fputs("  dhcp:\n", stream);
	write_table(stream, dhcp_params, &plan->device.dhcp, 4);
	if (plan->device.flash.fitted) {
		fputs("  flash:\n", stream);
		write_table(stream, flash_params, &plan->device.flash, 4);
	}
	fputs("link:\n", stream);
	write_table(stream, link_params, &plan->link, 2);
	fputs("server:\n", stream);
	write_table(stream, service_params, &plan->server, 2);
	fputs(plan->fault_count > 0 ? "faults:\n" : "faults: []\n", stream);
	for (size_t i = 0; i < plan->fault_count; i++)
		write_fault(stream, &plan->faults[i]);
	fputs("expect:\n", stream);
	write_table(stream, expect.rows, &plan->expect, 2);
	write_acted(stream, &plan->expect);
	write_made(stream, plan);
}

void plan_write(const struct plan *plan, FILE *stream)
{
	write_all_but_decisions(plan, stream);
	if (plan->made.tool[0] == '\0')
		return;
	fputs(plan->decisions.count > 0 ? "decisions:\n" : "decisions: []\n", stream);
	for (size_t i = 0; i < plan->decisions.count; i++)
		plan_write_decision(stream, &plan->decisions.list[i]);
}

void plan_write_frozen(const struct plan *plan, const char *lines, FILE *stream)
{
	write_all_but_decisions(plan, stream);
	fputs(lines[0] != '\0' ? "decisions:\n" : "decisions: []\n", stream);
	fputs(lines, stream);
}

void plan_hash(const struct plan *plan, char ret_text[HASH_TEXT_MAX])
{
	struct plan whole = *plan;
	XXH3_state_t *state = hash_begin();
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	/* A frozen plan is made from what it says; any other from what is there. */
	if (whole.made.tool[0] == '\0')
		whole.made = whole.present;
	plan_write(&whole, stream);
	(void)fclose(stream);
	hash_add(state, text, size);
	hash_end(state, ret_text);
	free(text);
}
