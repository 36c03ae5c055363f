/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/made.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/text.h"
#include "emulator/guest/module/protocol.h"

const struct param made_params[] = {
	PARAM_ROW_TEXT(made, tool, "tool", "", "the program's version"),
	PARAM_ROW_TEXT(made, device_image, "device_image", "", "hash of kernel, root file system and machine"),
	PARAM_ROW_TEXT(made, image, "image", "", "hash of what the device downloaded"),
	PARAM_ROW_TEXT(made, kernel, "kernel", "", "hash of the device's kernel"),
	PARAM_ROW_TEXT(made, initramfs, "initramfs", "", "hash of its root file system"),
	PARAM_ROW_TEXT(made, overlay, "overlay", "", "hash of its overlay"),
	PARAM_ROW_TEXT(made, tables, "tables", "", "hash of the tables and recordings that the faults read"),
	{0},
};

void made_tool(struct made *made)
{
	(void)snprintf(made->tool, sizeof made->tool, "stutter %s, protocol %u", STUTTER_VERSION, STUTTER_PROTOCOL_VERSION);
}

void made_hash(const char *const *paths, char ret_hash[MADE_HASH_MAX])
{
	XXH3_state_t *state = hash_begin();
	bool good = paths[0] != NULL;

	for (size_t i = 0; good && paths[i] != NULL; i++)
		good = hash_add_file(state, paths[i]);
	hash_end(state, ret_hash);
	if (!good)
		ret_hash[0] = '\0';
}

static bool is_file(const char *path, const char *hash)
{
	char found[MADE_HASH_MAX];

	made_hash((const char *const[]){path, NULL}, found);
	return strcmp(found, hash) == 0;
}

bool made_find_beside(const char *plan, const char *hash, char *path, size_t size)
{
	const char *slash = strrchr(plan, '/'), *name = strrchr(path, '/');
	char beside[1024];

	int length = snprintf(beside, sizeof beside, "%.*s%s", slash != NULL ? (int)(slash - plan) + 1 : 0, plan,
	                      name != NULL ? name + 1 : path);
	if ((size_t)length >= sizeof beside || (size_t)length >= size || access(beside, R_OK) != 0)
		return false;
	if (access(path, R_OK) == 0 && (hash[0] == '\0' || is_file(path, hash) || !is_file(beside, hash)))
		return false;
	memcpy(path, beside, (size_t)length + 1);
	return true;
}

void made_forget_device(struct made *made)
{
	made->kernel[0] = made->initramfs[0] = made->overlay[0] = made->device_image[0] = '\0';
}

const char *made_differs(const struct made *was, const struct made *is, char *ret_text, size_t size)
{
	static const struct {
		size_t place;
		const char *name;
	} parts[] = {
		{offsetof(struct made, image), "the image"},
		{offsetof(struct made, kernel), "the kernel"},
		{offsetof(struct made, initramfs), "the initramfs"},
		{offsetof(struct made, overlay), "the overlay"},
		{offsetof(struct made, tables), "a fault's table"},
		{offsetof(struct made, tool), "stutter"},
		{offsetof(struct made, device_image), "the machine or QEMU"},
	};
	struct text text = text_in(ret_text, size);
	bool of_device = false;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const char *before = (const char *)was + parts[i].place, *now = (const char *)is + parts[i].place;
		bool is_whole = parts[i].place == offsetof(struct made, device_image);
		if (before[0] == '\0' || now[0] == '\0' || strcmp(before, now) == 0 || (is_whole && of_device))
			continue;
		of_device = of_device || (i >= 1 && i <= 3);
		/* A plan of long ago has a hash of the whole only. */
		const char *name = is_whole && was->kernel[0] == '\0' ? "the device as it boots" : parts[i].name;
		text_add(&text, "%s%s", text_separator(&text, ", "), name);
		if (parts[i].place == offsetof(struct made, tool))
			text_add(&text, " (it was %s)", before);
	}
	return ret_text;
}
