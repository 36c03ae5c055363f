/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/parts.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/scenario/sense.h"

/* -- the device -- */

static bool exists(const char *path)
{
	return access(path, R_OK) == 0;
}

static bool read_device_file(const char *path, struct plan *plan, struct error *err)
{
	struct yaml_file file;

	if (!yaml_open(&file, path, err)) {
		char why[ERROR_TEXT_MAX];
		memcpy(why, err->text, sizeof why);
		return err->line != 0 ? false : error_set(err, "the device %s %s", path, why);
	}
	bool good = sense_kind(file.root) != SENSE_SCENARIO ? device_read(&file, file.root, &plan->device, err)
	                                                    : error_set(err, "%s is a scenario, not a device", path);
	yaml_take_warnings(&file, &plan->warnings);
	yaml_close(&file);
	return good;
}

/*
 * Suggests the device file in the folder whose name, without its ending, is spelled most like
 * @p name.
 */
static const char *suggest_device(const char *folder, const char *name, char ret_text[PARAM_VALUE_MAX])
{
	const char *names[65] = {NULL};
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort), known = 0;

	for (int i = 0; i < count; i++) {
		char *ending = strstr(entries[i]->d_name, ".yaml");
		if (ending == NULL || known == 64)
			continue;
		*ending = '\0';
		names[known++] = entries[i]->d_name;
	}
	(void)param_did_you_mean(param_nearest(NULL, names, name), ret_text);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	if (count >= 0)
		free(entries);
	return ret_text;
}

/* A name is looked for among the device files; what has a slash or ends in .yaml is a path. */
static bool is_device_path(const char *name)
{
	size_t length = strlen(name);

	return strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".yaml") == 0);
}

static bool find_device(const char *name, const struct paths *paths, struct plan *plan, struct error *err)
{
	char path[2 * DEVICE_PATH_MAX];

	if (is_device_path(name))
		return read_device_file(name, plan, err);
	(void)snprintf(path, sizeof path, "%s/%s.yaml", paths->devices, name);
	if (!exists(path)) {
		char meant[PARAM_VALUE_MAX];
		return error_set(err, "no device '%s' in %s%s; `stutter list devices` shows them all", name, paths->devices,
		                 suggest_device(paths->devices, name, meant));
	}
	return read_device_file(path, plan, err);
}

/*
 * A device that a scenario names; a path is relative to it. What is wrong within the device's file
 * has its place there and says who asks for it, all else has its place here.
 */
static bool read_named(const struct yaml_file *file, const struct yaml_node *node, const struct paths *paths, struct plan *plan,
                       struct error *err)
{
	char name[DEVICE_PATH_MAX];

	if (node == NULL)
		return find_device(plan->session[0] != '\0' ? "recorded" : "reference", paths, plan, err);
	bool good = (size_t)snprintf(name, sizeof name, "%s", node->text) < sizeof name || error_set(err, "the device's path is too long");
	good = good && (!is_device_path(name) || yaml_resolve_path(file, name, sizeof name, err)) && find_device(name, paths, plan, err);
	if (good)
		return true;
	if (err->line != 0)
		return error_context(err, "in the device named at %s:%d", file->path, node->line);
	return error_at(err, file->path, node->line, node->column);
}

bool parts_device(const struct yaml_file *file, const char *override, const struct paths *paths, struct plan *plan, struct error *err)
{
	const struct yaml_node *node = yaml_get(file->root, "device");

	if (override != NULL) {
		/* Whoever names another device means its parts to be others. */
		plan->made.kernel[0] = plan->made.initramfs[0] = plan->made.overlay[0] = plan->made.device_image[0] = '\0';
		return find_device(override, paths, plan, err) || error_context(err, "--device");
	}
	if (node != NULL && node->kind == YAML_MAPPING)
		return device_read(file, node, &plan->device, err);
	if (node != NULL && node->kind != YAML_SCALAR)
		return yaml_error(file, node, err, "'device' must be a name or a device's keys and values, not a list");
	return read_named(file, node, paths, plan, err);
}

/* -- files -- */

/*
 * Takes the standard file where none is named, and looks whether it can be read. A plan lies
 * elsewhere than its scenario, so paths become absolute. The files that a frozen plan was made with
 * may lie beside it: whoever gets a failure from another machine puts them there.
 * @param hash Of the file that a frozen plan was made with, or empty.
 */
static bool resolve_file(const struct plan *plan, char path[DEVICE_PATH_MAX], const char *standard, const char *hash, bool *ret_is_standard,
                         const char *what, const char *cure, struct error *err)
{
	char whole[PATH_MAX];

	*ret_is_standard = path[0] == '\0';
	if (*ret_is_standard)
		(void)snprintf(path, DEVICE_PATH_MAX, "%s", standard);
	if (hash[0] != '\0' && made_find_beside(plan->path, hash, path, DEVICE_PATH_MAX))
		*ret_is_standard = false;
	if (exists(path) && realpath(path, whole) != NULL) {
		if (strlen(whole) >= DEVICE_PATH_MAX)
			return error_set(err, "the path of the %s %s is too long", what, whole);
		memcpy(path, whole, strlen(whole) + 1);
		return true;
	}
	return error_set(err, "the %s %s cannot be read: %s%s%s", what, path, strerror(errno), cure,
	                 hash[0] != '\0' ? "; or put a file of the same name beside the plan" : "");
}

