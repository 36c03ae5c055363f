/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `completions`: what a shell reads to complete commands, options and arguments. */
#include <string.h>

#include "harness/cli/completion.h"
#include "harness/cli/values.h"

static int run(const struct cli_values *values)
{
	struct error err;

	for (const struct completion_shell *shell = completion_shells; shell->name != NULL; shell++)
		if (values->operand_count == 1 && strcmp(shell->name, values->operands[0]) == 0) {
			shell->write(stdout);
			return EXIT_PASSED;
		}
	error_set(&err, "completions needs one shell of %s", values->command->operands);
	return cli_fail(&err);
}

const struct cli_command cli_completions = {
	"completions", "bash|zsh|fish", "print the completions of a shell, to be sourced or installed", run, {NULL}};
