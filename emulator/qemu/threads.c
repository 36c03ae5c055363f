// SPDX-License-Identifier: GPL-2.0-or-later
#include "qemu/threads.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The state stands behind the name, which may have anything in it, parentheses too. A thread that has just ended is in any state. */
static bool is_in(pid_t pid, const char *thread, const char *states)
{
	char path[80], text[512];

	(void)snprintf(path, sizeof path, "/proc/%ld/task/%.16s/stat", (long)pid, thread);
	FILE *stream = fopen(path, "re");
	size_t length = stream != NULL ? fread(text, 1, sizeof text - 1, stream) : 0;
	if (stream != NULL)
		(void)fclose(stream);
	text[length] = '\0';
	const char *name_end = strrchr(text, ')');
	return length == 0 || (name_end != NULL && name_end[1] == ' ' && name_end[2] != '\0' && strchr(states, name_end[2]) != NULL);
}

bool threads_are(pid_t pid, const char *states, pid_t but)
{
	const struct dirent *entry;
	char path[48];

	(void)snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
	DIR *threads = opendir(path);
	bool all = threads != NULL;
	while (all && (entry = readdir(threads)) != NULL)
		all = entry->d_name[0] == '.' || strtol(entry->d_name, NULL, 10) == but || is_in(pid, entry->d_name, states);
	if (threads != NULL)
		(void)closedir(threads);
	return all;
}
