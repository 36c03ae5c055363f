/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A mark on which threads wait until it is taken away (futex(2)). It is no lock: whoever comes back
 * has only seen it gone.
 */
#ifndef INSIDE_MARK_H
#define INSIDE_MARK_H

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/** 1: set, 0: not. */
typedef _Atomic uint32_t mark_t;

/** Waits while the mark is set. */
static inline void mark_wait(mark_t *mark)
{
	while (atomic_load(mark))
		(void)syscall(SYS_futex, mark, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
}

/** Takes the mark away, if it is set, and wakes those who wait. */
static inline void mark_clear(mark_t *mark)
{
	if (atomic_exchange(mark, 0))
		(void)syscall(SYS_futex, mark, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

#endif
