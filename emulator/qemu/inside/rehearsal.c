/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One growing piece of memory: a request, its payload, the answer, its payload, and so on. A child
 * of a fork has it as its parent had it.
 */
#include "emulator/qemu/inside/rehearsal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

static bool keeps;
static uint8_t *kept;
static size_t size, room, at; /* at: of a rehearsal, what comes next */
static bool rehearses;
static uint64_t asked; /* requests of a rehearsal so far */

void rehearsal_record(void)
{
	keeps = true;
	size = 0;
}

static void keep(const void *bytes, size_t length)
{
	if (length == 0)
		return;
	while (size + length > room) {
		room = room > 0 ? room * 2 : 1U << 16;
		kept = memory_resize(kept, room, 1);
	}
	memcpy(kept + size, bytes, length);
	size += length;
}

void rehearsal_keep_request(const struct stutter_request *request, const uint8_t *payload)
{
	if (!keeps)
		return;
	keep(request, sizeof *request);
	keep(payload, request->length);
}

static const void *take(size_t length)
{
	const uint8_t *taken = kept + at;

	CHECK_INT(at + length, <=, size);
	at += length;
	return taken;
}

bool rehearsal_keep_reply(const struct stutter_reply *reply, const void *payload)
{
	struct stutter_reply before;

	if (keeps) {
		keep(reply, sizeof *reply);
		keep(payload, reply->length);
	}
	if (!rehearses)
		return true;
	memcpy(&before, take(sizeof before), sizeof before);
	const void *answered = take(before.length);
	return memcmp(&before, reply, sizeof before) == 0 && (reply->length == 0 || memcmp(answered, payload, reply->length) == 0);
}

void rehearsal_begin(void)
{
	keeps = false;
	rehearses = size > 0;
	at = 0;
	asked = 0;
}

uint64_t rehearsal_asked(void)
{
	return asked;
}

bool rehearsal_is_on(void)
{
	return rehearses;
}

bool rehearsal_read(struct stutter_request *ret_request, const uint8_t **ret_payload)
{
	memcpy(ret_request, take(sizeof *ret_request), sizeof *ret_request);
	*ret_payload = take(ret_request->length);
	asked++;
	/* The last request is the one that the guest waits with. */
	rehearses = at < size;
	return true;
}

bool rehearsal_save(const char *path)
{
	FILE *stream = fopen(path, "we");

	if (stream == NULL)
		return false;
	bool good = fwrite(kept, 1, size, stream) == size;
	return fclose(stream) == 0 && good;
}

bool rehearsal_load(const char *path)
{
	FILE *stream = fopen(path, "re");
	uint8_t piece[65536];
	size_t length;

	size = at = 0;
	while (stream != NULL && (length = fread(piece, 1, sizeof piece, stream)) > 0)
		keep(piece, length);
	if (stream != NULL)
		(void)fclose(stream);
	return size > 0;
}

bool rehearsal_answer(struct stutter_reply *ret_reply, const void **ret_payload)
{
	struct stutter_request request;

	memcpy(&request, take(sizeof request), sizeof request);
	(void)take(request.length);
	if (at == size)
		return false;
	memcpy(ret_reply, take(sizeof *ret_reply), sizeof *ret_reply);
	*ret_payload = take(ret_reply->length);
	return true;
}
