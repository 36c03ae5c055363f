/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A run as its folder tells it: what was to be run (run.json), and what the sessions came to (their
 * verdict.json).
 *
 * All reports over a run are made of this, whoever asks for them and whenever: the run at its end,
 * or somebody after a crash. So they claim nothing that the folder does not hold: a session without
 * a verdict is shown as one.
 */
#ifndef REPORTS_RUN_RUN_H
#define REPORTS_RUN_RUN_H

#include <jansson.h>

#include "lib/base/error.h"
#include "lib/base/hash.h"
#include "lib/verdict/planned.h"

/** The file that a run begins with, and that makes a folder one of a run. */
#define RUN_FILE "run.json"
/** Says why sessions were not run that were asked for, if somebody wanted it so: a budget, say. */
#define RUN_HELD_FILE "held.json"
/** Of run.json and summary.json: raised when a reader of the old one would go wrong. */
#define RUN_VERSION 1

/** What a session means for the run, the worst first. */
enum run_outcome {
	/** not what was expected: a failure, or a success where a failure was due */
	RUN_FAILED,
	RUN_INCONCLUSIVE, /**< nothing is proved */
	/** the run ended before the session did, or before its turn; its verdict is lost */
	RUN_WITHOUT_VERDICT,
	RUN_CONFIRMED, /**< a failure that was expected */
	RUN_SURVIVED,  /**< passed, as expected */
	/** not run, because whoever asked for it wanted it so: a budget, say */
	RUN_HELD,
	RUN_WAITING, /**< the run is still going, and has not come to its end */
	RUN_OUTCOMES,
};

/** One session. No text is NULL; one that is not known is empty. */
struct run_session {
	enum run_outcome outcome;
	bool again;              /**< one more time of the session before it (--twice, --repeat) */
	bool is_replay;          /**< of a frozen plan */
	bool ours;               /**< inconclusive because of a bug in stutter */
	const char *folder;      /**< relative to the run's */
	const char *scenario;    /**< its name */
	const char *source;      /**< its file, as the user gave it */
	const char *device;      /**< its name */
	const char *plan_hash;   /**< of the plan and what it is run with (plan_hash()) */
	const char *seed;        /**< as a text, since JSON's numbers end before seeds do */
	const char *verdict;     /**< "pass", "fail", "inconclusive" or "none" */
	const char *reason;      /**< may go on for several lines */
	const char *expectation; /**< what was not met */
	const char *phase, *judge, *digest, *failure_of;
	const char *held; /**< why it was not run, if somebody wanted it so; NULL: nobody did */
	char *replay;     /**< the command that repeats it */
	uint64_t virtual_ns, wall_ns;
	json_t *json; /**< the whole verdict; NULL: there is none */
	char *lack;   /* owned: what is said of it here, in place of what its verdict says */
};

struct run {
	char *dir;
	json_t *plan; /* run.json */
	const char *tool, *started;
	/**
	 * a fault that never matches makes its scenario's sessions ones that are not as expected
	 */
	bool strict;
	const char *shard; /**< "2/8", of those of a whole; empty: it is whole */
	/** of a merged run: texts such as "2/8", the shards that were not among what was merged */
	json_t *missing;
	/** why sessions were not run that were asked for; NULL: nobody kept them */
	char *held;
	bool goes_on;                 /**< somebody is at work on it */
	size_t count;                 /**< of sessions, in the order in which they were asked for */
	struct run_session *sessions; /**< those of a scenario need not follow each other */
	/** indexes of sessions: those of a scenario together, by first appearance */
	size_t *by_scenario;
	size_t outcomes[RUN_OUTCOMES];
	size_t passed, failed; /**< verdicts, whatever was expected */
};

/** What is to be run, for run_begin(). */
struct run_planned {
	struct planned_session of;
	char hash[HASH_TEXT_MAX]; /**< of the plan and what it is run with (plan_hash()) */
	const char *folder;       /**< relative to the run's */
	bool again;
};

struct run_plan {
	const struct run_planned *sessions;
	size_t count;
	const char *device;  /**< that the user gave in place of the scenarios' own; NULL: none */
	const char *started; /**< date and time, for people */
	bool strict;
	const char *shard; /**< "2/8"; NULL: the run is whole */
	/** of the command line, by which the run can go on; ends with NULL; NULL: it cannot */
	const char *const *arguments;
	/** what the user should know about the scenarios; ends with NULL */
	const char *const *notes;
};

/**
 * Writes run.json, before anything runs. @return a descriptor that tells others that the run goes
 * on for as long as it is open; -1 with @p err.
 */
int run_begin(const char *dir, const struct run_plan *plan, struct error *err);

/**
 * Goes on with a run that was left. @return as run_begin(); -1 also if another process is working
 * on it.
 */
int run_go_on(const char *dir, struct error *err);

/** Notes why sessions that have no verdict were not run, if that was wanted. */
bool run_hold(const char *dir, const char *why, struct error *err);

/**
 * Whether `stutter run --resume` can go on with it: of one that was merged or that replays nobody
 * knows how.
 */
bool run_can_go_on(const struct run *run);

/**
 * How many were run, or should have been: all but those that were held and those whose turn may
 * still come.
 */
size_t run_done(const struct run *run);

/**
 * Reads the folder @p dir. @param ret_run To be released with run_close(). @return false if it is
 * no run's, with @p err.
 */
bool run_open(struct run *ret_run, const char *dir, struct error *err);
void run_close(struct run *run);

/**
 * For people: "FAIL", "INCONCLUSIVE", "NO VERDICT", "confirmed failure", "pass", "not run",
 * "waiting".
 */
const char *run_outcome_name(const struct run_session *session);

/** What an outcome is to a style sheet, and the mark that tells it without colours. */
struct run_look {
	const char *class, *mark;
};

const struct run_look *run_look(enum run_outcome outcome);

/** Whether the session did not come out as expected, or has no verdict. */
bool run_is_unexpected(const struct run_session *session);

/** How many did not come out as expected. */
size_t run_unexpected(const struct run *run);

/** The length of the first line of the reason, which says why. */
int run_why(const struct run_session *session);

/**
 * Whether the file is there in the session's folder, such as "trace.txt". @param session NULL: in
 * the run's own.
 */
bool run_has(const struct run *run, const struct run_session *session, const char *name);

/** The notes of run.json, one by one; NULL behind the last. Every report has them. */
const char *run_note(const struct run *run, size_t index);

/** The shards that are missing, one by one; NULL behind the last. */
const char *run_missing(const struct run *run, size_t index);

/** What is said of a shard that is missing, but for its name in front of it. */
#define RUN_MISSING_TEXT "is not among what was merged: its sessions are not in this report"

/**
 * Tells what is known about a session that went wrong: a call a line, "last report" and such before
 * its text. First how it ended, then its first problem. Frames come one by one under the same
 * label.
 */
void run_evidence(const struct run_session *session, void (*put)(void *ctx, const char *label, const char *text), void *ctx);

/**
 * A fault that hit nothing in any session of its scenario: a mistake of whoever wrote it, most
 * likely.
 */
struct run_idle {
	const char *scenario, *rule, *source;
	size_t sessions;
};

/** @param ret_count Their number. @return them, to be released with free(). */
struct run_idle *run_idle_rules(const struct run *run, size_t *ret_count);

/**
 * Iterates over run.by_scenario. @return the place behind the last session of the scenario that
 * begins at place @p first.
 */
size_t run_scenario_end(const struct run *run, size_t first);

#endif
