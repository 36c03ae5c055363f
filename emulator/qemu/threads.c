/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What stands behind a key of /proc/.../status, each at the beginning of a line; the name before
 * them has no line feed in it that is not written as "\n".
 */
static const char *value_of(const char *status, const char *key)
{
	const char *line = strstr(status, key);

	return line != NULL ? line + strlen(key) : NULL;
}

/* A thread that has just ended is in any state. @param slept Its count goes in there. */
static bool is_in(pid_t pid, const char *thread, const char *states, uint64_t *slept)
{
	char path[80], text[4096];

	(void)snprintf(path, sizeof path, "/proc/%ld/task/%.16s/status", (long)pid, thread);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	if (fd >= 0)
		(void)close(fd);
	if (length <= 0)
		return true;
	text[length] = '\0';
	const char *state = value_of(text, "\nState:\t"), *switches = value_of(text, "\nvoluntary_ctxt_switches:\t");
	*slept = *slept * 31 + (switches != NULL ? strtoull(switches, NULL, 10) : 0) + 1;
	return state != NULL && *state != '\0' && strchr(states, *state) != NULL;
}

bool threads_are(pid_t pid, const char *states, pid_t but, uint64_t *ret_slept)
{
	const struct dirent *entry;
	uint64_t slept = 0;
	char path[48];

	(void)snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
	DIR *threads = opendir(path);
	bool all = threads != NULL;
	while (all && (entry = readdir(threads)) != NULL)
		all = entry->d_name[0] == '.' || strtol(entry->d_name, NULL, 10) == but || is_in(pid, entry->d_name, states, &slept);
	if (threads != NULL)
		(void)closedir(threads);
	if (ret_slept != NULL)
		*ret_slept = slept;
	return all;
}
