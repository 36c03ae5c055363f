/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <strings.h>

#include "harness/server/http.h"

/* Reads digits; tells whether there were any and they fit. */
static bool read_number(const char **at, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at); (*at)++)
		if (__builtin_mul_overflow(value, 10U, &value) || __builtin_add_overflow(value, (uint64_t)(**at - '0'), &value))
			return false;
	*ret_value = value;
	return true;
}

/* "-n": the last n bytes. */
static enum http_range suffix(const char *at, uint64_t size, uint64_t *ret_first, uint64_t *ret_last)
{
	uint64_t count;

	if (!read_number(&at, &count) || *at != '\0')
		return HTTP_RANGE_NONE;
	if (count == 0 || size == 0)
		return HTTP_RANGE_UNSATISFIABLE;
	*ret_first = count < size ? size - count : 0;
	*ret_last = size - 1;
	return HTTP_RANGE_PART;
}

enum http_range http_range_parse(const char *header, uint64_t size, uint64_t *ret_first, uint64_t *ret_last)
{
	static const char unit[] = "bytes=";
	const char *at = header + sizeof unit - 1;
	uint64_t first, last = UINT64_MAX;

	if (strncasecmp(header, unit, sizeof unit - 1) != 0)
		return HTTP_RANGE_NONE;
	if (*at == '-')
		return suffix(at + 1, size, ret_first, ret_last);
	if (!read_number(&at, &first) || *at++ != '-')
		return HTTP_RANGE_NONE;
	if (*at != '\0' && !read_number(&at, &last))
		return HTTP_RANGE_NONE;
	if (*at != '\0' || last < first)
		return HTTP_RANGE_NONE;
	if (first >= size)
		return HTTP_RANGE_UNSATISFIABLE;
	*ret_first = first;
	*ret_last = last < size ? last : size - 1;
	return HTTP_RANGE_PART;
}
