/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/unit.h"
#include "cli/cli.h"
#include "cli/selection.h"
#include "recorded/fit.h"

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

/* -- reading scenarios -- */

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

/* -- reading scenarios -- */

bool cli_reading_open(struct cli_reading *reading, bool frozen, struct error *err)
{
	*reading = (struct cli_reading){.frozen = frozen};
	return places_find(&reading->places, err);
}

/* What tells the sessions of one from those of another: the folder that they lie in. */
static char *name_of(const struct plan *plan, const struct choice *choice)
{
	return memory_format("%s%s%s", plan->name, choice->several ? "/" : "", choice->several ? plan->device.name : "");
}

/* The place of what is wrong with a scenario among others is its beginning. */
static bool check_among_others(const struct cli_reading *reading, const char *name, const char *path, struct error *err)
{
	bool good = true;

	for (size_t i = 0; good && i < reading->count; i++)
		good = strcmp(reading->names[i], name) != 0 ||
		       error_set(err,
		                 "another scenario of this run is called '%s' too: the folders of their sessions need names of their own",
		                 name);
	return good || error_at(err, path, 1, 1);
}

/* With several devices, a folder is named by each. */
static bool check_device(const struct plan *plan, const struct choice *choice, struct error *err)
{
	const char *name = plan->device.name;

	if (!choice->several || (strchr(name, '/') == NULL && name[0] != '.' && name[0] != '\0'))
		return true;
	error_set(err, "the device's name '%s' must do as a folder's name: no slash, no dot in front", name);
	return error_at(err, choice->path, 1, 1);
}

bool cli_reading_again(const struct cli_reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err)
{
	struct plan plan;
	bool good = reading->frozen ? plan_open_frozen(&plan, choice->path, choice->device, &reading->places, err)
	                            : plan_open(&plan, choice->path, choice->device, &reading->places, err);

	if (good && (!recording_check_plan(&plan, err) || !recording_check_judges(&plan, err))) {
		plan_close(&plan);
		return false;
	}
	if (good && choice->suite != NULL)
		suite_require(choice->suite, &plan);
	if (good)
		*ret_plan = plan;
	return good;
}

static bool take_name(struct cli_reading *reading, const struct plan *plan, const struct choice *choice, struct error *err)
{
	char *name = name_of(plan, choice);

	if (!check_device(plan, choice, err) || !check_among_others(reading, name, choice->path, err)) {
		free(name);
		return false;
	}
	reading->names = memory_resize(reading->names, reading->count + 2, sizeof *reading->names);
	reading->names[reading->count++] = name;
	reading->names[reading->count] = NULL;
	return true;
}

bool cli_reading_next(struct cli_reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err)
{
	struct plan plan;

	if (!cli_reading_again(reading, choice, &plan, err))
		return false;
	for (size_t i = 0; i < plan.warnings.count; i++)
		cli_warn(&plan.warnings.list[i]);
	if (!take_name(reading, &plan, choice, err)) {
		plan_close(&plan);
		return false;
	}
	*ret_plan = plan;
	return true;
}

void cli_reading_close(struct cli_reading *reading)
{
	for (size_t i = 0; i < reading->count; i++)
		free(reading->names[i]);
	free(reading->names);
	reading->names = NULL;
	reading->count = 0;
}
