/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * player: the player in the device. Script and events go through /dev/stutter: the configuration is
 * the first thing that it gives; what it gives when it is opened again is the script, piece by
 * piece, until one is shorter than the others. The session begins with the lease; its result is a
 * pass if everything was as it was recorded.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../language/phases.h"
#include "../language/reports.h"
#include "play.h"

#define PIECE 16384U
#define LEASE_LOOK_US 50000

/* -- events -- */

static void send_line(const char *line)
{
	int fd = open("/dev/stutter", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		perror("player: /dev/stutter");
	if (fd >= 0)
		(void)close(fd);
}

void play_event(const char *format, ...)
{
	char line[PLAY_LINE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof line, format, args);
	va_end(args);
	send_line(line);
}

void play_fail(const char *format, ...)
{
	char why[PLAY_LINE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof why, format, args);
	va_end(args);
	int fd = open("/run/result", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		(void)close(fd);
	play_event(SAY_RESULT_FAIL_OF(GUEST_PHASE_SESSION, "%.300s"), why);
	exit(1);
}

/* -- script -- */

static size_t read_piece(uint8_t *room)
{
	int fd = open("/dev/stutter", O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = 1;

	while (fd >= 0 && length < PIECE && (got = read(fd, room + length, PIECE - length)) > 0)
		length += (size_t)got;
	if (fd < 0 || got < 0)
		play_fail("the script cannot be read: %s", strerror(errno));
	(void)close(fd);
	return length;
}

static char *read_whole(size_t *ret_length)
{
	char *text = NULL;
	size_t length = 0, got;

	do {
		text = realloc(text, length + PIECE + 1);
		if (text == NULL)
			play_fail("no memory for the script");
		got = read_piece((uint8_t *)text + length);
		length += got;
	} while (got == PIECE);
	text[length] = '\0';
	*ret_length = length;
	return text;
}

/* -- session -- */

static void pause_us(uint64_t us)
{
	const struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};

	(void)nanosleep(&time, NULL);
}

static void wait_for_lease(uint64_t patience_us)
{
	uint64_t waited = 0;

	play_event(SAY_PHASE_BEGIN_OF("dhcp"));
	for (; access("/run/lease", F_OK) != 0; waited += LEASE_LOOK_US) {
		if (waited >= patience_us)
			play_fail("no lease in time");
		pause_us(LEASE_LOOK_US);
	}
	play_event(SAY_PHASE_OK_OF("dhcp"));
	play_event(SAY_PHASE_BEGIN_OF(GUEST_PHASE_SESSION));
}

int main(void)
{
	const char *first;
	size_t length;
	char *script = read_whole(&length);
	unsigned count = play_script(script, length, wait_for_lease, &first);

	if (count > 0)
		play_fail("%u difference%s, the first in %s", count, count == 1 ? "" : "s", first);
	play_event(SAY_PHASE_OK_OF(GUEST_PHASE_SESSION));
	free(script);
	return 0;
}