static bool resolve_image(const struct yaml_file *file, const struct paths *paths, struct plan *plan, struct error *err)
{
	const struct yaml_node *node = yaml_get(file->root, "image");
	struct stat status;

	if (yaml_resolve_path(file, plan->image, sizeof plan->image, err) &&
	    resolve_file(plan, plan->image, paths->image, plan->made.image, &plan->standard.image, "image",
	                 node == NULL ? "; `make image` makes it" : "", err) &&
	    ((stat(plan->image, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) ||
	     error_set(err, "the image %s is empty or not a regular file", plan->image)))
		return true;
	if (node != NULL)
		error_at(err, file->path, node->line, node->column);
	return false;
}

static bool resolve_overlay(const struct paths *paths, struct plan *plan, const char *cure, struct error *err)
{
	char *overlay = plan->device.overlay;
	const bool is_player = strcmp(overlay, DEVICE_OVERLAY_PLAYER) == 0;
	const bool is_ours = is_player || strcmp(overlay, DEVICE_OVERLAY_CLIENTS) == 0;

	if (overlay[0] == '\0')
		return true;
	if (is_ours) {
		(void)snprintf(plan->standard.overlay_word, sizeof plan->standard.overlay_word, "%s",
		               is_player ? DEVICE_OVERLAY_PLAYER : DEVICE_OVERLAY_CLIENTS);
		overlay[0] = '\0';
	}
	return resolve_file(plan, overlay, is_player ? paths->player : paths->clients, plan->made.overlay, &plan->standard.overlay,
	                    "overlay", is_ours ? cure : "", err);
}

/* The record of a gate need not be good, which the service looks into; it must be there. */
static bool resolve_promotion(const struct yaml_file *file, struct plan *plan, struct error *err)
{
	char *path = plan->server.promotion;
	const struct yaml_node *server = yaml_get(file->root, "server");
	const struct yaml_node *node = server != NULL ? yaml_get(server, "promotion") : NULL;

	if (path[0] == '\0' || (yaml_resolve_path(file, path, sizeof plan->server.promotion, err) &&
	                        (exists(path) || error_set(err, "the record %s cannot be read: %s", path, strerror(errno)))))
		return true;
	return error_at(err, file->path, node != NULL ? node->line : 1, node != NULL ? node->column : 1);
}

/*
 * The file that a session names, so that a frozen plan knows both. What else is in it whoever plays
 * it reads.
 */
static bool find_session_data(struct plan *plan, struct error *err)
{
	struct yaml_file session;

	if (!yaml_open(&session, plan->session, err))
		return false;
	const struct yaml_node *data = yaml_get(session.root, "data");
	if (data != NULL && data->kind == YAML_SCALAR)
		(void)snprintf(plan->session_data, sizeof plan->session_data, "%.*s", DEVICE_PATH_MAX - 1, data->text);
	bool good = yaml_resolve_path(&session, plan->session_data, sizeof plan->session_data, err) ||
	            error_at(err, plan->session, data != NULL ? data->line : 1, data != NULL ? data->column : 1);
	yaml_close(&session);
	return good;
}

bool plan_take_session(struct plan *plan, const char *path, struct error *err)
{
	char whole[PATH_MAX];

	if (realpath(path, whole) == NULL)
		return error_set(err, "the session %s cannot be read: %s", path, strerror(errno));
	if (strlen(whole) >= sizeof plan->session)
		return error_set(err, "the session %s cannot be read: its path is too long", path);
	memcpy(plan->session, whole, strlen(whole) + 1);
	return find_session_data(plan, err);
}

bool parts_session(const struct yaml_file *file, struct plan *plan, struct error *err)
{
	const struct yaml_node *node = yaml_get(file->root, "session");
	char found[128], path[DEVICE_PATH_MAX];

	if (node == NULL)
		return true;
	if (node->kind != YAML_SCALAR || node->text[0] == '\0' || strlen(node->text) >= sizeof path)
		return yaml_error(file, node, err, "'session' must be the path of a session made by `stutter import`, not %s",
		                  yaml_describe(node, found, sizeof found));
	memcpy(path, node->text, strlen(node->text) + 1);
	if (yaml_resolve_path(file, path, sizeof path, err) && plan_take_session(plan, path, err))
		return true;
	/* What is wrong inside the session has its place there. */
	return err->file[0] != '\0' ? false : error_at(err, file->path, node->line, node->column);
}

bool parts_files(const struct yaml_file *file, const struct paths *paths, struct plan *plan, struct error *err)
{
	static const char cure[] = "; `make guest` makes the standard one";
	struct device *device = &plan->device;

	if (!resolve_image(file, paths, plan, err) || !resolve_promotion(file, plan, err))
		return false;
	if (resolve_file(plan, device->kernel, paths->kernel, plan->made.kernel, &plan->standard.kernel, "kernel", cure, err) &&
	    resolve_file(plan, device->initramfs, paths->initramfs, plan->made.initramfs, &plan->standard.initramfs, "initramfs", cure,
	                 err) &&
	    resolve_overlay(paths, plan, cure, err))
		return true;
	const struct yaml_node *node = yaml_get(file->root, "device");
	return error_at(err, file->path, node != NULL ? node->line : 1, node != NULL ? node->column : 1);
}
