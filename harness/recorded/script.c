/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/script.h"

#include <inttypes.h>

#include "emulator/guest/player/words.h"
#include "harness/recorded/speech.h"

#define NS_PER_US 1000U
#define FNV_BEGIN 2166136261U
#define FNV_PRIME 16777619U

static uint64_t us(uint64_t ns)
{
	return ns / NS_PER_US;
}

static void write_said(struct speech *speech, size_t number, FILE *stream)
{
	const struct turn *turn = &speech->step->turns[number];
	uint8_t bytes[SCRIPT_BLOCK];
	size_t length;

	uint64_t told = speech_pattern(speech->step, number);
	fprintf(stream, told < turn->length ? "fill %" PRIu64 " %" PRIu64 " %" PRIu64 "\n" : "say %" PRIu64 " %" PRIu64 "\n",
	        us(turn->after_ns), turn->length, told);
	for (; told > 0; told -= length) {
		length = speech_say(speech, number, bytes, told < sizeof bytes ? (size_t)told : sizeof bytes);
		(void)fwrite(bytes, 1, length, stream);
	}
	fputc('\n', stream);
}

static void write_heard(struct speech *speech, size_t number, FILE *stream)
{
	uint8_t bytes[SCRIPT_BLOCK];
	size_t length;

	fprintf(stream, "hear %" PRIu64 " %" PRIu64 " %u", us(speech->step->turns[number].after_ns), speech->step->turns[number].length,
	        SCRIPT_BLOCK);
	while ((length = speech_say(speech, number, bytes, sizeof bytes)) > 0) {
		uint32_t check = FNV_BEGIN;
		for (size_t i = 0; i < length; i++)
			check = (check ^ bytes[i]) * FNV_PRIME;
		fprintf(stream, " %08" PRIx32, check);
	}
	fputc('\n', stream);
}

/* What is known of what others are to say. */
static void write_expected(const struct turn *turn, FILE *stream)
{
	size_t from = 0, to = 0;

	(void)words_find_date(turn->known, turn->known_length, &from, &to);
	fprintf(stream, "expect %" PRIu64 " %" PRIu64 " %zu %zu %zu\n", us(turn->after_ns), turn->length, turn->known_length, from, to);
	(void)fwrite(turn->known, 1, turn->known_length, stream);
	fputc('\n', stream);
}

static void write_turns(const struct step *step, bool real, FILE *stream)
{
	struct speech device, server;

	speech_begin(&device, step, SIDE_DEVICE);
	speech_begin(&server, step, SIDE_SERVER);
	for (size_t i = 0; i < step->turn_count; i++) {
		const struct turn *turn = &step->turns[i];
		if (turn->kind != TURN_DATA)
			fprintf(stream, "%s%s %" PRIu64 "\n", turn->side == SIDE_SERVER ? "their-" : "",
			        turn->kind == TURN_FIN ? "fin" : "rst", us(turn->after_ns));
		else if (turn->side == SIDE_DEVICE)
			write_said(&device, i, stream);
		else if (real)
			write_expected(turn, stream);
		else
			write_heard(&server, i, stream);
	}
}

static void write_step(const struct step *step, uint64_t wait_ns, bool real, FILE *stream)
{
	char address[RECORDING_ADDRESS_MAX];

	(void)recording_address(step->address, address);
	switch (real && step->tls ? STEP_KINDS : step->kind) {
	case STEP_DNS:
		fprintf(stream, "dns %u %" PRIu64 " %s %s %" PRIu64 "\n", step->follows, us(wait_ns), step->name, address, step->tries);
		break;
	case STEP_NTP:
		fprintf(stream, "ntp %u %" PRIu64 " %s %" PRIu64 " %d\n", step->follows, us(wait_ns), address, step->tries,
		        step->said[0] == '\0');
		break;
	case STEP_TCP:
		fprintf(stream, "tcp %u %" PRIu64 " %s %u %d %" PRIu64 " %zu\n", step->follows, us(wait_ns), address, step->port,
		        (int)step->opening, us(step->takes_ns), step->turn_count);
		write_turns(step, real, stream);
		break;
	default:
		fprintf(stream, "skip %u %" PRIu64 " %" PRIu64 "\n", step->follows, us(wait_ns), us(step->takes_ns));
	}
}

/*
 * The guest has its lease from a client of its own, before all steps: the session begins where that
 * of the recording had ended.
 */
static uint64_t lease_of(const struct recording *recording)
{
	const struct step *first = recording->step_count > 0 ? &recording->steps[0] : NULL;

	return first != NULL && first->kind == STEP_DHCP && first->at_ns == 0 ? first->takes_ns : 0;
}

static void write_all(const struct recording *recording, const struct script_patience *patience, bool real, FILE *stream)
{
	uint64_t lease = lease_of(recording);

	fprintf(stream, "session %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %zu\n", SCRIPT_VERSION,
	        us(patience->lease_ns), us(patience->connect_ns), us(patience->silence_ns), us(patience->dns_timeout_ns),
	        patience->dns_tries, real, recording->step_count);
	for (size_t i = 0; i < recording->step_count; i++) {
		const struct step *step = &recording->steps[i];
		uint64_t at = step->at_ns > lease ? step->at_ns - lease : 0;
		if (step->kind == STEP_DHCP && i == 0 && lease > 0)
			fprintf(stream, "skip 0 0 0\n");
		else
			write_step(step, step->follows > 0 ? step->wait_ns : at, real, stream);
	}
}

bool script_check(const struct recording *recording, struct error *err)
{
	for (size_t i = 0; i < recording->step_count; i++)
		for (size_t j = 0; j < recording->steps[i].turn_count; j++)
			if (recording->steps[i].turns[j].length > SCRIPT_TURN_MAX)
				return error_set(err,
				                 "step %zu, turn %zu: %" PRIu64 " bytes are too many to play, at most %" PRIu64
				                 " are: make its "
				                 "'bytes' less in the session",
				                 i + 1, j + 1, recording->steps[i].turns[j].length, SCRIPT_TURN_MAX);
	return true;
}

void script_write(const struct recording *recording, const struct script_patience *patience, FILE *stream)
{
	write_all(recording, patience, false, stream);
}

void script_write_real(const struct recording *recording, const struct script_patience *patience, FILE *stream)
{
	write_all(recording, patience, true, stream);
}
