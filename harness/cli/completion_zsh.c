/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "harness/cli/completion.h"

static const char *const actions[] = {
	[COMPLETES_NOTHING] = " ",
	[COMPLETES_CHOICES] = "", /* with its words */
	[COMPLETES_DEVICES] = "_stutter_devices",
	[COMPLETES_FOLDERS] = "_files -/",
	[COMPLETES_FILES] = "_files",
	[COMPLETES_SCENARIOS] = "_files -g \"*.yaml(-.)\"",
	[COMPLETES_COMMANDS] = "_stutter_commands",
};

/* In single quotes. @param special What has a meaning where the text stands, and is escaped. */
static void put_quoted(FILE *stream, const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			fputs("'\\''", stream);
			continue;
		}
		if (*text == '\\' || strchr(special, *text) != NULL)
			fputc('\\', stream);
		fputc(*text, stream);
	}
}

static void put_action(FILE *stream, enum completes completes, const char *word)
{
	if (completes != COMPLETES_CHOICES) {
		fputs(actions[completes], stream);
		return;
	}
	fputc('(', stream);
	completion_put_choices(stream, word);
	fputc(')', stream);
}

static void put_option(FILE *stream, const struct cli_option *option)
{
	fprintf(stream, " \\\n\t\t\t'--%s[", option->name);
	put_quoted(stream, option->summary, "[]:");
	fputc(']', stream);
	if (option->argument != NULL) {
		fputc(':', stream);
		put_quoted(stream, option->argument, ":");
		fputc(':', stream);
		put_action(stream, completion_of(option->argument), option->argument);
	}
	fputc('\'', stream);
}

static void put_command(FILE *stream, const struct cli_command *command)
{
	const struct cli_option *option;

	fprintf(stream, "\t%s)\n\t\t_arguments", command->name);
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		put_option(stream, option);
	fputs(" \\\n\t\t\t'--help[print the options]'", stream);
	if (command->operands[0] != '\0') {
		fputs(" \\\n\t\t\t'*:", stream);
		put_quoted(stream, command->operands, ":");
		fputc(':', stream);
		put_action(stream, completion_of_operands(command), command->operands);
		fputc('\'', stream);
	}
	fputs("\n\t\t;;\n", stream);
}

void completion_zsh(FILE *stream)
{
	fputs("#compdef stutter\n# zsh completion for stutter; made by `stutter completions zsh`\n\n"
	      "_stutter_commands()\n{\n\tlocal -a commands\n\tcommands=(\n",
	      stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		fprintf(stream, "\t\t'%s:", cli_commands[i]->name);
		put_quoted(stream, cli_commands[i]->summary, ":");
		fputs("'\n", stream);
	}
	fputs("\t)\n\t_describe command commands\n}\n\n"
	      "_stutter_devices()\n{\n\tlocal -a devices\n\tdevices=(${(f)\"$(stutter list devices 2>/dev/null | cut -d ' ' -f 1)\"})\n"
	      "\tcompadd -a devices\n\t_files -g \"*.yaml(-.)\"\n}\n\n"
	      "_stutter()\n{\n\tif (( CURRENT == 2 )); then\n\t\t_stutter_commands\n\t\treturn\n\tfi\n"
	      "\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n",
	      stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		put_command(stream, cli_commands[i]);
	fputs("\tesac\n}\n\nif [ \"$funcstack[1]\" = _stutter ]; then\n\t_stutter \"$@\"\nelse\n\tcompdef _stutter stutter\nfi\n", stream);
}
