/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/address.h"

#include <stdio.h>
#include <string.h>

static bool parse_numbers(const char *text, size_t length, struct fault_address *address, struct error *err)
{
	struct address ordinals;
	char frame[ADDRESS_TEXT_MAX + 8];

	if (text[length] == '\0')
		return error_set(err, "the address '%s' needs a number: %s#1, %s#2 and so on", text, text, text);
	/* The ordinals are written as those of frames are. */
	(void)snprintf(frame, sizeof frame, "frame%s", text + length);
	if (!address_parse(frame, &ordinals, err))
		return false;
	if (ordinals.has_flow)
		return error_set(err, "only frames have flows: write %.*s#7 or %.*s#7..9", (int)length, text, (int)length, text);
	address->first = ordinals.first;
	address->last = ordinals.last;
	return true;
}

bool fault_address_parse(const char *text, struct fault_address *ret_address, struct error *err)
{
	size_t length = strcspn(text, "#[");
	struct fault_address address;

	memset(&address, 0, sizeof address);
	address.site = site_find(text, length);
	const bool is_frame = address.site == SITES;
	if (is_frame)
		address.site = SITE_FRAME;
	if (is_frame ? !address_parse(text, &address.frame, err) : !parse_numbers(text, length, &address, err))
		return false;
	*ret_address = address;
	return true;
}

bool fault_address_is(const struct fault_address *address, const struct fault_event *event)
{
	if (address->site != event->site)
		return false;
	if (event->site == SITE_FRAME)
		return address_matches(&address->frame, event->naming);
	return event->number >= address->first && event->number <= address->last;
}
