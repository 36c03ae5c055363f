/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "search/targets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "session/folder.h"

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
		(void)snprintf(targets->phases[targets->phase_count++], FAULT_PHASE_MAX, "%s", phase);
	return (unsigned)i;
}

static bool read_point(struct targets *targets, sim_ns time, const char *whose, const char *at, unsigned phase, struct error *err)
{
	struct point point;

	if (!point_parse(at, &point, err))
		return false;
	struct target *target = add(targets);
	(void)snprintf(target->at, sizeof target->at, "%s", at);
	target->time = time;
	target->phase = phase;
	if (point.site == NULL) {
		target->direction = strcmp(whose, "to-server") == 0 ? MATCH_TO_SERVER : MATCH_TO_DEVICE;
		target->sort = is_data(point.address.word) ? TARGET_DATA : TARGET_CONTROL;
		target->is_tcp = point.address.word >= ADDRESS_TCP_ACK && point.address.has_flow;
		return true;
	}
	for (unsigned site = 0; site < SITES; site++)
		if (strcmp(fault_sites[site].name, point.site) == 0)
			target->sort = TARGET_SORT_OF(site);
	return true;
}

/* "7156557432 to-server tcp.syn[80/1]#1". */
static bool read_line(struct targets *targets, const char *line, unsigned *phase, struct error *err)
{
	char whose[16], what[FAULT_AT_MAX];
	sim_ns time;

	if (sscanf(line, "%" SCNu64 " %15s %79s", &time, whose, what) != 3)
		/* The session is in no phase. */
		return true;
	if (strcmp(whose, "phase") != 0)
		return read_point(targets, time, whose, what, *phase, err);
	*phase = enter(targets, what);
	return true;
}

bool targets_parse(struct targets *ret_targets, const char *text, struct error *err)
{
	char line[256];
	bool good = true;

	*ret_targets = (struct targets){.count = 0};
	unsigned phase = enter(ret_targets, TARGETS_BOOT);
	add(ret_targets)->sort = TARGET_START;
	for (size_t number = 1; good && *text != '\0'; number++) {
		size_t length = strcspn(text, "\n");
		(void)snprintf(line, sizeof line, "%.*s", (int)(length < sizeof line ? length : sizeof line - 1), text);
		good = read_line(ret_targets, line, &phase, err) || error_context(err, FOLDER_POINTS_FILE ", line %zu", number);
		text += length + (text[length] == '\n');
	}
	if (!good)
		targets_close(ret_targets);
	return good;
}

bool targets_read(struct targets *ret_targets, const char *dir, struct error *err)
{
	char path[DEVICE_PATH_MAX + sizeof FOLDER_POINTS_FILE];

	(void)snprintf(path, sizeof path, "%s/" FOLDER_POINTS_FILE, dir);
	char *text = memory_file(path);
	if (text == NULL)
		return error_set(err, "%s cannot be read", path);
	bool good = targets_parse(ret_targets, text, err);
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
