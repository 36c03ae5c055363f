/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The revisions among which the one is that brought a failure: a history with merges, or a row of
 * devices.
 *
 * How it works: as `git bisect` has it, a revision is bad if and only if the culprit is the
 * revision itself or one of its ancestors. The candidates are the revisions that are reachable from
 * the bad end and not from the good one. To find a revision bad leaves it and its ancestors under
 * suspicion, to find it good all the others; what cannot be tested says nothing, and stays a
 * suspect.
 */
#ifndef SEARCH_REVISIONS_H
#define SEARCH_REVISIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/** Where the good end stands in the list. */
#define REVISIONS_GOOD 0
/** No revision. */
#define REVISION_NONE SIZE_MAX
/**
 * The most revisions of a history; what is known of who descends from whom takes a bit for each two
 * of them.
 */
#define REVISIONS_MAX 20000
/** So much of a commit's hash people read. */
#define REVISION_DIGITS 10

struct revision {
	char *id;             /**< a commit's hash, or a device's name or path */
	char *name;           /**< for people: the first digits of the hash, or the device */
	char *subject, *date; /**< of the commit, and when its author made it; empty for a device */
	bool is_candidate;    /**< else it is the good end or an ancestor of it */
	size_t *parents;
	size_t parent_count;
};

struct revisions {
	/** the good end first, parents before their children, the bad end last */
	struct revision *list;
	size_t count, room;
	size_t words;        /* of a set */
	uint64_t *ancestors; /* a set each: the revision and its ancestors */
};

/**
 * Adds a revision; texts are copied.
 * @param is_candidate The good end and its ancestors come first, then those that are.
 * @return its place.
 */
size_t revisions_add(struct revisions *revisions, const char *id, const char *name, bool is_candidate);
/** Names a parent, which has been added already. */
void revisions_add_parent(struct revisions *revisions, size_t at, size_t parent);
/**
 * Adds a device, by name or as a file, behind those that are there: a row of devices has no
 * branches.
 */
void revisions_add_device(struct revisions *revisions, const char *device);
/**
 * Adds the devices that a file names, one a line; '#' begins a comment, and paths are relative to
 * the file's folder.
 */
bool revisions_read_devices(struct revisions *revisions, const char *file, struct error *err);
/** To be called once all are there. */
void revisions_link(struct revisions *revisions);
void revisions_close(struct revisions *revisions);

/** Where the bad end stands. */
size_t revisions_bad(const struct revisions *revisions);

/** How many may be the culprit. */
size_t revisions_candidates(const struct revisions *revisions);

/** @return the place of the one with this id; REVISION_NONE. */
size_t revisions_find(const struct revisions *revisions, const char *id);

/** Whether @p at is bad if @p culprit has brought it. */
bool revisions_is_after(const struct revisions *revisions, size_t at, size_t culprit);

/** What is known while the suspects become fewer. Arrays with a place for each revision. */
struct suspects {
	const struct revisions *revisions;
	bool *is;         /**< it may be the culprit */
	bool *untestable; /**< it cannot be asked */
	size_t count;     /**< of suspects */
};

void suspects_open(struct suspects *suspects, const struct revisions *revisions);
void suspects_close(struct suspects *suspects);

/** Takes what is known of a revision. */
void suspects_take(struct suspects *suspects, size_t at, bool is_bad);

/**
 * The revision whose answer leaves the fewest suspects at worst, which stays clear of those that
 * cannot be tested.
 * @return REVISION_NONE if no revision that can be asked tells suspects apart.
 */
size_t suspects_halve(const struct suspects *suspects);

/**
 * How much is left of the worth of asking a revision, with those about it that cannot be tested:
 * what breaks a build mostly breaks it for a while.
 * @param among How many there are to choose from. @return 0 to 1000.
 */
uint64_t revisions_clearance(const struct revisions *revisions, const bool *untestable, size_t at, size_t among);

#endif
