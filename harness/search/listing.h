/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Reads the lists of events that a session leaves in its folder: addresses.txt has a row for each
 * group of addresses with how many there were ("to-server tcp.syn[80/1]#1..2"), events.txt a line
 * for each event with its time. Both name the direction and the address in the same words.
 */
#ifndef SEARCH_LISTING_H
#define SEARCH_LISTING_H

#include "lib/fault/window.h"

/** An address, or several in a row. */
struct listing_entry {
	unsigned direction;           /**< enum match_direction; MATCH_BOTH for what is no frame */
	unsigned site;                /**< enum site; SITES: a frame */
	struct fault_address address; /**< as it was parsed */
	bool is_tcp;                  /**< a frame of a TCP connection */
};

/**
 * Reads a list's entry.
 * @param whose "to-server", "to-device"; of what is no frame anything. @param at Its address.
 * @return false with @p err: there is no such address.
 */
bool listing_read_entry(const char *whose, const char *at, struct listing_entry *ret_entry, struct error *err);

/**
 * @return the text of a list in a finished session's folder, to be released with free(); NULL with
 * @p err. @param name Of its file.
 */
char *listing_text(const char *dir, const char *name, struct error *err);

/**
 * Gives each line to @p take, without its end. @param name Of the list's file, for errors.
 * @return false with what @p take said of the first line that it did not take, and the line's
 * number.
 */
bool listing_parse(const char *text, const char *name, bool (*take)(void *ctx, const char *line, struct error *err), void *ctx,
                   struct error *err);

#endif
