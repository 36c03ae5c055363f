/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The Content-Range header field (RFC 9110 14.4).
 */
#ifndef AGENT_RANGE_H
#define AGENT_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#define RANGE_UNKNOWN UINT64_MAX

struct content_range {
	uint64_t first;
	uint64_t last;
	uint64_t total; /**< RANGE_UNKNOWN for "*" */
};

/**
 * Parses `bytes FIRST-LAST/TOTAL`.
 * @return false if @p text is anything else, or says that LAST is before FIRST or not inside TOTAL.
 */
bool content_range_parse(const char *text, struct content_range *ret_range);

#endif
