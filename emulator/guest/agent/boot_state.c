/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_state.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"confirmed", "trial", "rollback", "recovery"};

/* The value of "KEY=value" or "KEY='value'" without its quotes, if the line is about @key. */
static bool take(const char *line, const char *key, char ret_value[BOOT_TEXT_MAX])
{
	const size_t length = strlen(key);

	if (strncmp(line, key, length) != 0 || line[length] != '=')
		return false;
	line += length + 1;
	line += *line == '\'';
	snprintf(ret_value, BOOT_TEXT_MAX, "%.*s", (int)strcspn(line, "'\n"), line);
	return true;
}

bool boot_state_read(const char *path, struct boot_state *ret_state)
{
	char line[256], kind[BOOT_TEXT_MAX] = "";
	FILE *file = fopen(path, "re");

	*ret_state = (struct boot_state){.kind = BOOT_RECOVERY};
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (!take(line, "BOOT_SLOT", ret_state->slot) && !take(line, "BOOT_VERSION", ret_state->version) &&
		    !take(line, "BOOT_DIGEST", ret_state->digest) && !take(line, "BOOT_REASON", ret_state->reason))
			take(line, "BOOT_STATE", kind);
	fclose(file);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			ret_state->kind = i;
	return ret_state->slot[0] != 0;
}
