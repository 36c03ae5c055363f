/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/phases.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/fault/fault.h"
#include "emulator/guest/language/phases.h"

/*
 * The session before anybody has spoken, and what stands between the client and a phase of its own.
 */
#define PHASE_START "start"
#define BLANKS " ,"

#define WORD(constant, word) word,
static const char *const of_agent[] = {PHASE_START,
                                       GUEST_AGENT_PHASES(WORD) GUEST_PHASE_REBOOT,
                                       GUEST_PHASE_POLL,
                                       GUEST_PHASE_CLIENT,
                                       GUEST_PHASE_CONFIG,
                                       GUEST_PHASE_BOOT,
                                       NULL};
static const char *const of_player[] = {PHASE_START, "dhcp", GUEST_PHASE_SESSION, GUEST_PHASE_CLIENT, GUEST_PHASE_BOOT, NULL};
static const char *const of_others[] = {PHASE_START, GUEST_PHASE_CLIENT, GUEST_PHASE_BOOT, NULL};

static void add(struct phases *phases, const char *name)
{
	CHECK_INT(phases->count, <, PHASES_MAX);
	phases->names[phases->count++] = name;
}

static bool is_known(const struct phases *phases, const char *name)
{
	for (size_t i = 0; i < phases->count; i++)
		if (strcmp(phases->names[i], name) == 0)
			return true;
	return false;
}

/* What the device's file adds to those of the build. */
static void add_own(struct phases *phases, const struct device *device)
{
	char *rest;

	(void)snprintf(phases->own, sizeof phases->own, "%s", device->phases);
	for (char *word = strtok_r(phases->own, BLANKS, &rest); word != NULL; word = strtok_r(NULL, BLANKS, &rest))
		if (!is_known(phases, word))
			add(phases, word);
}

void phases_of(const struct device *device, struct phases *ret_phases)
{
	const bool is_ours = strcmp(device->client, DEVICE_CLIENT_AGENT) == 0 || strcmp(device->overlay, DEVICE_OVERLAY_CLIENTS) == 0;
	const bool is_player = strcmp(device->client, DEVICE_CLIENT_PLAYER) == 0;

	memset(ret_phases, 0, sizeof *ret_phases);
	ret_phases->any = !is_ours && !is_player && device->phases[0] == '\0';
	for (const char *const *name = is_ours ? of_agent : is_player ? of_player : of_others; *name != NULL; name++)
		add(ret_phases, *name);
	add_own(ret_phases, device);
}

bool phases_check(const struct phases *phases, const char *name, struct error *err)
{
	char all[PARAM_VALUE_MAX];
	struct text list = text_in(all, sizeof all);

	if (phases->any || is_known(phases, name))
		return true;
	text_add_names(&list, phases->names);
	char meant[PARAM_VALUE_MAX];
	return error_set(err, "unknown phase '%s'%s; allowed: %s", name,
	                 param_did_you_mean(param_nearest(NULL, phases->names, name), meant), all);
}

/* -- in a device file -- */

static bool set_words(void *value, const char *text, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	for (const char *at = text + strspn(text, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
		const size_t length = strcspn(at, BLANKS);
		if (strspn(at, letters) != length || length >= FAULT_PHASE_MAX)
			return error_set(err, "invalid phase '%.*s': expected 1 to %d letters, digits, dots, dashes or underscores",
			                 (int)length, at, FAULT_PHASE_MAX - 1);
		at += length;
	}
	if (strlen(text) >= DEVICE_PHASES_MAX)
		return error_set(err, "the list of phases is longer than %d bytes", DEVICE_PHASES_MAX - 1);
	memcpy(value, text, strlen(text) + 1);
	return true;
}

static void get_words(const void *value, char *ret_text, size_t size)
{
	(void)snprintf(ret_text, size, "%s", (const char *)value);
}

const struct param_codec phases_codec = {set_words, get_words, "words, such as 'fetch unpack'", false};
