/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Points in a session that a fault can name: a frame on the wire (address/address.h), or an occasion at a site of a layer (`enc.tx#7`).
 */
#ifndef FAULT_POINT_H
#define FAULT_POINT_H

#include "fault/fault.h"

/** A site: its name and what happens there. */
struct fault_site {
	const char *name, *summary;
	enum fault_layer layer;
};

enum site {
	SITE_TX,
	SITE_RX,
	SITE_MII,
	SITE_SPI,
	SITE_INT,
	SITE_NOR_OP,
	SITE_NOR_READ,
	SITE_DHCP,
	SITE_DNS,
	SITE_NTP,
	SITE_TCP,
	SITE_TLS,
	SITE_HTTP,
	SITES
};

/** In the order of enum site; ends with a NULL name. */
extern const struct fault_site fault_sites[];

struct point {
	const char *site;       /**< of fault_sites; NULL: a frame */
	uint64_t first, last;   /**< of a site: which occasions */
	struct address address; /**< of a frame */
};

/** @return false with @p err (no place) if @p text names nothing that can pass or happen. */
bool point_parse(const char *text, struct point *ret_point, struct error *err);

/** Whether this frame is meant. */
bool point_is_frame(const struct point *point, const struct naming *naming);
/** Whether this occasion is meant. @p site of fault_sites. */
bool point_is_occasion(const struct point *point, const char *site, uint64_t occasion);

/** A fault's window and phase, at work. */
struct window {
	const struct match *match;
	struct point from, until; /* as far as the match has them */
	bool always;              /* it has neither beginning nor end nor phase */
	bool by_points;           /* it begins or ends at a point; else nobody need tell it what passes */
	bool opened, closed;      /* by a point */
	sim_ns opened_at;
	char phase[FAULT_PHASE_MAX];
};

/** @param match Borrowed; fault_check() must hold. */
void window_init(struct window *window, const struct match *match);
/** Something passes or happens; a point that opens the window lies in it, one that closes it does not. */
void window_sees_frame(struct window *window, const struct naming *naming, sim_ns now);
void window_sees_occasion(struct window *window, const char *site, uint64_t occasion, sim_ns now);
/** The session enters a phase. */
void window_enters(struct window *window, const char *phase);
/** When a window that is open has opened. */
sim_ns window_begun(const struct window *window);
bool window_is_open(const struct window *window, sim_ns now);

#endif
