/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The devices that revisions are built to, each once, and a record of them in the search's folder.
 *
 * The build command is run by sh in a checkout of the revision. It is to leave a device's file at
 * $STUTTER_DEVICE; what that names by a relative path (kernel, initramfs, overlay) has to lie
 * beside it, as the checkout is used for the next revision. $STUTTER_REVISION is the commit's hash.
 * An exit status other than 0 is a build that failed; so is a device that cannot be read. One that
 * a signal from outside has ended (killed for want of memory, say) says nothing of its revision: it
 * is begun once more, and if that is ended so, too, nobody knows. What it prints is in build.log of
 * the revision's folder, builds/HASH.
 */
#ifndef SEARCH_BUILDS_H
#define SEARCH_BUILDS_H

#include <stdio.h>

#include "lib/base/error.h"
#include "harness/scenario/device.h"
#include "harness/search/repository.h"

#define BUILDS_WHY_MAX 256

enum build_outcome {
	BUILD_GOOD,
	BUILD_FAILED, /**< this revision's own fault */
	/** the search is over: somebody wants it to end, or its budget is used up */
	BUILD_STOPPED,
	/**
	 * nobody knows: git does not do its part, the disk is full, or something kills the build
	 */
	BUILD_BROKEN,
};

struct build {
	char hash[REPOSITORY_HASH_MAX];
	bool is_good;
	char why[BUILDS_WHY_MAX]; /**< of one that failed */
};

struct builds {
	const char *repo, *command;
	char dir[DEVICE_PATH_MAX]; /* the search's folder, absolute */
	bool keeps;                /* what an earlier build has left in the checkout */
	/*
	 * asked several times a second while something is built, whether it is to be ended; may be
	 * NULL
	 */
	bool (*is_over)(void *ctx);
	/* several times a second while something is built; may be NULL */
	void (*tick)(void *ctx);
	void *ctx;
	struct build *list;
	size_t count, room;
	FILE *record;
};

/**
 * The ends that a search was begun with, as builds_open() wrote them. @return false if there is no
 * record in @p dir.
 */
bool builds_ends(const char *dir, char ret_good[REPOSITORY_HASH_MAX], char ret_bad[REPOSITORY_HASH_MAX]);

/**
 * Reads the record in @p dir and goes on with it, or begins one. @param keeps As in
 * repository_checkout().
 */
bool builds_open(struct builds *builds, const char *repo, const char *command, const char *dir, const char *good, const char *bad,
                 bool keeps, struct error *err);

/** Removes the checkout; what was built stays. */
void builds_close(struct builds *builds);

/**
 * Builds a revision, or finds that it was built.
 * @param ret_device The device's file. @param ret_why Of BUILD_FAILED: a sentence without its full
 * stop.
 * @return BUILD_BROKEN with @p err.
 */
enum build_outcome builds_get(struct builds *builds, const char *hash, char ret_device[DEVICE_PATH_MAX], char ret_why[BUILDS_WHY_MAX],
                              struct error *err);

/** Whether a file lies in the checkout, which the next revision takes the place of. */
bool builds_in_checkout(const struct builds *builds, const char *path);

#endif
