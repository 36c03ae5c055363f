/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Two stacks on one thread: the virtual CPU's own, on which QEMU and the guest run, and the
 * world's, on which the harness does.
 */
#ifndef INSIDE_STACK_H
#define INSIDE_STACK_H

/**
 * Makes the world's stack; the first stack_to_world() calls @p begin on it, which must not return.
 */
void stack_open(void (*begin)(void));

/** On the CPU's stack: lets the world go on, until it calls stack_to_cpu(). */
void stack_to_world(void);

/** On the world's stack: lets the CPU go on, until it calls stack_to_world(). */
void stack_to_cpu(void);

#endif
