/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `man`: manual pages, from the tables of commands and options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/param.h"
#include "harness/cli/roff.h"
#include "harness/cli/values.h"
#include "harness/session/folder.h"

static const struct cli_option options[] = {
	{"out", "DIR", "write the pages of stutter and of all its commands to this folder"},
	{NULL, NULL, NULL},
};

/* @param command NULL: the page of the program. */
static void put_page(FILE *stream, const struct cli_command *command)
{
	if (command != NULL)
		roff_command(stream, command);
	else
		roff_program(stream);
}

static bool write_page(const char *dir, const struct cli_command *command, struct error *err)
{
	char *path = memory_format("%s/stutter%s%s.1", dir, command != NULL ? "-" : "", command != NULL ? command->name : "");
	FILE *stream = fopen(path, "we");
	bool good = stream != NULL;

	if (good) {
		put_page(stream, command);
		good = !ferror(stream);
		good = fclose(stream) == 0 && good;
	}
	if (!good)
		error_set(err, "%s cannot be written: %s", path, strerror(errno));
	free(path);
	return good;
}

static bool write_pages(const char *dir, struct error *err)
{
	if (!folder_make(dir, err) || !write_page(dir, NULL, err))
		return false;
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
		if (!write_page(dir, cli_commands[i], err))
			return false;
	return true;
}

static int run(const struct cli_values *values)
{
	const char *wanted = values->operands[0], *dir = cli_value(values, "out"), *names[CLI_COMMAND_COUNT + 1] = {NULL};
	struct error err;

	if (values->operand_count > (dir != NULL ? 0 : 1))
		return error_set(&err, dir != NULL ? "man: --out writes all pages; leave the command out" : "man takes one command"),
		       cli_fail(&err);
	if (dir != NULL)
		return write_pages(dir, &err) ? EXIT_PASSED : cli_fail(&err);
	for (size_t i = 0; i < CLI_COMMAND_COUNT && wanted != NULL; i++) {
		names[i] = cli_commands[i]->name;
		if (strcmp(names[i], wanted) == 0)
			return put_page(stdout, cli_commands[i]), EXIT_PASSED;
	}
	if (wanted == NULL)
		return put_page(stdout, NULL), EXIT_PASSED;
	char *advice = cli_suggest(param_nearest(NULL, names, wanted), "", "");
	error_set(&err, "man: unknown command '%s'%s", wanted, advice);
	free(advice);
	return cli_fail(&err);
}

const struct cli_command cli_man = {"man", "[COMMAND]", "print the manual page of stutter or of a command, in roff", run, {options}};
