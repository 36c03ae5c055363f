/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/param.h"
#include "cli/cli.h"

static const struct cli_command *const commands[] = {&cli_run,  &cli_replay,  &cli_report, &cli_check,
                                                     &cli_list, &cli_history, &cli_doctor, NULL};

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

static int command_help(const struct cli_command *command)
{
	char left[64];

	printf("usage: stutter %s [OPTION]... %s\n\n%s\n\n", command->name, command->operands, command->summary);
	for (const struct cli_option *option = command->options; option->name != NULL; option++) {
		(void)snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument != NULL ? " " : "",
		               option->argument != NULL ? option->argument : "");
		printf("  %-16s %s\n", left, option->summary);
	}
	printf("  %-16s %s\n", "--help", "this text");
	return EXIT_PASSED;
}

static size_t make_long_options(const struct cli_command *command, struct option ret_options[OPTIONS_MAX + 2])
{
	size_t count = 0;

	for (; command->options[count].name != NULL; count++)
		ret_options[count] = (struct option){command->options[count].name,
		                                     command->options[count].argument != NULL ? required_argument : no_argument, NULL, 0};
	ret_options[count] = (struct option){"help", no_argument, NULL, 0};
	ret_options[count + 1] = (struct option){NULL, 0, NULL, 0};
	return count;
}

static int unknown_option(const struct cli_command *command, const char *word)
{
	const char *names[OPTIONS_MAX + 1] = {NULL};
	size_t count = 0;

	for (; command->options[count].name != NULL; count++)
		names[count] = command->options[count].name;
	const char *near = param_nearest(NULL, names, word[0] == '-' && word[1] == '-' ? word + 2 : word);
	fprintf(stderr, "stutter %s: '%s' is no option, or it lacks its argument%s%s%s; see `stutter %s --help`\n", command->name, word,
	        near != NULL ? "; did you mean '--" : "", near != NULL ? near : "", near != NULL ? "'?" : "", command->name);
	return EXIT_USAGE;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
	struct option options[OPTIONS_MAX + 2];
	struct cli_values values = {.of = {NULL}};
	size_t help = make_long_options(command, options);
	int index = 0, found;

	opterr = 0;
	while ((found = getopt_long(argc, argv, "h", options, &index)) != -1) {
		if (found == 'h' || (found == 0 && (size_t)index == help))
			return command_help(command);
		/* Of a bundle such as -xy, optind still points at the whole. */
		const char letter[] = {'-', (char)optopt, '\0'};
		if (found != 0)
			return unknown_option(command, optopt != 0 ? letter : argv[optind - 1]);
		values.of[index] = optarg != NULL ? optarg : "";
	}
	values.operands = argv + optind;
	values.operand_count = argc - optind;
	return command->run(&values);
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
