/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The virtual CPU's thread skips time by itself, and QEMU's main loop runs only while that thread
 * sleeps.
 */
#ifndef INSIDE_WARP_H
#define INSIDE_WARP_H

#include <stdbool.h>
#include <stddef.h>

/** Finds what the C library calls pthread_cond_wait() and ppoll(). Before anything else here. */
void warp_init(void);

/** From now on, threads are held up as described in warp.c. All symbols are there. */
void warp_begin(void);

/**
 * Called on the virtual CPU's thread before it sleeps, with the big lock held: there is nothing to
 * do for it and no time to skip.
 */
void warp_on_sleep(void (*sleeps)(void));

/**
 * Whether a write of the virtual CPU's thread was one that wakes the main loop; it is then kept
 * until the thread sleeps.
 */
bool warp_keeps_write(int fd, const void *data, size_t size);

/**
 * In the child of a fork by the virtual CPU's thread, whose main loop is gone: nobody is in it, and
 * nothing is kept for it.
 */
void warp_forked(void);

/** On the thread that is to run the main loop in that child: waits for its first turn. */
void warp_enter_main_loop(void);

#endif
