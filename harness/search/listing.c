/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

bool listing_read_entry(const char *whose, const char *at, struct listing_entry *ret_entry, struct error *err)
{
	struct fault_address address;

	if (!fault_address_parse(at, &address, err))
		return false;
	*ret_entry = (struct listing_entry){.address = address, .site = SITES};
	if (address.site != SITE_FRAME) {
		ret_entry->site = address.site;
		return true;
	}
	ret_entry->direction = strcmp(whose, "to-server") == 0 ? MATCH_TO_SERVER : MATCH_TO_DEVICE;
	ret_entry->is_tcp = address.frame.word >= ADDRESS_TCP_ACK && address.frame.has_flow;
	return true;
}

char *listing_text(const char *dir, const char *name, struct error *err)
{
	char *path = memory_format("%s/%s", dir, name), *text = memory_file(path);

	if (text == NULL)
		error_set(err, "%s cannot be read", path);
	free(path);
	return text;
}

bool listing_parse(const char *text, const char *name, bool (*take)(void *ctx, const char *line, struct error *err), void *ctx,
                   struct error *err)
{
	char line[256];
	bool good = true;

	for (size_t number = 1; good && *text != '\0'; number++) {
		const size_t length = strcspn(text, "\n");
		(void)snprintf(line, sizeof line, "%.*s", (int)(length < sizeof line ? length : sizeof line - 1), text);
		good = take(ctx, line, err) || error_context(err, "%s, line %zu", name, number);
		text += length + (text[length] == '\n');
	}
	return good;
}
