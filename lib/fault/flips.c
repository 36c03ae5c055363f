/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/flips.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/link/frame.h"

#define DIGITS "0123456789abcdefABCDEF"

static void remove_at(struct flips *flips, size_t at)
{
	flips->count--;
	memmove(&flips->list[at], &flips->list[at + 1], (flips->count - at) * sizeof flips->list[0]);
	/* Equal texts give equal bytes. */
	memset(&flips->list[flips->count], 0, sizeof flips->list[0]);
}

bool flips_add(struct flips *flips, uint16_t offset, uint8_t mask)
{
	size_t at = 0;

	while (at < flips->count && flips->list[at].offset < offset)
		at++;
	if (mask == 0)
		return true;
	if (at < flips->count && flips->list[at].offset == offset) {
		flips->list[at].mask ^= mask;
		if (flips->list[at].mask == 0)
			remove_at(flips, at);
		return true;
	}
	if (flips->count == FLIPS_MAX)
		return false;
	memmove(&flips->list[at + 1], &flips->list[at], (flips->count - at) * sizeof flips->list[0]);
	flips->list[at].offset = offset;
	flips->list[at].mask = mask;
	flips->count++;
	return true;
}

static uint8_t nibble(char digit)
{
	return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

/* One `OFFSET:HEX`; moves @p text behind it. */
static bool read_run(const char **text, struct flips *flips, struct error *err)
{
	char *colon;
	unsigned long offset = strtoul(*text, &colon, 10);
	size_t digits = *colon == ':' ? strspn(colon + 1, DIGITS) : 0;

	if (**text < '0' || **text > '9' || digits == 0 || digits % 2 != 0 || strchr(" ", colon[1 + digits]) == NULL)
		return error_set(err, "'%s' is not OFFSET:BYTES, such as 54:01 or 60:80ff (bytes in hexadecimal, two digits each)", *text);
	for (size_t i = 0; i < digits / 2; i++, offset++) {
		if (offset >= FRAME_MAX)
			return error_set(err, "byte %lu is out of range: a frame has at most %u bytes", offset, FRAME_MAX);
		if (!flips_add(flips, (uint16_t)offset, (uint8_t)(nibble(colon[1 + 2 * i]) << 4 | nibble(colon[2 + 2 * i]))))
			return error_set(err, "too many bytes: at most %u can be changed", FLIPS_MAX);
	}
	*text = colon + 1 + digits;
	return true;
}

static bool set_flips(void *value, const char *text, struct error *err)
{
	struct flips flips;

	memset(&flips, 0, sizeof flips);
	while (text += strspn(text, " "), *text != '\0')
		if (!read_run(&text, &flips, err))
			return false;
	memcpy(value, &flips, sizeof flips);
	return true;
}

static void get_flips(const void *value, char *ret_text, size_t size)
{
	const struct flips *flips = value;
	struct text text = text_in(ret_text, size);

	for (size_t i = 0; i < flips->count; i++) {
		bool goes_on = i > 0 && flips->list[i - 1].offset + 1 == flips->list[i].offset;
		if (!goes_on)
			text_add(&text, "%s%u:", text_separator(&text, " "), flips->list[i].offset);
		text_add(&text, "%02x", flips->list[i].mask);
	}
}

const struct param_codec flips_codec = {set_flips, get_flips, "a list of OFFSET:BYTES, such as '54:01 60:80ff'", false};
