/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/param.h"
#include "cli/cli.h"

static const struct cli_command *const commands[] = {&cli_run,     &cli_replay,  &cli_report, &cli_merge, &cli_gate, &cli_check,
                                                     &cli_list,    &cli_history, &cli_doctor, &cli_sweep, &cli_hunt, &cli_shrink,
                                                     &cli_explain, &cli_bisect,  &cli_proxy,  &cli_ctl,   &cli_exec, &cli_import,
                                                     &cli_release, &cli_play,    NULL};

static int usage(FILE *stream)
{
	fputs("usage: stutter COMMAND [OPTION]... [OPERAND]...\n\n"
	      "Reproduces intermittent connection failures of OS updates on an emulated device.\n\n",
	      stream);
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(stream, "  stutter %-7s %-28s %s\n", commands[i]->name, commands[i]->operands, commands[i]->summary);
	fputs("\n`stutter COMMAND --help` tells a command's options; `stutter --version` the version.\n"
	      "exit status: 0 all passed, 1 a session failed its expectations, 2 bad usage or scenario, 3 our own error, 125 inconclusive\n",
	      stream);
	return stream == stdout ? EXIT_PASSED : EXIT_USAGE;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
	struct cli_values values;
	int code = cli_parse(command, argc, argv, &values);

	return code == CLI_GO_ON ? command->run(&values) : code;
}

int main(int argc, char **argv)
{
	const char *names[sizeof commands / sizeof commands[0]] = {NULL};

	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout);
	if (strcmp(argv[1], "--version") == 0) {
		puts("stutter " STUTTER_VERSION);
		return EXIT_PASSED;
	}
	for (size_t i = 0; commands[i] != NULL; i++) {
		names[i] = commands[i]->name;
		if (strcmp(commands[i]->name, argv[1]) == 0)
			return run_command(commands[i], argc - 1, argv + 1);
	}
	const char *near = param_nearest(NULL, names, argv[1]);
	fprintf(stderr, "stutter: '%s' is no command%s%s%s; see `stutter --help`\n", argv[1], near != NULL ? "; did you mean '" : "",
	        near != NULL ? near : "", near != NULL ? "'?" : "");
	return EXIT_USAGE;
}
