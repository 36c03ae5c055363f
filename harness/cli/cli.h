/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The command line: a table of commands, each with a table of options from which its parser and its help come. The only place that prints or exits.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "scenario/plan.h"

/** Exit codes; a contract with scripts. */
enum {
	EXIT_PASSED = 0,         /**< all passed */
	EXIT_FAILED = 1,         /**< a session failed its expectations */
	EXIT_USAGE = 2,          /**< bad usage or scenario */
	EXIT_BUG = 3,            /**< our own error */
	EXIT_INCONCLUSIVE = 125, /**< nothing is proved; `git bisect run` skips */
};

#define OPTIONS_MAX 40

struct cli_option {
	const char *name;     /**< without the dashes; NULL ends a table */
	const char *argument; /**< what it takes, e.g. "N"; NULL: nothing */
	const char *summary;
};

/** The values of a command's options, in the order of its table; "" for a given option without argument, NULL for one not given. */
struct cli_values {
	const char *of[OPTIONS_MAX];
	char **operands; /**< what is no option; ends with NULL */
	int operand_count;
	int behind;  /**< of the operands, those behind "--" as it was typed; -1: there was none */
	int argc;    /**< the command's words, its own name first */
	char **argv; /**< which are sorted by now: options first */
};

struct cli_command {
	const char *name;
	const char *operands; /**< e.g. "SCENARIO..." */
	const char *summary;
	const struct cli_option *options;
	int (*run)(const struct cli_values *values);
};

/** What cli_parse() returns where there is something to run. */
#define CLI_GO_ON (-1)

/** Reads the words of a command, its name first. @return CLI_GO_ON, or the exit status of what was told in place of running it: help, or an error. */
int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_values *ret_values);

/** Prints "stutter: " and the error on standard error. @return EXIT_USAGE. */
int cli_fail(const struct error *err);

/** From now on SIGINT, SIGTERM and SIGHUP ask for an end rather than making it. @return what is 1 when one has come. */
const volatile sig_atomic_t *cli_stop_when_asked(void);

/** Reads a whole number from @p text. @return false and an error that names @p option. */
bool cli_number(const char *option, const char *text, unsigned long long min, unsigned long long max, unsigned long long *ret_value,
                struct error *err);

/** Reads "A..B", or with @p mark "/" "K/N". */
bool cli_two(const char *option, const char *text, const char *mark, uint64_t *ret_first, uint64_t *ret_last, struct error *err);

/** Reads the argument of --seeds: at most PLAN_SESSIONS_MAX, upward. */
bool cli_seeds(const char *text, uint64_t *ret_first, uint64_t *ret_last, struct error *err);

/** Prints a warning with its place, as compilers do. */
void cli_warn(const struct error *warning);

/** Whether standard error is a terminal on which the cursor can be moved. */
bool cli_is_terminal(void);

/** Whether standard output is a terminal that shows colours, to somebody who does not object (NO_COLOR). */
bool cli_takes_colours(void);

struct choice;

/** Reads the scenarios of a run one after the other, so that what one command refuses another refuses in the same words. */
struct cli_reading {
	bool frozen; /**< they must be plans of sessions */
	struct places places;
	char **names; /**< of those that were read, with their devices if there are several; ends with NULL */
	size_t count;
};

bool cli_reading_open(struct cli_reading *reading, bool frozen, struct error *err);

/** Reads one, as its suite wants it, and prints what it warns of. @param ret_plan To be released with plan_close(). */
bool cli_reading_next(struct cli_reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err);

/** Reads one that cli_reading_next() has found good once more: another session of it. */
bool cli_reading_again(const struct cli_reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err);

void cli_reading_close(struct cli_reading *reading);

/** Prints scenarios/REFERENCE.md. @return an exit status. */
int cli_print_reference(void);

extern const struct cli_command cli_run, cli_replay, cli_report, cli_merge, cli_check, cli_gate, cli_list, cli_history, cli_doctor,
	cli_sweep, cli_hunt, cli_shrink, cli_explain, cli_bisect, cli_proxy, cli_ctl, cli_exec, cli_import, cli_release, cli_play;

#endif
