/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/completion.h"

/* What bash runs for each kind, with $cur being what was typed so far. */
static const char *const actions[] = {
	[COMPLETES_NOTHING] = "return",
	[COMPLETES_CHOICES] = "", /* with its words */
	[COMPLETES_DEVICES] = "_stutter_devices",
	[COMPLETES_FOLDERS] = "_stutter_folders",
	[COMPLETES_FILES] = "_stutter_files",
	[COMPLETES_SCENARIOS] = "_stutter_scenarios",
	[COMPLETES_COMMANDS] = "_stutter_words \"$_stutter_commands\"",
};

static const char helpers[] =
	"_stutter_words()\n{\n\tCOMPREPLY=($(compgen -W \"$1\" -- \"$cur\"))\n}\n\n"
	"_stutter_files()\n{\n\tcompopt -o filenames 2>/dev/null\n\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n}\n\n"
	"_stutter_folders()\n{\n\tcompopt -o filenames 2>/dev/null\n\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n}\n\n"
	"_stutter_scenarios()\n{\n\tcompopt -o filenames 2>/dev/null\n"
	"\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\"; compgen -f -X '!*.yaml' -- \"$cur\")\n}\n\n"
	"_stutter_devices()\n{\n\tcase \"$cur\" in\n\t*/*) _stutter_scenarios ;;\n"
	"\t*) _stutter_words \"$(\"${COMP_WORDS[0]}\" list devices 2>/dev/null | cut -d ' ' -f 1)\" ;;\n\tesac\n}\n\n";

static void put_action(FILE *stream, enum completes completes, const char *word)
{
	if (completes != COMPLETES_CHOICES) {
		fputs(actions[completes], stream);
		return;
	}
	fputs("_stutter_words '", stream);
	completion_put_choices(stream, word);
	fputs("'", stream);
}

/* Options whose argument is to be completed; what is not named here is no option, or has none. */
static void put_arguments(FILE *stream, const struct cli_command *command)
{
	const struct cli_option *option;

	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++) {
		if (option->argument == NULL)
			continue;
		fprintf(stream, "\t'%s --%s') ", command->name, option->name);
		put_action(stream, completion_of(option->argument), option->argument);
		fputs("; return ;;\n", stream);
	}
}

static void put_options(FILE *stream, const struct cli_command *command)
{
	const struct cli_option *option;

	fprintf(stream, "\t%s) _stutter_words '", command->name);
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		fprintf(stream, "--%s ", option->name);
	fputs("--help' ;;\n", stream);
}

void completion_bash(FILE *stream)
{
	fputs("# bash completion for stutter; made by `stutter completions bash`\n\n_stutter_commands='", stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		fprintf(stream, "%s%s", i > 0 ? " " : "", cli_commands[i]->name);
	fprintf(stream, "'\n\n%s_stutter_options()\n{\n\tcase \"$1\" in\n", helpers);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		put_options(stream, cli_commands[i]);
	fputs("\tesac\n}\n\n_stutter_operands()\n{\n\tcase \"$1\" in\n", stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		fprintf(stream, "\t%s) ", cli_commands[i]->name);
		put_action(stream, completion_of_operands(cli_commands[i]), cli_commands[i]->operands);
		fputs(" ;;\n", stream);
	}
	fputs("\tesac\n}\n\n_stutter()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n\n"
	      "\tCOMPREPLY=()\n"
	      "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\t_stutter_words \"$_stutter_commands --help --version\"\n\t\treturn\n\tfi\n"
	      "\tcase \"$command $prev\" in\n",
	      stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		put_arguments(stream, cli_commands[i]);
	fputs("\tesac\n\tcase \"$cur\" in\n\t-*) _stutter_options \"$command\" ;;\n\t*) _stutter_operands \"$command\" ;;\n\tesac\n}\n\n"
	      "complete -F _stutter stutter\n",
	      stream);
}
