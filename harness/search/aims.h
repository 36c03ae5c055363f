/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a fault that is made by chance can be aimed at: rows of addresses that a session has shown,
 * "tcp.data[80/3]#1..147". Its source is addresses.txt of the session's folder.
 *
 * A sweep wants every single place (targets.h); who draws wants each sort of place to be as likely
 * as the others, though there are a thousand data segments to one SYN.
 */
#ifndef SEARCH_AIMS_H
#define SEARCH_AIMS_H

#include "lib/fault/window.h"
#include "harness/search/dice.h"

/** Room for an address without ordinals. */
#define AIM_TEXT_MAX 36

/** A row: so many of one word, in one flow or over all. */
struct aim {
	char text[AIM_TEXT_MAX]; /**< without ordinals: "tcp.data[80/3]", "spi.msg" */
	unsigned direction;      /**< enum match_direction; both of what is no frame */
	unsigned site;           /**< enum site; SITES: a frame */
	unsigned word;           /**< of a frame: enum address_word */
	bool is_tcp;             /**< a frame of a TCP connection */
	uint64_t last;           /**< from the first on there are so many */
};

struct aims {
	struct aim *list;
	size_t count, room;
};

/** Which rows: those of a site, or frames. */
#define AIMS_FRAMES SITES

/**
 * Reads those of a finished session. @param ret_aims To be released with aims_close(). @return
 * false with @p err, if there are none, too.
 */
bool aims_read(struct aims *ret_aims, const char *dir, struct error *err);
/** The same from the text of such a file. */
bool aims_parse(struct aims *ret_aims, const char *text, struct error *err);
void aims_close(struct aims *aims);

/**
 * Draws a row: first a word, each as likely as the next, then one of its rows.
 * @param site enum site, or AIMS_FRAMES. @param tcp_only Frames of TCP only. @return NULL if there
 * is none.
 */
const struct aim *aims_draw(const struct aims *aims, unsigned site, bool tcp_only, struct dice *dice);

/**
 * Writes the address of one, or several in a row, of an aim that is drawn. @param most In a row, at
 * least 1.
 */
void aim_address(const struct aim *aim, uint64_t most, struct dice *dice, char ret_at[FAULT_AT_MAX]);

#endif
