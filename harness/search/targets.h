/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The addresses of a session at which a fault can act: every frame by its name, and every event at
 * a site of board and far end (lib/fault/site.h), each with its phase.
 *
 * They are what a session without faults has shown (session/folder.h: FOLDER_EVENTS_FILE). With a
 * fault a session takes another course behind it, but up to there it is the same.
 */
#ifndef SEARCH_TARGETS_H
#define SEARCH_TARGETS_H

#include "lib/fault/window.h"

/**
 * Groups of addresses. Frames are control or data; behind them come the sites, in the order of enum
 * site; the last is power on, which is no event.
 */
enum target_sort { TARGET_CONTROL, TARGET_DATA, TARGET_SITE, TARGET_START = TARGET_SITE + SITES, TARGET_SORTS };

#define TARGET_SORT_OF(site) (TARGET_SITE + (unsigned)(site))
/** The phase before the device reports its first one, as verdicts call it. */
#define TARGETS_BOOT "start"
/** The most phases that are told apart; what is in others counts as being in the last of these. */
#define TARGETS_PHASES_MAX 32

struct target {
	char at[FAULT_AT_MAX]; /**< its address; empty: power on */
	unsigned direction;    /**< enum match_direction; MATCH_BOTH for what is no frame */
	unsigned sort;         /**< enum target_sort */
	unsigned phase;        /**< index into the phases */
	bool is_tcp;           /**< a frame of a TCP connection */
	sim_ns time;
};

struct targets {
	struct target *list; /**< in the order in which they passed; power on first */
	size_t count, room;
	/** in the order in which they came first */
	char phases[TARGETS_PHASES_MAX][FAULT_PHASE_MAX];
	size_t phase_count;
};

/** Reads those of a finished session. @param ret_targets To be released with targets_close(). */
bool targets_read(struct targets *ret_targets, const char *dir, struct error *err);
/** The same, from the text of such a file. */
bool targets_parse(struct targets *ret_targets, const char *text, struct error *err);
void targets_close(struct targets *targets);

/** "control", "data", "spi.msg", "power-on". */
const char *target_sort_name(unsigned sort);

/** @return the index of a phase, or phase_count if the session had none of this name. */
size_t targets_phase(const struct targets *targets, const char *phase);

#endif
