/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Random search for failures, guided by what was new in a session.
 *
 * How it works: a session without drawn faults, which must pass, shows what a fault can be aimed
 * at. Then rounds of HUNT_BATCH plans are run: each is drawn anew (limits.h) or made from one that
 * has reached something new (corpus.h). All draws of a plan are addressed by the hunt's seed, its
 * round and its place in it, and what is decided of a round is decided by its whole batch in that
 * order, so a hunt is the same at any number of jobs, and one that was left goes on as if it had
 * not been.
 *
 * Failures are told apart by how they ended (ending_signature()) and by the kind of the last fault
 * that acted, never counted by seed. With a control device a failure counts only if the same plan
 * does not fail there. Each new one is frozen and its decisions are replayed from power on, which
 * must end in the same way. What a failure is shrunk to is another plan, so it is run on the
 * control device, too; what comes of that is told, and the failure counts as before.
 */
#ifndef SEARCH_HUNT_H
#define SEARCH_HUNT_H

#include "harness/search/corpus.h"
#include "harness/search/search.h"

/** Plans of a round: fixed, so that the result does not depend on the number of jobs. */
#define HUNT_BATCH 16
#define HUNT_SENTENCE_MAX 1024
/** Folder of the plans that were found, below the search's. */
#define HUNT_FINDS "finds"

struct hunt_options {
	uint64_t seed;
	uint64_t most;     /**< sessions of drawn plans, at least 1 */
	size_t first;      /**< different failures after which it ends; 0: it does not */
	const char *judge; /**< only failures that this judge has found; NULL: any */
	/** each different failure is made small at the end (shrink.h) */
	bool shrink;
	bool keep_faults;           /**< the scenario's own faults act, too */
	const struct plan *control; /**< the same scenario on another device; NULL: there is none */
};

/** A failure, unlike all others. */
struct hunt_find {
	uint64_t signature;
	struct ending ending;
	/** of the last fault that acted, a name of the catalogue; empty: none did */
	const char *kind;
	char plan[64];                  /**< its file, below the search's folder */
	char first[CANDIDATE_TEXT_MAX]; /**< the plan in words */
	/** the folder of the session that replayed it, below the search's; empty: it was not run */
	char session[96];
	/** plans that failed so; those after the first without being run on the control device */
	uint64_t times;
	uint64_t round;
	char sentence
		/**
		 * of what it was shrunk to: "fails iff tcp.syn#1 to the server is lost"; empty: it
		 * was not, or came to nothing
		 */
		[HUNT_SENTENCE_MAX];
	char shrunk[64];       /**< the file of that plan */
	bool control_ran;      /**< that plan was run on the control device, to its end */
	struct ending control; /**< if so: what it came to there */
	/**
	 * its decisions alone fail in the same way, from power on; else the plan has faults and a
	 * seed, and no decisions
	 */
	bool is_frozen;
	bool was_tried; /**< their replay was run, and showed whether they do */
};

/** What a round came to. */
struct hunt_round {
	uint64_t sessions, inconclusive, failures; /**< failures that the judge asks for */
	/** of them, those that the control device has, too */
	uint64_t also_control;
	/** of them, those of which the control device's ending is not known */
	uint64_t unclear;
	/** items of reach that were new, or had a new amount */
	uint64_t news;
	uint64_t items, corpus, finds; /**< in all, after it */
};

struct hunt {
	struct hunt_round *rounds;
	size_t round_count, round_room;
	struct hunt_find *finds;
	size_t find_count, find_room;
	uint64_t sessions;
	struct ending golden, control;
	struct corpus corpus;
	/**
	 * of a round that was cut short: sessions that ended, and failures among them, of which
	 * nothing was decided
	 */
	uint64_t cut_sessions, cut_failures;
	bool is_whole; /**< it was not ended by budget or user */
};

/** Whether there is anything to hunt for in a scenario, with room for what is drawn. */
bool hunt_can(const struct plan *plan, const struct hunt_options *options, struct error *err);

/**
 * Hunts. @param plan The scenario. Must outlive the call.
 * @param ret_hunt To be released with hunt_close(), whatever is returned: what was found until then
 * is in it.
 * @return false with @p err: the session without drawn faults does not pass, or as search_run().
 */
bool hunt_run(struct search *search, const char *dir, const struct paths *paths, const struct plan *plan,
              const struct hunt_options *options, struct hunt *ret_hunt, struct error *err);
void hunt_close(struct hunt *hunt);

/**
 * Of all rounds: sessions that were inconclusive, and failures of which the control device's ending
 * is not known.
 */
uint64_t hunt_inconclusive(const struct hunt *hunt);
uint64_t hunt_unclear(const struct hunt *hunt);

/**
 * Whether it shows anything: it has found something, or some session came to an end and none failed
 * in a way that was not looked into.
 */
bool hunt_shows(const struct hunt *hunt);

/**
 * Says what the control device did with what a find was shrunk to: "The shrunk plan of failure 1
 * passes on reference, the control device."
 * @param number Of the find, from 1. @param device The control device's name. @return ret_text.
 */
const char *hunt_say_control(const struct hunt_find *find, size_t number, const char *device, char *ret_text, size_t size);

/**
 * @return the kind of the last decision before the end, a name of the catalogue; empty if there is
 * none.
 */
const char *hunt_kind(const struct decisions *decisions);

/** What tells failures apart. */
uint64_t hunt_signature(const struct ending *ending, const char *kind);

#endif
