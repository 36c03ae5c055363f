/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A branch: a second QEMU with a second world, made at a request of the guest in milliseconds.
 *
 * How it works. The virtual CPU's thread forks while the guest waits for an answer. Guest memory,
 * translations and the world come along, page by page as they are written to. The child is a child
 * of whoever started the engine, not of the engine, so that it is reaped like any other.
 *
 * What does not come along are the other threads, and they must not hold anything then: the main
 * loop is kept out while the CPU executes (warp.c), and the others are at rest (rest.h). The child
 * makes a main loop of its own, for a reset of the machine and for stopping; deferred work, which
 * is giving memory back, it leaves undone.
 *
 * Descriptors. Eventfds and sockets become new eventfds that nobody writes to: the parent's are the
 * parent's. Files that are written to are the caller's business, who must see to them before the
 * parent goes on, since parent and child share their position.
 */
#ifndef INSIDE_BRANCH_H
#define INSIDE_BRANCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/error.h"

/** Keeps guest memory out of what QEMU excludes from a fork. Before QEMU begins. */
void branch_init(void);

/**
 * Forks; on the virtual CPU's thread, while the guest waits for an answer.
 * @param kept A descriptor that the child keeps as it is though it is a socket; -1: none.
 * @return the child's id, 0 in the child, -1 if there is none.
 */
pid_t branch_fork(int kept, struct error *err);

#endif
