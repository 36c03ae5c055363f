/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/completion.h"

/* What stands behind -a for each kind, and whether files are offered as well. */
static const struct {
	const char *words;
	const char *files;
} actions[] = {
	[COMPLETES_NOTHING] = {"", ""},
	[COMPLETES_CHOICES] = {"", ""}, /* with its words */
	[COMPLETES_DEVICES] = {"(stutter list devices 2>/dev/null | string replace -r ' .*' '')", "-F"},
	[COMPLETES_FOLDERS] = {"(__fish_complete_directories)", ""},
	[COMPLETES_FILES] = {"", "-F"},
	[COMPLETES_SCENARIOS] = {"(__fish_complete_suffix .yaml)", ""},
	[COMPLETES_COMMANDS] = {"$stutter_commands", ""},
};

static void put_quoted(FILE *stream, const char *text)
{
	for (fputc('\'', stream); *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			fputc('\\', stream);
		fputc(*text, stream);
	}
	fputc('\'', stream);
}

static void put_action(FILE *stream, enum completes completes, const char *word)
{
	if (completes == COMPLETES_CHOICES) {
		fputs(" -a '", stream);
		completion_put_choices(stream, word);
		fputc('\'', stream);
		return;
	}
	if (actions[completes].files[0] != '\0')
		fprintf(stream, " %s", actions[completes].files);
	if (actions[completes].words[0] != '\0')
		fprintf(stream, " -a \"%s\"", actions[completes].words);
}

static void put_command(FILE *stream, const struct cli_command *command)
{
	const struct cli_option *option;
	const enum completes operands = completion_of_operands(command);

	fprintf(stream, "complete -c stutter -n __fish_use_subcommand -a %s -d ", command->name);
	put_quoted(stream, command->summary);
	fputc('\n', stream);
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++) {
		fprintf(stream, "complete -c stutter -n '__fish_seen_subcommand_from %s' -l %s", command->name, option->name);
		if (option->argument != NULL) {
			fputs(" -r", stream);
			put_action(stream, completion_of(option->argument), option->argument);
		}
		fputs(" -d ", stream);
		put_quoted(stream, option->summary);
		fputc('\n', stream);
	}
	if (operands != COMPLETES_NOTHING) {
		fprintf(stream, "complete -c stutter -n '__fish_seen_subcommand_from %s'", command->name);
		put_action(stream, operands, command->operands);
		fputc('\n', stream);
	}
}

void completion_fish(FILE *stream)
{
	fputs("# fish completion for stutter; made by `stutter completions fish`\n\nset -g stutter_commands", stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		fprintf(stream, " %s", cli_commands[i]->name);
	fputs("\ncomplete -c stutter -f\n", stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		put_command(stream, cli_commands[i]);
}
