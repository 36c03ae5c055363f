/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/member.h"
#include "reports/search/told.h"

bool search_is_one(const char *dir)
{
	char *path = memory_format("%s/" SEARCH_FILE, dir);
	const bool is_one = access(path, F_OK) == 0;

	free(path);
	return is_one;
}

static bool is_whole(const json_t *search, const char *dir, struct error *err)
{
	const json_t *version = json_object_get(search, "version");
	const char *command = member_text(search, "command");

	if (!json_is_object(search) || !json_is_array(json_object_get(search, "told")) || command[0] == '\0')
		return error_set(err, "%s/" SEARCH_FILE " does not describe a search: it needs 'command' and 'told'", dir);
	if (json_integer_value(version) != SEARCH_VERSION)
		return error_set(err,
		                 "%s/" SEARCH_FILE " is of version %" JSON_INTEGER_FORMAT ", and this stutter, " STUTTER_VERSION
		                 ", reads version %d",
		                 dir, json_integer_value(version), SEARCH_VERSION);
	if (!json_is_integer(json_object_get(search, "status")))
		return error_set(err, "the search in %s has not finished; `stutter %s --resume %s` continues it", dir, command, dir);
	return true;
}

json_t *search_read(const char *dir, struct error *err)
{
	char *path = memory_format("%s/" SEARCH_FILE, dir);
	json_error_t why;
	json_t *search = NULL;

	if (!search_is_one(dir)) {
		error_set(err, "%s is not the folder of a search: there is no " SEARCH_FILE " in it (%s)", dir, strerror(errno));
	} else if ((search = json_load_file(path, 0, &why)) == NULL) {
		error_set(err, "%s cannot be read: line %d: %s", path, why.line, why.text);
	} else if (!is_whole(search, dir, err)) {
		json_decref(search);
		search = NULL;
	}
	free(path);
	return search;
}
