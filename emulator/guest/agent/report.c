/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events go out with one write() each, so that the message device sees whole lines.
 */
#include "report.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EVENT_MAX 512

void report_open(struct report *ret_report, const char *path)
{
	ret_report->fd = open(path, O_WRONLY | O_CLOEXEC);
}

/* A reason may quote what a server sent: one line of printable characters is what an event is. */
static size_t make_printable(char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (line[i] < 0x20 || line[i] > 0x7e)
			line[i] = '?';
	return length;
}

void report_event(const struct report *report, const char *format, ...)
{
	char line[EVENT_MAX];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	make_printable(line, (size_t)length);
	line[length++] = '\n';
	/* An event that cannot be written has nobody to be told about it. */
	if (write(report->fd < 0 ? STDOUT_FILENO : report->fd, line, (size_t)length) < 0)
		return;
}

bool failure_set(struct failure *ret_why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_why->reason, sizeof(ret_why->reason), format, args);
	va_end(args);
	ret_why->permanent = false;
	return false;
}
