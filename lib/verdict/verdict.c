/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/verdict/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/unit.h"

const char *verdict_name(enum verdict_kind kind)
{
	static const char *const names[] = {"pass", "fail", "inconclusive"};

	return names[kind];
}

const char *verdict_skew(const struct verdict_live *live, char ret_text[VERDICT_TEXT_MAX])
{
	char p50[UNIT_TEXT_MAX], p99[UNIT_TEXT_MAX], most[UNIT_TEXT_MAX];

	(void)snprintf(ret_text, VERDICT_TEXT_MAX, "%" PRIu64 " frames left later than asked by %s (p50), %s (p99), %s (max)", live->sent,
	               unit_show_duration(live->skew_p50_ns, p50), unit_show_duration(live->skew_p99_ns, p99),
	               unit_show_duration(live->skew_max_ns, most));
	return ret_text;
}
