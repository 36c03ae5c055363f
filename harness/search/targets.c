/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/targets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/search/listing.h"
#include "harness/session/folder.h"

/* What carries data, or is nothing by itself. Everything else opens, steers or ends something. */
static bool is_data(enum address_word word)
{
	switch (word) {
	case ADDRESS_FRAME:
	case ADDRESS_UDP:
	case ADDRESS_IP_FRAGMENT:
	case ADDRESS_TCP_ACK:
	case ADDRESS_TCP_DATA:
	case ADDRESS_TCP_RETRANSMISSION:
	case ADDRESS_TLS_APPDATA:
		return true;
	default:
		return false;
	}
}

static struct target *add(struct targets *targets)
{
	if (targets->count == targets->room) {
		targets->room = targets->room > 0 ? 2 * targets->room : 256;
		targets->list = memory_resize(targets->list, targets->room, sizeof *targets->list);
	}
	struct target *target = &targets->list[targets->count++];
	memset(target, 0, sizeof *target);
	return target;
}

size_t targets_phase(const struct targets *targets, const char *phase)
{
	size_t i = 0;

	while (i < targets->phase_count && strcmp(targets->phases[i], phase) != 0)
		i++;
	return i;
}

/* The index of a phase, which is made if it is not there. */
static unsigned enter(struct targets *targets, const char *phase)
{
	size_t i = targets_phase(targets, phase);

	if (i == TARGETS_PHASES_MAX)
		return TARGETS_PHASES_MAX - 1;
	if (i == targets->phase_count)
		(void)snprintf(targets->phases[targets->phase_count++], FAULT_PHASE_MAX, "%.*s", FAULT_PHASE_MAX - 1, phase);
	return (unsigned)i;
}

/* The addresses, and the phase that a line is in. */
struct reader {
	struct targets *targets;
	unsigned phase;
};

static bool take_entry(const struct reader *reader, sim_ns time, const char *whose, const char *at, struct error *err)
{
	struct listing_entry entry;

	if (!listing_read_entry(whose, at, &entry, err))
		return false;
	struct target *target = add(reader->targets);
	(void)snprintf(target->at, sizeof target->at, "%s", at);
	target->time = time;
	target->phase = reader->phase;
	target->direction = entry.direction;
	target->is_tcp = entry.is_tcp;
	if (entry.site < SITES)
		target->sort = TARGET_SORT_OF(entry.site);
	else
		target->sort = is_data(entry.address.frame.word) ? TARGET_DATA : TARGET_CONTROL;
	return true;
}

/* "7156557432 to-server tcp.syn[80/1]#1". */
static bool take_line(void *ctx, const char *line, struct error *err)
{
	struct reader *reader = ctx;
	char whose[16], what[FAULT_AT_MAX];
	sim_ns time;

	if (sscanf(line, "%" SCNu64 " %15s %79s", &time, whose, what) != 3)
		/* The session is in no phase. */
		return true;
	if (strcmp(whose, "phase") != 0)
		return take_entry(reader, time, whose, what, err);
	reader->phase = enter(reader->targets, what);
	return true;
}

bool targets_parse(struct targets *ret_targets, const char *text, struct error *err)
{
	*ret_targets = (struct targets){.count = 0};
	struct reader reader = {.targets = ret_targets, .phase = enter(ret_targets, TARGETS_BOOT)};
	add(ret_targets)->sort = TARGET_START;
	const bool good = listing_parse(text, FOLDER_EVENTS_FILE, take_line, &reader, err);
	if (!good)
		targets_close(ret_targets);
	return good;
}

bool targets_read(struct targets *ret_targets, const char *dir, struct error *err)
{
	char *text = listing_text(dir, FOLDER_EVENTS_FILE, err);
	const bool good = text != NULL && targets_parse(ret_targets, text, err);

	free(text);
	return good;
}

void targets_close(struct targets *targets)
{
	free(targets->list);
	memset(targets, 0, sizeof *targets);
}

const char *target_sort_name(unsigned sort)
{
	static const char *const frames[] = {[TARGET_CONTROL] = "control", [TARGET_DATA] = "data"};

	if (sort == TARGET_START)
		return "power-on";
	return sort < TARGET_SITE ? frames[sort] : fault_sites[sort - TARGET_SITE].name;
}
