/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/run_folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/session/folder.h"

#define RUNS_MAX 100000U

static bool is_there(const char *wanted, struct error *err)
{
	return error_set(err, "--out: %s already exists; choose a new folder, so that no report is lost", wanted);
}

bool run_folder_is_new(const char *wanted, struct error *err)
{
	return wanted == NULL || access(wanted, F_OK) != 0 || is_there(wanted, err);
}

/*
 * Makes what is missing above the folder, and the folder itself, which nobody else may have made.
 */
static bool make_wanted(const char *wanted, char ret_dir[DEVICE_PATH_MAX], struct error *err)
{
	char above[DEVICE_PATH_MAX];

	if ((size_t)snprintf(ret_dir, DEVICE_PATH_MAX, "%s", wanted) > JOBS_FOLDER_MAX)
		return error_set(err, "--out: the path is too long");
	for (size_t length = strlen(ret_dir); length > 1 && ret_dir[length - 1] == '/'; length--)
		ret_dir[length - 1] = '\0';
	(void)snprintf(above, sizeof above, "%s", ret_dir);
	char *slash = strrchr(above, '/');
	if (slash != NULL && slash != above) {
		*slash = '\0';
		if (!folder_make(above, err))
			return false;
	}
	if (mkdir(ret_dir, 0777) == 0)
		return true;
	if (errno == EEXIST)
		return is_there(wanted, err);
	return error_set(err, "--out: the folder %s cannot be made: %s", wanted, strerror(errno));
}

bool run_folder_make(const char *wanted, char ret_dir[DEVICE_PATH_MAX], struct error *err)
{
	if (wanted != NULL)
		return make_wanted(wanted, ret_dir, err);
	if (!folder_make(RUN_FOLDERS, err))
		return false;
	for (unsigned number = 1; number < RUNS_MAX; number++) {
		(void)snprintf(ret_dir, DEVICE_PATH_MAX, RUN_FOLDERS "/%03u", number);
		if (mkdir(ret_dir, 0777) == 0)
			return true;
		if (errno != EEXIST)
			return error_set(err, "the folder %s cannot be made: %s; name another with --out", ret_dir, strerror(errno));
	}
	return error_set(err, "the folder " RUN_FOLDERS " is full; name another with --out");
}
