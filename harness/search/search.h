/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Runs the sessions of a search: in batches, side by side, each plan once.
 *
 * What a plan came to is remembered in results.jsonl of the search's folder, by the hash of the
 * plan and of all it is made from. So a search that was left, and is begun again with the same
 * folder, passes over what it knows: being deterministic, it asks the same in the same order. A
 * search is to decide by the endings of whole batches in the order of their trials, never by which
 * session ended first; then its result is the same at any number of jobs.
 *
 * Sessions share their beginnings (pool/beginnings.h). One in @c SEARCH_SAMPLE is run from power
 * on, too, and must have the same digest.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include <signal.h>

#include "harness/pool/pool.h"
#include "harness/search/trial.h"

#define SEARCH_RESULTS "results.jsonl"
/**
 * Of so many results one is checked against a session from power on; the first of a search always
 * is.
 */
#define SEARCH_SAMPLE 16

struct search;

/** How far a search is. */
struct search_progress {
	size_t done, cached; /**< sessions; those whose results were there already */
	size_t expected;     /**< in all, as far as is known; 0: not known */
	size_t running;
	uint64_t spent_ms; /**< on the wall, in this process */
	uint64_t left_ms;  /**< on the wall, as far as can be told; 0: it cannot */
	const char *stage; /**< what the search does, as search_stage() said */
};

struct search_options {
	const struct paths *paths;
	size_t side_by_side; /**< 1 to POOL_JOBS_MAX */
	bool share;
	const char *dir;    /**< the search's folder, which is there */
	uint64_t budget_ms; /**< on the wall, for the whole search; 0: none */
	const volatile sig_atomic_t *stop;
	/** several times a second; may be NULL */
	void (*progress)(void *ctx, const struct search_progress *progress);
	/** a find, told as it comes; may be NULL */
	void (*found)(void *ctx, const char *text);
	void (*warn)(void *ctx, const char *text); /**< may be NULL */
	void *ctx;
};

/** Begins a search, or goes on with one whose folder it is. @return NULL with @p err. */
struct search *search_open(const struct search_options *options, struct error *err);
void search_close(struct search *search);

/**
 * Runs trials. Afterwards each is TRIAL_DONE or TRIAL_HELD.
 * @param look Called for each session that was run or is looked at anew, while its folder is there,
 * in no particular order: may write into @p trial's owner only. Returns false with an error if what
 * is wanted of the folder cannot be kept: the result is not kept either then, and the search fails.
 * A trial whose result was there already and that has a @p look and no folder is run again only if
 * it is to be kept. May be NULL.
 * @return false with @p err: a result differs from that of a session from power on
 * (search_is_broken()), the results cannot be written, or a file was changed that sessions are made
 * from (search/inputs.h).
 */
bool search_run(struct search *search, struct trial *trials, size_t count,
                bool (*look)(void *ctx, struct trial *trial, const char *dir, struct error *err), void *ctx, struct error *err);

/**
 * Whether the budget is used up, or somebody wants the search to end. Who is told so leaves off:
 * the search was cut short.
 */
bool search_is_over(struct search *search);

/**
 * Whether it was cut short: trials were held, or somebody was told that it is over. One that comes
 * to its end just as its budget does was not.
 */
bool search_was_cut(const struct search *search);

/**
 * Whether a session that shared its beginning had another digest than from power on: a mistake of
 * ours.
 */
bool search_is_broken(const struct search *search);

/**
 * Says that the error it ends with is an answer: whoever goes on with the search comes to the same.
 */
void search_settle(struct search *search);
bool search_is_settled(const struct search *search);

/**
 * Says what the search does from now on, and how many sessions it takes in all, if that is known.
 * @param stage Copied.
 */
void search_stage(struct search *search, size_t expected, const char *stage);

/**
 * Tells how far it is: to be called several times a second while something else than sessions goes
 * on.
 */
void search_tick(const struct search *search);

/** Tells of a find. */
void search_find(struct search *search, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** How many sessions were run, taken from earlier results, and checked from power on. */
struct search_counts {
	size_t run, cached, checked;
};
struct search_counts search_counts(const struct search *search);

/** Where its sessions find what they need, and the folder that it keeps its files in. */
const struct paths *search_paths(const struct search *search);
const char *search_dir(const struct search *search);

#endif
