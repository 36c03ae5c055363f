/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "player.h"

#define STEPS_MAX 4096U
#define TURNS_MAX 100000U

struct reader {
	const char *at, *end;
};

/* The next line, whose end becomes that of a text. */
static char *next_line(struct reader *reader)
{
	char *line = (char *)(uintptr_t)reader->at;
	char *end = memchr(line, '\n', (size_t)(reader->end - reader->at));

	if (end == NULL)
		play_fail("the script is cut off");
	/* cppcheck-suppress nullPointerRedundantCheck; play_fail() does not return */
	*end = '\0';
	/* cppcheck-suppress nullPointerArithmeticRedundantCheck */
	reader->at = end + 1;
	return line;
}

/* Bytes and a line feed. */
static const uint8_t *take_bytes(struct reader *reader, uint64_t length)
{
	const char *bytes = reader->at;

	if (length >= (uint64_t)(reader->end - reader->at))
		play_fail("the script is cut off");
	reader->at += length + 1;
	return (const uint8_t *)bytes;
}

static void read_turn(struct reader *reader, struct turn *turn)
{
	const char *line = next_line(reader);
	int checks = 0;

	if (sscanf(line, "say %" SCNu64 " %" SCNu64, &turn->after_us, &turn->length) == 2) {
		turn->kind = SAY;
		turn->known = turn->length;
		turn->bytes = take_bytes(reader, turn->known);
	} else if (sscanf(line, "fill %" SCNu64 " %" SCNu64 " %" SCNu64, &turn->after_us, &turn->length, &turn->known) == 3) {
		turn->kind = SAY;
		turn->bytes = take_bytes(reader, turn->known);
	} else if (sscanf(line, "hear %" SCNu64 " %" SCNu64 " %" SCNu64 "%n", &turn->after_us, &turn->length, &turn->block, &checks) == 3 &&
	           turn->block > 0) {
		turn->kind = HEAR;
		turn->checks = line + checks;
	} else if (sscanf(line, "expect %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &turn->after_us, &turn->length,
	                  &turn->known, &turn->any[0], &turn->any[1]) == 5) {
		turn->kind = HEAR;
		turn->bytes = take_bytes(reader, turn->known);
		turn->head = words_are_message(turn->bytes, (size_t)turn->known, turn->length);
	} else if (sscanf(line, "fin %" SCNu64, &turn->after_us) == 1) {
		turn->kind = FIN;
	} else if (sscanf(line, "rst %" SCNu64, &turn->after_us) == 1) {
		turn->kind = RST;
	} else if (sscanf(line, "their-fin %" SCNu64, &turn->after_us) == 1) {
		turn->kind = THEIR_FIN;
	} else if (sscanf(line, "their-rst %" SCNu64, &turn->after_us) == 1) {
		turn->kind = THEIR_RST;
	} else {
		play_fail("the script has no such turn: %.60s", line);
	}
}

static void read_turns(struct reader *reader, struct step *step)
{
	if (step->turn_count > TURNS_MAX)
		play_fail("the script has too many turns");
	step->turns = calloc(step->turn_count + 1, sizeof *step->turns);
	if (step->turns == NULL)
		play_fail("no memory for the script");
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
		play_fail("the script has no such step: %.60s", line);
	}
	step->port = (uint16_t)port;
	step->opening = (enum opening)opening;
	step->answered = answered != 0;
	if ((step->kind != SKIP && inet_pton(AF_INET, address, &step->address) != 1) || step->follows >= number || opening > UNANSWERED)
		play_fail("step %zu of the script is wrong", number);
	step->fd = -1;
	step->due_us = step->ended_us = NEVER;
}

void script_read(struct script *script, char *text, size_t length)
{
	struct reader reader = {text, text + length};
	unsigned version, real;

	const char *line = next_line(&reader);
	if (sscanf(line, "session %u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %u %zu", &version, &script->lease_us,
	           &script->connect_us, &script->silence_us, &script->dns_timeout_us, &script->dns_tries, &real,
	           &script->step_count) != 8 ||
	    version != 3 || script->step_count > STEPS_MAX)
		play_fail("there is no session to play: the scenario needs 'session: FILE'");
	script->real = real != 0;
	script->steps = calloc(script->step_count + 1, sizeof *script->steps);
	if (script->steps == NULL)
		play_fail("no memory for the script");
	for (size_t i = 0; i < script->step_count; i++)
		read_step(&reader, &script->steps[i], i + 1);
}
