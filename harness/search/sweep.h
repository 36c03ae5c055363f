/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * One fault at every address: which single faults does an update not survive?
 *
 * A session without faults, the golden one, shows the addresses there are (targets.h). Then every
 * kind of fault that fits is tried at each of them (sampling.h), a session each. What a session
 * fails with is a find: its frozen plan is kept below kills/, and is replayed at once, as it is to
 * fail in the same way.
 *
 * Pairs come second: of single faults that did something and were survived, first those whose
 * sessions came into states that none had come into before (states.h).
 */
#ifndef SEARCH_SWEEP_H
#define SEARCH_SWEEP_H

#include "harness/search/reach.h"
#include "harness/search/sampling.h"
#include "harness/search/search.h"

/** Where the plans of finds are, below the search's folder. */
#define SWEEP_KILLS "kills"
/** So many addresses of a cell are tried if nobody says how many, where there are very many. */
#define SWEEP_SAMPLE 4
/** So many pairs are tried if nobody says how many. */
#define SWEEP_PAIRS 64
/** So many faults of its own may a scenario keep: what acted is told apart by bits. */
#define SWEEP_KEPT_MAX (ENDING_FAULTS - 2)

enum outcome {
	OUTCOME_SURVIVED,
	OUTCOME_FAILED,
	OUTCOME_HUNG,         /**< judge hang, or no result before the deadline */
	OUTCOME_INCONCLUSIVE, /**< nothing is known */
	/** the fault did nothing at this address, so nothing is known of it either */
	OUTCOME_NO_ACT,
	OUTCOMES,
};

/** What became of the replay of a find. */
enum replayed {
	REPLAYED_NOT, /**< it was not run to its end */
	REPLAYED_SAME,
	REPLAYED_OTHER,
	REPLAYED_UNKNOWN, /**< inconclusive */
};

/** One fault at one address, or two at two. */
struct attempt {
	size_t cell[2], target[2]; /**< of a pair both, of a single fault the first */
	size_t faults;             /**< 1 or 2 */
	/** in the order in which they were decided on, from 1, those that were held counted */
	size_t number;
	enum outcome outcome;
	struct ending ending;
	uint64_t signature; /**< of a find: ending_signature() */
	/** of a find: which way to fail it is, from 1 in the order of their first finds */
	size_t way;
	bool is_first;                                /**< of a find: of its way */
	char what[FAULT_AT_MAX + 2 * FAULT_NAME_MAX]; /**< for people */
	char key[HASH_TEXT_MAX];                      /**< of its trial */
	/**
	 * of a find: the file of its frozen plan, below the search's folder; empty: there is none
	 */
	char plan[160];
	/**
	 * of the first find of its way: the trace of its replay, whose folder stays; empty: none
	 */
	char trace[80];
	enum replayed replayed;
};

struct sweep {
	const struct plan *plan; /**< the scenario */
	const char *dir;         /**< the search's folder */
	const struct paths *paths;
	bool keeps_faults; /**< the scenario's own faults act, too */
	bool pairs;        /**< a second round */
	/** sessions, those that are looked at again not counted; 0: as many as there are */
	size_t most;
	bool is_open_ended;   /**< nobody waits for an end but the budget: no cell is sampled */
	struct filter filter; /**< phases aside, which are read once they are known */
	const char *phases;   /**< words for filter_read_phases(); NULL: all */
	struct ending golden; /**< below: what has come of it */
	/** the error that sweep_run() returned is the user's: words that do not fit the session */
	bool is_usage;
	struct targets targets;
	struct sampling sampling;
	/** that sessions came into, as far as sweep_new_states() was asked about them */
	struct reach states;
	struct attempt *attempts; /**< in the order in which they were decided on */
	size_t count, room;
	size_t single_count; /**< the first of them are single faults */
	size_t decided;      /**< attempts, those that were held counted */
	size_t ways;         /**< to fail, that were found */
};

/**
 * Runs it. Fields above `golden` are the caller's, all others zero. @return false with @p err; what
 * was found until then is there.
 */
bool sweep_run(struct sweep *sweep, struct search *search, struct error *err);
void sweep_close(struct sweep *sweep);

/**
 * How many states of a session none had come into that was asked about before; they are known from
 * then on. @param key Of the session; 0 of one that nothing is kept of.
 */
size_t sweep_new_states(struct sweep *sweep, const char *key);

/** Whether an outcome is a find. */
bool sweep_is_kill(const struct attempt *attempt);

/** Takes what became of an attempt: all finds before it must have been taken. */
void sweep_take(struct sweep *sweep, struct attempt *attempt, enum outcome outcome, const struct ending *ending);

/** What the ending of a replay says of a find. @param failed How the find ended. */
enum replayed sweep_replayed(const struct ending *failed, const struct ending *replay);

/** Whether it shows anything: a fault acted and was survived, or is a find. */
bool sweep_shows(const struct sweep *sweep);

/** What came of a session with faults of which those with a bit in @p tried are the sweep's. */
enum outcome sweep_outcome(const struct ending *ending, uint64_t tried);

#endif
