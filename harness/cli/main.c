/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef STUTTER_SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

#include "lib/base/param.h"
#include "lib/fault/action.h"
#include "harness/cli/cli.h"
#include "harness/judge/judge.h"

static int usage(FILE *stream)
{
	fputs("usage: stutter COMMAND [OPTION]... [OPERAND]...\n\n"
	      "Reproduces intermittent connection failures of OS updates on an emulated device.\n\n",
	      stream);
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		fprintf(stream, "  stutter %-11s %-28s %s\n", cli_commands[i]->name, cli_commands[i]->operands, cli_commands[i]->summary);
	fputs("\n`stutter COMMAND --help` lists the options of a command; `stutter --version` prints the version.\n"
	      "exit status: ",
	      stream);
	for (const struct cli_exit *row = cli_exits; row->meaning != NULL; row++)
		fprintf(stream, "%s%d %s", row != cli_exits ? ", " : "", row->status, row->meaning);
	fputc('\n', stream);
	return stream == stdout ? EXIT_PASSED : EXIT_USAGE;
}

static int unknown_command(const char *word)
{
	const char *names[CLI_COMMAND_COUNT + 1] = {NULL};

	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		names[i] = cli_commands[i]->name;
	char *advice = cli_suggest(param_nearest(NULL, names, word), "", "");
	fprintf(stderr, "stutter: unknown command '%s'%s\n", word, advice);
	free(advice);
	return EXIT_USAGE;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
	struct cli_values values;
	int code = cli_parse(command, argc, argv, &values);

	return code == CLI_GO_ON ? command->run(&values) : code;
}

#ifdef STUTTER_SANITIZED
/* The player keeps its script until the process ends, as it does in the device. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
	return "leak:script_read\n";
}
#endif

int main(int argc, char **argv)
{
	/*
	 * A fault or a judge that is not whole is a mistake of ours, and seen before anything runs.
	 */
	actions_check();
	judge_check();
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout);
	if (strcmp(argv[1], "--version") == 0) {
		puts("stutter " STUTTER_VERSION);
		return EXIT_PASSED;
	}
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		if (strcmp(cli_commands[i]->name, argv[1]) == 0)
			return run_command(cli_commands[i], argc - 1, argv + 1);
	return unknown_command(argv[1]);
}
