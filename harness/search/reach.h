/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a session has reached: a small map, as fuzzers have one, made from the session's folder. A
 * search that is guided by it goes on from what was new.
 *
 * How it works: everything that the trace says of device, chip, flash, far end and proxy is an
 * item, with the phase it happened in, without the amounts in it: "download: chip erratum EIR:
 * PKTIF reads # though a packet is pending (erratum #)". To these come each connection's end ("443:
 * closed by both ends, data sent again"), the levels of the chip's receive ring, what the kernel
 * says of its own mistakes, the judge and the reason of the verdict, and the kinds of faults that
 * acted. How often an item came, or how high it was, counts by powers of two. It is a function of
 * the folder's trace.txt, addresses.txt, series.csv, console.log and verdict.json: no clock, no
 * order of directories.
 */
#ifndef SEARCH_REACH_H
#define SEARCH_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/base/map.h"

#define REACH_TEXT_MAX 160

struct reach_item {
	char text[REACH_TEXT_MAX];
	/** bits: bit 0 for none, bit n for 2^(n-1) to 2^n - 1, bit 31 for all above */
	uint32_t amounts;
	uint64_t sessions; /**< how many of those that were merged had it; 1 in that of a session */
	uint64_t total;    /* while it is counted */
};

/** Items in the order in which they came first. All zero is empty. */
struct reach {
	struct reach_item *list;
	size_t count, room;
	struct map places; /* by the hash of the text: index + 1 */
};

/**
 * Reads what a finished session has reached. A file that is missing is no error but for the trace:
 * a session that never began has none of the others.
 * @param ret_reach To be released with reach_close(); empty on failure.
 */
bool reach_read(const char *dir, struct reach *ret_reach, struct error *err);
void reach_close(struct reach *reach);

/** Counts that something happened @p times more. */
void reach_count(struct reach *reach, const char *text, uint64_t times);
/** Notes that something had this amount once. */
void reach_amount(struct reach *reach, const char *text, uint64_t amount);
/** Makes amounts of all that was counted. */
void reach_settle(struct reach *reach);

/** @return the item of this text, or NULL. */
const struct reach_item *reach_find(const struct reach *reach, const char *text);

/** How many of a session's items are new to @p map, or have an amount that is. */
size_t reach_news(const struct reach *map, const struct reach *session);
/** Whether anything is. */
bool reach_is_new(const struct reach *map, const struct reach *session);

/** Adds a session's items. @return reach_news() of before. */
size_t reach_merge(struct reach *map, const struct reach *session);

/** Folder of what sessions have reached, below the search's. */
#define REACH_FOLDER "reached"

/**
 * Keeps a session's reach in a file of its own below @p dir, the search's folder, whole or not at
 * all, so that the session's folder need not stay. @param key Of the session.
 */
bool reach_keep(const struct reach *reach, const char *dir, const char *key, struct error *err);
/**
 * Reads what reach_keep() kept. @return false if there is no such file, or it is not one of those;
 * then it is empty.
 */
bool reach_kept(struct reach *ret_reach, const char *dir, const char *key);

#endif
