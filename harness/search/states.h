/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which states sessions came into, so that those can be told that came into new ones: what the device reported and how often, what the chip, the cable and the services went through. Amounts
 * count by powers of two.
 *
 * They are kept in states.txt of the search's folder, a line a session, since a session's own folder does not stay.
 */
#ifndef SEARCH_STATES_H
#define SEARCH_STATES_H

#include "base/error.h"
#include "base/map.h"

#define STATES_FILE "states.txt"

struct states {
	char *path;
	bool is_cut;      /* the file's last line is not whole */
	struct map known; /* by state: how many sessions came into it */
	struct states_line {
		uint64_t key; /* of the session */
		uint64_t *list;
		size_t count;
	} * lines;
	size_t count, room;
};

/** Reads what there is. @param dir The search's folder. */
void states_open(struct states *states, const char *dir);
void states_close(struct states *states);

/** Notes the states in the trace of a finished session. Nothing happens if its key is there already. @return false with @p err: it cannot be written. */
bool states_note(struct states *states, const char *key, const char *session_dir, struct error *err);

/** How many states of this session none had come into that was asked about before. It is then counted. */
size_t states_new(struct states *states, const char *key);

/** The states of a trace, sorted, each once. @param ret_list To be released with free(). @return how many. */
size_t states_of_trace(const char *trace, uint64_t **ret_list);

#endif
