/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A fault as the user describes it: a match (struct match) and an action with its parameters. Plain
 * data.
 */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/address/address.h"
#include "lib/base/bytes.h"
#include "lib/base/param.h"
#include "lib/fault/action.h"
#include "lib/sim/random.h"
#include "lib/sim/sim.h"

#define FAULT_NAME_MAX 64
#define FAULT_FILTER_MAX 256
#define FAULT_AT_MAX ADDRESS_TEXT_MAX
#define FAULT_PHASE_MAX 16
#define FAULT_MESSAGE_MAX 16 /**< bytes of an SPI message that a match can name */
#define FAULT_GLOB_MAX 128
#define FAULT_MESSAGE_TEXT (FAULT_MESSAGE_MAX * 3)
#define FAULTS_MAX 256
/**
 * The longest time that a fault takes, a year: FAULTS_MAX of them in a row still fit a clock of 64
 * bits.
 */
#define FAULT_TIME_MAX (UINT64_C(365) * 86400 * 1000000000)
/**
 * How many times as long a message can take: with the slowest clock and the longest message, still
 * less than FAULT_TIME_MAX.
 */
#define FAULT_FACTOR_MAX 1000

enum match_direction { MATCH_BOTH, MATCH_TO_SERVER, MATCH_TO_DEVICE };

/**
 * An edge of a window: an instant of virtual time, some time after the window has begun, or an
 * event.
 */
struct window_edge {
	enum { EDGE_TIME, EDGE_AFTER, EDGE_ADDRESS } kind;
	uint64_t ns;
	char at[FAULT_AT_MAX];
};

/** Ordinals that are the session's seed: with seeds from 1 on, every session hits another one. */
#define ORDINALS_SEED UINT64_MAX

/** From the first-th to the last-th, counted from 1. */
struct ordinals {
	uint64_t first, last;
};

/**
 * Which frames, or events at a site, a fault is about; all conditions must hold. Counting is done
 * after direction, filter, message and window.
 */
struct match {
	/** "tcp.syn#2", "enc.tx#7": an address (address.h); empty: not asked */
	char at[FAULT_AT_MAX];
	unsigned direction;            /**< enum match_direction */
	char filter[FAULT_FILTER_MAX]; /**< a pcap filter expression; empty: every frame */
	/** hexadecimal: SPI messages that begin with these bytes; empty: every message */
	char message[FAULT_MESSAGE_TEXT];
	/** what comes to servers whose name fits this pattern (glob(7)); empty: to any */
	char host[FAULT_GLOB_MAX];
	/** requests whose target fits this pattern; empty: any */
	char path[FAULT_GLOB_MAX];
	/**
	 * DHCP messages of this type, in RFC 2131's words without "DHCP", lower case; empty: any
	 */
	char kind[FAULT_PHASE_MAX];
	struct window_edge from;  /**< window: from (inclusive) */
	struct window_edge until; /**< until (exclusive); time 0: for ever */
	/** only while the session is in this phase; empty: not asked */
	char during[FAULT_PHASE_MAX];
	/** only the n-th frame, or from the n-th to another, from 1; first 0: not asked */
	struct ordinals nth;
	uint64_t every;       /**< every n-th frame; 0: not asked */
	uint64_t first;       /**< the first n frames; 0: not asked */
	uint64_t probability; /**< billionths */
	/**
	 * billionths: how often an event is decided as the one before it at its site; a frame, in
	 * its flow and direction
	 */
	uint64_t correlation;
	/**
	 * whatever is drawn, is drawn as Linux' sch_netem does (crandom.h), with one state for a
	 * direction
	 */
	bool netem_exact;
};

extern const struct param match_params[];
extern const struct param_codec ordinals_codec;

struct fault {
	char name[FAULT_NAME_MAX];
	struct match match;
	const struct action *action;
	struct action_params params;
};

/** The parameters, for whoever knows what they are: the action's own file. */
static inline const void *fault_params(const struct fault *fault)
{
	return fault->params.bytes;
}

/**
 * Checks what a table cannot: the window, the filter's syntax, parameters that exclude each other.
 * @param ret_key The key that is wrong, for the place in the user's file; untouched if nothing is.
 * @return false with @p err (no place).
 */
bool fault_check(const struct fault *fault, const char **ret_key, struct error *err);

/**
 * The stream of draws of the @p index-th of some faults: named after its name, its action and whom
 * it hits, and after how many before it are equal in these. So other faults do not move its draws,
 * and neither does another value of its parameters: a loss of 2 % hits all that a loss of 1 % hits.
 */
struct random_stream fault_stream(const struct fault *faults, size_t index, uint64_t seed);

/**
 * From an instant on whatever faults draw is drawn as with another seed; what was drawn before
 * stays.
 */
struct redraw {
	bool asked;       /**< false: they draw with the session's seed up to the end */
	uint64_t from_ns; /**< virtual time; what is decided at this instant is drawn anew */
	uint64_t seed;
};

/** Whether a fault draws anything: two seeds may differ in what it does. */
bool fault_draws(const struct fault *fault);

/** Whether both are the same in all that a scenario can say. */
bool fault_is_same(const struct fault *a, const struct fault *b);

/** Whether "enabled: false" takes a fault without other parameters out. */
bool fault_is_taken_out(const struct fault *fault);

/**
 * "9b 80" into its bytes: pairs of digits, with spaces between pairs. @return false if it is
 * something else or too long.
 */
bool fault_message_bytes(const char *text, uint8_t ret_bytes[FAULT_MESSAGE_MAX], size_t *ret_length);

/** Whether an SPI message is one that the fault is about. */
bool fault_takes_message(const struct fault *fault, struct bytes message);

/**
 * Whether something at a server is what the fault is about.
 * @param host Name of the server, or the name that a DNS query asks for; @p path of a request; @p
 * kind of a DHCP message. NULL: it has none, and then no pattern fits.
 */
bool fault_takes_service(const struct fault *fault, const char *host, const char *path, const char *kind);

/** Whether the @p ordinal-th match is one that the fault picks, its probability aside. */
bool fault_picks(const struct fault *fault, uint64_t ordinal);

#endif
