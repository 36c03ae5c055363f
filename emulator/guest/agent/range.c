/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A strict reader of `bytes FIRST-LAST/TOTAL`: digits and nothing else between the separators.
 */
#include "range.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define DIGITS_MAX 18 /* as many always fit 64 bits */

/* Reads digits up to @end; returns the place after it, or NULL. */
static const char *read_number(const char *at, char end, uint64_t *ret_number)
{
	uint64_t number = 0;
	int digits = 0;

	for (; *at >= '0' && *at <= '9' && digits < DIGITS_MAX; at++, digits++)
		number = number * 10 + (uint64_t)(*at - '0');
	if (digits == 0 || *at != end)
		return NULL;
	*ret_number = number;
	return end ? at + 1 : at;
}

bool content_range_parse(const char *text, struct content_range *ret_range)
{
	struct content_range range = {.total = RANGE_UNKNOWN};
	const char *at = text;

	if (strncasecmp(at, "bytes ", 6) != 0)
		return false;
	at = read_number(at + 6, '-', &range.first);
	at = at ? read_number(at, '/', &range.last) : NULL;
	if (!at || range.last < range.first)
		return false;
	if (strcmp(at, "*") != 0 && (!read_number(at, 0, &range.total) || range.last >= range.total))
		return false;
	*ret_range = range;
	return true;
}
