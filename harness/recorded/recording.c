/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

const char *const vantage_names[] = {"unknown", "device", "between", "server", NULL};
const char *const record_kind_names[RECORD_KINDS + 1] = {"client_hello", "server_hello", "certificate", "handshake", "change_cipher_spec",
                                                         "alert",        "appdata",      "rest",        NULL};
const char *const step_kind_names[STEP_KINDS + 1] = {"dhcp", "dns", "ntp", "tcp", "udp", NULL};

/* Room is doubled. @return the list with room for one element more, which is zero. */
static void *grow(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) == 0)
		list = memory_resize(list, count > 0 ? count * 2 : 1, size);
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): there is room by now. */
	memset((char *)list + count * size, 0, size);
	return list;
}

struct step *recording_add(struct recording *recording)
{
	recording->steps = grow(recording->steps, recording->step_count, sizeof *recording->steps);
	return &recording->steps[recording->step_count++];
}

struct turn *step_add_turn(struct step *step)
{
	step->turns = grow(step->turns, step->turn_count, sizeof *step->turns);
	return &step->turns[step->turn_count++];
}

void turn_add_record(struct turn *turn, enum record_kind kind, uint32_t length)
{
	struct record_run *last = turn->run_count > 0 ? &turn->runs[turn->run_count - 1] : NULL;

	if (last != NULL && last->kind == kind && last->length == length && last->count < UINT32_MAX) {
		last->count++;
		return;
	}
	turn->runs = grow(turn->runs, turn->run_count, sizeof *turn->runs);
	turn->runs[turn->run_count++] = (struct record_run){kind, length, 1};
}

void recording_close(struct recording *recording)
{
	for (size_t i = 0; i < recording->step_count; i++) {
		struct step *step = &recording->steps[i];
		for (size_t j = 0; j < step->turn_count; j++) {
			free(step->turns[j].known);
			free(step->turns[j].runs);
		}
		free(step->turns);
	}
	free(recording->steps);
	memset(recording, 0, sizeof *recording);
}

const char *recording_address(uint32_t address, char ret_text[RECORDING_ADDRESS_MAX])
{
	(void)snprintf(ret_text, RECORDING_ADDRESS_MAX, "%u.%u.%u.%u", address >> 24 & 255U, address >> 16 & 255U, address >> 8 & 255U,
	               address & 255U);
	return ret_text;
}

bool recording_read_address(const char *text, uint32_t *ret_address)
{
	unsigned part[4];
	int end = 0;

	if (strspn(text, "0123456789.") != strlen(text) ||
	    sscanf(text, "%3u.%3u.%3u.%3u%n", &part[0], &part[1], &part[2], &part[3], &end) != 4 || text[end] != '\0')
		return false;
	for (int i = 0; i < 4; i++)
		if (part[i] > 255)
			return false;
	*ret_address = part[0] << 24 | part[1] << 16 | part[2] << 8 | part[3];
	return true;
}
