/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/roff.h"

#include <ctype.h>
#include <string.h>

struct row {
	const char *term, *text;
};

static const struct row files[] = {
	{"stutter-runs/NUMBER", "folders of runs and searches, where --out names none"},
	{"run.json, summary.json, index.html, junit.xml", "of a run: what was to be run, and what came of it"},
	{"plan.yaml, verdict.json, trace.txt, wire.pcapng", "of a session: its frozen plan, its verdict, all decisions, all frames"},
	{"~/.local/state/stutter/history.db", "history of runs (in $XDG_STATE_HOME if that is set)"},
	{"~/.cache/stutter", "snapshots of booted devices (in $XDG_CACHE_HOME if that is set)"},
	{NULL, NULL},
};

static const struct row variables[] = {
	{"STUTTER_CACHE", "folder for snapshots of booted devices, like --cache"},
	{"XDG_CACHE_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR", "where snapshots, the history and the control socket are kept"},
	{"NO_COLOR", "if set and not empty, print without colours"},
	{"CI", "if set, print progress in lines, as without a terminal"},
	{"GITHUB_ACTIONS", "if true, print annotations, too"},
	{"TMPDIR", "folder for what lasts no longer than the command"},
	{NULL, NULL},
};

/* -- text -- */

/*
 * What roff takes for itself is escaped: backslashes, hyphens that are to be copied, and a dot or
 * quote that begins a line.
 */
static void put_text(FILE *stream, const char *text, bool begins_line)
{
	if (begins_line && (*text == '.' || *text == '\''))
		fputs("\\&", stream);
	for (; *text != '\0'; text++) {
		static const struct {
			char c;
			const char *escaped;
		} escapes[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"}, {'`', "\\(ga"},
		               {'"', "\\(dq"}, {'~', "\\(ti"}, {'^', "\\(ha"}};
		const char *shown = NULL;
		for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
			shown = escapes[i].c == *text ? escapes[i].escaped : shown;
		if (shown != NULL)
			fputs(shown, stream);
		else
			fputc(*text, stream);
	}
}

/* A sentence begins with a capital and ends with a full stop, unless it ends with a question. */
static void put_sentence(FILE *stream, const char *text)
{
	const size_t length = strlen(text);
	const char first[] = {(char)toupper((unsigned char)text[0]), '\0'};

	put_text(stream, first, true);
	put_text(stream, text + 1, false);
	fputs(length > 0 && strchr(".?!", text[length - 1]) != NULL ? "\n" : ".\n", stream);
}

static void put_heading(FILE *stream, const char *name, const char *about)
{
	char upper[64];

	(void)snprintf(upper, sizeof upper, "%s", name);
	for (char *c = upper; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	fputs(".TH ", stream);
	put_text(stream, upper, false);
	fputs(" 1 \"\" \"stutter " STUTTER_VERSION "\" \"Stutter Manual\"\n.SH NAME\n", stream);
	put_text(stream, name, true);
	fputs(" \\- ", stream);
	put_text(stream, about, false);
	fputs("\n", stream);
}

static void put_rows(FILE *stream, const char *heading, const struct row *rows)
{
	fprintf(stream, ".SH %s\n", heading);
	for (; rows->term != NULL; rows++) {
		fputs(".TP\n.I ", stream);
		put_text(stream, rows->term, false);
		fputs("\n", stream);
		put_sentence(stream, rows->text);
	}
}

/* -- commands -- */

static void put_usage(FILE *stream, const struct cli_command *command)
{
	fputs(".B stutter ", stream);
	put_text(stream, command->name, false);
	fputs("\n[\\fIOPTION\\fR]...", stream);
	if (command->operands[0] != '\0') {
		fputs(" \\fI", stream);
		put_text(stream, command->operands, false);
		fputs("\\fR", stream);
	}
	fputs("\n", stream);
}

static void put_options(FILE *stream, const struct cli_command *command)
{
	const struct cli_option *option;

	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++) {
		fputs(".TP\n\\fB\\-\\-", stream);
		put_text(stream, option->name, false);
		fputs("\\fR", stream);
		if (option->argument != NULL) {
			fputs(" \\fI", stream);
			put_text(stream, option->argument, false);
			fputs("\\fR", stream);
		}
		fputs("\n", stream);
		put_sentence(stream, option->summary);
	}
	fputs(".TP\n\\fB\\-\\-help\\fR\nPrint the options.\n", stream);
}

static void put_exits(FILE *stream)
{
	fputs(".SH EXIT STATUS\n", stream);
	for (const struct cli_exit *row = cli_exits; row->meaning != NULL; row++) {
		fprintf(stream, ".TP\n.B %d\n", row->status);
		put_sentence(stream, row->meaning);
	}
}

static void put_common(FILE *stream)
{
	put_exits(stream);
	put_rows(stream, "FILES", files);
	put_rows(stream, "ENVIRONMENT", variables);
	fputs(".SH SEE ALSO\n", stream);
}

/* -- pages -- */

void roff_program(FILE *stream)
{
	put_heading(stream, "stutter", "reproduce intermittent connection failures of OS updates");
	fputs(".SH SYNOPSIS\n.B stutter\n\\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIOPERAND\\fR]...\n.SH DESCRIPTION\n", stream);
	fputs("Stutter runs a real Linux device over an emulated Ethernet chip, puts a proxy that manipulates packets\n"
	      "between that device and an update service, and makes every run repeatable to the last bit.\n"
	      "Scenarios say which faults act, and where; the same plan gives the same run on any machine.\n",
	      stream);
	fputs(".SH COMMANDS\n", stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		fprintf(stream, ".SS %s\n", cli_commands[i]->name);
		put_usage(stream, cli_commands[i]);
		fputs(".PP\n", stream);
		put_sentence(stream, cli_commands[i]->summary);
		put_options(stream, cli_commands[i]);
	}
	put_common(stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		fprintf(stream, ".BR stutter\\-%s (1)%s\n", cli_commands[i]->name, i + 1 < CLI_COMMAND_COUNT ? "," : "");
}

void roff_command(FILE *stream, const struct cli_command *command)
{
	char name[64];

	(void)snprintf(name, sizeof name, "stutter-%s", command->name);
	put_heading(stream, name, command->summary);
	fputs(".SH SYNOPSIS\n", stream);
	put_usage(stream, command);
	fputs(".SH DESCRIPTION\n", stream);
	put_sentence(stream, command->summary);
	fputs(".SH OPTIONS\n", stream);
	put_options(stream, command);
	put_common(stream);
	fputs(".BR stutter (1)\n", stream);
}
