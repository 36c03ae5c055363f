/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The bytes that a side says in a replay: what was recorded of them; what was not, is a pattern of
 * the same length. Of TLS there are records with their true kinds and lengths around the pattern,
 * so that addresses such as tls.server_hello find them.
 */
#ifndef RECORDED_SPEECH_H
#define RECORDED_SPEECH_H

#include "harness/recorded/recording.h"

/**
 * Beyond so many bytes of a turn there are no records any more, where the device speaks TLS: its
 * whole script lies in its memory.
 */
#define SPEECH_RECORDS_MAX (1024U * 1024U)

/**
 * Goes through what one side of a conversation says, byte by byte. Plain data: a copy goes on from
 * where it is.
 */
struct speech {
	const struct step *step;
	enum side side;
	size_t turn;          /* within the step */
	uint64_t at;          /* within the turn */
	size_t run_turn, run; /* the record: which run of which turn */
	uint32_t repeat, in_record;
};

/** At the first turn. @param step Borrowed for as long as the speech goes on. */
void speech_begin(struct speech *speech, const struct step *step, enum side side);

/**
 * Writes the next bytes of turn @p turn, up to @p size or its end. Turns must be gone through in
 * their order. @return how many.
 */
size_t speech_say(struct speech *speech, size_t turn, uint8_t *ret_bytes, size_t size);

/**
 * From which place of a turn on all is a pattern, 'a' to 'z' by their places; its length: none is.
 */
uint64_t speech_pattern(const struct step *step, size_t turn);

#endif
