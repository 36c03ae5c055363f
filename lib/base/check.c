/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local uint64_t noted_time_ns;

void check_note_time(uint64_t now_ns)
{
	noted_time_ns = now_ns;
}

static _Noreturn void abort_with_time(void)
{
	fprintf(stderr, "stutter: at virtual time %" PRIu64 ".%09" PRIu64 " s. This is a bug in stutter; please report it.\n",
	        noted_time_ns / 1000000000U, noted_time_ns % 1000000000U);
	abort();
}

_Noreturn void check_failed(const char *file, int line, const char *condition)
{
	fprintf(stderr, "stutter: %s:%d: check failed: %s\n", file, line, condition);
	abort_with_time();
}

_Noreturn void check_failed_int(const char *file, int line, const char *condition, int64_t a, int64_t b)
{
	fprintf(stderr, "stutter: %s:%d: check failed: %s (%" PRId64 " against %" PRId64 ")\n", file, line, condition, a, b);
	abort_with_time();
}
