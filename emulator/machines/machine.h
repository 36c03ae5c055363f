/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Machines that a device can be: what QEMU is told, and what the build and the kernel module have
 * to know of the processor.
 *
 * A machine is a folder here: machine.c (QEMU's words), machine.mk (the build: triplet, kernel's
 * architecture, address) and cpu.h (the module: trap, counter, timers); and a line in the catalogue
 * of machine.c beside this file. Nothing but libc.
 */
#ifndef MACHINES_MACHINE_H
#define MACHINES_MACHINE_H

struct machine {
	const char *name;    /**< as device files have it */
	const char *program; /**< QEMU for its processor */
	const char *package; /**< Debian's that has it */
	/** QEMU's command line, but for what differs between devices; ends with NULL */
	const char *const *words;
	const char *console;   /**< the kernel's name for the serial port */
	unsigned icount_shift; /**< guest nanoseconds an instruction, as a power of two */
};

/** All of them; the first is the standard one. Ends with NULL. */
extern const struct machine *const machines[];

/** Their names, in the same order; ends with NULL. */
extern const char *const machine_names[];

#endif
