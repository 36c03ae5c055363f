/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"

int cli_fail(const struct error *err)
{
	char text[ERROR_TEXT_MAX + ERROR_FILE_MAX + 32];

	error_format(err, text, sizeof text);
	/* An error with a place begins with the place, so that editors find it. */
	fprintf(stderr, "%s%s\n", err->file[0] != '\0' ? "" : "stutter: ", text);
	return EXIT_USAGE;
}

/* -- asked to stop -- */

static volatile sig_atomic_t stop;

static void request_stop(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

const volatile sig_atomic_t *cli_stop_when_asked(void)
{
	const struct sigaction on_stop = {.sa_handler = request_stop};

	(void)sigaction(SIGINT, &on_stop, NULL);
	(void)sigaction(SIGTERM, &on_stop, NULL);
	(void)sigaction(SIGHUP, &on_stop, NULL);
	return &stop;
}

/* -- what is told -- */

/* As compilers write them. */
void cli_warn(const struct error *warning)
{
	fprintf(stderr, "%s:%d:%d: warning: %s\n", warning->file, warning->line, warning->column, warning->text);
}

bool cli_is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && getenv("CI") == NULL && term != NULL && strcmp(term, "dumb") != 0;
}

bool cli_takes_colours(void)
{
	const char *unwanted = getenv("NO_COLOR"), *term = getenv("TERM");

	/* As no-color.org has it: any value but an empty one. */
	return isatty(STDOUT_FILENO) && (unwanted == NULL || unwanted[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}
