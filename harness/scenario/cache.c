/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder for snapshots: what the user says, else one that is the user's own. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/remove.h"
#include "harness/scenario/plan.h"

#define PURPOSE "the folder for snapshots of booted devices"
#define CURE "give one of your own with --cache DIR or STUTTER_CACHE"

/* Makes a folder and what is missing above it, for nobody but the user. */
static bool make_private(const char *folder)
{
	char path[DEVICE_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s", folder);
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return false;
		if (slash == NULL)
			return true;
		*slash = '/';
	}
}

/*
 * QEMU goes on from what it finds there, so nobody else may have put it there. Root could in any
 * folder; a group of the user's own has nobody else in it.
 */
static bool is_private(const char *folder, const struct stat *status, struct error *err)
{
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return error_set(err, PURPOSE ", %s, is another user's; " CURE, folder);
	if (status->st_mode & S_IWOTH)
		return error_set(err, PURPOSE ", %s, is writable by everybody; " CURE, folder);
	return !(status->st_mode & S_IWGRP) || status->st_gid == getegid() ||
	       error_set(err, PURPOSE ", %s, is writable by a group; " CURE, folder);
}

static bool is_usable(const char *folder, struct error *err)
{
	struct stat status;

	if (!make_private(folder) || stat(folder, &status) != 0)
		return error_set(err, PURPOSE ", %s, cannot be made: %s; " CURE, folder, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return error_set(err, PURPOSE ", %s, is not a folder; " CURE, folder);
	if (!is_private(folder, &status, err))
		return false;
	return access(folder, W_OK | X_OK) == 0 || error_set(err, PURPOSE ", %s, cannot be written: %s; " CURE, folder, strerror(errno));
}

static bool take(struct paths *paths, const char *above, const char *below, struct error *err)
{
	char folder[DEVICE_PATH_MAX];

	if (above == NULL || above[0] != '/')
		return false;
	if ((size_t)snprintf(folder, sizeof folder, "%s%s", above, below) >= sizeof folder)
		return error_set(err, PURPOSE ": the path %s is too long", above);
	if (!is_usable(folder, err))
		return false;
	memcpy(paths->snapshots, folder, sizeof folder);
	return true;
}

/* What the user names is taken or refused, and may be relative. */
static bool take_wanted(struct paths *paths, const char *wanted, const char *said_by, struct error *err)
{
	char here[DEVICE_PATH_MAX] = "";

	if (wanted[0] == '\0')
		return error_set(err, "%s: " PURPOSE " has no name; " CURE, said_by);
	if (wanted[0] != '/' && getcwd(here, sizeof here - 1) == NULL)
		return error_set(err, "%s: the path of this folder cannot be determined: %s", said_by, strerror(errno));
	if (here[0] != '\0')
		(void)strcat(here, "/");
	return take(paths, here[0] != '\0' ? here : wanted, here[0] != '\0' ? wanted : "", err) || error_context(err, "%s", said_by);
}

static bool take_passing(struct paths *paths, struct error *err)
{
	const char *above = getenv("TMPDIR");

	if (above == NULL || above[0] != '/')
		above = "/tmp";
	if ((size_t)snprintf(paths->snapshots, sizeof paths->snapshots, "%s/stutter-XXXXXX", above) >= sizeof paths->snapshots)
		return error_set(err, PURPOSE ": the path %s is too long; " CURE, above);
	paths->passing = mkdtemp(paths->snapshots) != NULL;
	return paths->passing || error_set(err, "no folder for snapshots of booted devices can be used, not even one in %s: %s; " CURE,
	                                   above, strerror(errno));
}

bool paths_open_cache(struct paths *paths, const char *wanted, struct error *err)
{
	const char *said = getenv("STUTTER_CACHE"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char tree[DEVICE_PATH_MAX];

	if (wanted != NULL)
		return take_wanted(paths, wanted, "--cache", err);
	if (said != NULL && said[0] != '\0')
		return take_wanted(paths, said, "STUTTER_CACHE", err);
	memcpy(tree, paths->snapshots, sizeof tree);
	const struct passwd *user = getpwuid(geteuid());
	return take(paths, tree, "", err) || take(paths, cache, "/stutter", err) || take(paths, home, "/.cache/stutter", err) ||
	       take(paths, user != NULL ? user->pw_dir : NULL, "/.cache/stutter", err) ||
	       take(paths, getenv("XDG_RUNTIME_DIR"), "/stutter", err) || take_passing(paths, err);
}

void paths_close_cache(struct paths *paths)
{
	if (paths->passing)
		(void)remove_tree(paths->snapshots);
	paths->passing = false;
}
