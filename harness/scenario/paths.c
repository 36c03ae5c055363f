/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/scenario/plan.h"

/* Goes up from a path by one folder; tells whether there was one. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return false;
	*slash = '\0';
	return true;
}

static bool is_folder(const char *folder, const char *below)
{
	char path[PATH_MAX + 64];
	struct stat status;

	(void)snprintf(path, sizeof path, "%s/%s", folder, below);
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool fill(struct paths *paths, const char *devices, const char *scenarios, const char *made, const char *guest,
                 const char *snapshots, struct error *err)
{
	bool fits = (size_t)snprintf(paths->devices, DEVICE_PATH_MAX, "%s", devices) < DEVICE_PATH_MAX;

	fits = fits && (size_t)snprintf(paths->scenarios, DEVICE_PATH_MAX, "%s", scenarios) < DEVICE_PATH_MAX;
	fits = fits && (size_t)snprintf(paths->kernel, DEVICE_PATH_MAX, "%s/kernel", guest) < DEVICE_PATH_MAX;
	fits = fits && (size_t)snprintf(paths->initramfs, DEVICE_PATH_MAX, "%s/initramfs.cpio", guest) < DEVICE_PATH_MAX;
	fits = fits && (size_t)snprintf(paths->clients, DEVICE_PATH_MAX, "%s/clients.cpio", guest) < DEVICE_PATH_MAX;
	fits = fits && (size_t)snprintf(paths->player, DEVICE_PATH_MAX, "%s/player.cpio", guest) < DEVICE_PATH_MAX;
	fits = fits && (size_t)snprintf(paths->image, DEVICE_PATH_MAX, "%s/image.bin", made) < DEVICE_PATH_MAX;
	fits = fits && (size_t)snprintf(paths->snapshots, DEVICE_PATH_MAX, "%s", snapshots) < DEVICE_PATH_MAX;
	return fits || error_set(err, "the path of this program is too long");
}

/* In a work tree the program lies in build/ or below it, so its devices are found by going up. */
static bool from_work_tree(const char *program, struct paths *paths, bool *ret_found, struct error *err)
{
	char root[PATH_MAX], build[PATH_MAX], devices[PATH_MAX + 64], scenarios[PATH_MAX + 64], guest[PATH_MAX + 64],
		snapshots[PATH_MAX + 64];

	(void)snprintf(root, sizeof root, "%s", program);
	(void)snprintf(build, sizeof build, "%s", program);
	while (go_up(root)) {
		if (is_folder(root, "emulator/devices")) {
			(void)snprintf(devices, sizeof devices, "%s/emulator/devices", root);
			(void)snprintf(scenarios, sizeof scenarios, "%s/scenarios", root);
			(void)snprintf(guest, sizeof guest, "%s/guest", build);
			(void)snprintf(snapshots, sizeof snapshots, "%s/snapshots", build);
			*ret_found = true;
			return fill(paths, devices, scenarios, build, guest, snapshots, err);
		}
		(void)snprintf(build, sizeof build, "%s", root);
	}
	return true;
}

static bool from_install(const char *program, struct paths *paths, struct error *err)
{
	char share[PATH_MAX + 64], devices[PATH_MAX + 80], scenarios[PATH_MAX + 80], guest[PATH_MAX + 80];
	char prefix[PATH_MAX];

	(void)snprintf(prefix, sizeof prefix, "%s", program);
	if (!go_up(prefix) || !go_up(prefix) || !is_folder(prefix, "share/stutter/devices"))
		return error_set(err,
		                 "the folder of devices was not found beside %s: run it from its build folder, or install it with "
		                 "`make install`",
		                 program);
	(void)snprintf(share, sizeof share, "%s/share/stutter", prefix);
	(void)snprintf(devices, sizeof devices, "%s/devices", share);
	(void)snprintf(scenarios, sizeof scenarios, "%s/scenarios", share);
	(void)snprintf(guest, sizeof guest, "%s/guest", share);
	return fill(paths, devices, scenarios, share, guest, "", err);
}

bool paths_find(struct paths *ret_places, struct error *err)
{
	char program[PATH_MAX];
	bool found = false;
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

	if (length < 0)
		return error_set(err, "/proc/self/exe cannot be read: %s", strerror(errno));
	program[length] = '\0';
	if (!from_work_tree(program, ret_places, &found, err))
		return false;
	return found || from_install(program, ret_places, err);
}
