/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the threads of a process do, as /proc tells it: R runs or waits for a processor, S sleeps, D waits for a disk (proc(5)).
 */
#ifndef QEMU_THREADS_H
#define QEMU_THREADS_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Whether every thread is in one of the states in @p states.
 * @param but A thread that is not asked; 0: none.
 * @return false also if the process is not there.
 */
bool threads_are(pid_t pid, const char *states, pid_t but);

#endif
