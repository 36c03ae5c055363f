/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a command, from its tables: reading them, and their help. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/base/param.h"
#include "lib/base/text.h"
#include "harness/cli/cli.h"

const struct cli_option *cli_option_at(const struct cli_command *command, size_t i)
{
	for (const struct cli_option *const *table = command->options; *table != NULL; table++)
		for (const struct cli_option *option = *table; option->name != NULL; option++)
			if (i-- == 0)
				return option;
	return NULL;
}

/* -- help -- */

static int command_help(const struct cli_command *command)
{
	const struct cli_option *option;
	char left[64];

	printf("usage: stutter %s [OPTION]... %s\n\n%s\n\n", command->name, command->operands, command->summary);
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++) {
		(void)snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument != NULL ? " " : "",
		               option->argument != NULL ? option->argument : "");
		printf("  %-16s %s\n", left, option->summary);
	}
	printf("  %-16s %s\n", "--help", "print this text");
	return EXIT_PASSED;
}

char *cli_suggest(const char *near, const char *dashes, const char *command)
{
	if (near != NULL)
		return memory_format("; did you mean '%s%s'?", dashes, near);
	return memory_format("; see `stutter %s%s--help`", command, command[0] != '\0' ? " " : "");
}

bool cli_unknown(const char *what, const char *word, const char *const *names, struct error *err)
{
	char all[512];
	struct text list = text_in(all, sizeof all);
	const char *near = param_nearest(NULL, names, word);

	if (near != NULL)
		return error_set(err, "unknown %s '%s'; did you mean '%s'?", what, word, near);
	text_add_names(&list, names);
	CHECK(!text_is_cut(&list));
	return error_set(err, "unknown %s '%s'; allowed: %s", what, word, all);
}

/* -- what is wrong -- */

static const struct cli_option *find_option(const struct cli_command *command, const char *name, size_t length)
{
	const struct cli_option *option = NULL;

	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		if (strncmp(option->name, name, length) == 0 && option->name[length] == '\0')
			return option;
	return NULL;
}

static int unknown_option(const struct cli_command *command, const char *word)
{
	const char *bare = strncmp(word, "--", 2) == 0 ? word + 2 : word, *names[OPTIONS_MAX + 1] = {NULL};
	const size_t length = strcspn(bare, "=");
	const struct cli_option *option;

	if (bare[length] == '=' && find_option(command, bare, length) != NULL) {
		fprintf(stderr, "stutter %s: option '--%.*s' takes no argument\n", command->name, (int)length, bare);
		return EXIT_USAGE;
	}
	for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
		names[i] = option->name;
	char *name = memory_format("%.*s", (int)length, bare);
	char *advice = cli_suggest(param_nearest(NULL, names, name), "--", command->name);
	fprintf(stderr, "stutter %s: unknown option '%.*s'%s\n", command->name, (int)(length + (size_t)(bare - word)), word, advice);
	free(name);
	free(advice);
	return EXIT_USAGE;
}

/* @param word What was typed; a letter stands for the option with a letter. */
static int lacks_argument(const struct cli_command *command, const char *word, bool is_letter)
{
	const struct cli_option *option = is_letter ? find_option(command, "out", 3) : find_option(command, word + 2, strlen(word + 2));

	fprintf(stderr, "stutter %s: option '%s' needs an argument%s%s\n", command->name, is_letter ? "-o" : word,
	        option != NULL ? ", " : "", option != NULL ? option->argument : "");
	return EXIT_USAGE;
}

/* -- reading -- */

/* @return how many there are; --help stands behind them. */
static size_t make_long_options(const struct cli_command *command, struct option ret_options[OPTIONS_MAX + 2])
{
	const struct cli_option *option;
	size_t count = 0;

	for (; (option = cli_option_at(command, count)) != NULL; count++) {
		CHECK_INT(count, <, OPTIONS_MAX);
		ret_options[count] = (struct option){option->name, option->argument != NULL ? required_argument : no_argument, NULL, 0};
	}
	ret_options[count] = (struct option){"help", no_argument, NULL, 0};
	ret_options[count + 1] = (struct option){NULL, 0, NULL, 0};
	return count;
}

/* `-o` is `--out` where there is one. @return its place, or -1. */
static int find_out(const struct cli_command *command)
{
	const struct cli_option *option;

	for (int i = 0; (option = cli_option_at(command, (size_t)i)) != NULL; i++)
		if (strcmp(option->name, "out") == 0 && option->argument != NULL)
			return i;
	return -1;
}

/*
 * Before they are sorted. @return how many words stand behind the first "--" that is no option's
 * argument, or -1.
 */
static int count_behind(const struct cli_command *command, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const struct cli_option *option = NULL;
		if (strcmp(argv[i], "--") == 0)
			return argc - i - 1;
		if (strncmp(argv[i], "--", 2) == 0)
			option = find_option(command, argv[i] + 2, strlen(argv[i] + 2));
		i += option != NULL && option->argument != NULL;
	}
	return -1;
}

int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_values *ret_values)
{
	struct option options[OPTIONS_MAX + 2];
	struct cli_values values = {.command = command, .argc = argc, .argv = argv, .behind = count_behind(command, argc, argv)};
	size_t help = make_long_options(command, options);
	int index = 0, found, out = find_out(command);

	opterr = 0;
	optind = 0; /* begins anew, as getopt(3) has it for GNU */
	while ((found = getopt_long(argc, argv, out >= 0 ? ":ho:" : ":h", options, &index)) != -1) {
		/* Of a bundle such as -xy, optind still points at the whole. */
		const char letter[] = {'-', (char)optopt, '\0'};
		if (found == 'h' || (found == 0 && (size_t)index == help))
			return command_help(command);
		if (found == ':')
			return lacks_argument(command, argv[optind - 1], optopt == 'o');
		if (found == '?')
			return unknown_option(command, optopt != 0 ? letter : argv[optind - 1]);
		values.given[found == 'o' ? out : index] = optarg != NULL ? optarg : "";
	}
	values.operands = argv + optind;
	values.operand_count = argc - optind;
	*ret_values = values;
	return CLI_GO_ON;
}
