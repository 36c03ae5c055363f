/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The smallest plan that still fails in the same way: fewest decisions, then smallest magnitudes,
 * then simplest words, and a sentence that says when it fails.
 *
 * What counts is ending_same() with what the plan's replay comes to. Where the replay does not end
 * as the session did that left the plan, the plan's faults are shrunk with its seed in place of its
 * decisions.
 */
#ifndef SEARCH_SHRINK_H
#define SEARCH_SHRINK_H

#include "harness/search/magnitude.h"
#include "harness/search/search.h"
#include "harness/search/words.h"

#define SHRINK_STAGES_MAX 64
#define SHRINK_SENTENCE_MAX 4096
/** The shrunk plan, in the search's folder. */
#define SHRINK_PLAN "shrunk.yaml"

/** So many sessions from power on prove the result. */
#define SHRINK_PROOFS 3U

enum shrink_state {
	SHRINK_DONE,   /**< the smallest plan, checked from power on */
	SHRINK_ENDED,  /**< the search was over before it was through: the smallest plan so far */
	SHRINK_PASSES, /**< nothing to shrink: the plan does not fail */
	/**
	 * nothing to shrink: what the plan comes to is not known, as by a session that is
	 * inconclusive
	 */
	SHRINK_UNCLEAR,
	/**
	 * the smallest plan came to something else, or had another digest, in one of the sessions
	 * from power on
	 */
	SHRINK_UNSTEADY,
};

/** What was left after a stage. */
struct shrink_stage {
	char name[64];
	size_t left;     /**< decisions or faults */
	size_t sessions; /**< that the stage has asked for, known ones included */
};

/** One decision, or fault, that is left. */
struct shrunk_part {
	/** the simplest address that hits just it; empty: none was found but the decision's own */
	char at[FAULT_AT_MAX];
	bool has_magnitude;
	/** of the action's parameters: the one that was made small */
	const struct param *magnitude;
	struct borders borders; /**< of that */
	/**
	 * whether the plan without this part fails so: ANSWER_OTHER if it was shown that it does
	 * not
	 */
	enum answer without;
	/**
	 * the same beyond each border, with all else as it is in the end; ANSWER_UNKNOWN: not run,
	 * or not known
	 */
	enum answer below, above;
};

struct shrunk {
	enum shrink_state state;
	struct ending ending; /**< what the plan came to when it was replayed: the target */
	/** its faults were shrunk, with its seed, as its decisions do not fail in the same way */
	bool of_faults;
	struct ending decided; /**< if so: what the decisions came to */
	size_t before;         /**< decisions or faults of the plan that was given */
	bool has_plan;         /**< there is a smallest plan */
	struct trial smallest; /**< the smallest plan that was seen to fail so */
	struct shrunk_part *parts;
	size_t count; /**< of parts, in the order of the smallest plan's decisions, or faults */
	struct shrink_stage stages[SHRINK_STAGES_MAX];
	size_t stage_count;
	bool both_sides; /**< each "iff" was shown by sessions */
	/** sessions from power on, all of which came to the target with one digest */
	unsigned proofs;
	char digest[TRACE_DIGEST_MAX];
	struct plan *own;                   /* that was frozen here; NULL: none */
	char sentence[SHRINK_SENTENCE_MAX]; /**< "fails iff tcp.syn#1 to the server is lost" */
};

/**
 * Shrinks a plan and writes the result as SHRINK_PLAN into the search's folder.
 * @param plan Frozen (replay or not), or one with faults only, which is then run once to be frozen.
 * Must outlive @p ret_shrunk.
 * @param name Of the file that the result is written to; NULL: it is not written.
 * @param before What the session came to that left the plan; NULL: it is found out, by running its
 * faults, if its replay does not fail.
 * @param ret_shrunk To be released with shrunk_close(), whatever its state.
 * @return false with @p err as search_run(), and then there is nothing to release.
 */
bool shrink_plan(struct search *search, const struct plan *plan, const char *name, const struct ending *before, struct shrunk *ret_shrunk,
                 struct error *err);
void shrunk_close(struct shrunk *shrunk);

/**
 * Whether there is anything to shrink: no session can fail in the way of one that has passed.
 * @param missed As ending_read() tells it, for the message.
 */
bool shrink_may(const char *path, const struct ending *before, const char *missed, struct error *err);

/** Whether nothing that was run speaks against the borders of a part that has a magnitude. */
bool shrunk_is_sharp(const struct shrunk_part *part);

#endif
