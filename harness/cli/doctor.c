/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "scenario/plan.h"

/* The rows of harness/packages. */
static const struct {
	const char *package, *stages, *file, *purpose;
} packages[] = {
#include "packages.h"
};

static const struct cli_option options[] = {{NULL, NULL, NULL}};

static bool tell(bool there, const char *what, const char *purpose)
{
	printf("%s  %-24s %s\n", there ? "ok     " : "missing", what, purpose);
	return there;
}

/* Tells of every package; the command that installs what is missing is written to @p ret_missing. */
static size_t look_at_packages(char *ret_missing, size_t size)
{
	size_t missing = 0, used = 0;

	for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++) {
		if (tell(access(packages[i].file, F_OK) == 0, packages[i].package, packages[i].purpose) || used >= size)
			continue;
		used += (size_t)snprintf(ret_missing + used, size - used, " %s", packages[i].package);
		missing++;
	}
	return missing;
}

static size_t look_at_files(const struct places *places)
{
	const struct {
		const char *path, *purpose;
	} files[] = {
		{places->kernel, "the device's kernel"}, {places->initramfs, "its root file system"}, {places->image, "what it downloads"}};
	size_t missing = 0;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		missing += !tell(access(files[i].path, R_OK) == 0, strrchr(files[i].path, '/') + 1, files[i].purpose);
	return missing;
}

static int run(const struct cli_values *values)
{
	char missing[1024] = "";
	struct places places;
	struct error err;

	if (values->operand_count != 0)
		return error_set(&err, "doctor takes no operands"), cli_fail(&err);
	size_t packages_missing = look_at_packages(missing, sizeof missing);
	if (!places_find(&places, &err))
		return cli_fail(&err);
	size_t files_missing = look_at_files(&places);
	if (packages_missing > 0)
		printf("\nTo mend it: %sapt-get install --no-install-recommends%s\n", geteuid() == 0 ? "" : "sudo ", missing);
	if (files_missing > 0)
		puts("\nTo mend it: make all");
	if (packages_missing + files_missing == 0)
		puts("\nNothing is missing.");
	return packages_missing + files_missing == 0 ? EXIT_PASSED : EXIT_INCONCLUSIVE;
}

const struct cli_command cli_doctor = {"doctor", "", "what this machine lacks, and the command that mends it", options, run};
