/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "harness/cli/cli.h"
#include "harness/scenario/plan.h"

/* The rows of harness/packages. */
static const struct {
	const char *package, *stages, *file, *purpose;
} packages[] = {
#include "packages.h"
};

/* What a machine may be for; stages of a package are words with commas between them. */
static const struct purpose {
	const char *heading;
	const char *const *stages; /* ends with NULL */
	bool is_needed;            /* for the exit status */
} purposes[] = {
	{"Running needs", (const char *const[]){"run", NULL}, true},
	{"Building needs", (const char *const[]){"build", NULL}, false},
	{"Testing needs", (const char *const[]){"test", "bench", "browser", "lint", "fuzz", NULL}, false},
};
#define PURPOSES (sizeof purposes / sizeof purposes[0])

static bool tell(bool there, const char *what, const char *purpose)
{
	printf("%s  %-24s %s\n", there ? "ok     " : "missing", what, purpose);
	return there;
}

static bool is_for(const char *stages, const struct purpose *purpose)
{
	for (size_t i = 0; purpose->stages[i] != NULL; i++)
		for (const char *at = stages; at != NULL; at = strchr(at, ',')) {
			at += *at == ',';
			if (strcspn(at, ",") == strlen(purpose->stages[i]) && strncmp(at, purpose->stages[i], strcspn(at, ",")) == 0)
				return true;
		}
	return false;
}

/*
 * Tells of the packages for one purpose; the names of those that are missing are written to @p
 * ret_missing.
 */
static size_t look_at_packages(const struct purpose *purpose, char *ret_missing, size_t size)
{
	struct text names = text_in(ret_missing, size);
	size_t missing = 0;

	for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++) {
		if (!is_for(packages[i].stages, purpose) ||
		    tell(access(packages[i].file, F_OK) == 0, packages[i].package, packages[i].purpose))
			continue;
		text_add(&names, " %s", packages[i].package);
		missing++;
	}
	return missing;
}

static size_t look_at_files(const struct paths *paths)
{
	const struct {
		const char *path, *purpose;
	} files[] = {
		{paths->kernel, "the device's kernel"}, {paths->initramfs, "its root file system"}, {paths->image, "what it downloads"}};
	size_t missing = 0;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		missing += !tell(access(files[i].path, R_OK) == 0, strrchr(files[i].path, '/') + 1, files[i].purpose);
	return missing;
}

/* @return how much is missing of what running needs. */
static size_t look_at_all(const struct paths *paths)
{
	size_t missing[PURPOSES], files_missing = 0, all = 0;
	char names[PURPOSES][1024] = {""};

	for (size_t i = 0; i < PURPOSES; i++) {
		printf("%s%s:\n", i > 0 ? "\n" : "", purposes[i].heading);
		missing[i] = look_at_packages(&purposes[i], names[i], sizeof names[i]);
		if (purposes[i].is_needed)
			files_missing = look_at_files(paths);
	}
	puts("");
	for (size_t i = 0; i < PURPOSES; i++) {
		if (missing[i] > 0)
			printf("%s what is missing: %sapt-get install --no-install-recommends%s\n", purposes[i].heading,
			       geteuid() == 0 ? "" : "sudo ", names[i]);
		all += purposes[i].is_needed ? missing[i] : 0;
	}
	if (files_missing > 0)
		printf("%s what is missing: make all\n", purposes[0].heading);
	if (all + files_missing == 0)
		puts("Nothing is missing to run.");
	return all + files_missing;
}

static int run(const struct cli_values *values)
{
	struct paths paths;
	struct error err;

	if (values->operand_count != 0)
		return error_set(&err, "doctor takes no operands"), cli_fail(&err);
	if (!paths_find(&paths, &err))
		return cli_fail(&err);
	return look_at_all(&paths) == 0 ? EXIT_PASSED : EXIT_INCONCLUSIVE;
}

const struct cli_command cli_doctor = {"doctor", "", "show what this machine lacks, and the command that installs it", run, {NULL}};
