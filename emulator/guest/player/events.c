/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "player.h"

#define LINE_MAX_LENGTH 400

static char first[LINE_MAX_LENGTH];
static unsigned count;

static void send_line(const char *line)
{
	int fd = open("/dev/stutter", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		perror("player: /dev/stutter");
	if (fd >= 0)
		(void)close(fd);
}

void event(const char *format, ...)
{
	char line[LINE_MAX_LENGTH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof line, format, args);
	va_end(args);
	send_line(line);
}

void fail(const char *format, ...)
{
	char why[LINE_MAX_LENGTH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof why, format, args);
	va_end(args);
	int fd = open("/run/result", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		(void)close(fd);
	event("result fail session: %.300s", why);
	exit(1);
}

void differ(const struct script *script, const struct step *step, const char *format, ...)
{
	char what[LINE_MAX_LENGTH - 64];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	if (count++ == 0)
		(void)snprintf(first, sizeof first, "step %zu, turn %zu: %s", (size_t)(step - script->steps) + 1, step->turn + 1, what);
	event("step %zu turn %zu differs: %s", (size_t)(step - script->steps) + 1, step->turn + 1, what);
}

unsigned differences(const char **ret_first)
{
	*ret_first = first;
	return count;
}

uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
