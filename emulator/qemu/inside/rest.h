/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Nobody else at work: all other threads of the process asleep at one instant, and none of them
 * going on before it may. For a fork, in whose child a lock that another thread had would be held
 * for ever.
 *
 * How it works. A sleep ends because another thread ends it, because time is up, or because a
 * descriptor has something. The first cannot happen once all are asleep at one instant, which two
 * looks at them prove between which none has gone to sleep anew. For the others there is a gate,
 * closed before: nanosleep() and poll(), which are functions of this library, and the main loop's
 * ppoll() (warp.c) do not return while it is. Not held are timed waits for a condition or a
 * semaphore, which no thread of this machine has.
 *
 * The rejected alternative: to look whether all sleep, and to fork. QEMU's thread for deferred work
 * sleeps for 10 ms at a time, and then trims the heap: malloc_trim() has the lock of one arena
 * after the other, and waits with it for the address space, which a fork is copying for as long as
 * that sleep. The child's next allocation then waits for a thread that it does not have.
 */
#ifndef INSIDE_REST_H
#define INSIDE_REST_H

#include <stdbool.h>

/**
 * Waits until no other thread is at work, and lets none begin. @return false after a minute;
 * rest_end() is due all the same.
 */
bool rest_begin(void);

/** Lets them go on; in the child of a fork, where there are none, those that are made later. */
void rest_end(void);

/** Holds the caller, who has just woken, for as long as nobody else may be at work. */
void rest_gate(void);

#endif
