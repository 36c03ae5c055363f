/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration is the first thing that /dev/stutter gives; what it gives when it is opened again is the script, piece by piece, until one is shorter than the
 * others.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "player.h"

#define PIECE 16384U
#define STEPS_MAX 4096U
#define TURNS_MAX 100000U

struct reader {
	const char *at, *end;
};

static size_t read_piece(uint8_t *room)
{
	int fd = open("/dev/stutter", O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = 1;

	while (fd >= 0 && length < PIECE && (got = read(fd, room + length, PIECE - length)) > 0)
		length += (size_t)got;
	if (fd < 0 || got < 0)
		fail("the script cannot be read: %s", strerror(errno));
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
			fail("no memory for the script");
		got = read_piece((uint8_t *)text + length);
		length += got;
	} while (got == PIECE);
	text[length] = '\0';
	*ret_length = length;
	return text;
}

/* The next line, whose end becomes that of a text. */
static char *next_line(struct reader *reader)
{
	char *line = (char *)(uintptr_t)reader->at;
	char *end = memchr(line, '\n', (size_t)(reader->end - reader->at));

	if (end == NULL)
		fail("the script is cut off");
	*end = '\0';
	reader->at = end + 1;
	return line;
}

static void read_turn(struct reader *reader, struct turn *turn)
{
	const char *line = next_line(reader);
	int checks = 0;

	if (sscanf(line, "say %" SCNu64 " %" SCNu64, &turn->after_us, &turn->length) == 2) {
		turn->kind = SAY;
		if (turn->length >= (uint64_t)(reader->end - reader->at))
			fail("the script is cut off");
		turn->bytes = (const uint8_t *)reader->at;
		reader->at += turn->length + 1;
	} else if (sscanf(line, "fill %" SCNu64 " %" SCNu64, &turn->after_us, &turn->length) == 2) {
		turn->kind = FILL;
	} else if (sscanf(line, "hear %" SCNu64 " %" SCNu64 " %" SCNu64 "%n", &turn->after_us, &turn->length, &turn->block, &checks) == 3 &&
	           turn->block > 0) {
		turn->kind = HEAR;
		turn->checks = line + checks;
	} else if (sscanf(line, "fin %" SCNu64, &turn->after_us) == 1) {
		turn->kind = FIN;
	} else if (sscanf(line, "rst %" SCNu64, &turn->after_us) == 1) {
		turn->kind = RST;
	} else if (sscanf(line, "their-fin %" SCNu64, &turn->after_us) == 1) {
		turn->kind = THEIR_FIN;
	} else if (sscanf(line, "their-rst %" SCNu64, &turn->after_us) == 1) {
		turn->kind = THEIR_RST;
	} else {
		fail("the script has no such turn: %.60s", line);
	}
}

static void read_turns(struct reader *reader, struct step *step)
{
	if (step->turn_count > TURNS_MAX)
		fail("the script has too many turns");
	step->turns = calloc(step->turn_count + 1, sizeof *step->turns);
	if (step->turns == NULL)
		fail("no memory for the script");
	for (size_t i = 0; i < step->turn_count; i++)
		read_turn(reader, &step->turns[i]);
}

static void read_step(struct reader *reader, struct step *step, size_t number)
{
	const char *line = next_line(reader);
	char address[32] = "";
	unsigned port = 0, opening = 0, answered = 0;

	if (sscanf(line, "skip %u %" SCNu64 " %" SCNu64, &step->follows, &step->wait_us, &step->takes_us) == 3) {
		step->kind = SKIP;
	} else if (sscanf(line, "dns %u %" SCNu64 " %255s %31s %" SCNu64, &step->follows, &step->wait_us, step->name, address,
	                  &step->tries) == 5) {
		step->kind = DNS;
	} else if (sscanf(line, "ntp %u %" SCNu64 " %31s %" SCNu64 " %u", &step->follows, &step->wait_us, address, &step->tries,
	                  &answered) == 5) {
		step->kind = NTP;
	} else if (sscanf(line, "tcp %u %" SCNu64 " %31s %u %u %" SCNu64 " %zu", &step->follows, &step->wait_us, address, &port, &opening,
	                  &step->takes_us, &step->turn_count) == 7) {
		step->kind = TCP;
		read_turns(reader, step);
	} else {
		fail("the script has no such step: %.60s", line);
	}
	step->port = (uint16_t)port;
	step->opening = (enum opening)opening;
	step->answered = answered != 0;
	if ((step->kind != SKIP && inet_pton(AF_INET, address, &step->address) != 1) || step->follows >= number)
		fail("step %zu of the script is wrong", number);
	step->fd = -1;
	step->due_us = step->ended_us = NEVER;
}

void script_read(struct script *script)
{
	size_t length;
	const char *text = read_whole(&length);
	struct reader reader = {text, text + length};
	unsigned version;

	const char *line = next_line(&reader);
	if (sscanf(line, "session %u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %zu", &version, &script->lease_us,
	           &script->connect_us, &script->silence_us, &script->dns_timeout_us, &script->dns_tries, &script->step_count) != 7 ||
	    version != 1 || script->step_count > STEPS_MAX)
		fail("there is no session to play: the scenario needs 'session: FILE'");
	script->steps = calloc(script->step_count + 1, sizeof *script->steps);
	if (script->steps == NULL)
		fail("no memory for the script");
	for (size_t i = 0; i < script->step_count; i++)
		read_step(&reader, &script->steps[i], i + 1);
}
