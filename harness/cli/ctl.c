/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a running proxy for something, over its control socket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/cli/values.h"
#include "harness/live/control.h"

static const struct cli_option options[] = {
	{"control", "SOCKET", "control socket that the proxy was started with (default: the standard one)"},
	{NULL, NULL, NULL},
};

/* The words as they were given, with a blank between two. @return to be released with free(). */
static char *request_of(const struct cli_values *values)
{
	char *request = memory_text("");

	for (int i = 0; i < values->operand_count; i++) {
		char *longer = memory_format("%s%s%s", request, i > 0 ? " " : "", values->operands[i]);
		free(request);
		request = longer;
	}
	/* A line is a request, so what was one word with line feeds in it becomes a line. */
	for (char *feed = request; (feed = strchr(feed, '\n')) != NULL;)
		*feed = ' ';
	return request;
}

static int run(const struct cli_values *values)
{
	static const char refused[] = "{\"ok\":false";
	char path[CONTROL_PATH_MAX], *answer;
	struct error err;

	if (values->operand_count == 0)
		return error_set(&err, "ctl needs a request: list, add, change, remove, phase, counters or stop"), cli_fail(&err);
	const char *wanted = cli_value(values, "control");
	if (wanted == NULL && !control_standard_path(path, &err))
		return cli_fail(&err);
	char *request = request_of(values);
	const bool answered = control_ask(wanted != NULL ? wanted : path, request, &answer, &err);
	free(request);
	if (!answered)
		return cli_fail(&err), EXIT_INCONCLUSIVE;
	puts(answer);
	const bool good = strncmp(answer, refused, sizeof refused - 1) != 0;
	free(answer);
	return good ? EXIT_PASSED : EXIT_USAGE;
}

const struct cli_command cli_ctl = {"ctl",
                                    "REQUEST...",
                                    "control a running proxy: list, add FAULT, change NAME FAULT, remove NAME, phase NAME, counters, stop",
                                    run,
                                    {options}};
