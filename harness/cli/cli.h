/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The command line: commands, each with its options, from whose tables come the parser, the help,
 * the manual pages and the completions. The only folder that prints or exits.
 *
 * A command reads its options by their names (values.h), never by their places in a table.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "harness/cli/commands.h"

/** Exit codes; a contract with scripts. */
enum {
	EXIT_PASSED = 0,         /**< all passed */
	EXIT_FAILED = 1,         /**< a session failed its expectations */
	EXIT_USAGE = 2,          /**< bad usage or scenario */
	EXIT_BUG = 3,            /**< our own error */
	EXIT_INCONCLUSIVE = 125, /**< nothing is proved; `git bisect run` skips */
};

/** What each of them means, in a few words; the meaning is NULL behind the last. */
struct cli_exit {
	int status;
	const char *meaning;
};
extern const struct cli_exit cli_exits[];

/** A command's options, and the tables that they stand in; cli_parse() checks the first. */
#define OPTIONS_MAX 48
#define OPTION_TABLES_MAX 3

struct cli_option {
	const char *name; /**< without the dashes; NULL ends a table */
	/** a word for it, e.g. "N", or its choices: "inside|fifo"; NULL: none */
	const char *argument;
	const char *summary; /**< begins with a verb or a noun; no full stop */
};

struct cli_values;

struct cli_command {
	const char *name;
	const char *operands; /**< e.g. "SCENARIO...", or choices of the first one: "show|merge" */
	const char *summary;  /**< begins with a verb; no full stop */
	int (*run)(const struct cli_values *values);
	/** tables; NULL behind the last */
	const struct cli_option *options[OPTION_TABLES_MAX + 1];
};

#define CLI_NUMBER(name) CLI_NUMBER_##name,
enum { CLI_COMMANDS(CLI_NUMBER) CLI_COMMAND_COUNT };
#undef CLI_NUMBER

/** All commands; NULL behind the last. */
extern const struct cli_command *const cli_commands[CLI_COMMAND_COUNT + 1];

/**
 * A command's options, one after the other, whatever tables they stand in.
 * @return NULL behind the last.
 */
const struct cli_option *cli_option_at(const struct cli_command *command, size_t i);

/** The values of a command's options, and its operands. Borrows the words that it was read from. */
struct cli_values {
	const struct cli_command *command;
	const char *given[OPTIONS_MAX]; /* as cli_option_at(); "" for one without argument */
	char **operands;                /**< all that is no option; ends with NULL */
	int operand_count;
	int behind;  /**< of the operands, those behind "--" as it was typed; -1: there was none */
	int argc;    /**< the command's words, its own name first */
	char **argv; /**< which are sorted by now: options first */
};

/** What cli_parse() returns where there is something to run. */
#define CLI_GO_ON (-1)

/**
 * Reads the words of a command, its name first.
 * @return CLI_GO_ON, or the exit status of what was told in place of running it: help, or an error.
 */
int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_values *ret_values);

/**
 * "; did you mean 'run'?", or "; see `stutter --help`" where nothing is near. To be released with
 * free().
 */
char *cli_suggest(const char *near, const char *dashes, const char *command);

/**
 * "unknown topic 'fault'; did you mean 'faults'?", or all that are allowed where nothing is near.
 * @param names All of them; ends with NULL. @return false, with @p err.
 */
bool cli_unknown(const char *what, const char *word, const char *const *names, struct error *err);

/** Prints "stutter: " and the error on standard error. @return EXIT_USAGE. */
int cli_fail(const struct error *err);

/** Prints a warning with its place, as compilers do. */
void cli_warn(const struct error *warning);

/**
 * From now on SIGINT, SIGTERM and SIGHUP ask for an end rather than making it.
 * @return what is 1 when one has come.
 */
const volatile sig_atomic_t *cli_stop_when_asked(void);

/** Whether standard error is a terminal on which the cursor can be moved. */
bool cli_is_terminal(void);

/**
 * Whether standard output is a terminal that shows colours, to somebody who does not object
 * (NO_COLOR).
 */
bool cli_takes_colours(void);

/** Prints scenarios/REFERENCE.md. @return an exit status. */
int cli_print_reference(void);

#define CLI_DECLARE(name) extern const struct cli_command cli_##name;
CLI_COMMANDS(CLI_DECLARE)
#undef CLI_DECLARE

#endif
