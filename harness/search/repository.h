/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A git repository as far as a bisection needs it: its history between two revisions, and checkouts
 * of them in a work tree of the search's own. The user's work tree, index and branches are not
 * touched. It runs git.
 */
#ifndef SEARCH_REPOSITORY_H
#define SEARCH_REPOSITORY_H

#include <signal.h>

#include "lib/base/error.h"
#include "harness/search/revisions.h"

/** The hash of a commit, SHA-256 included. */
#define REPOSITORY_HASH_MAX 65

/** Finds the commit that @p name means. @param what For the error: "--good". */
bool repository_resolve(const char *repo, const char *what, const char *name, char ret_hash[REPOSITORY_HASH_MAX], struct error *err);

/**
 * Reads the commits that are reachable from @p bad and not from @p good, and the parents of those.
 * @param good A hash. @param bad A hash.
 * @param ret_revisions To be released with revisions_close().
 * @return false also if @p good is no ancestor of @p bad.
 */
bool repository_read(const char *repo, const char *good, const char *bad, struct revisions *ret_revisions, struct error *err);

/**
 * Whether something in the user's work tree is not committed, and so is not built. Files that git
 * does not know do not count.
 */
bool repository_is_dirty(const char *repo);

/**
 * Checks a commit out into a work tree of its own, without the repository's hooks.
 * @param dir Made if it is not there; absolute. @param keeps Leaves what is not git's in it: what
 * an earlier build has made.
 */
bool repository_checkout(const char *repo, const char *dir, const char *hash, bool keeps, struct error *err);

/** Removes the work tree, and what the repository knows of it. */
void repository_remove(const char *repo, const char *dir);

#endif
