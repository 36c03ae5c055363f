/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Runs another program to its end: git, and the user's build command. */
#ifndef SEARCH_COMMAND_H
#define SEARCH_COMMAND_H

#include <stdbool.h>

#include "lib/base/error.h"

/** What command_run() returns in place of an exit status. */
#define COMMAND_STOPPED (-1)
#define COMMAND_BROKEN (-2)
/** Added to the signal that ended it, as sh does. */
#define COMMAND_BY_SIGNAL 128

struct command {
	const char *const *words; /**< the first is looked for in PATH; ends with NULL */
	const char *dir;          /**< in which it runs; NULL: this one */
	/** the file that all it prints goes into, anew; NULL: ret_output */
	const char *log;
	/** name, value, name, value: of its environment; ends with NULL; may be NULL */
	const char *const *variables;
	/**
	 * asked several times a second whether to end it, and all that it has started; may be NULL
	 */
	bool (*is_over)(void *ctx);
	void (*tick)(void *ctx); /**< called several times a second; may be NULL */
	void *ctx;
};

/**
 * Runs it, without input, and without what git sets to name another repository than that it is run
 * in.
 * @param ret_output What it printed on both outputs, to be released with free(); NULL if that goes
 * to a file. May be NULL.
 * @return its exit status, COMMAND_BY_SIGNAL and the signal that ended it, COMMAND_STOPPED, or
 * COMMAND_BROKEN with @p err: it could not be run.
 */
int command_run(const struct command *command, char **ret_output, struct error *err);

#endif
