/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/speech.h"

#include <string.h>

#define HEADER 5U
#define HANDSHAKE_HEADER 4U
#define PATTERN 26U

void speech_begin(struct speech *speech, const struct step *step, enum side side)
{
	*speech = (struct speech){.step = step, .side = side};
}

/* RFC 8446 5.1 and 4: the type of the record, and of the message in it. */
static uint8_t record_type(enum record_kind kind)
{
	static const uint8_t types[RECORD_KINDS] = {22, 22, 22, 22, 20, 21, 23, 0};

	return types[kind];
}

static uint8_t message_type(enum record_kind kind)
{
	/* 22 is a certificate's status, which nobody looks for. */
	static const uint8_t types[RECORD_KINDS] = {1, 2, 11, 22, 0, 0, 0, 0};

	return types[kind];
}

static uint8_t record_byte(const struct record_run *run, uint32_t at)
{
	uint32_t body = run->length > HEADER ? run->length - HEADER : 0, message = body > HANDSHAKE_HEADER ? body - HANDSHAKE_HEADER : 0;
	const uint8_t head[] = {record_type(run->kind),
	                        3,
	                        3,
	                        (uint8_t)(body >> 8),
	                        (uint8_t)body,
	                        message_type(run->kind),
	                        (uint8_t)(message >> 16),
	                        (uint8_t)(message >> 8),
	                        (uint8_t)message};

	if (run->kind == RECORD_REST || at >= (record_type(run->kind) == 22 ? sizeof head : HEADER))
		return (uint8_t)('a' + at % PATTERN);
	return head[at];
}

/* The record in which the next byte lies; NULL: there is none any more. */
static const struct record_run *next_run(struct speech *speech)
{
	const struct step *step = speech->step;

	for (; speech->run_turn <= speech->turn && speech->run_turn < step->turn_count; speech->run_turn++, speech->run = 0) {
		const struct turn *turn = &step->turns[speech->run_turn];
		if (turn->side != speech->side)
			continue;
		for (; speech->run < turn->run_count; speech->run++, speech->repeat = 0)
			if (speech->repeat < turn->runs[speech->run].count)
				return &turn->runs[speech->run];
	}
	return NULL;
}

static uint8_t opaque_byte(struct speech *speech)
{
	const struct record_run *run = next_run(speech);

	if (run == NULL)
		return (uint8_t)('a' + speech->at % PATTERN);
	uint8_t byte = record_byte(run, speech->in_record++);
	if (speech->in_record >= run->length) {
		speech->in_record = 0;
		speech->repeat++;
	}
	return byte;
}

uint64_t speech_pattern(const struct step *step, size_t turn)
{
	const struct turn *said = &step->turns[turn];

	if (!step->tls)
		return said->known_length;
	return said->side == SIDE_DEVICE && said->length > SPEECH_RECORDS_MAX ? SPEECH_RECORDS_MAX : said->length;
}

static void begin_turn(struct speech *speech, size_t turn)
{
	/* The records that were not said are behind it, too. */
	if (speech->step->tls && speech_pattern(speech->step, speech->turn) < speech->step->turns[speech->turn].length) {
		speech->run_turn = speech->turn + 1;
		speech->run = 0;
		speech->repeat = speech->in_record = 0;
	}
	speech->turn = turn;
	speech->at = 0;
}

size_t speech_say(struct speech *speech, size_t turn, uint8_t *ret_bytes, size_t size)
{
	const struct turn *said = &speech->step->turns[turn];
	const uint64_t records = speech->step->tls ? speech_pattern(speech->step, turn) : 0;
	size_t done = 0;

	if (turn != speech->turn)
		begin_turn(speech, turn);
	if (speech->at < said->known_length) {
		done = said->known_length - (size_t)speech->at < size ? said->known_length - (size_t)speech->at : size;
		memcpy(ret_bytes, said->known + speech->at, done);
		speech->at += done;
	}
	for (; done < size && speech->at < said->length; speech->at++)
		ret_bytes[done++] = speech->at < records ? opaque_byte(speech) : (uint8_t)('a' + speech->at % PATTERN);
	return done;
}
