/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults that a good client of an update survives, as a table: which there are, where each can
 * happen, and within which limits its parameters are drawn.
 *
 * A failure that a hunt finds shall be the device's fault. So nothing here is for ever: what acts
 * over some time has an end, what acts on single frames or events acts on few in a row, outages
 * last a minute at most, links lose 30 % at most and hold up for 5 s at most. Left out is what no
 * client can mend: a server that only ever refuses, an image that is wrong, a flash that loses what
 * it holds. Whether a good client survives several of them at once is not sure: that is what a
 * control device is for.
 */
#ifndef SEARCH_LIMITS_H
#define SEARCH_LIMITS_H

#include "harness/scenario/plan.h"
#include "harness/search/aims.h"

#define LIMIT_PARAMS_MAX 4

/** How a fault says where it happens. */
enum limit_how {
	LIMIT_FRAME,   /**< to one frame, or to some in a row */
	LIMIT_WINDOW,  /**< to what passes from a point on, for some time */
	LIMIT_FROM,    /**< it begins when something passes: the cable */
	LIMIT_SITE,    /**< at an event, or at some in a row */
	LIMIT_MESSAGE, /**< to SPI messages with this content, from a point on */
	LIMIT_ONCE,    /**< at power on */
};

struct limit {
	const char *action; /**< of the catalogue (fault/action.h) */
	unsigned how;       /**< enum limit_how */
	unsigned weight;    /**< how likely it is drawn, against the others */
	uint64_t times;     /**< the most in a row */
	bool tcp_only;
	/**
	 * Parameters that are drawn: from the least to the most, or one of several words,
	 * "rst|fin". A key that begins with '@' is one of the match.
	 */
	struct {
		const char *key, *least, *most;
	} params[LIMIT_PARAMS_MAX];
};

/** All of them; ends with a NULL action. */
extern const struct limit limits[];

/** The longest window, and the most SPI messages in a row that a fault is about. */
#define LIMIT_WINDOW_NS (UINT64_C(60) * 1000000000)
#define LIMIT_MESSAGES 4

/** What faults are drawn for. */
struct grounds {
	const struct aims *aims;
	const struct plan *plans[2]; /**< on which they must make sense; the second may be NULL */
};

/** A fault that was drawn, and what from. */
struct drawn {
	unsigned limit; /**< index into the limits */
	struct fault fault;
};

/** Draws a fault. @return false if, after many tries, none made sense here. */
bool limits_draw(const struct grounds *grounds, struct dice *dice, struct drawn *ret_drawn);

/** Aims a fault elsewhere. @return false, with the fault as it was, if there is nowhere else. */
bool limits_aim(const struct grounds *grounds, struct dice *dice, struct drawn *drawn);

/** Draws one parameter of a fault anew. @return false, with the fault as it was, if it has none. */
bool limits_alter(const struct grounds *grounds, struct dice *dice, struct drawn *drawn);

/** Whether all that a fault has is within the limits. */
bool limits_hold(const struct drawn *drawn);

#endif
