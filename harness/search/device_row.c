/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that are there already, in the place of revisions: a row, oldest first. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/search/revisions.h"

void revisions_add_device(struct revisions *revisions, const char *device)
{
	const size_t at = revisions_add(revisions, device, device, revisions->count > 0);

	if (at > 0)
		revisions_add_parent(revisions, at, at - 1);
}

/*
 * A path in the file, which has a slash or ends in .yaml, is relative to the file's folder; a name
 * is a device of the build.
 */
static void add_line(struct revisions *revisions, const char *file, const char *line)
{
	const char *slash = strrchr(file, '/');
	const size_t length = strlen(line);
	const bool is_path = strchr(line, '/') != NULL || (length > 5 && strcmp(line + length - 5, ".yaml") == 0);
	char *path = is_path && line[0] != '/' && slash != NULL ? memory_format("%.*s/%s", (int)(slash - file), file, line)
	                                                        : memory_text(line);

	revisions_add_device(revisions, path);
	free(path);
}

bool revisions_read_devices(struct revisions *revisions, const char *file, struct error *err)
{
	char *text = memory_file(file), *rest = NULL;

	if (text == NULL)
		return error_set(err, "%s cannot be read", file);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " \t");
		line[strcspn(line, "#\r")] = '\0';
		for (size_t length = strlen(line); length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t');)
			line[--length] = '\0';
		if (line[0] != '\0')
			add_line(revisions, file, line);
	}
	free(text);
	return true;
}
