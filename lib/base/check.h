/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * CHECK: what must hold unless we have made a mistake. Always on; a failed check prints both values
 * and the virtual time and aborts.
 *
 * Not for the user's input (error.h), nor for what the device does (a finding in the trace).
 */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/** Aborts unless @p cond holds. */
#define CHECK(cond) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond))

/** Aborts unless `a op b` holds; prints both as signed 64-bit integers. */
#define CHECK_INT(a, op, b) \
	do { \
		const int64_t check_a = (int64_t)(a), check_b = (int64_t)(b); \
		if (!(check_a op check_b)) \
			check_failed_int(__FILE__, __LINE__, #a " " #op " " #b, check_a, check_b); \
	} while (0)

/**
 * The virtual time that a failed check prints: set by the clock's owner (sim), read only here.
 * Thread local, never a decision's input.
 */
void check_note_time(uint64_t now_ns);

_Noreturn void check_failed(const char *file, int line, const char *condition);
_Noreturn void check_failed_int(const char *file, int line, const char *condition, int64_t a, int64_t b);

#endif
