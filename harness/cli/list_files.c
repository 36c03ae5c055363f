/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/list_files.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/param.h"
#include "harness/cli/cli.h"
#include "harness/scenario/yaml.h"

#define LINE_MAX (PARAM_VALUE_MAX + 128)

static bool describe(const char *path, enum selection_kind kind, char ret_line[LINE_MAX], struct error *err)
{
	const struct yaml_node *name, *summary;
	struct yaml_file file;

	if (!yaml_open(&file, path, err))
		return false;
	name = yaml_get(file.root, kind == SELECTION_SUITES ? SUITE_KEY : "name");
	summary = yaml_get(file.root, "summary");
	(void)snprintf(ret_line, LINE_MAX, "%-20s %s", name != NULL && name->text != NULL ? name->text : path,
	               summary != NULL && summary->text != NULL ? summary->text : "");
	yaml_close(&file);
	return true;
}

int cli_list_files(const char *folder, enum selection_kind kind)
{
	char line[LINE_MAX], **paths;
	struct error err;
	int status = EXIT_PASSED;

	memset(&err, 0, sizeof err);
	if (!selection_walk(folder, kind, &paths, &err))
		return cli_fail(&err);
	for (size_t i = 0; paths[i] != NULL; i++) {
		if (describe(paths[i], kind, line, &err))
			puts(line);
		else
			status = cli_fail(&err);
	}
	selection_free_paths(paths);
	return status;
}
