/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a command, from its table: reading them, and their help. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/param.h"
#include "cli/cli.h"

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

/* `-o` is `--out` where there is one. @return its place in the table, or -1. */
static int find_out(const struct cli_command *command)
{
	for (int i = 0; command->options[i].name != NULL; i++)
		if (strcmp(command->options[i].name, "out") == 0 && command->options[i].argument != NULL)
			return i;
	return -1;
}

/* Before they are sorted. @return how many words stand behind the first "--" that is no option's argument, or -1. */
static int count_behind(const struct cli_command *command, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return argc - i - 1;
		for (const struct cli_option *option = command->options; option->name != NULL; option++)
			if (option->argument != NULL && strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, option->name) == 0 &&
			    i + 1 < argc) {
				i++;
				break;
			}
	}
	return -1;
}

int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_values *ret_values)
{
	struct option options[OPTIONS_MAX + 2];
	struct cli_values values = {.argc = argc, .argv = argv, .behind = count_behind(command, argc, argv)};
	size_t help = make_long_options(command, options);
	int index = 0, found, out = find_out(command);

	opterr = 0;
	optind = 0; /* begins anew, as getopt(3) has it for GNU */
	while ((found = getopt_long(argc, argv, out >= 0 ? "ho:" : "h", options, &index)) != -1) {
		if (found == 'h' || (found == 0 && (size_t)index == help))
			return command_help(command);
		if (found == 'o') {
			values.of[out] = optarg;
			continue;
		}
		/* Of a bundle such as -xy, optind still points at the whole. */
		const char letter[] = {'-', (char)optopt, '\0'};
		if (found != 0)
			return unknown_option(command, optopt != 0 ? letter : argv[optind - 1]);
		values.of[index] = optarg != NULL ? optarg : "";
	}
	values.operands = argv + optind;
	values.operand_count = argc - optind;
	*ret_values = values;
	return CLI_GO_ON;
}
