/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the threads of a process do, as /proc tells it: R runs or waits for a processor, S sleeps, D
 * waits for a disk (proc(5)).
 */
#ifndef QEMU_THREADS_H
#define QEMU_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * Whether every thread is in one of the states in @p states.
 * @param but A thread that is not asked; 0: none.
 * @param ret_slept Tells one look from another between which a thread has gone to sleep anew; NULL:
 * not asked for.
 * @return false also if the process is not there.
 */
bool threads_are(pid_t pid, const char *states, pid_t but, uint64_t *ret_slept);

#endif
